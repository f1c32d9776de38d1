"""bm25s with PyStemmer, saved and mapped, as its documentation advises; filters come from arrays beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

# Read at import: without it every call draws a progress bar.
os.environ.setdefault("DISABLE_TQDM", "1")

import bm25s
import numpy as np
import Stemmer

from benchmarks.ask import STOP_WORDS, Ask
from benchmarks.engines.columns import Columns, beginning
from benchmarks.engines.protocol import PAGE, Shown, read_articles


class Bm25sSaved:
    """Every score computed at build; knows words, no phrases and no excerpts."""

    def __init__(self, retriever: Any, columns: Columns) -> None:
        self._retriever, self._columns = retriever, columns
        self._stemmer = Stemmer.Stemmer("english")

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """All articles in memory, scored, saved with their texts."""
        records = list(read_articles(articles))
        texts = [f"{record['title']}\n{record['text']}" for record in records]
        retriever = bm25s.BM25()
        retriever.index(_tokens(texts, Stemmer.Stemmer("english")), show_progress=False)
        retriever.save(place, corpus=records, show_progress=False)
        Columns.of(records).save(place)

    @classmethod
    def open(cls, place: Path) -> Self:
        """Scores and texts mapped from their files."""
        return cls(bm25s.BM25.load(place, load_corpus=True, mmap=True), Columns.load(place))

    def page(self, ask: Ask) -> tuple[Shown, ...]:
        """Ranked, or the newest; shown with their beginnings."""
        corpus = self._retriever.corpus
        if not ask.plain:
            return tuple(beginning(corpus[row]) for row in self._columns.newest(ask, PAGE))
        allowed = self._columns.allowed(ask)
        weights = None if allowed is None else allowed.astype(np.float32)
        tokens = _tokens([ask.plain], self._stemmer)
        found, scores = self._retriever.retrieve(tokens, k=PAGE, weight_mask=weights, show_progress=False)
        return tuple(beginning(article) for article, score in zip(found[0], scores[0], strict=True) if score > 0)

    def close(self) -> None:
        """There is nothing to close."""


def _tokens(texts: list[str], stemmer: Any) -> Any:
    return bm25s.tokenize(texts, stopwords=sorted(STOP_WORDS), stemmer=stemmer, show_progress=False)

"""rank-bm25 over the whole archive: all in Python objects, so kept between runs as a pickle."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import Stemmer
from rank_bm25 import BM25Okapi

from benchmarks.ask import STOP_WORDS, Ask
from benchmarks.engines.columns import Columns, beginning
from benchmarks.engines.protocol import PAGE, Shown, read_articles

_WORD = re.compile(r"\w\w+")


class RankBm25Pickled:
    """BM25Okapi with the tokens that bm25s gets; knows words, no phrases and no excerpts."""

    def __init__(self, ranking: BM25Okapi, articles: list[dict[str, str]]) -> None:
        self._ranking, self._articles = ranking, articles
        self._columns = Columns.of(articles)
        self._stem = Stemmer.Stemmer("english").stemWords

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """Tokenise, count, write the pickle."""
        records = list(read_articles(articles))
        stem = Stemmer.Stemmer("english").stemWords
        ranking = BM25Okapi([_tokens(f"{record['title']}\n{record['text']}", stem) for record in records])
        with (place / "rank_bm25.pickle").open("wb") as file:
            pickle.dump((ranking, records), file, protocol=pickle.HIGHEST_PROTOCOL)

    @classmethod
    def open(cls, place: Path) -> Self:
        """Read the pickle that this run wrote."""
        with (place / "rank_bm25.pickle").open("rb") as file:
            return cls(*pickle.load(file))  # noqa: S301  # written by this run, in a folder of its own

    def page(self, ask: Ask) -> tuple[Shown, ...]:
        """Ranked, or the newest; shown with their beginnings."""
        if not ask.plain:
            return tuple(beginning(self._articles[row]) for row in self._columns.newest(ask, PAGE))
        scores = self._ranking.get_scores(_tokens(ask.plain, self._stem))
        allowed = self._columns.allowed(ask)
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        best = np.argsort(scores)[::-1][:PAGE].tolist()
        return tuple(beginning(self._articles[row]) for row in best if scores[row] > 0)

    def close(self) -> None:
        """There is nothing to close."""


def _tokens(text: str, stem: Callable[[list[str]], list[str]]) -> list[str]:
    return stem([word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS])

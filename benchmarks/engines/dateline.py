"""Dateline through its door, as the bot and the shell use it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from benchmarks.ask import Ask
from benchmarks.engines.protocol import PAGE, Shown
from corpus import Corpus, Hit, Keeper, Query


class Dateline:
    """Typed text in, cards out: parsing the query is part of the page."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """The ingest that a keeper runs: reading, dates, cleaning, copies, store and index."""
        with Keeper.open(place) as keeper:
            report = keeper.ingest([articles])
        if report.rejected:
            raise RuntimeError(f"{len(report.rejected)} articles were rejected, first {report.rejected[0]}")

    @classmethod
    def open(cls, place: Path) -> Self:
        """The archive as the bot opens it."""
        return cls(Corpus.open(place))

    def page(self, ask: Ask) -> tuple[Shown, ...]:
        """One page with excerpts and copies."""
        results = self._corpus.search(Query.parse(ask.typed), limit=PAGE)
        return tuple(_shown(hit) for hit in results.hits)

    def close(self) -> None:
        """Close the archive."""
        self._corpus.close()


def _shown(hit: Hit) -> Shown:
    excerpt = " … ".join(excerpt.text for excerpt in hit.excerpts)
    return Shown(hit.article.headline, hit.article.source, str(hit.article.published), excerpt)

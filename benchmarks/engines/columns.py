"""Source and date of every article as arrays: what an engine without filters needs to have any. Knows no ranking."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.ask import Ask
from benchmarks.engines.protocol import EXCERPT, Shown


class Columns:
    """Row n belongs to article n. Dates are compared as text, days and times of ISO 8601 sort by themselves."""

    def __init__(self, sources: NDArray[np.str_], published: NDArray[np.str_]) -> None:
        self._sources, self._published = sources, published

    @classmethod
    def of(cls, articles: Sequence[dict[str, str]]) -> Self:
        """The columns of these articles."""
        sources = np.array([article["source"] for article in articles])
        return cls(sources, np.array([article["published_at"] for article in articles]))

    @classmethod
    def load(cls, place: Path) -> Self:
        """What ``save`` left."""
        return cls(np.load(place / "sources.npy"), np.load(place / "published.npy"))

    def save(self, place: Path) -> None:
        """Leave both columns in a folder."""
        np.save(place / "sources.npy", self._sources)
        np.save(place / "published.npy", self._published)

    def allowed(self, ask: Ask) -> NDArray[np.bool_] | None:
        """Which articles pass the filters of a question, or nothing when it has none."""
        tests = [
            self._sources == ask.source if ask.source else None,
            self._published >= ask.after if ask.after else None,
            self._published < ask.before if ask.before else None,
        ]
        asked = [test for test in tests if test is not None]
        return np.logical_and.reduce(asked) if asked else None

    def newest(self, ask: Ask, count: int) -> list[int]:
        """The rows of the newest articles that pass the filters."""
        allowed = self.allowed(ask)
        rows = np.arange(len(self._published)) if allowed is None else np.flatnonzero(allowed)
        newest: list[int] = rows[np.argsort(self._published[rows], kind="stable")[::-1][:count]].tolist()
        return newest


def beginning(article: dict[str, str]) -> Shown:
    """An article with its beginning for an excerpt: the cheapest that an engine without excerpts can show."""
    return Shown(article["title"], article["source"], article["published_at"], article["text"][:EXCERPT])

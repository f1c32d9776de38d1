"""What a measured engine does: build from JSON Lines, open, answer with a page of five. Knows no engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from benchmarks.ask import Ask

PAGE = 5  # results
EXCERPT = 300  # characters


@dataclass(frozen=True, slots=True)
class Shown:
    """One result as a reader sees it; ``published`` is ISO 8601, ``excerpt`` is marked where the engine can."""

    headline: str
    source: str
    published: str
    excerpt: str


class Engine(Protocol):
    """One way to search the same articles."""

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """Read a file of JSON Lines and leave in the empty folder ``place`` all that ``open`` needs."""

    @classmethod
    def open(cls, place: Path) -> Self:
        """What was built, ready to answer."""

    def page(self, ask: Ask) -> tuple[Shown, ...]:
        """The first page of the answer with an excerpt for every result."""

    def close(self) -> None:
        """Let go of what was opened."""


def read_articles(articles: Path) -> Iterator[dict[str, str]]:
    """Every article of a file of JSON Lines."""
    with articles.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)

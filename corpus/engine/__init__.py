"""Where articles live and are searched: what every engine shows to a question's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from corpus.model import Article, Copy, Scored, WeightedQuery


class EngineView(Protocol):
    """One state of an archive: ranked keys for a query in terms, articles for keys. No typed text reaches it."""

    @property
    def articles(self) -> int:
        """How many articles can be found."""

    def search(self, query: WeightedQuery, limit: int) -> list[Scored]:
        """The best ``limit`` articles; newest first among equals, and where nothing scores."""

    def count(self, query: WeightedQuery, up_to: int) -> int:
        """How many articles answer the query; beyond ``up_to`` it may say ``up_to``."""

    def frequency(self, term: str) -> int:
        """In how many articles the term stands."""

    def languages(self) -> Mapping[str, int]:
        """How many articles are in each language that is known of any, the most frequent first."""

    def fetch(self, keys: Sequence[int]) -> dict[int, Article]:
        """The articles with these keys; one that is gone meanwhile is left out."""

    def copies(self, hit: Scored) -> tuple[Copy, ...]:
        """The other articles of the hit's story, the earliest first."""

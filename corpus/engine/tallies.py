"""How all articles that answer a query are counted by outlet and by day or year, whichever index gives the numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from corpus.model import Tally, WeightedQuery

Asked = TypeVar("Asked")
"""A query as the index takes it."""

_REMEMBERED = 16  # that of the whole archive is asked for often, and has a number for each of its days
_REMEMBERED_YEARLY = 200
_ERA = 50_000  # days that are counted at once: an index gives no more than 65,000 numbers
_YEAR = 365  # days


class Tallies(ABC, Generic[Asked]):
    """The tallies of one state of an index; what was counted once is remembered."""

    def __init__(self) -> None:
        self._tallied = lru_cache(_REMEMBERED)(self._tally)
        self._tallied_yearly = lru_cache(_REMEMBERED_YEARLY)(self._tally_yearly)

    def tally(self, query: WeightedQuery, *, yearly: bool = False) -> Tally:
        """How many of all articles that answer the query each outlet and each day has, or each year."""
        tallied = self._tallied_yearly if yearly else self._tallied
        return tallied(replace(query, score=(), optional=False) if query.optional else query)

    @abstractmethod
    def _all(self, query: WeightedQuery) -> Asked:
        """What is asked for all articles that answer the query, in no order."""

    @abstractmethod
    def _outlets(self, asked: Asked) -> Sequence[tuple[str, int]]:
        """How many of these articles each outlet has that has any."""

    @abstractmethod
    def _histogram(self, asked: Asked, interval: int, within: tuple[int, int] | None = None) -> list[tuple[int, int]]:
        """How many of these articles each interval of so many days has, by its first day; none has those without.

        ``within`` bounds the days: the first, and the first beyond.
        """

    @abstractmethod
    def _ranges(self, asked: Asked, bounds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """How many of these articles each of these spans of days has, by its first day; each ends before its second."""

    def _tally(self, query: WeightedQuery) -> Tally:
        asked = self._all(query)
        return Tally(self._by_articles(asked), tuple(day for era in self._eras for day in self._days(asked, era)))

    def _tally_yearly(self, query: WeightedQuery) -> Tally:
        asked = self._all(query)
        return Tally(self._by_articles(asked), tuple(self._years(asked)))

    def _by_articles(self, asked: Asked) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(self._outlets(asked), key=lambda outlet: (-outlet[1], outlet[0])))

    def _days(self, asked: Asked, era: int) -> Iterator[tuple[date, int]]:
        found = self._histogram(asked, 1, (era, era + _ERA))
        return ((date.fromordinal(day), articles) for day, articles in found)

    def _years(self, asked: Asked) -> Iterator[tuple[date, int]]:
        """The first day of each year that has any, with its articles: days by themselves would be thousands."""
        found = self._ranges(asked, self._calendar) if self._calendar else []
        return ((date.fromordinal(day), articles) for day, articles in found if articles)

    @cached_property
    def _calendar(self) -> list[tuple[int, int]]:
        """Each year in which the archive may have articles: its first day, and the first one after it."""
        found = [first for first, _ in self._histogram(self._all(WeightedQuery()), _YEAR)]
        years = {date.fromordinal(day).year for first in found for day in (first, first + _YEAR)}
        last = {year: date(year, 12, 31).toordinal() for year in sorted(years)}
        return [(date(year, 1, 1).toordinal(), day + 1) for year, day in last.items()]

    @cached_property
    def _eras(self) -> list[int]:
        """The first days of the eras of the archive: of news there is one, unless it goes back beyond 1917."""
        return [era for era, _ in self._histogram(self._all(WeightedQuery()), _ERA)]

"""How the articles that match a query are spread over outlets and days: values, and calendars to sum them by.

Imports nothing of ours but what can be told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from corpus.told import Told

MOST_BUCKETS = 10_000
"""Buckets that are made at most: 27 years of days. Years are never more, since the calendar has fewer."""

_DAY = timedelta(days=1)
_WEEK = 7  # days
_MONTHS = 12  # in a year


class Step(StrEnum):
    """How many days are summed to one number, the shortest first. A week begins on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Bucket(NamedTuple):
    """So many articles from one day to another, both included; a whole week, month or year, also at either end."""

    first: date
    last: date
    articles: int


class Share(NamedTuple):
    """So many articles of one outlet, by its key and its name."""

    key: str
    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which outlets published the articles that match a query, and when.

    ``query``, ``notes`` and ``dropped`` are as in an answer. ``matched`` counts the articles, always exactly: copies
    by themselves, as ``Results.matched`` does. ``outlets`` has the one with the most articles first, ``days`` only days
    that have any, in order; of a yearly coverage the first day of each year, with all that the year has.
    """

    query: str
    notes: tuple[Told, ...]
    dropped: tuple[str, ...]
    matched: int
    outlets: tuple[Share, ...]
    days: tuple[tuple[date, int], ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that ``buckets`` takes, the shortest first: those that make no more than ``MOST_BUCKETS``."""
        return tuple(step for step in Step if len(self._numbers(step)) <= MOST_BUCKETS)

    def buckets(self, step: Step) -> tuple[Bucket, ...]:
        """The articles summed by this step, in order; one that has none between two that have some is there with 0.

        Raises:
            ValueError: the step is none of ``steps``.
        """
        numbers = self._numbers(step)
        if len(numbers) > MOST_BUCKETS:
            raise ValueError(f"that makes {len(numbers):,} buckets: take one of {', '.join(self.steps)}")
        articles: Counter[int] = Counter()
        for day, found in self.days:
            articles[_number(step, day)] += found
        firsts = [_first(step, each) for each in numbers]
        lasts = [*(first - _DAY for first in firsts[1:]), *(_last(step, each) for each in numbers[-1:])]
        return tuple(map(Bucket, firsts, lasts, map(articles.__getitem__, numbers)))

    def _numbers(self, step: Step) -> range:
        """The numbers of all steps from that of the first day to that of the last."""
        if not self.days:
            return range(0)
        return range(_number(step, self.days[0][0]), _number(step, self.days[-1][0]) + 1)


def _number(step: Step, day: date) -> int:
    """How many such steps lie between the beginning of the calendar, which is a Monday, and this day; about."""
    match step:
        case Step.DAY:
            return day.toordinal()
        case Step.WEEK:
            return (day.toordinal() - 1) // _WEEK
        case Step.MONTH:
            return day.year * _MONTHS + day.month - 1
        case Step.YEAR:
            return day.year


def _first(step: Step, number: int) -> date:
    """The first day of the step with this number."""
    match step:
        case Step.DAY:
            return date.fromordinal(number)
        case Step.WEEK:
            return date.fromordinal(number * _WEEK + 1)
        case Step.MONTH:
            return date(number // _MONTHS, number % _MONTHS + 1, 1)
        case Step.YEAR:
            return date(number, 1, 1)


def _last(step: Step, number: int) -> date:
    """The last day of the step with this number; the calendar ends within a week."""
    return date.max if number == _number(step, date.max) else _first(step, number + 1) - _DAY

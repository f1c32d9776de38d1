"""How often something was in the news: queries counted over the same stretches of time. Values, pure."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from heapq import nlargest
from math import ceil

from corpus import Bucket, Coverage, Query, Step, inert

MOST = 5  # queries beside one another
_WANTED = 60  # stretches of time that a chart shows well; a step is chosen that makes no more, where there is one
_COLUMNS = 40  # of a sparkline
_BARS = "▁▂▃▄▅▆▇█"
_HEIGHT = len(_BARS) - 1
_LONGEST = {Step.DAY: 1, Step.WEEK: 7, Step.MONTH: 31, Step.YEAR: 366}  # days of a step at most


@dataclass(frozen=True, slots=True)
class Trend:
    """One query: how many articles match, from which outlets, and how many in each stretch of time.

    ``values`` are what is shown: these numbers, or their shares of the archive, of which there is 1 in all; of those
    days alone that the query lets pass: a year of which it asks for half is compared with half a year.
    """

    query: Query
    coverage: Coverage
    counts: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """Queries over the same stretches of time.

    ``shares`` says that numbers are meant as shares of the archive. ``archive`` counts all articles in each stretch, of
    the days that any of the queries lets pass. ``steps`` are those that may be chosen.
    """

    step: Step
    shares: bool
    buckets: tuple[Bucket, ...]
    trends: tuple[Trend, ...]
    archive: tuple[int, ...]
    steps: tuple[Step, ...] = tuple(Step)

    @classmethod
    def of(
        cls,
        queries: Sequence[Query],
        found: Sequence[Coverage],
        archive: Sequence[Coverage],
        step: Step | None,
        *,
        shares: bool,
    ) -> Trends:
        """Sum what was found, and what the archive has on the days of each query.

        Without a step, or with one that makes too many stretches, the shortest is taken that a chart shows well.
        """
        together = _together(found)
        chosen = step if step in together.steps else _fitting(together)
        frame = together.buckets(chosen)
        trends = (
            _trend(query, coverage, _counted(coverage, frame), _counted(every, frame), shares=shares)
            for query, coverage, every in zip(queries, found, archive, strict=True)
        )
        return cls(chosen, shares, frame, tuple(trends), _counted(_united(archive), frame), together.steps)

    def value(self, trend: Trend, bucket: Bucket) -> float:
        """What is shown of a query for one of the stretches."""
        return trend.values[bisect_right(self.buckets, bucket.first, key=lambda each: each.first) - 1]

    def peaks(self, trend: Trend, number: int) -> list[Bucket]:
        """The stretches in which there was most, that of the most first; none in which there was nothing.

        Of equal ones that with more articles goes first, then the earlier.
        """
        values, counts = trend.values, trend.counts
        best = nlargest(number, range(len(counts)), key=lambda place: (values[place], counts[place], -place))
        return [self.buckets[place]._replace(articles=counts[place]) for place in best if counts[place]]


def sparkline(values: Sequence[float]) -> str:
    """A line of bars, the highest at the highest value, of at most 40 columns; nothing for nothing.

    Of more values each bar is the mean of several. What is more than nothing never looks like nothing.
    """
    if not values:
        return ""
    width = -(-len(values) // _COLUMNS)
    folded = [values[start : start + width] for start in range(0, len(values), width)]
    means = [sum(each) / len(each) for each in folded]
    highest = max(means) or 1
    return "".join(_BARS[min(ceil(mean / highest * _HEIGHT), _HEIGHT)] for mean in means)


def as_csv(trends: Trends) -> str:
    """The numbers as RFC 4180 has it: a row for each stretch of time, a column for each query and for the archive."""
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(["first", "last", *(inert(trend.coverage.query) for trend in trends.trends), "archive"])
    columns = [trends.buckets, *(trend.counts for trend in trends.trends), trends.archive]
    for bucket, *counts in zip(*columns, strict=True):
        rows.writerow([bucket.first, bucket.last, *counts])
    return written.getvalue()


def within(query: Query, bucket: Bucket) -> Query:
    """The query for the days of a stretch of time, as far as they are its own."""
    after, before = query.filters.after, query.filters.before
    end = date.fromordinal(bucket.last.toordinal() + 1) if bucket.last < date.max else None
    return query.within(max(filter(None, (after, bucket.first))), min(filter(None, (before, end)), default=None))


def _trend(
    query: Query, coverage: Coverage, counts: tuple[int, ...], archive: tuple[int, ...], *, shares: bool
) -> Trend:
    parts = (count / all_ if all_ else 0.0 for count, all_ in zip(counts, archive, strict=True))
    return Trend(query, coverage, counts, tuple(parts) if shares else counts)


def _together(found: Sequence[Coverage]) -> Coverage:
    """All days that any of them has, each once."""
    days = sorted({day for coverage in found for day, _ in coverage.days})
    return replace(found[0], days=tuple((day, 1) for day in days))


def _united(archive: Sequence[Coverage]) -> Coverage:
    """All that the archive has on the days that any of them has."""
    days = dict(day for coverage in archive for day in coverage.days)
    return replace(archive[0], days=tuple(sorted(days.items())))


def _fitting(together: Coverage) -> Step:
    """The shortest step that makes few enough stretches; else the longest there is."""
    days = (together.days[-1][0] - together.days[0][0]).days if together.days else 0
    possible = (step for step in together.steps if days / _LONGEST[step] <= _WANTED)
    return next((step for step in possible if len(together.buckets(step)) <= _WANTED), Step.YEAR)


def _counted(coverage: Coverage, frame: Sequence[Bucket]) -> tuple[int, ...]:
    """How many articles there are in each of these stretches of time, which follow one another."""
    firsts, counts = [bucket.first for bucket in frame], [0] * len(frame)
    for day, articles in coverage.days:
        place = bisect_right(firsts, day) - 1
        if place >= 0 and day <= frame[place].last:
            counts[place] += articles
    return tuple(counts)

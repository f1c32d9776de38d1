"""How often something was in the news: queries counted over the same stretches of time. Values, pure."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from corpus import Bucket, Coverage, Query, Step, inert

MOST = 5  # queries beside one another
_WANTED = 60  # stretches of time that a chart shows well; a step is chosen that makes no more, where there is one
_COLUMNS = 40  # of a sparkline
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Trend:
    """One query: how many articles match, from which outlets, and how many in each stretch of time."""

    query: Query
    coverage: Coverage
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """Queries over the same stretches of time, and all articles of the archive in each of these.

    ``shares`` says that numbers are meant as shares of the archive.
    """

    step: Step
    shares: bool
    buckets: tuple[Bucket, ...]
    trends: tuple[Trend, ...]
    archive: tuple[int, ...]

    @classmethod
    def of(
        cls, queries: Sequence[Query], found: Sequence[Coverage], whole: Coverage, step: Step | None, *, shares: bool
    ) -> Trends:
        """Sum what was found; without a step by the shortest that a chart shows well."""
        together = _together(found)
        chosen = step if step in together.steps else _fitting(together)
        frame = together.buckets(chosen)
        trends = (
            Trend(query, coverage, _counted(coverage, frame)) for query, coverage in zip(queries, found, strict=True)
        )
        return cls(chosen, shares, frame, tuple(trends), _counted(whole, frame))

    def values(self, trend: Trend) -> tuple[float, ...]:
        """What is shown of a query: its numbers, or its shares of the archive, of which there is 1 in all."""
        if not self.shares:
            return trend.counts
        return tuple(count / all_ if all_ else 0.0 for count, all_ in zip(trend.counts, self.archive, strict=True))

    def peaks(self, trend: Trend, number: int) -> list[Bucket]:
        """The stretches in which there was most, that of the most first; none in which there was nothing."""
        found = zip(self.values(trend), self.buckets, trend.counts, strict=True)
        best = sorted(found, key=lambda each: (-each[0], each[1].first))[:number]
        return [bucket._replace(articles=count) for _, bucket, count in best if count]


def sparkline(values: Sequence[float]) -> str:
    """A line of bars, the highest at the highest value, of at most 40 columns; nothing for nothing."""
    if not values:
        return ""
    width = -(-len(values) // _COLUMNS)
    folded = [sum(values[start : start + width]) for start in range(0, len(values), width)]
    highest = max(folded) or 1
    return "".join(_BARS[min(int(value / highest * len(_BARS)), len(_BARS) - 1)] for value in folded)


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


def _together(found: Sequence[Coverage]) -> Coverage:
    """All days that any of them has, each once."""
    days = sorted({day for coverage in found for day, _ in coverage.days})
    return replace(found[0], days=tuple((day, 1) for day in days))


def _fitting(together: Coverage) -> Step:
    """The shortest step that makes few enough stretches; else the longest there is."""
    fitting = (step for step in together.steps if len(together.buckets(step)) <= _WANTED)
    return next(fitting, Step.YEAR)


def _counted(coverage: Coverage, frame: Sequence[Bucket]) -> tuple[int, ...]:
    """How many articles there are in each of these stretches of time, which follow one another."""
    firsts, counts = [bucket.first for bucket in frame], [0] * len(frame)
    for day, articles in coverage.days:
        place = bisect_right(firsts, day) - 1
        if place >= 0 and day <= frame[place].last:
            counts[place] += articles
    return tuple(counts)

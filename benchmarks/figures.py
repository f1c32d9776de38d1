"""What was measured, as frozen values, and the statistics on them. Knows nothing of how it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median

from corpus.evaluation import percentile


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of one engine: the kind of each question, its milliseconds, its number of results."""

    kinds: tuple[str, ...]
    milliseconds: tuple[float, ...]
    results: tuple[int, ...]

    @property
    def p50(self) -> float:
        """Milliseconds that half of the pages stay below."""
        return median(self.milliseconds)

    @property
    def p99(self) -> float:
        """Milliseconds that 99 of 100 pages stay below."""
        return percentile(self.milliseconds, 99)

    @property
    def mean_results(self) -> float:
        """Results a page; an engine that finds little has little to do."""
        return fmean(self.results)

    def of_kind(self, kind: str) -> Pages:
        """Only the pages for one kind of question."""
        chosen = [row for row in zip(self.kinds, self.milliseconds, self.results, strict=True) if row[0] == kind]
        return Pages(*(tuple(column) for column in zip(*chosen, strict=True))) if chosen else Pages((), (), ())


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """One engine at one size. ``stages`` and ``functions`` are milliseconds a page, only Dateline has them."""

    engine: str
    articles: int
    ingest_seconds: tuple[float, ...]
    first_answer_seconds: tuple[float, ...]
    pages: Pages
    private_megabytes: float | None
    disk_megabytes: float
    stages: dict[str, float]
    functions: dict[str, float]

    @property
    def ingest_rate(self) -> float:
        """Articles a second, from JSON Lines to the finished index."""
        return self.articles / median(self.ingest_seconds)

    @property
    def first_answer(self) -> float:
        """Seconds from the start of a process to its first answer."""
        return median(self.first_answer_seconds)


@dataclass(frozen=True, slots=True)
class InteractionFigures:
    """Milliseconds of an interaction without its search: by the bot and by a bare command, question for question.

    ``how`` says in words what was done.
    """

    how: str
    bot: tuple[float, ...]
    bare: tuple[float, ...]

    @property
    def added(self) -> tuple[float, ...]:
        """What the bot adds, in milliseconds."""
        return tuple(ours - theirs for ours, theirs in zip(self.bot, self.bare, strict=True))

    @property
    def p50(self) -> float:
        """Milliseconds that the bot adds to half of the interactions at most."""
        return median(self.added)

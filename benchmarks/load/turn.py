"""What one turn of load gave, as frozen values. Knows nothing of how it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.load.spread import Spread

ANSWERED, REFUSED, TROUBLE = "answered", "refused", "trouble"
LATE, SILENT, STRAY = "too late", "no answer", "stray request"
"""No first response within three seconds; no answer within fifteen; a request that nothing asked for."""

ERRORS = (TROUBLE, LATE, SILENT, STRAY)


@dataclass(frozen=True, slots=True)
class Memory:
    """Private memory of the bot in 10**6 bytes: at the beginning, at the end, at most, and at most with children."""

    start: float
    end: float
    most: float
    together: float


@dataclass(frozen=True, slots=True)
class Processors:
    """Seconds that were used: by the bot, by its children, by the loopback Discord."""

    bot: float
    children: float
    discord: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: what was asked, what came of it, and what it cost. Times are in milliseconds.

    ``behind`` is how late the harness itself sent; ``lag`` is what a probe noted, ``told_lag`` the bound below which
    the bot's own histogram has 99 of 100. ``reindexed`` are the seconds of each reindex that ended meanwhile.
    """

    name: str
    rate: float
    seconds: float
    sent: int
    first: Spread
    finished: Mapping[str, Spread]
    kinds: Mapping[str, Spread]
    outcomes: Mapping[str, int]
    notices: Mapping[str, int]
    behind: Spread
    lag: Spread
    told_lag: float | None
    memory: Memory
    processors: Processors
    reindexed: tuple[float, ...]

    @property
    def answered(self) -> Spread:
        """Until the finished answer, of those that got one."""
        return self.finished.get(ANSWERED, Spread(0, 0, 0, 0))

    @property
    def errors(self) -> int:
        """How many got neither an answer nor a polite refusal."""
        return sum(self.outcomes.get(each, 0) for each in ERRORS)

    @property
    def refused(self) -> int:
        """How many were politely refused."""
        return self.outcomes.get(REFUSED, 0)

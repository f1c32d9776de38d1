"""Times and outcomes of interactions, as they come in; of half a million it keeps a few megabytes. Knows no Discord."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from typing import Any

from benchmarks.load.spread import spread

_NOTICES = 12  # different notices whose text is kept
_LONGEST = 160  # characters of one


class Tally:
    """What came of the interactions of one turn."""

    def __init__(self) -> None:
        self.outcomes = Counter[str]()
        self.notices = Counter[str]()
        self._first = array("f")
        self._finished: defaultdict[str, array[float]] = defaultdict(lambda: array("f"))
        self._kinds: defaultdict[str, array[float]] = defaultdict(lambda: array("f"))
        self._behind = array("f")

    def sent(self, behind: float) -> None:
        """One was sent, so many seconds after it should have been."""
        self._behind.append(behind * 1000)

    def responded(self, seconds: float) -> None:
        """The first response to one came after that time."""
        self._first.append(seconds * 1000)

    def ended(self, kind: str, outcome: str, seconds: float, notice: str = "") -> None:
        """One ended; ``notice`` is what was said in the place of an answer."""
        self.outcomes[outcome] += 1
        self._finished[outcome].append(seconds * 1000)
        self._kinds[f"{kind}, {outcome}"].append(seconds * 1000)
        if notice and (notice[:_LONGEST] in self.notices or len(self.notices) < _NOTICES):
            self.notices[notice[:_LONGEST]] += 1

    def figures(self) -> dict[str, Any]:
        """All of it in plain values; times are milliseconds at the 50th, 95th and 99th percentile, and the longest."""
        return {
            "sent": len(self._behind),
            "behind": spread(self._behind),
            "first": spread(self._first),
            "finished": {outcome: spread(times) for outcome, times in self._finished.items()},
            "kinds": {kind: spread(times) for kind, times in sorted(self._kinds.items())},
            "outcomes": dict(self.outcomes),
            "notices": dict(self.notices),
        }

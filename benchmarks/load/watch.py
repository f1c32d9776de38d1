"""Looks at a process and its children while they are at work: at memory now and then, and at processor time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks.tree import family, private, processor_seconds


class Look(NamedTuple):
    """When it was, in seconds, and the private memory in 10**6 bytes: the process alone, and with its children."""

    moment: float
    own: float
    together: float


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of the processors between two moments: by a process, by its children as far as they were seen."""

    own: float
    children: float


class Watch:
    """Looks, from the beginning of the block to its end, every so many seconds."""

    def __init__(self, pid: int, *, every: float) -> None:
        self.looks: list[Look] = []
        self._pid, self._every = pid, every
        self._before = processor_seconds(pid)
        self._children: dict[int, tuple[float, float]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    @property
    def used(self) -> Used:
        """What was used until the last look."""
        children = sum(last - first for first, last in self._children.values())
        return Used(processor_seconds(self._pid) - self._before, children)

    def _go_on(self) -> None:
        while not self._over.wait(self._every):
            self._look()

    def _look(self) -> None:
        _, *children = family(self._pid)
        for child in children:
            now = processor_seconds(child)
            # A child that was there before has used what is none of ours; one that came since has not.
            first, _ = self._children.get(child, (0.0 if self.looks else now, now))
            self._children[child] = (first, now)
        own = private(self._pid)
        self.looks.append(Look(monotonic(), own, own + sum(map(private, children))))

"""How stored articles get into an index that is open for writing: one batch is analysed while the next is stored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol

from corpus.engine.analyst import AT_ONCE, Analyst, Made
from corpus.engine.entry import Entry
from corpus.engine.values import Stored


class Changes(Protocol):
    """What an index follows."""

    @property
    def seq(self) -> int:
        """The number of the last change."""

    def removed_since(self, seq: int) -> list[int]:
        """The keys of the articles that were removed after this change and have not come back."""


class Indexing(ABC):
    """An index, open for writing."""

    def __init__(self, store: Changes, analyst: Analyst, *, note: Callable[[int], None], since: int) -> None:
        """The index holds everything up to the change ``since``.

        ``note`` is told the last change that the index holds whenever that is certain.
        """
        self._store = store
        self._analyst = analyst
        self._note = note
        self._since = since
        self._waiting: deque[tuple[Sequence[Stored], Made]] = deque()

    def put(self, stored: Iterable[Stored]) -> None:
        """Put in these articles, which are stored, each in the place of the one that has its key."""
        articles = iter(stored)
        while batch := list(islice(articles, AT_ONCE)):
            self._waiting.append((batch, self._analyst.begin([each.article for each in batch])))
            if len(self._waiting) > 1:
                self._write_next()

    def commit(self) -> None:
        """Make all searchable and durable that was put, and that was removed, also by others: that needs no lock."""
        while self._waiting:
            self._write_next()
        seq = self._store.seq
        self._end(self._store.removed_since(self._since), seq)
        self._note(seq)
        self._since = seq

    def _write_next(self) -> None:
        batch, made = self._waiting.popleft()
        self._write(batch, made())

    @abstractmethod
    def _write(self, batch: Sequence[Stored], entries: Sequence[Entry]) -> None:
        """Put in these articles with their entries."""

    @abstractmethod
    def _end(self, removed: Iterable[int], seq: int) -> None:
        """Take out the articles with these keys, as of this change, and have all searchable and durable."""

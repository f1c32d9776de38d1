"""The one lock of an archive in a cluster, which falls with the process that holds it, on whatever machine.

Whoever holds it shows a sign of life every second. Whoever wants it takes it over from a process that is known to be
dead, or that showed none for ten seconds by the watch of the one who waits: clocks of machines are never compared. One
that only stood still is told when it goes on: its transactions are refused (``state``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from corpus.engine.opensearch.connection import Conflict, Connection, Missing
from corpus.engine.opensearch.holder import Holder
from corpus.engine.opensearch.state import States
from corpus.errors import CorpusLocked, StoreError

_BEAT = 1.0  # seconds
_DEAD = 10.0  # seconds without a beat
_PAUSE = 0.1  # seconds between two looks
_PATIENCE = 2.0  # seconds for one sign of life: another one comes after it

_Since = Mapping[str, Any]


class Lock:
    """The lock of one archive."""

    def __init__(self, connection: Connection, states: States, name: str, place: str, holder: Holder) -> None:
        self._connection = connection
        self._states = states
        self._path = f"/{name}-state/_doc/keeper"
        self._place = place
        self._holder = holder
        self._known: _Since | None = None
        self._moved = 0.0
        self._one = threading.Lock()

    @contextmanager
    def held(self, patience: float) -> Iterator[None]:
        """Hold it as long as the block lasts.

        Raises:
            CorpusLocked: somebody alive still holds it after ``patience`` seconds.
        """
        if not self._one.acquire(blocking=patience > 0, timeout=patience if patience > 0 else -1):
            raise CorpusLocked(self._place)  # another thread of ours holds it
        try:
            with self._held(patience):
                yield
        finally:
            self._one.release()

    @contextmanager
    def _held(self, patience: float) -> Iterator[None]:
        since = self._taken(patience)
        over = threading.Event()
        beating = threading.Thread(target=self._beat, args=(since, over), name="keeper's beat", daemon=True)
        beating.start()
        try:
            self._states.change(lambda state: replace(state, keeper=self._holder.name))
            self._states.keeper = self._holder.name
            yield
        finally:
            over.set()
            beating.join()
            self._states.keeper = ""

    def _taken(self, patience: float) -> _Since:
        """Put ourselves down as its holder."""
        began, beats = time.monotonic(), 0
        while True:
            held, since = self._look()
            now = time.monotonic()
            if since != self._known:  # remembered from one attempt to the next: whoever has no patience comes again
                self._known, self._moved, beats = since, now, beats + 1
            ours = held is not None and held.name == self._holder.name  # an answer was lost on its way to us
            if held is None or ours or held.is_dead() or now - self._moved > _DEAD:
                with suppress(Conflict):
                    return self._put(since)
                continue
            # One beat more than at first says that it lives; without any it may be dead, which takes longer to tell.
            if now - began >= patience and (beats > 1 or not patience):
                raise CorpusLocked(self._place)
            time.sleep(_PAUSE)

    def _look(self) -> tuple[Holder | None, _Since]:
        """Who holds it, and by what the cluster knows whether that has changed since."""
        try:
            found = self._connection.ask("GET", self._path)
        except Missing:
            return None, {}
        return Holder.read(found["_source"]), {
            "if_seq_no": found["_seq_no"],
            "if_primary_term": found["_primary_term"],
        }

    def _put(self, since: _Since) -> _Since:
        params: dict[str, Any] = {**since} or {"op_type": "create"}
        done = self._connection.ask("PUT", self._path, self._holder.written(), request_timeout=_PATIENCE, **params)
        return {"if_seq_no": done["_seq_no"], "if_primary_term": done["_primary_term"]}

    def _beat(self, since: _Since, over: threading.Event) -> None:
        """Show signs of life until it is over, then let go of it; where somebody took it over, there is nothing to."""
        lost = False
        while not lost and not over.wait(_BEAT):
            with suppress(StoreError):
                try:
                    since = self._put(since)
                except (Conflict, Missing):  # an answer that was lost on its way looks like somebody else's beat
                    held, since = self._look()
                    lost = held is None or held.name != self._holder.name
        for _ in range(0 if lost else 2):
            with suppress(StoreError, Missing):
                held, since = self._look()
                if held is not None and held.name == self._holder.name:
                    with suppress(Conflict):
                        self._connection.ask("DELETE", self._path, **since)
                return

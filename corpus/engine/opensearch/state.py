"""The one document that changes with every change of an archive, and the transactions that it makes of many.

A cluster changes one document at a time, whole or not at all. So what belongs together is first written down as a whole
(the journal), and then that it holds (the state, in one step: from there on nothing is lost); then it is carried out,
which whoever comes next does again where a process died of it. What is carried out has the number of its transaction as
its version, and never takes the place of what a later one wrote.

Only one transaction is open at a time: who opens one says so in the state, which nobody else can change unseen.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from random import uniform
from typing import Any

from corpus.engine.opensearch.connection import Conflict, Connection, Missing
from corpus.engine.opensearch.holder import Holder
from corpus.errors import CorpusLocked, CorpusMissing, CorpusTooNew, StoreError

_PATIENCE = 10.0  # seconds that a transaction waits for another one
_ABANDONED = 30.0  # seconds after which an open transaction is taken for abandoned; to take it over is safe
_ATTEMPTS = 5  # to carry out what holds
_PAUSES = (0.004, 0.02)  # seconds, between which one waits before one looks again
_JOURNAL_BYTES = 8 * 2**20  # of one document of a journal

Written = Mapping[str, Any] | None
"""A document as it is to be, or None where it is to go."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of an archive before anything else: ``seq`` is its last change, ``keeper`` who may change it.

    ``transaction`` counts those that held. ``opened`` is the one that is open, ``by`` whom; ``journal`` says how many
    documents describe what holds and is still to be carried out, after which ``then`` has the next change and key.
    An archive that is ``filling`` has not all of another one yet, and is none.
    """

    name: str
    format: int
    seq: int = 0
    next_key: int = 1
    keeper: str = ""
    transaction: int = 0
    opened: str = ""
    by: dict[str, Any] | None = None
    journal: int = 0
    then: tuple[int, int] = (0, 0)
    filling: bool = False

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> State:
        """The state that was written down."""
        known = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
        return cls(**{**known, "then": tuple(known.get("then", (0, 0)))})

    def written(self) -> dict[str, Any]:
        """As it is written down."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(slots=True)
class Open:
    """A transaction that is open: what it is to change, and how far it counts on."""

    seq: int
    next_key: int
    documents: dict[tuple[str, str], Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The state as it was seen, and by what the cluster knows whether it has changed since."""

    state: State
    since: Mapping[str, int]


class States:
    """The state of one archive, and its transactions. Safe to share between threads: each has its own."""

    def __init__(self, connection: Connection, name: str, place: str, holder: Holder, most_format: int) -> None:
        self._connection = connection
        self._name = name
        self._place = place
        self._path = f"/{name}-state/_doc/archive"
        self._holder = holder
        self._most_format = most_format
        self._own = threading.local()
        self.keeper = ""
        """By what the state knows this engine as the one that keeps the archive, if it does."""

    @property
    def open(self) -> Open | None:
        """The transaction that this thread has open."""
        return getattr(self._own, "open", None)

    def seen(self) -> State:
        """The state as it is now.

        Raises:
            CorpusMissing: there is no archive.
            CorpusTooNew: a newer Dateline made it.
        """
        return self._seen().state

    def hold_on(self) -> State:
        """The state, if it still knows this engine as the one that keeps the archive.

        Raises:
            CorpusLocked: while this process stood still, somebody took it for dead.
        """
        state = self.seen()
        if self.keeper and state.keeper != self.keeper:
            raise CorpusLocked(self._place)
        return state

    def make(self) -> None:
        """Make an archive of nothing, unless somebody has."""
        first = State(uuid.uuid4().hex[:16], self._most_format)
        try:
            self._connection.ask("PUT", self._path, first.written(), op_type="create")
        except Conflict:
            self.seen()

    def get(self, index: str, key: str) -> Mapping[str, Any] | None:
        """The document as it will be when this thread's transaction holds, or as it is."""
        if self.open and (index, key) in self.open.documents:
            return self.open.documents[index, key]
        return self.many(index, [key]).get(key)

    def many(self, index: str, keys: Iterable[str], **params: Any) -> dict[str, Mapping[str, Any]]:
        """Those of these documents that there are, in the same sense."""
        pending = self.open.documents if self.open else {}
        wanted = list(dict.fromkeys(keys))
        away = [key for key in wanted if (index, key) not in pending]
        found = self._connection.many(f"{self._name}-{index}", away, **params)
        own = {key: document for key in wanted if (document := pending.get((index, key))) is not None}
        return {**found, **own}

    def put(self, index: str, key: str, document: Written) -> None:
        """Let this document be so when the transaction holds."""
        if self.open is None:
            raise RuntimeError("a document of the archive is changed outside of a transaction")
        self.open.documents[index, key] = document

    @contextmanager
    def transaction(self) -> Iterator[Open]:
        """All or nothing of what is put inside by this thread; within another transaction, a part of that.

        Raises:
            CorpusLocked: others changed the archive all the time, or somebody else keeps it by now.
            StoreError: the cluster did not take it; nothing was changed.
        """
        if self.open is not None:
            yield self.open
            return
        seen = self._begin()
        self._own.open = Open(seen.state.seq, seen.state.next_key)
        try:
            yield self._own.open
            opened = self._own.open
        except BaseException:
            self._give_up(seen)
            raise
        finally:
            self._own.open = None
        self._hold(seen, opened)

    def change(self, change: Callable[[State], State]) -> None:
        """Change the state by itself, however many others do at the same time."""
        while True:
            seen = self._settled()
            try:
                self._write(seen, change(seen.state))
            except Conflict:
                _pause()
            else:
                return

    def _begin(self) -> _Seen:
        deadline = time.monotonic() + _PATIENCE
        while True:
            seen = self._settled()
            if self.keeper and seen.state.keeper != self.keeper:  # while we stood still, somebody took us for dead
                raise CorpusLocked(self._place)
            mark = uuid.uuid4().hex[:16]
            try:
                return self._write(seen, replace(seen.state, opened=mark, by=self._holder.written()))
            except Conflict:
                if time.monotonic() > deadline:
                    raise CorpusLocked(self._place) from None
                _pause()

    def _settled(self) -> _Seen:
        """The state when no transaction is open; of one that was left behind, what held is carried out first.

        Raises:
            CorpusLocked: others have transactions open all the time.
        """
        began, first, since = time.monotonic(), "", time.monotonic()
        while True:
            seen = self._seen()
            state = seen.state
            if not state.opened:
                return seen
            if state.opened != first:
                first, since = state.opened, time.monotonic()
            holder = Holder.read(state.by) if state.by else None
            if time.monotonic() - since > _ABANDONED or (holder and holder.is_dead()):
                try:
                    if state.journal:
                        return self._carried_out(seen)
                    closed = self._write(seen, _closed(state))
                    self._forget_journal(state.opened)  # of what never held
                except (Conflict, Missing):  # somebody else does it
                    continue
                return closed
            if time.monotonic() - began > _PATIENCE + _ABANDONED:
                raise CorpusLocked(self._place)
            _pause()

    def _hold(self, seen: _Seen, opened: Open) -> None:
        """Write down what is to be, then that it holds, then carry it out."""
        state = seen.state
        if not opened.documents and (opened.seq, opened.next_key) == (state.seq, state.next_key):
            try:
                self._write(seen, _closed(state))
            except Conflict:
                raise CorpusLocked(self._place) from None  # it was taken for abandoned, and others had their turn
            return
        number = state.transaction + 1
        lines = [_line(self._name, index, key, document, number) for (index, key), document in opened.documents.items()]
        try:
            held = replace(state, transaction=number, then=(opened.seq, opened.next_key))
            held = replace(held, journal=self._journal(held, lines))
            seen = self._write(seen, held)
        except Conflict:
            self._forget_journal(state.opened)
            raise CorpusLocked(self._place) from None  # it was taken for abandoned
        except StoreError:
            if self._give_up(seen):  # else it may hold, for all that is known here, and its journal is needed
                self._forget_journal(state.opened)
            raise
        with suppress(Conflict):  # it was taken for abandoned after it held, so somebody else has carried it out
            self._carried_out_at_last(seen, lines)

    def _carried_out_at_last(self, seen: _Seen, lines: list[str]) -> None:
        """Carry out what holds, also where the cluster does not take it at once."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._carried_out(seen, lines)
            except StoreError:
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(attempt / 2)
            else:
                return

    def _journal(self, state: State, lines: list[str]) -> int:
        """Write down what is to be carried out; gives in how many documents."""
        parts: list[list[str]] = [[]]
        size = 0
        for line in lines:
            if size + len(line) > _JOURNAL_BYTES and parts[-1]:
                parts.append([])
                size = 0
            parts[-1].append(line)
            size += len(line)
        for number, part in enumerate(parts):
            self._connection.ask("PUT", self._journal_path(state, number), {"lines": part})
        return len(parts)

    def _journal_path(self, state: State, number: int) -> str:
        return f"/{self._name}-state/_doc/journal-{state.opened}-{number}"

    def _carried_out(self, seen: _Seen, lines: Iterable[str] | None = None) -> _Seen:
        """Do all that holds, once more where it was done in part, and close the transaction."""
        state = seen.state
        if lines is None:
            lines = self._read_journal(state)
        self._connection.bulk(lines, refresh="true")
        seen = self._write(seen, _closed(replace(state, seq=state.then[0], next_key=state.then[1])))
        self._forget_journal(state.opened)
        return seen

    def _forget_journal(self, opened: str) -> None:
        """Delete what was written down of a transaction, in however many documents; where that fails, it stays."""
        with suppress(Missing, StoreError):
            for number in count():
                self._connection.ask("DELETE", f"/{self._name}-state/_doc/journal-{opened}-{number}")

    def _read_journal(self, state: State) -> Iterator[str]:
        for number in range(state.journal):
            yield from self._connection.ask("GET", self._journal_path(state, number))["_source"]["lines"]

    def _give_up(self, seen: _Seen) -> bool:
        """Close a transaction that changed nothing; where that fails, it is found to be abandoned. Gives if it is."""
        try:
            self._write(seen, _closed(seen.state))
        except (Conflict, StoreError):
            return False
        return True

    def _seen(self) -> _Seen:
        try:
            found = self._connection.ask("GET", self._path)
        except Missing:
            raise CorpusMissing(self._place) from None
        state = State.read(found["_source"])
        if state.format > self._most_format:
            raise CorpusTooNew(self._place, state.format, self._most_format)
        return _Seen(state, {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]})

    def _write(self, seen: _Seen, state: State) -> _Seen:
        """Put this state in the place of the one that was seen.

        Raises:
            Conflict: there is another one by now.
        """
        try:
            done = self._connection.ask("PUT", self._path, state.written(), **seen.since)
        except Conflict:
            now = self._seen()  # an answer that was lost on its way looks like somebody else's change
            if now.state == state:
                return now
            raise
        return _Seen(state, {"if_seq_no": done["_seq_no"], "if_primary_term": done["_primary_term"]})


def _closed(state: State) -> State:
    return replace(state, opened="", by=None, journal=0, then=(0, 0))


def _line(name: str, index: str, key: str, document: Written, version: int) -> str:
    """An action of the bulk API, with its document."""
    meta = {"_index": f"{name}-{index}", "_id": key, "version": version, "version_type": "external_gte"}
    if document is None:
        return json.dumps({"delete": meta})
    return f"{json.dumps({'index': meta})}\n{json.dumps(document)}"


def _pause() -> None:
    time.sleep(uniform(*_PAUSES))  # noqa: S311  # so that two who wait do not look at the same moments

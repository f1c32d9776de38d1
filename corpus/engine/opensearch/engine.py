"""Articles and index in a cluster as one engine: articles are kept before they are indexed, and an index catches up.

Whoever changes anything holds the one lock; whoever searches needs none. Any number of workers ask, and see the same.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from corpus.analysis import Analyser
from corpus.engine.analyst import Analyst
from corpus.engine.opensearch.connection import Connection, Exists, Missing, TooBusy
from corpus.engine.opensearch.holder import Holder
from corpus.engine.opensearch.index import SERVING, ClusterIndexing, Generations, built_of
from corpus.engine.opensearch.indices import FORMAT, KEPT, LAYOUT, kept
from corpus.engine.opensearch.ledger import ClusterLedger
from corpus.engine.opensearch.lock import Lock
from corpus.engine.opensearch.soundness import ClusterSoundness
from corpus.engine.opensearch.state import States
from corpus.engine.opensearch.store import ClusterStore
from corpus.engine.opensearch.view import ClusterView, Pinned
from corpus.engine.opensearch.whole import Whole
from corpus.engine.soundness import lasting
from corpus.engine.tables import TABLES, Rows, nothing
from corpus.engine.values import Built, Change, Cluster, Counted, Signed, Stored, Where, counted, numbered
from corpus.engine.view import EngineView
from corpus.errors import (
    CorpusIncomplete,
    CorpusLocked,
    CorpusMissing,
    CorpusSlow,
    CorpusThere,
    CorpusTooNew,
    CorpusUnfinished,
    CorpusUnreachable,
    CorpusUnwritable,
    NotIndexed,
)
from corpus.model import Article, Copy, CorpusStatus, Source

_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)
_UNTIL_DEAD = 12.0  # seconds after which a dead keeper's lock is free
_KEEPING = 60.0  # seconds that a keeper waits for one answer
_PAUSES = (0.05, 0.3, 1.0)  # seconds between looks at an index that may only be in the middle of something
_STATES = 3  # of the index, of which a question is asked until one holds


class ClusterEngine:
    """One archive in one cluster."""

    def __init__(self, where: Cluster, analyser: Analyser, *, create: bool = False, unfinished: bool = False) -> None:
        """Open the archive; with ``unfinished``, also one that was only filled in part, to be filled.

        Raises:
            CorpusMissing: there is none, and none is to be made.
            CorpusUnfinished: it was only filled in part.
            StoreError: it is newer, or the cluster cannot be reached.
        """
        self.where: Where = where
        self._cluster = where
        self.workplace = where.workplace
        self._analyser = analyser
        self._holder = Holder.own()
        self._asking = Connection(where, patience=where.patience)
        self._keeping = self._asking.patient(max(_KEEPING, where.patience))
        self._states = States(self._keeping, where.name, str(where), self._holder, FORMAT)
        self._seen = States(self._asking, where.name, str(where), self._holder, FORMAT)
        self._lock = Lock(self._keeping, self._states, where.name, str(where), self._holder)
        self._store = ClusterStore(self._keeping, self._states, where.name)
        self._asked_store = ClusterStore(self._asking, self._seen, where.name)
        self._generations = Generations(self._keeping, where.name, where.shards)
        self._asked_generations = Generations(self._asking, where.name, where.shards)
        self.ledger = ClusterLedger(self._asking, self._keeping, self._states, where.name, self._holder)
        self.soundness = ClusterSoundness(self._keeping, self._states, self._store, self.ledger, where.name)
        self._whole = Whole(self._keeping, self._states, self.ledger, where.name)
        self._pinned: Pinned | None = None
        self._pinning = threading.Lock()
        try:
            self._open(create=create, unfinished=unfinished)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the cluster."""
        if self._pinned is not None:
            self._pinned.retire()
        self._asking.close()

    @property
    def kept(self) -> ClusterStore:
        """What the stories of new articles are looked up in."""
        return self._store

    # What a question needs.

    def ask(self, question: Callable[[EngineView], _T]) -> _T:
        """Ask one state of the archive, whole; where that state fails under the question, another.

        A state lies on certain copies of the shards, so it fails where the node of one goes; the others go on.

        Raises:
            NotIndexed: there is no index yet.
            StoreError: the cluster cannot be reached, or not all of it answers.
        """
        with self._asking.in_time():
            for attempt in range(1, _STATES + 1):
                pinned = None
                try:
                    pinned = self._current()
                    with pinned.used():
                        return question(ClusterView(pinned, self._asked_store, self._analyser))
                except TooBusy:
                    raise
                except (Missing, CorpusIncomplete) as error:  # a shard that moved away may even refuse the query (400)
                    self._let_go_of(pinned)
                    if attempt == _STATES:
                        raise CorpusIncomplete("parts of it do not answer") from error
                    _LOG.warning("a state of the index failed under a question, which is asked again: %s", error)
        raise NotIndexed

    def find(self, article_id: str) -> Article | None:
        """The article with this id, if there is one."""
        found = self._asked_store.find([article_id]) if article_id else {}
        return found[article_id].article if article_id in found else None

    def story(self, article_id: str) -> tuple[Article, tuple[Copy, ...]] | None:
        """The article with this id, if there is one, and the others of its story, the earliest first."""
        found = self._asked_store.find([article_id]).get(article_id) if article_id else None
        if found is None:
            return None
        members = self._asked_store.copies([found.story]).get(found.story, [])
        return found.article, tuple(copy for key, copy in members if key != found.key)

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first."""
        return self._asked_store.sources()

    @property
    def seq(self) -> int:
        """The number of the last change: the same number, the same archive."""
        return self._seen.seen().seq

    def status(self) -> CorpusStatus:
        """What the archive holds."""
        first, last = self._asked_store.span()
        asked = self._asked_generations
        index = asked.current()
        note = asked.note(index) if index else None
        return CorpusStatus(
            articles=self._asked_store.count(),
            sources=len(self.sources()),
            first=first,
            last=last,
            indexed_at=datetime.fromisoformat(note.at).replace(microsecond=0) if note else None,
            index_articles=(asked.count(index) if index else None) or 0,
        )

    # What a keeper needs.

    def exclusive(self, patience: float = 0.0) -> AbstractContextManager[None]:
        """Be the only one who changes this archive; the lock falls with the process that holds it.

        Raises:
            CorpusLocked: somebody else is still changing it after ``patience`` seconds.
        """
        return self._lock.held(patience)

    def rows(self, table: str) -> Iterator[Sequence[Any]]:
        """All that a table of ``TABLES`` has, in its columns, in the order of its first ones."""
        return self._whole.rows(table)

    def take_over(self, rows: Rows, check: Callable[[], None] = nothing) -> None:
        """Fill this archive, which is empty, with all that another has, table by table; its index is to be built.

        Where that breaks off, it is no archive any more, until it is begun anew.
        """
        if self._states.seen().filling:
            self._begin_anew()
        elif any(True for table in TABLES for _ in self.rows(table)):
            raise CorpusThere(str(self._cluster))
        self._states.change(lambda state: replace(state, filling=True))
        self._whole.take_over(rows)
        check()
        self._states.change(lambda state: replace(state, filling=False))

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that the archive has."""
        return self._store.checksums(ids)

    def stored(self, ids: Sequence[str]) -> list[Stored]:
        """Those of these articles that the archive has."""
        return list(self._store.find(ids).values())

    def members(self, stories: Sequence[int]) -> list[Stored]:
        """All articles of these stories."""
        return self._store.members_of(stories)

    def count(self) -> int:
        """How many articles the archive has."""
        return self._store.count()

    def next_key(self) -> int:
        """The key that the next new article gets; that of one that was removed is never given to another."""
        return self._states.open.next_key if self._states.open else self._states.seen().next_key

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing of what is saved, removed or written into the ledger inside; one at a time.

        Raises:
            StoreError: the cluster did not take it; nothing was changed.
        """
        return self._states.transaction()

    def save(self, changes: Sequence[Change], signed: Signed, *, signed_to: int | None = None) -> list[Stored]:  # noqa: ARG002  # nobody ever left unsigned ones
        """Store these changes, all or nothing."""
        with self._states.transaction() as opened:
            stored = numbered(changes, opened.seq)
            self._store.save(stored)
            self._store.sign(signed)
            opened.seq += len(stored)
            opened.next_key = max([opened.next_key, *(change.key + 1 for change in changes)])
        return stored

    def remove(self, keys: Sequence[int], signed: Signed) -> None:
        """Remove these articles from the store, all or nothing; the index learns of it when it is next written."""
        with self._states.transaction() as opened:
            self._store.remove(keys, opened.seq + 1)
            self._store.sign(signed)
            opened.seq += len(keys)

    @contextmanager
    def indexing(self) -> Iterator[ClusterIndexing]:
        """Yield what puts stored articles into the serving index; all is searchable when the block ends.

        What was removed since the index was last written goes out of it too.
        """
        index = self._generations.current()
        if index is None:
            raise NotIndexed
        note = self._generations.note(index)
        with self._writing(index, note.seq if note else 0) as indexing:
            yield indexing
            indexing.commit()

    def put(self, stored: Iterable[Stored]) -> None:
        """Put stored articles into the serving index, and take out of it what was removed."""
        with self.indexing() as index:
            index.put(stored)

    def heal(self) -> None:
        """Bring the index up to date with the store: replay what it lacks, or build it anew. Needs the lock."""
        self._generations.settle()
        if trouble := self._trouble():
            _LOG.info("the index is built anew: %s", trouble)
            self.rebuild()
        elif (lag := self._lag()) is not None:
            with self.indexing() as index:
                index.put(self._store.since(lag))

    def heal_if_free(self) -> None:
        """Heal where it is needed, unless somebody else is changing the archive: then serve what there is."""
        trouble = self._trouble()
        if trouble or self._lag() is not None:
            patience = _UNTIL_DEAD if trouble else 0.0  # without an index it is worth waiting for a dead keeper's lock
            with suppress(CorpusLocked, CorpusUnwritable), self.exclusive(patience):
                self.heal()

    def rebuild(self, progress: Counted | None = None) -> None:
        """Build the index anew beside the one that serves, then switch in one step. Needs the lock."""
        self._generations.sweep()
        index, total, began = self._generations.make(), self._store.count(), self._states.seen().seq
        with self._writing(index, began) as building:
            building.put(counted(self._store.since(0), total, progress))
            building.commit()
        self._states.hold_on()
        self._generations.switch(index)

    # How the serving index is kept at hand.

    @contextmanager
    def _writing(self, index: str, since: int) -> Iterator[ClusterIndexing]:
        with Analyst(self._analyser) as analyst:
            note = partial(self._note, index)
            indexing = ClusterIndexing(self._keeping, index, self._store, analyst, note=note, since=since)
            with closing(indexing):
                yield indexing

    def _note(self, index: str, seq: int) -> None:
        self._generations.write_note(index, self._states.hold_on().name, seq)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One state of what is kept, for all that this thread looks up inside; by its id, a document is as it is."""
        names = [f"{self._cluster.name}-{name}" for name in KEPT]
        with ExitStack() as pinned:
            with self._states.transaction():  # as long as which nobody changes anything
                for name in names:
                    pinned.enter_context(self._keeping.pinned(name))
            yield

    def index_trouble(self, *, anew: bool = True) -> str | None:  # noqa: ARG002  # shards check themselves
        """Why the index that serves cannot be used as it is, or None: not if it is merely being written."""
        return self._trouble()

    @property
    def lags(self) -> bool:
        """Whether the index that serves lacks the last changes."""
        return self._lag() is not None

    def indexed(self) -> tuple[int, Pinned]:
        """The last change that the index knows of, and the index: of that change or a later one.

        Raises:
            NotIndexed: there is none.
        """
        pinned = self._current()
        return pinned.built.seq, pinned

    def _trouble(self) -> str | None:
        """Why the serving index cannot be used as it is, or None: not if it is merely being written, or switched."""
        return "there is none" if self._generations.current() is None else lasting(self._trouble_now, _PAUSES)

    def _trouble_now(self) -> str | None:
        index = self._generations.current()
        if index is None:
            return "there is none"
        note, state = self._generations.note(index), self._states.seen()
        self._see_that_it_is_not_newer(note)
        if note is None or not note.is_of(LAYOUT, state.name, state.seq):
            return "it belongs to another archive or version"
        if note.seq == state.seq and self._generations.count(index) != self._store.count():
            changed = self._states.seen() != state or state.opened  # what is being carried out is there in part
            return None if changed else "it does not hold what the archive holds"
        return None

    def _lag(self) -> int | None:
        """The last change that the serving index took in, if there were others since."""
        index = self._generations.current()
        note = self._generations.note(index) if index else None
        return note.seq if note and note.seq < self._states.seen().seq else None

    def _current(self) -> Pinned:
        """The state of the index that serves, as it is now.

        Raises:
            NotIndexed: there is none.
        """
        seen = self._pinned
        if seen is not None:
            key = f"built-{seen.index}"
            found = self._asking.many(f"{self._cluster.name}-state", [key, SERVING])
            if built_of(found.get(key)) == seen.built and found.get(SERVING) == {"index": seen.index}:
                return seen
        with self._pinning_in_time():
            if self._pinned is None or self._pinned is seen:
                before, self._pinned = self._pinned, self._pin()
                if before is not None:
                    before.retire()
            return self._pinned

    @contextmanager
    def _pinning_in_time(self) -> Iterator[None]:
        """One pins for all who ask; if that takes too long, the others do not wait for it."""
        if not self._pinning.acquire(timeout=self._asking.left):
            raise CorpusSlow(self._cluster.patience)
        try:
            yield
        finally:
            self._pinning.release()

    def _let_go_of(self, pinned: Pinned | None) -> None:
        """Ask no more of this state."""
        with self._pinning_in_time():
            if pinned is not None and self._pinned is pinned:
                self._pinned = None
                pinned.retire()

    def _pin(self) -> Pinned:
        generations = self._asked_generations
        for _ in range(_STATES):
            index = generations.current()
            note = generations.note(index) if index else None
            if index is None or note is None:
                continue  # it is being switched
            self._see_that_it_is_not_newer(note)
            if note.layout < LAYOUT:
                break  # somebody is building it anew
            with suppress(Missing):
                return Pinned(self._asking, index, note, self._shards_of(index))
        raise NotIndexed

    def _see_that_it_is_not_newer(self, note: Built | None) -> None:
        """Workers of two versions would each build the index anew in their own way, in turns.

        Raises:
            CorpusTooNew: a newer Dateline built it.
        """
        if note is not None and note.layout > LAYOUT:
            raise CorpusTooNew(str(self._cluster), note.layout, LAYOUT)

    def _shards_of(self, index: str) -> int:
        found = self._asking.ask("GET", f"/{index}/_settings", filter_path="*.settings.index.number_of_shards")
        return int(found[index]["settings"]["index"]["number_of_shards"])

    def _open(self, *, create: bool, unfinished: bool) -> None:
        try:
            state = self._seen.seen()
        except CorpusMissing:
            if not create:
                raise
            self._make()
            state = self._seen.seen()
        if state.filling and not unfinished:
            raise CorpusUnfinished(str(self._cluster))

    def _begin_anew(self) -> None:
        """Empty an archive that was only filled in part; it stays one that is being filled.

        Its indices are made anew: what is deleted leaves its version behind, and versions of ours would be lower.
        """
        for name in (name for name in KEPT if name != "state"):
            with suppress(Missing):
                self._keeping.ask("DELETE", f"/{self._cluster.name}-{name}")
            with suppress(Exists):  # an answer was lost on its way
                self._keeping.ask("PUT", f"/{self._cluster.name}-{name}", kept(name, self._cluster.shards))
        for each in self.ledger.limits():  # they lie beside the state
            self.ledger.limit(each.source, None)

    def _make(self) -> None:
        """Make an archive of nothing; of several who do so at once, one makes each index."""
        try:
            for name in reversed([*KEPT]):  # the state last: with it the archive is there
                with suppress(Exists):
                    self._keeping.ask("PUT", f"/{self._cluster.name}-{name}", kept(name, self._cluster.shards))
        except Missing:
            raise CorpusUnreachable("what answers there is no OpenSearch") from None
        self._states.make()


def remove(cluster: Cluster) -> None:
    """Remove an archive with all that it keeps.

    Raises:
        StoreError: the cluster cannot be reached, or does not do it.
    """
    connection = Connection(cluster, patience=_KEEPING)
    with closing(connection):
        Generations(connection, cluster.name, cluster.shards).remove()
        for name in KEPT:
            with suppress(Missing):
                connection.ask("DELETE", f"/{cluster.name}-{name}")

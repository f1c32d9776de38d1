"""Store and index as one engine: articles are saved before they are indexed, and an index that lags catches up.

Whoever changes anything holds the one lock; whoever searches needs none.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar

from tantivy import DocAddress

from corpus.analysis import Analyser
from corpus.engine.analyst import Analyst
from corpus.engine.entry import Entry
from corpus.engine.indexing import Indexing
from corpus.engine.local.copying import copy_into
from corpus.engine.local.database import ArchiveFile
from corpus.engine.local.generations import Generations, read_note, write_note
from corpus.engine.local.index import LAYOUT, IndexWriter, SearchIndex, damage
from corpus.engine.local.ledger import LocalLedger
from corpus.engine.local.soundness import LocalSoundness
from corpus.engine.local.store import LocalStore, Outlets
from corpus.engine.local.view import IndexFault, IndexView
from corpus.engine.soundness import lasting
from corpus.engine.tables import TABLES, Rows, nothing
from corpus.engine.values import Built, Change, Counted, Signed, Stored, counted, numbered
from corpus.engine.view import EngineView
from corpus.errors import CorpusLocked, CorpusThere, CorpusUnwritable, NotIndexed, StoreError
from corpus.model import (
    Analysed,
    Article,
    Copy,
    CorpusStatus,
    Headline,
    Order,
    Part,
    Scored,
    Source,
    WeightedQuery,
)

_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)
_LOCK_PAUSE = 0.02  # seconds
_PAUSES = (0.001, 0.005, 0.02, 0.1)  # seconds between attempts at an index that is being replaced


class LocalEngine:
    """One archive in one folder: ``archive.db``, ``index/`` and a lock."""

    def __init__(self, folder: Path, analyser: Analyser, *, create: bool = False, untouched: bool = False) -> None:
        """Open the archive, its database brought up to date; ``untouched`` opens it to be looked at only, as it is.

        Raises:
            StoreError: the database is missing, newer, locked, damaged or cannot be written.
        """
        self.where = self.workplace = folder
        self._analyser = analyser
        if create:
            _make(folder)
        self._untouched = untouched
        self._database = ArchiveFile(folder / "archive.db", create=create, untouched=untouched)
        self._store = LocalStore(self._database)
        self.ledger = LocalLedger(self._database)
        self._generations = Generations(folder / "index")
        self._index: SearchIndex | None = None
        self._serving: Path | None = None
        self._opening = threading.Lock()
        self._outlets: Outlets | None = None

    def close(self) -> None:
        """Let go of the database and the index."""
        self._index = None
        self._database.close()

    def rows(self, table: str) -> Iterator[Sequence[Any]]:
        """All that a table has; bands that came late are among the others."""
        return self._database.each(table)

    def take_over(self, rows: Rows, check: Callable[[], None] = nothing) -> None:
        """Fill this archive, which is empty, with all that another has; its index is to be built."""
        if any(True for table in TABLES for _ in self.rows(table)):
            raise CorpusThere(str(self.where))
        with self.transaction():
            for table in TABLES:
                self._database.fill(table, rows(table))
            check()

    # What a question needs.

    def ask(self, question: Callable[[EngineView], _T]) -> _T:
        """Ask one state of the archive, whole: what is switched or committed meanwhile is not seen.

        An index that fails under the question is healed, and asked once more.

        Raises:
            NotIndexed: there is no index that can answer, and none can be built right now.
        """
        try:
            return question(self._view())
        except IndexFault:
            _LOG.exception("the index failed under a question, and is built anew")
        with self._opening:
            self._index = self._serving = None
        try:
            with self.exclusive():
                self.rebuild()
            return question(self._view())
        except (IndexFault, StoreError) as error:
            raise NotIndexed from error

    def find(self, article_id: str) -> Article | None:
        """The article with this id, if there is one."""
        found = self._store.find(article_id)
        return found.article if found else None

    def story(self, article_id: str) -> tuple[Article, tuple[Copy, ...]] | None:
        """The article with this id, if there is one, and the others of its story, the earliest first."""
        found = self._store.find(article_id)
        if found is None:
            return None
        members = self._store.copies([found.story]).get(found.story, [])
        return found.article, tuple(copy for key, copy in members if key != found.key)

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first."""
        self._outlets = self._store.sources(self._outlets)
        return self._outlets.sources

    @property
    def seq(self) -> int:
        """The number of the last change: the same number, the same archive."""
        return self._store.seq

    def status(self) -> CorpusStatus:
        """What the archive holds."""
        first, last = self._store.span()
        try:
            index, folder = self._opened()
            note, found = read_note(folder), index.view.articles
        except NotIndexed:
            note, found = None, 0
        return CorpusStatus(
            articles=self._store.count(),
            sources=len(self.sources()),
            first=first,
            last=last,
            indexed_at=datetime.fromisoformat(note.at) if note else None,
            index_articles=found,
        )

    # What a keeper needs.

    @contextmanager
    def exclusive(self, patience: float = 0.0) -> Iterator[None]:
        """Be the only one who changes this archive; the lock falls with the process that holds it.

        Raises:
            CorpusLocked: somebody else is still changing it after ``patience`` seconds.
            CorpusUnwritable: the lock's file cannot be made.
        """
        with exclusive(self.where, patience):
            yield

    def copy_into(self, file: Path) -> int:
        """Copy the archive as it is at this moment into a new file; gives how many articles that has.

        Raises:
            BackupFailed: the file is there already, or cannot be written.
            StoreError: the archive cannot be read.
        """
        return copy_into(self._database, file)

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that the archive has."""
        return self._store.checksums(ids)

    def stored(self, ids: Sequence[str]) -> list[Stored]:
        """Those of these articles that the archive has."""
        return list(self._store.fetch([key for key, _ in self.known(ids).values()]).values())

    def members(self, stories: Sequence[int]) -> list[Stored]:
        """All articles of these stories."""
        return list(self._store.fetch([key for story in set(stories) for key in self._store.members(story)]).values())

    def count(self) -> int:
        """How many articles the archive has."""
        return self._store.count()

    def next_key(self) -> int:
        """The key that the next new article gets."""
        return self._store.next_key()

    @property
    def kept(self) -> LocalStore:
        """What the stories of new articles are looked up in."""
        return self._store

    @property
    def soundness(self) -> LocalSoundness:
        """What must hold within the database."""
        return LocalSoundness(self._database)

    def snapshot(self) -> AbstractContextManager[None]:
        """One state of the database for all that this thread asks inside."""
        return self._database.snapshot()

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is saved, removed or written into the ledger inside.

        Raises:
            StoreError: the database did not take it; nothing was changed.
        """
        return self._database.transaction()

    def remove(self, keys: Sequence[int], signed: Signed) -> None:
        """Remove these articles from the store, all or nothing; the index learns of it when it is next written."""
        with self.transaction():
            self._store.remove(keys)
            self._store.sign(signed)

    def save(self, changes: Sequence[Change], signed: Signed, *, signed_to: int | None = None) -> list[Stored]:
        """Store these changes, all or nothing; ``signed_to`` is the last article of an older Dateline among them."""
        with self.transaction():
            stored = numbered(changes, self._store.seq)
            self._store.save(stored)
            self._store.sign(signed)
            if signed_to is not None:
                self._store.signed_to(signed_to)
        return stored

    @contextmanager
    def indexing(self) -> Iterator[LocalIndexing]:
        """Yield what puts stored articles into the serving index; all is searchable when the block ends.

        What was removed since the index was last written goes out of it too.
        """
        index, folder = self._opened()
        built = read_note(folder)
        since, fresh, note = built.seq if built else 0, self._store.next_key(), partial(self._note, folder)
        with self._unwritable_told(), index.writing() as writer, Analyst(self._analyser) as analyst:
            indexing = LocalIndexing(writer, self._store, analyst, note=note, since=since, fresh=fresh)
            yield indexing
            indexing.commit()

    def put(self, stored: Iterable[Stored]) -> None:
        """Put stored articles into the serving index, and take out of it what was removed."""
        with self.indexing() as index:
            index.put(stored)

    def heal(self) -> None:
        """Bring the index up to date with the store: replay what it lacks, or build it anew. Needs the lock."""
        if trouble := self._trouble():
            _LOG.info("the index is built anew: %s", trouble)
            self.rebuild()
        elif (lag := self._lag()) is not None:
            with self.indexing() as index:
                index.put(self._store.since(lag))

    def heal_if_free(self) -> None:
        """Heal where it is needed, unless somebody else is changing the archive: then serve what there is."""
        if self._trouble() or self._lag() is not None:
            with suppress(CorpusLocked, CorpusUnwritable), self.exclusive():
                self.heal()

    def rebuild(self, progress: Counted | None = None) -> None:
        """Build the index anew beside the one that serves, then switch in one step. Needs the lock."""
        with self._unwritable_told():
            self._generations.sweep()
            folder, total, began = self._generations.next(), self._store.count(), self._store.seq
            note = partial(self._note, folder)
            with SearchIndex(folder, create=True).writing() as writer, Analyst(self._analyser) as analyst:
                building = LocalIndexing(writer, self._store, analyst, note=note, since=began, fresh=0)
                building.put(counted(self._store.since(0), total, progress))
                building.commit()
            self._generations.switch(folder)

    # How the serving index is kept at hand.

    @contextmanager
    def _unwritable_told(self) -> Iterator[None]:
        try:
            yield
        except (IndexFault, OSError) as error:
            full = "No space left" in str(error)  # tantivy wraps the words of the system in many others
            raise CorpusUnwritable(str(self.where), "no space left on the disk" if full else str(error)) from error

    def _note(self, folder: Path, seq: int) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        write_note(folder, Built(LAYOUT, self._store.name, seq, at))

    def index_trouble(self, *, anew: bool = True) -> str | None:
        """Why the index that serves cannot be used as it is, or None: not if it is merely being written.

        With ``anew`` every file is read, also those that were whole when it was looked at before.
        """
        return lasting(partial(self._trouble, anew=anew), _PAUSES)

    @property
    def outdated(self) -> bool:
        """Whether an older Dateline wrote it, and none of today has opened it but to look."""
        return self._database.outdated

    @property
    def lags(self) -> bool:
        """Whether the index that serves lacks the last changes."""
        return self._lag() is not None

    def indexed(self) -> tuple[int, IndexView]:
        """The last change that the index knows of, and the index: of that change or a later one.

        Raises:
            NotIndexed: there is none.
        """
        index, folder = self._opened()
        note = read_note(folder)
        index, _ = self._opened()
        return note.seq if note else 0, index.view

    def _trouble(self, *, anew: bool = False) -> str | None:
        """Why the serving index cannot be used as it is, or None."""
        folder = self._generations.current()
        if folder is None:
            return "there is none"
        note = read_note(folder)
        if note is None or not note.is_of(LAYOUT, self._store.name, self._store.seq):
            return "it belongs to another archive or version"
        if found := damage(folder, anew=anew, remember=not self._untouched):
            return found
        try:
            indexed = SearchIndex(folder).view.articles
        except IndexFault as error:
            return str(error)
        if note.seq == self._store.seq and indexed != self._store.count():
            return "it does not hold what the archive holds"
        return None

    def _lag(self) -> int | None:
        """The last change that the serving index took in, if there were others since."""
        folder = self._generations.current()
        note = read_note(folder) if folder else None
        return note.seq if note and note.seq < self._store.seq else None

    def _opened(self) -> tuple[SearchIndex, Path]:
        """The index that serves, as it is now.

        Raises:
            NotIndexed: there is none that can be opened.
        """
        with self._opening:
            for pause in _PAUSES:
                folder = self._generations.current()
                try:
                    if folder and folder != self._serving:
                        self._index, self._serving = SearchIndex(folder), folder
                    elif self._index and self._index.outdated:
                        self._index.refresh()
                except IndexFault:  # between reading its name and opening it, an index can be replaced
                    time.sleep(pause)
                    continue
                break
            if self._index is None or self._serving is None:
                raise NotIndexed
            return self._index, self._serving

    def _view(self) -> View:
        return View(self._opened()[0].view, self._store, self._analyser)


class LocalIndexing(Indexing):
    """Puts stored articles into an index that is open for writing."""

    def __init__(
        self,
        writer: IndexWriter,
        store: LocalStore,
        analyst: Analyst,
        *,
        note: Callable[[int], None],
        since: int,
        fresh: int,
    ) -> None:
        """The index holds everything up to the change ``since``, and no article with the key ``fresh`` or a later one.

        ``note`` is told the last change that the index holds whenever that is certain.
        """
        super().__init__(store, analyst, note=note, since=since)
        self._writer = writer
        self._fresh = fresh

    def _write(self, batch: Sequence[Stored], entries: Sequence[Entry]) -> None:
        for stored, entry in zip(batch, entries, strict=True):
            self._writer.put(stored, entry, known=stored.key < self._fresh)
            self._fresh = max(self._fresh, stored.key + 1)

    def _end(self, removed: Iterable[int], seq: int) -> None:  # noqa: ARG002  # nothing comes late here
        for key in removed:
            self._writer.drop(key)
        self._writer.commit()


class View:
    """One state of an archive, for the length of one question."""

    def __init__(self, index: IndexView, store: LocalStore, analyser: Analyser) -> None:
        self._index = index
        self._store = store
        self._analyser = analyser
        self._places: dict[int, DocAddress] = {}
        self._analysed: dict[int, Analysed] = {}
        self.count = index.count
        self.tally = index.tally
        self.frequency = index.frequency
        self.spellings = index.spellings
        self.articles = index.articles
        self.languages = index.languages

    def search(self, query: WeightedQuery, limit: int, order: Order = Order.SCORE) -> list[Scored]:
        """The best ``limit`` articles, or the newest, or the oldest."""
        found = self._index.search(query, limit, order)
        self._places |= {hit.key: place for hit, place in found}
        return [hit for hit, _ in found]

    def find(self, article_id: str) -> Scored | None:
        """The article with this id; None where the index does not have it, or not yet."""
        known = self._store.checksums([article_id])
        found = self._index.lookup(known[article_id][0]) if known else []
        self._places |= {hit.key: place for hit, place in found}
        return next((hit for hit, _ in found), None)

    def foresee(self, terms: Iterable[tuple[Part, str]]) -> None:
        """Nothing to be done: a frequency takes a microsecond."""

    def points(self, hit: Scored, query: WeightedQuery) -> list[float]:
        """What each of the query's terms that count gives this article."""
        return self._index.points(hit.key, query)

    def analysed(self, hits: Sequence[Scored]) -> list[Analysed]:
        """What the analysis made of each of these articles, which this view found."""
        new = [hit.key for hit in hits if hit.key not in self._analysed]
        self._analysed |= zip(new, self._index.analysed([self._places[key] for key in new]), strict=True)
        return [self._analysed[hit.key] for hit in hits]

    def fetch(self, hits: Sequence[Scored]) -> list[tuple[Article, Analysed] | None]:
        """Each of these articles, and what the analysis makes of it as it is now; None where it has gone."""
        stored = self._store.fetch([hit.key for hit in hits])
        indexed = self._index.changes([self._places[hit.key] for hit in hits])
        return [
            self._read(stored[hit.key], hit, seq) if hit.key in stored else None
            for hit, seq in zip(hits, indexed, strict=True)
        ]

    def texts(self, hits: Sequence[Scored]) -> list[str | None]:
        """The text of each of these articles; None where it has gone."""
        found = self._store.texts([hit.key for hit in hits])
        return [found[hit.key][1] if hit.key in found else None for hit in hits]

    def headlines(self, hits: Sequence[Scored]) -> list[Headline | None]:
        """What each of these articles is picked by, without reading its text; None where it has gone."""
        found = self._store.headlines([hit.key for hit in hits])
        return [found.get(hit.key) for hit in hits]

    def copies(self, hits: Sequence[Scored]) -> list[tuple[Copy, ...]]:
        """For each hit the other articles of its story, the earliest first."""
        stories = self._store.copies([hit.story for hit in hits])
        return [tuple(copy for key, copy in stories.get(hit.story, ()) if key != hit.key) for hit in hits]

    def _read(self, stored: Stored, hit: Scored, seq: int) -> tuple[Article, Analysed]:
        """An article that was changed since it was indexed is analysed anew: its sentences may stand elsewhere."""
        fresh = stored.seq == seq
        return stored.article, self.analysed([hit])[0] if fresh else self._analyser.article(stored.article).analysed


@contextmanager
def exclusive(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Be the only one who changes the archive in this folder, whatever its state.

    Raises:
        CorpusLocked: somebody else is still changing it after ``patience`` seconds.
        CorpusUnwritable: the lock's file cannot be made.
    """
    with _lock_file(folder) as file:
        deadline = time.monotonic() + patience
        while not _locked(file):
            if time.monotonic() >= deadline:
                raise CorpusLocked(str(folder))
            time.sleep(_LOCK_PAUSE)
        yield


def is_taken(folder: Path) -> bool:
    """Whether somebody is changing the archive in this folder right now; nobody is hindered by the question."""
    try:
        with (folder / "keeper.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _lock_file(folder: Path) -> IO[str]:
    try:
        return (folder / "keeper.lock").open("w")
    except OSError as error:
        raise CorpusUnwritable(str(folder), error.strerror or str(error)) from error


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CorpusUnwritable(str(folder), error.strerror or str(error)) from error

"""The articles themselves, in SQLite through sqlite-utils: the truth from which the index is derived.

Knows nothing of queries or of the index, but counts every change (``seq``), so that an index can catch up.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from corpus.engine.local.migrations import FORMAT, MIGRATIONS
from corpus.errors import CorpusDamaged, CorpusLocked, CorpusMissing, CorpusTooNew, CorpusUnwritable, StoreError
from corpus.model import Article, Copy, Headline, PubDate, Source

_T = TypeVar("_T")

_PATIENCE = 10.0  # seconds that a writer waits for another one's transaction
_PAUSE = 0.02  # seconds between two attempts at what SQLite does not wait for
_WRITER_CACHE = 32_000  # KiB of pages that a writer keeps: ids are hashes, so it meets all of their index
_MOST_VARIABLES = 500  # values in one statement, below SQLite's oldest limit of 999
_MOST_COPIES = 101  # articles of a story that are named, with the one that stands for it


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it lies in the database: its key, its story, its checksum and the number of its last change."""

    key: int
    story: int
    checksum: bytes
    seq: int
    article: Article


@dataclass(frozen=True, slots=True)
class Signed:
    """What changes in the tables by which copies are found; a band is given with the key that stands under it."""

    signatures: Mapping[int, bytes]
    into: Collection[tuple[int, int]]
    left: Collection[int]
    out_of: Collection[tuple[int, int]]


class Store:
    """One database file. Safe to share between threads: each gets a connection of its own."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the database, or make it.

        Raises:
            CorpusMissing: it is not there and was not to be made.
            CorpusTooNew: a newer Dateline wrote it.
            CorpusDamaged: it cannot be read as a database.
            CorpusLocked: another process holds it for longer than ten seconds.
            CorpusUnwritable: the disk or its permissions do not let it be used.
        """
        if not create and not path.exists():
            raise CorpusMissing(str(path.parent))
        self._path = path
        self._connections: list[sqlite3.Connection] = []
        self._own = threading.local()
        try:
            with self._translated():
                self._prepare()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close every thread's connection. None may be in use: the process would end by it."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    @property
    def name(self) -> str:
        """The archive's own name: sixteen hexadecimal digits, made with it."""
        return str(self._value("SELECT name FROM archive"))

    @property
    def seq(self) -> int:
        """The number of the last change; 0 where nothing was ever stored."""
        return int(self._value("SELECT coalesce(max(seq), 0) FROM articles"))

    def count(self) -> int:
        """How many articles there are."""
        return int(self._value("SELECT count(*) FROM articles"))

    def span(self) -> tuple[date | None, date | None]:
        """The first and the last day of publication; None twice where there is no article."""
        first, last = self._rows("SELECT min(day), max(day) FROM articles")[0]
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else (None, None)

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first."""
        rows = self._rows(
            "SELECT source, coalesce(max(CASE WHEN source_name <> source THEN source_name END), source), count(*),"
            " min(day), max(day) FROM articles GROUP BY source ORDER BY count(*) DESC, source"
        )
        return tuple(
            Source(key, name, articles, date.fromisoformat(first), date.fromisoformat(last))
            for key, name, articles, first, last in rows
        )

    def find(self, article_id: str) -> Stored | None:
        """The article with this id, if there is one."""
        return next(iter(self._select("WHERE id = ?", [article_id])), None)

    def fetch(self, keys: Sequence[int]) -> dict[int, Stored]:
        """The articles with these keys; one that is gone meanwhile is left out."""
        found = (stored for part in _parts(keys) for stored in self._select(f"WHERE key IN {_marks(part)}", part))
        return {stored.key: stored for stored in found}

    def texts(self, keys: Sequence[int]) -> dict[int, str]:
        """The texts of the articles with these keys; one that is gone meanwhile is left out."""
        return {
            key: text
            for part in _parts(keys)
            for key, text in self._rows(f"SELECT key, text FROM articles WHERE key IN {_marks(part)}", part)
        }

    def headlines(self, keys: Sequence[int]) -> dict[int, Headline]:
        """What the articles with these keys are picked by: their texts stay on the disk."""
        return {
            key: Headline(article_id, headline, source, name, PubDate.from_iso(published))
            for part in _parts(keys)
            for key, article_id, headline, source, name, published in self._rows(
                f"SELECT key, id, headline, source, source_name, published FROM articles WHERE key IN {_marks(part)}",
                part,
            )
        }

    def copies(self, stories: Sequence[int]) -> dict[int, list[tuple[int, Copy]]]:
        """Of each of these stories that has more than one article the earliest, with their keys."""
        found: dict[int, list[tuple[int, Copy]]] = {}
        for story in (story for part in _parts(stories) for story in self._told_again(part)):
            rows = self._rows(
                "SELECT key, id, source, source_name, published, url FROM articles"
                " WHERE story = ? ORDER BY day, published, id LIMIT ?",
                [story, _MOST_COPIES],
            )
            found[story] = [
                (key, Copy(article_id, source, name, PubDate.from_iso(published), url))
                for key, article_id, source, name, published, url in rows
            ]
        return found

    def _told_again(self, stories: Sequence[int]) -> list[int]:
        several = f"SELECT story FROM articles WHERE story IN {_marks(stories)} GROUP BY story HAVING count(*) > 1"
        return [story for (story,) in self._rows(several, stories)]

    def checksums(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that is in the archive."""
        return {
            article_id: (key, checksum)
            for part in _parts(ids)
            for article_id, key, checksum in self._rows(
                f"SELECT id, key, checksum FROM articles WHERE id IN {_marks(part)}", part
            )
        }

    def stories(self, stories: Sequence[int], *, before: int | None = None) -> set[int]:
        """Those of these stories that the archive has already, or has among the articles with keys before this one."""
        return {
            story
            for part in _parts(stories)
            for story, first in self._rows(
                f"SELECT story, min(key) FROM articles WHERE story IN {_marks(part)} GROUP BY story", part
            )
            if before is None or first < before
        }

    def members(self, story: int) -> list[int]:
        """The keys of the articles of a story, the one that was stored first in front."""
        return [key for (key,) in self._rows("SELECT key FROM articles WHERE story = ? ORDER BY key", [story])]

    def text(self, key: int) -> tuple[int, str] | None:
        """The story and the text of the article with this key."""
        return next(iter(self._rows("SELECT story, text FROM articles WHERE key = ?", [key])), None)

    def banded(self, bands: Sequence[int]) -> list[tuple[int, int]]:
        """Every key that stands under one of these bands, with the band, in order of the keys."""
        return [
            row
            for part in _parts(sorted(set(bands)))  # near each other in the table too
            for row in self._rows(f"SELECT band, key FROM bands WHERE band IN {_marks(part)} ORDER BY key", part)
        ]

    def signatures(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The signatures of those of these articles that stand for their story."""
        return {
            key: signature
            for part in _parts(sorted(set(keys)))
            for key, signature in self._rows(f"SELECT key, signature FROM signatures WHERE key IN {_marks(part)}", part)
        }

    def unsigned(self, limit: int) -> list[Stored]:
        """The first of the articles that an older Dateline stored and that were never compared."""
        return list(
            self._select(
                "WHERE key BETWEEN (SELECT first_key FROM unsigned) AND (SELECT last_key FROM unsigned)"
                " ORDER BY key LIMIT ?",
                [limit],
            )
        )

    def since(self, seq: int) -> Iterator[Stored]:
        """Every article that was added or changed after this change, in the order of the changes."""
        while batch := list(self._select("WHERE seq > ? ORDER BY seq LIMIT 500", [seq])):
            yield from batch
            seq = batch[-1].seq

    def documents(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the documents under these keys that there are, as they were written."""
        return {
            key: document
            for part in _parts(keys)
            for key, document in self._rows(f"SELECT key, document FROM documents WHERE key IN {_marks(part)}", part)
        }

    def keep(self, key: str, document: str) -> None:
        """Keep a document under this key, in the place of the one that was there."""
        self._change("INSERT OR REPLACE INTO documents VALUES (?, ?)", [key, document])

    def drop(self, key: str) -> None:
        """Let go of the document under this key, if there is one."""
        self._change("DELETE FROM documents WHERE key = ?", [key])

    def drop_all(self, prefix: str) -> int:
        """Let go of every document whose key begins like this; say how many there were."""
        begun = "substr(CAST(key AS BLOB), 1, ?) = ?"  # bytes: LIKE folds case, and texts end at a zero
        return self._change(f"DELETE FROM documents WHERE {begun}", [len(prefix.encode()), prefix.encode()])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is saved inside.

        It waits for another writer at its beginning, where SQLite lets it: one that began by reading would be refused
        at once, if a document was written in between.

        Raises:
            CorpusLocked, CorpusUnwritable, CorpusDamaged: the database did not take it; nothing was changed.
        """
        with self._translated():
            self._database.execute(f"PRAGMA cache_size = -{_WRITER_CACHE}")
            self._database.execute("BEGIN IMMEDIATE")
            with self._database.conn:
                yield

    def next_key(self) -> int:
        """The key that the next new article gets."""
        return int(self._value("SELECT coalesce(max(key), 0) + 1 FROM articles"))

    def save(self, articles: Iterable[Stored]) -> None:
        """Add these articles, or put them in the place of those with the same key."""
        names = (*_COLUMNS, "day")
        statement = f"INSERT OR REPLACE INTO articles ({', '.join(names)}) VALUES {_marks(names)}"
        self._database.conn.executemany(statement, map(_to_row, articles))  # half of what insert_all takes

    def sign(self, signed: Signed) -> None:
        """Take these articles for the first of their stories, or no longer."""
        connection = self._database.conn
        connection.executemany("DELETE FROM signatures WHERE key = ?", ((key,) for key in signed.left))
        connection.executemany("DELETE FROM bands WHERE band = ? AND key = ?", sorted(signed.out_of))
        connection.executemany("INSERT OR REPLACE INTO signatures VALUES (?, ?)", sorted(signed.signatures.items()))
        connection.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", sorted(signed.into))

    def signed_to(self, key: int) -> None:
        """Say up to which key the articles of an older Dateline were compared."""
        self._database.execute("UPDATE unsigned SET first_key = ?", [key + 1])
        self._database.execute("DELETE FROM unsigned WHERE first_key > last_key")

    @property
    def _database(self) -> Database:
        database: Database | None = getattr(self._own, "database", None)
        if database is None:
            database = self._own.database = self._connect()
        return database

    def _connect(self) -> Database:
        connection = sqlite3.connect(self._path, timeout=_PATIENCE, check_same_thread=False)
        self._connections.append(connection)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA synchronous = FULL")
        return Database(connection, recursive_triggers=False, execute_plugins=False)

    def _prepare(self) -> None:
        database = self._database
        found = int(self._value("PRAGMA user_version"))
        if found > FORMAT:
            raise CorpusTooNew(str(self._path.parent), found, FORMAT)
        if found < FORMAT:
            self._enable_wal(database)
            self._migrate(database)

    def _enable_wal(self, database: Database) -> None:
        """Switch to the write-ahead log; of several who make one archive at once, all but one are told to wait."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                database.enable_wal()
            except sqlite3.OperationalError as error:  # SQLite does not wait for this switch by itself
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _migrate(self, database: Database) -> None:
        """Bring the tables up to date, all or nothing, while no other process can begin the same."""
        database.execute("BEGIN IMMEDIATE")
        with database.conn:
            MIGRATIONS.apply(database)
            database.execute(f"PRAGMA user_version = {FORMAT}")

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        with self._translated():
            return self._database.execute(statement, list(values)).fetchall()

    def _change(self, statement: str, values: Sequence[object]) -> int:
        """Change something in a transaction of its own; say how many rows that concerned."""
        with self._translated(), self._database.conn as connection:
            return int(connection.execute(statement, values).rowcount)

    def _value(self, statement: str) -> Any:
        return self._rows(statement)[0][0]

    def _select(self, where: str, values: Sequence[object]) -> Iterator[Stored]:
        return map(_from_row, self._rows(f"SELECT {', '.join(_COLUMNS)} FROM articles {where}", values))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in our own words what SQLite says in its."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            place = str(self._path.parent)
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code: sqlite.org/rescode
            if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise CorpusLocked(place) from error
            if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}:
                raise CorpusUnwritable(place, str(error)) from error
            raise CorpusDamaged(place, str(error)) from error


_COLUMNS = (
    "key",
    "story",
    "checksum",
    "seq",
    "id",
    "headline",
    "text",
    "source",
    "source_name",
    "published",
    "url",
    "byline",
    "section",
    "language",
    "headline_derived",
    "updated",
)


def _from_row(row: Sequence[Any]) -> Stored:
    key, story, checksum, seq, *fields = row
    article_id, headline, text, source, source_name, published, url, byline, section, language, *others = fields
    derived, updated = others
    article = Article(
        article_id,
        headline,
        text,
        source,
        source_name,
        PubDate.from_iso(published),
        url,
        byline,
        section,
        language,
        bool(derived),
        datetime.fromisoformat(updated) if updated else None,
    )
    return Stored(key, story, checksum, seq, article)


def _to_row(stored: Stored) -> tuple[object, ...]:
    """The values of ``_COLUMNS``, and the day."""
    article = stored.article
    return (
        stored.key,
        stored.story,
        stored.checksum,
        stored.seq,
        article.id,
        article.headline,
        article.text,
        article.source,
        article.source_name,
        str(article.published),
        article.url,
        article.byline,
        article.section,
        article.language,
        int(article.headline_derived),
        article.updated.isoformat() if article.updated else None,
        article.published.day.isoformat(),
    )


def _parts(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (values[start : start + _MOST_VARIABLES] for start in range(0, len(values), _MOST_VARIABLES))


def _marks(values: Sequence[object]) -> str:
    return f"({', '.join('?' * len(values))})"

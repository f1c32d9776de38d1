"""One SQLite file through sqlite-utils: opened, brought up to date, asked and changed from any thread.

Knows which steps there are to the format of today, and no table beyond that.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from corpus.engine.local.migrations import FORMAT, MIGRATIONS
from corpus.engine.tables import TABLES
from corpus.errors import CorpusDamaged, CorpusLocked, CorpusMissing, CorpusTooNew, CorpusUnwritable, StoreError

_T = TypeVar("_T")

_PATIENCE = 10.0  # seconds that a writer waits for another one's transaction
_PAUSE = 0.02  # seconds between two attempts at what SQLite does not wait for
_WRITER_CACHE = 16_000  # KiB of pages that a writer keeps: ids are hashes, so it meets all of their index
_MOST_VARIABLES = 500  # values in one statement, below SQLite's oldest limit of 999


class ArchiveFile:
    """One database file. Safe to share between threads: each gets a connection of its own."""

    def __init__(self, path: Path, *, create: bool = False, untouched: bool = False) -> None:
        """Open the database, or make it; ``untouched`` opens it as it is, for reading only, an older format too.

        Raises:
            CorpusMissing: it is not there and was not to be made.
            CorpusTooNew: a newer Dateline wrote it.
            CorpusDamaged: it cannot be read as a database.
            CorpusLocked: another process holds it for longer than ten seconds.
            CorpusUnwritable: the disk or its permissions do not let it be used.
        """
        if not create and not path.exists():
            raise CorpusMissing(str(path.parent))
        if _is_emptied(path):
            raise CorpusDamaged(str(path.parent), "its database is empty")
        self.path = path
        self._untouched = untouched
        self._connections: list[sqlite3.Connection] = []
        self._own = threading.local()
        try:
            with self._translated():
                self._prepare()
        except StoreError:
            self.close()
            raise

    @property
    def outdated(self) -> bool:
        """Whether it still has the format of an older Dateline."""
        return int(self.value("PRAGMA user_version")) < FORMAT

    def close(self) -> None:
        """Close every thread's connection. None may be in use: the process would end by it."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is changed inside by this thread; within another transaction, a part of that.

        It waits for another writer at its beginning, where SQLite lets it: one that began by reading would be refused
        at once, if something was written in between.

        Raises:
            CorpusLocked, CorpusUnwritable, CorpusDamaged: the database did not take it; nothing was changed.
        """
        if self._database.conn.in_transaction:
            yield
            return
        with self._translated():
            self._database.execute(f"PRAGMA cache_size = -{_WRITER_CACHE}")
            self._database.execute("BEGIN IMMEDIATE")
            with self._database.conn:
                yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One state for all that this thread asks inside. A text that is no UTF-8 comes with halves of surrogates."""
        connection = self._database.conn
        connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
        try:
            connection.execute("BEGIN")
            yield
        finally:
            connection.rollback()
            connection.text_factory = str

    def each(self, table: str) -> Iterator[Sequence[Any]]:
        """Every row of a table as ``TABLES`` has it, read as it is asked for."""
        source = "(SELECT * FROM bands UNION ALL SELECT * FROM late_bands)" if table == "bands" else table
        with self._translated():
            yield from self._database.execute(f"SELECT {', '.join(TABLES[table])} FROM {source} ORDER BY 1, 2")

    def fill(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Put these rows into a table, each in the place of the one that has its key."""
        names = TABLES[table]
        self.change_many(f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES {marks(names)}", rows)

    def copy_into(self, empty: Path) -> None:
        """Copy all into an empty file, as it is at this moment, while others go on writing.

        Raises:
            CorpusDamaged: the database cannot be read to its end.
            sqlite3.DatabaseError: the file cannot be written.
        """
        try:
            self._database.execute("VACUUM INTO ?", [str(empty)])
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                raise CorpusDamaged(str(self.path.parent), str(error)) from error
            raise

    def settle(self) -> None:
        """Put all that lies in the write-ahead log into the file itself, which may then be taken without it.

        To close the last connection does so too, but says nothing where the disk does not take it.

        Raises:
            CorpusLocked, CorpusUnwritable: it could not be.
        """
        if self.value("PRAGMA wal_checkpoint(TRUNCATE)"):
            raise CorpusLocked(str(self.path.parent))

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows that a statement gives."""
        with self._translated():
            return self._database.execute(statement, list(values)).fetchall()

    def value(self, statement: str, values: Sequence[object] = ()) -> Any:
        """The one value of the one row that a statement gives."""
        return self.rows(statement, values)[0][0]

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Change something, durably where no transaction is open; say how many rows that concerned."""
        with self._translated(), self.transaction():
            return int(self._database.conn.execute(statement, values).rowcount)

    def change_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Change something once for each of these rows of values."""
        with self._translated(), self.transaction():
            self._database.conn.executemany(statement, rows)  # half of what sqlite-utils' insert_all takes

    @property
    def _database(self) -> Database:
        database: Database | None = getattr(self._own, "database", None)
        if database is None:
            database = self._own.database = self._connect()
        return database

    def _connect(self) -> Database:
        address = f"{self.path.absolute().as_uri()}?mode={self._mode}"
        connection = distrusting(address, uri=True, timeout=_PATIENCE, check_same_thread=False)
        self._connections.append(connection)
        connection.execute("PRAGMA synchronous = FULL")
        return Database(connection, recursive_triggers=False, execute_plugins=False)

    @property
    def _mode(self) -> str:
        """How SQLite opens it. Where no log is, nobody writes: then no file is made beside it, only to be read."""
        if not self._untouched:
            return "rwc"
        return "ro" if self.path.with_name(f"{self.path.name}-wal").exists() else "ro&immutable=1"

    def _prepare(self) -> None:
        database = self._database
        found = int(self.value("PRAGMA user_version"))
        if found > FORMAT:
            raise CorpusTooNew(str(self.path.parent), found, FORMAT)
        if found < FORMAT and not self._untouched:
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

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in our own words what SQLite says in its."""
        try:
            yield
        except UnicodeDecodeError as error:  # of a schema that is damaged
            raise CorpusDamaged(str(self.path.parent), "its schema cannot be read") from error
        except sqlite3.DatabaseError as error:
            place = str(self.path.parent)
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code: sqlite.org/rescode
            if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise CorpusLocked(place) from error
            if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}:
                raise CorpusUnwritable(place, str(error)) from error
            raise CorpusDamaged(place, str(error)) from error


def _is_emptied(path: Path) -> bool:
    """Whether a database has lost all that it had, which SQLite would take for a new one.

    There is an index where there was one; a first start that was cut off has none yet.
    """
    try:
        return not path.stat().st_size and path.with_name("index").exists()
    except OSError:
        return False


def distrusting(path: Path | str, **options: Any) -> sqlite3.Connection:
    """A connection by which no view and no trigger of the file may call what does more than compute.

    What is deleted by it is overwritten: not every SQLite is built so that it does that unasked.
    """
    connection: sqlite3.Connection = sqlite3.connect(path, **options)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def parts(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """These values in runs that one statement takes."""
    return (values[start : start + _MOST_VARIABLES] for start in range(0, len(values), _MOST_VARIABLES))


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values, in parentheses."""
    return f"({', '.join('?' * len(values))})"

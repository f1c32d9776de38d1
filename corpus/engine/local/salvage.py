"""All that can still be read of a damaged database, saved into a new one, which then takes its place in one step.

Row by row around the damage: a table is read in ranges of its keys, and a range that cannot be read is halved, down to
the one row that is lost. Which rows there should be is known from SQLite's own indexes too.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.engine.local.database import ArchiveFile, distrusting
from corpus.engine.local.generations import sync
from corpus.errors import CorpusInUse, CorpusUnwritable

_ROWID = ("articles", "signatures", "removed", "files", "audit", "feeds")
"""Tables whose rows have a number, by which they can be read singly."""

_ASIDE = ("-wal", "-shm")
_SHARED = (510, 0x40000002)
"""Length and place of the bytes on which every SQLite connection to a database with a write-ahead log holds a lock,
from its first question until it is closed (``sqlite3/src/os.h``: SHARED_SIZE, SHARED_FIRST)."""

_LEAST_ROW = 64  # bytes: no row of these tables with an index takes less, so a file has no more of them
_AT_ONCE = 256  # rows
_HEADER = 32  # bytes of SQLite's header that are looked at: sqlite.org/fileformat, 1.3
_MOST_CUT = 16  # a file that should be longer than so many times its length has a damaged header


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What became of a damaged database: where it lies now, which articles are lost, and from which tables more is.

    ``lost`` has the id of each lost article by its key; None where that cannot be told. Of ``doubtful`` ones the table
    and its index told different ids: the first is kept.
    """

    aside: Path
    lost: dict[int, str | None]
    doubtful: dict[int, tuple[str, str]]
    torn: tuple[str, ...]


def salvage(path: Path) -> Salvaged:
    """Put a new database with all that can be read in the place of this one, which is kept beside.

    Raises:
        CorpusInUse: another process has it open, or wrote to it meanwhile.
        CorpusUnwritable: the disk does not take it.
    """
    draft = path.with_name("archive.draft")
    try:
        _cleared(draft)
        with _alone(path):
            pass
        _padded(path)
        lost, doubtful, torn = _saved(path, draft)
        with _alone(path):
            return Salvaged(_switched(path, draft), lost, doubtful, torn)
    except OSError as error:
        raise CorpusUnwritable(str(path.parent), error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # a disk that fails has failed above; what is left goes at the next attempt
            _cleared(draft)


def _padded(path: Path) -> None:
    """Let a file whose end was cut off be as long as its first page says, or SQLite would not even read its schema."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    page, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    if path.stat().st_size < page * pages < _MOST_CUT * path.stat().st_size:
        os.truncate(path, page * pages)


def _saved(path: Path, draft: Path) -> tuple[dict[int, str | None], dict[int, tuple[str, str]], tuple[str, ...]]:
    """Save what can be read; gives which articles are lost, whose ids are in doubt, and from which tables rows are."""
    made = ArchiveFile(draft, create=True)
    torn: list[str] = []
    try:
        tables = [name for (name,) in made.rows(_TABLES)]
        columns = {name: [row[1] for row in made.rows(f"PRAGMA table_info({name})")] for name in tables}
        with closing(distrusting(path)) as damaged:
            damaged.text_factory = _text
            with suppress(*_FAULTS):
                damaged.execute("PRAGMA schema_version").fetchone()  # whatever opening it writes is written now
            before = _written(path)
            for name in tables:
                with made.transaction():
                    table = _Table(damaged, name, columns[name], path.stat().st_size)
                    if not table.save_into(made):
                        torn.append(name)
            known = _known(damaged, "articles")
            ids = _ids(damaged)
            kept: dict[int, str] = dict(made.rows("SELECT key, id FROM articles"))
            lost = {key: ids.get(key) for key in sorted((known | ids.keys()) - kept.keys())}
            doubtful = {key: (kept[key], told) for key, told in ids.items() if kept.get(key, told) != told}
            made.settle()
            with suppress(*_FAULTS):
                damaged.execute("BEGIN IMMEDIATE")  # who wants to write from here on is there when that is looked at
            if _written(path) != before:  # a take-down needs no lock, and would be lost
                raise CorpusInUse(str(path.parent))
    finally:
        made.close()
    return lost, doubtful, tuple(torn)


_FAULTS = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged database raises: its own words may be about bytes that are no text."""

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    " AND name NOT IN ('archive', '_sqlite_migrations') ORDER BY name"
)


def _columns(damaged: sqlite3.Connection, name: str) -> int:
    """How many columns a table has there; 0 where that cannot be told."""
    try:
        return len(damaged.execute(f"PRAGMA table_info({name})").fetchall())
    except _FAULTS:
        return 0


class _Table:
    """One table of a damaged database."""

    def __init__(self, damaged: sqlite3.Connection, name: str, columns: list[str], size: int) -> None:
        self._size = size
        self._damaged = damaged
        self._name = name
        # By their places where there are as many: the name of one may be damaged, and still means what stands there.
        self._columns = "*" if _columns(damaged, name) == len(columns) else ", ".join(columns)
        self._insert = f"INSERT OR IGNORE INTO {name} VALUES ({', '.join('?' * len(columns))})"
        self._whole = True

    def save_into(self, made: ArchiveFile) -> bool:
        """Save all rows that can be read, and say whether those are all."""
        made.change_many(self._insert, self._rows())
        return self._whole

    def _rows(self) -> Iterator[tuple[object, ...]]:
        select = f"SELECT {self._columns} FROM {self._name}"
        try:
            yield from self._damaged.execute(select if self._name in _ROWID else f"{select} NOT INDEXED")
        except _FAULTS:
            self._whole = False
        else:
            return
        if self._name in _ROWID:
            yield from self._around_damage(select)
        else:
            yield from self._backwards(select)

    def _around_damage(self, select: str) -> Iterator[tuple[object, ...]]:
        """Rows count up from 1; those that are told beyond what the file can hold may be true, or damage."""
        blocks = {key // _AT_ONCE for key in _known(self._damaged, self._name)}
        for block in sorted(blocks.union(range(self._size // _LEAST_ROW // _AT_ONCE + 1))):
            first = block * _AT_ONCE
            yield from self._range(f"{select} WHERE rowid BETWEEN ? AND ?", first, first + _AT_ONCE - 1)

    def _range(self, select: str, first: int, last: int) -> Iterator[tuple[object, ...]]:
        try:
            yield from self._damaged.execute(select, [first, last]).fetchall()
        except _FAULTS:
            if first < last:
                middle = (first + last) // 2
                yield from self._range(select, first, middle)
                yield from self._range(select, middle + 1, last)

    def _backwards(self, select: str) -> Iterator[tuple[object, ...]]:
        """What stands behind the damage: read from the end."""
        order = {
            "sightings": "file DESC, key DESC",
            "bands": "band DESC, key DESC",
            "late_bands": "band DESC, key DESC",
            "entries": "feed DESC, entry DESC",
        }
        with suppress(*_FAULTS):
            yield from self._damaged.execute(f"{select} ORDER BY {order.get(self._name, 'rowid DESC')}")


def _known(damaged: sqlite3.Connection, name: str) -> set[int]:
    """The numbers of the rows that a table has, as far as the table or any index of it tells."""
    found: set[int] = set()
    sources = ["NOT INDEXED"]
    with suppress(*_FAULTS):
        sources += [f"INDEXED BY {row[1]}" for row in damaged.execute(f"PRAGMA index_list({name})").fetchall()]
    for source in sources:
        for order in ("ASC", "DESC") if source == "NOT INDEXED" else ("ASC",):
            found.update(_keys(damaged, f"SELECT rowid FROM {name} {source} ORDER BY {_order(source, order)}"))
    return found


def _order(source: str, order: str) -> str:
    return f"rowid {order}" if source == "NOT INDEXED" else "NULL"


def _keys(damaged: sqlite3.Connection, statement: str) -> Iterable[int]:
    with suppress(*_FAULTS):
        for (key,) in damaged.execute(statement):
            if isinstance(key, int):
                yield key


def _ids(damaged: sqlite3.Connection) -> dict[int, str]:
    """The ids of the articles by their keys, as SQLite's own index has them."""
    found: dict[int, str] = {}
    with suppress(*_FAULTS):
        found.update(damaged.execute("SELECT key, id FROM articles INDEXED BY idx_articles_id"))
    return found


def _switched(path: Path, draft: Path) -> Path:
    """Put the draft in the place of the database in one rename, and keep that beside."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}")
    os.link(path, aside)
    for end in _ASIDE:  # they would be taken for the new one's
        if (beside := path.with_name(path.name + end)).exists():
            beside.rename(aside.with_name(aside.name + end))
    draft.replace(path)
    sync(path.parent)
    return aside


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the database alone: as SQLite's own locks tell, which stand however damaged it is.

    The caller has no connection of its own open, since a process does not meet its own locks.
    """
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SHARED)
        except (BlockingIOError, PermissionError) as error:
            raise CorpusInUse(str(path.parent)) from error
        yield


def _written(path: Path) -> tuple[tuple[int, int] | None, ...]:
    """By what is known that somebody wrote to a database: when its files were last written, and how long they are."""
    return tuple(map(_state, (path, path.with_name(f"{path.name}-wal"))))


def _state(file: Path) -> tuple[int, int] | None:
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


def _cleared(draft: Path) -> None:
    for end in ("", *_ASIDE):
        draft.with_name(draft.name + end).unlink(missing_ok=True)


def _text(content: bytes) -> str:
    """A text as it is; one that is no UTF-8 is kept as near as can be, and no longer fits its checksum."""
    return content.decode("utf-8", "replace")

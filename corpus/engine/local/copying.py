"""A copy of an archive's database in one file, whole or not at all, while others read and write the archive."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from corpus.engine.local.database import ArchiveFile, distrusting
from corpus.engine.local.generations import sync
from corpus.errors import BackupFailed, CorpusDamaged

_ASIDE = ("-journal", "-wal", "-shm")  # what SQLite may lay beside a database
_DRAFT = "dateline.draft"  # a name that nobody else gives a file
_ABANDONED = 3600.0  # seconds since a draft was written to, which happens far more often while its process lives


def copy_into(database: ArchiveFile, file: Path) -> int:
    """Copy one state of the database into a new file, and say how many articles it has.

    ``VACUUM INTO`` reads one snapshot, so whoever writes goes on; and it copies no page that was freed, so what was
    erased from the archive is in no backup. The copy gets a name of its own: no index but one that is built from it
    is ever taken for its own.

    Raises:
        BackupFailed: the file cannot be written, or there is one already.
        CorpusDamaged: the copy is not sound: neither is the archive.
        StoreError: the archive cannot be read.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.{_DRAFT}")
    with _told(file), _gone_after(draft):
        _refuse(file)
        _clear_abandoned(file.parent)
        draft.touch(exist_ok=False)  # the system says better than SQLite what is wrong with a folder
        database.copy_into(draft)
        with closing(distrusting(draft)) as copy:
            articles = _finished(copy, database.path.parent)
        sync(draft)
        _refuse(file)
        draft.rename(file)
        sync(file.parent)
    return articles


def _finished(copy: sqlite3.Connection, archive: Path) -> int:
    """Make a copy an archive of its own, and check it; gives how many articles it has."""
    going = "was going on when this backup was made"
    with copy:
        copy.execute("UPDATE archive SET name = lower(hex(randomblob(8)))")
        copy.execute("UPDATE audit SET outcome = ?, ended = at WHERE ended IS NULL", [going])
    copy.execute("PRAGMA journal_mode = WAL")  # as every archive has it; VACUUM leaves it out
    if (found := copy.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise CorpusDamaged(str(archive), str(found))
    return int(copy.execute("SELECT count(*) FROM articles").fetchone()[0])


def _refuse(file: Path) -> None:
    if file.exists():
        raise FileExistsError(file)


def _clear_abandoned(folder: Path) -> None:
    """Remove what killed backups have left in this folder: each is as large as the archive."""
    for left in folder.glob(f".*.{_DRAFT}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Say in our own words why a backup cannot be written."""
    try:
        yield
    except FileExistsError as error:
        raise BackupFailed(str(file), "it is there already") from error
    except FileNotFoundError as error:
        raise BackupFailed(str(file), "there is no such folder") from error
    except OSError as error:
        raise BackupFailed(str(file), error.strerror or str(error)) from error
    except sqlite3.DatabaseError as error:
        raise BackupFailed(str(file), str(error)) from error  # such as: database or disk is full


@contextmanager
def _gone_after(draft: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for each in (draft, *(draft.with_name(draft.name + end) for end in _ASIDE)):
            with suppress(OSError):
                each.unlink()

"""A glance at an archive: what can be told of it within a moment. Changes nothing, waits for nobody, hinders nobody.

Even what any other way of opening it would do goes undone: to bring an older format up to date, to heal the index.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corpus.analysis import Analyser
from corpus.engine import Cluster, Engine, Where, opened
from corpus.engine.local import LocalEngine, is_taken
from corpus.errors import CorpusDamaged, CorpusMissing
from corpus.feeds import FeedState
from corpus.keeping import following

_DATABASE = ("archive.db", "archive.db-wal")


@dataclass(frozen=True, slots=True)
class Glance:
    """What there is: how many articles, how large database and index are in bytes, and how the feeds were left.

    Of a cluster no bytes are told, nor whether somebody is changing the archive.

    ``trouble`` is why the index cannot be used as it is, ``lags`` whether it only lacks the last changes; ``kept`` says
    that somebody is changing the archive right now. Where an older Dateline wrote it (``outdated``), only its articles
    were counted.
    """

    articles: int
    database_bytes: int
    index_bytes: int
    kept: bool
    outdated: bool = False
    trouble: str | None = None
    lags: bool = False
    feeds: tuple[FeedState, ...] = ()


def glance(where: Where) -> Glance:
    """Look at the archive that lies there; for a thorough look there is ``verify``.

    Raises:
        CorpusMissing: there is no archive.
        StoreError: it is of a newer version, damaged, or cannot be read.
    """
    if isinstance(where, Cluster):
        with closing(opened(where, Analyser())) as engine:
            return _seen(engine, 0, 0, kept=False)
    return _glance_at(where)


def _glance_at(data_dir: Path) -> Glance:
    database = data_dir / "archive.db"
    if not database.exists():
        raise CorpusMissing(str(data_dir))
    if not database.stat().st_size:  # SQLite would take it for a new one
        raise CorpusDamaged(str(data_dir), "its database is empty")
    try:
        return _glance(data_dir)
    except CorpusDamaged:
        return _glance(data_dir)  # it looks so too where somebody began to write while it was read


def _glance(folder: Path) -> Glance:
    kept = is_taken(folder)
    database, index = _bytes(folder / name for name in _DATABASE), _bytes((folder / "index").rglob("*"))
    with closing(LocalEngine(folder, Analyser(), untouched=True)) as engine:
        if engine.outdated:
            return Glance(engine.count(), database, index, kept, outdated=True)
        return _seen(engine, database, index, kept=kept)


def _seen(engine: Engine, database: int, index: int, *, kept: bool) -> Glance:
    return Glance(
        engine.count(),
        database,
        index,
        kept,
        trouble=engine.index_trouble(anew=False),
        lags=engine.lags,
        feeds=tuple(each.state for each in following.known(engine.ledger)),
    )


def _bytes(files: Iterable[Path]) -> int:
    """How much these files hold together; one that is gone meanwhile holds nothing."""
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total

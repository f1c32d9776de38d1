"""A backup of an archive: one file, from which the whole archive can come again.

To bring it back, nobody may be at the archive: the file takes the place of ``archive.db``, and no
``archive.db-wal`` may lie beside it: SQLite would take that for its own. The index is built when the archive is opened.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.analysis import Analyser
from corpus.engine import Engine
from corpus.engine.local import LocalEngine
from corpus.keeping.audit import audited
from corpus.model import Backup


def backup(engine: Engine, destination: Path, by: str) -> Backup:
    """Copy the archive into a file in this folder, which is named after the moment, or into this file.

    Raises:
        BackupFailed: the file is there already, or cannot be written.
        StoreError: the archive cannot be read.
    """
    file = destination / f"archive-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.db" if destination.is_dir() else destination
    began = time.monotonic()
    with audited(engine.ledger, by, "backup", str(file)) as act:
        articles = _copied_into(file, engine)
        made = Backup(file, articles, file.stat().st_size, time.monotonic() - began)
        act.outcome = f"{made.articles:,} articles, {made.bytes:,} bytes"
    return made


def _copied_into(file: Path, engine: Engine) -> int:
    """Copy an archive into a new file; one that lies elsewhere first into a folder here, in the form of that file."""
    if isinstance(engine, LocalEngine):
        return engine.copy_into(file)
    engine.workplace.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(prefix="backup-", dir=engine.workplace)))
        copy = stack.enter_context(closing(LocalEngine(place, Analyser(), create=True)))
        with engine.snapshot():
            copy.take_over(engine.rows)
        return copy.copy_into(file)

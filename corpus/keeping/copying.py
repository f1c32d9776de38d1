"""An archive copied from one engine to the other, whole or not at all: its articles, its books, and what people set.

Every row is compared, by a checksum over each table, and every article by its own. The index is built anew where the
copy lies. Nobody may keep either archive meanwhile; what is taken down in that time has it begun anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from corpus.analysis import Analyser
from corpus.engine import TABLES, Counted, Engine, Where, opened, stored_in
from corpus.errors import StoreError
from corpus.ingest import checksum
from corpus.keeping.audit import audited
from corpus.keeping.intake import Watch
from corpus.model import Doing, Progress

_PATIENCE = 2.0  # seconds for another process to end what it changes
_TOLD_EVERY = 1_000  # articles
_DIGEST = 16  # bytes

Rows = Iterator[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: how many articles, and how many rows of all tables, each of which arrived as it was."""

    articles: int
    rows: int


def copy(source: Where, target: Where, *, by: str = "unknown", progress: Watch | None = None) -> Copied:
    """Copy the archive that lies there to where none is yet. ``by`` is for the audit of the new one.

    Raises:
        CorpusMissing: there is no archive to be copied.
        CorpusThere: there is one where it is to go.
        CorpusLocked: somebody is changing it.
        StoreError: one of the two cannot be reached, read or written, or something did not arrive as it was.
    """
    with ExitStack() as stack:
        one = stack.enter_context(closing(opened(source, Analyser())))
        stack.enter_context(one.exclusive(_PATIENCE))
        other = stack.enter_context(closing(opened(target, Analyser(), create=True, unfinished=True)))
        stack.enter_context(other.exclusive(_PATIENCE))
        sent, before = _Tally(one, progress), one.seq
        with one.snapshot():
            other.take_over(sent.rows, lambda: _compare(sent, other, unchanged=one.seq == before))
        other.rebuild(_indexing(progress) if progress else None)
        with audited(other.ledger, by, "copy", f"from {source}") as act:
            act.outcome = f"{sent.articles:,} articles, {sent.count:,} rows"
    return Copied(sent.articles, sent.count)


def _compare(sent: _Tally, other: Engine, *, unchanged: bool) -> None:
    """See that all rows came, each as it was.

    Raises:
        StoreError: one did not, or there are others by now.
    """
    if not unchanged:
        raise StoreError("The archive was changed while it was copied: copy it once more.")
    came = _Tally(other, None)
    for table in TABLES:
        came.look_at(table)
    if wrong := [name for name in TABLES if sent.digests.get(name, 0) != came.digests[name]]:
        raise StoreError(f"The copy is not as the archive is ({', '.join(wrong)}): copy it once more.")


def _indexing(watch: Watch) -> Counted:
    return lambda done, total: watch(Progress(Doing.INDEXING, done, total, done))


class _Tally:
    """The rows of an archive as they pass, counted and summed table by table; in which order does not matter."""

    def __init__(self, engine: Engine, watch: Watch | None) -> None:
        self.digests: dict[str, int] = {}
        self.count = 0
        self.articles = 0
        self._engine = engine
        self._watch = watch
        self._total = engine.count() if watch else 0
        self._feeds: dict[Any, str] = {}

    def rows(self, table: str) -> Rows:
        """Those of a table.

        Raises:
            StoreError: an article is not as it was taken in.
        """
        self.digests.setdefault(table, 0)
        total = 0
        for row in self._engine.rows(table):
            total = (total + self._digest(table, row)) % (1 << 8 * _DIGEST)
            self.count += 1
            if table == "articles":
                self._look_at(row)
            yield row
        self.digests[table] = total

    def look_at(self, table: str) -> None:
        """Count and sum the rows of a table."""
        for _ in self.rows(table):
            pass

    def _look_at(self, row: Sequence[Any]) -> None:
        stored = stored_in(row)
        if checksum(stored.article) != stored.checksum:
            raise StoreError(f"The article {stored.article.id} is damaged: run `dateline verify --repair` first.")
        self.articles += 1
        if self._watch and self.articles % _TOLD_EVERY == 0:
            self._watch(Progress(Doing.CHECKING, self.articles, self._total, self.articles))

    def _digest(self, table: str, row: Sequence[Any]) -> int:
        """A number for a row; a feed is known by its address, since each engine numbers them in its own way."""
        if table == "feeds":
            self._feeds[row[0]] = row[1]
            row = row[1:]
        elif table == "entries":
            row = (self._feeds[row[0]], *row[1:])
        plain = repr([int(cell) if isinstance(cell, bool) else cell for cell in row])
        digest = blake2b(f"{table}\n{plain}".encode("utf-8", "surrogatepass"), digest_size=_DIGEST)
        return int.from_bytes(digest.digest(), "big")

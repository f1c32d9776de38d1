"""Keeper, the keeping face of an archive: takes articles in and rebuilds the index. Puts the steps together.

One keeper at a time; readers go on reading all the while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from corpus.analysis import Analyser
from corpus.engine.local import Change, LocalEngine, Progress, Stored
from corpus.ingest import DateOrder, Marked, Verdict, incoming, judge, marked
from corpus.inputs import Input
from corpus.model import IngestReport, Rejection
from corpus.stories import Stories

_T = TypeVar("_T")
_NONE = (None, None)  # key and checksum of an article that the archive does not have
_PATIENCE = 2.0  # seconds for another process to end what it changes
_BATCH = 2_000  # articles in one transaction
_DURABLE_AFTER = 10  # batches after which the index is made durable: what a killed ingest has to replay at most


class Keeper:
    """An archive, open for changing, under its one lock."""

    def __init__(self, engine: LocalEngine, locked: ExitStack) -> None:
        self._engine = engine
        self._locked = locked

    @classmethod
    def open(cls, data_dir: Path, *, create: bool = True) -> Keeper:
        """Open the archive in this folder, or make one, and bring its index up to date.

        Raises:
            CorpusMissing: there is none, and ``create`` says not to make one.
            CorpusLocked: somebody else is changing it.
            StoreError: it is of a newer version, damaged, or cannot be written.
        """
        with ExitStack() as opened:
            engine = LocalEngine(data_dir, Analyser(), create=create)
            opened.callback(engine.close)
            opened.enter_context(engine.exclusive(_PATIENCE))
            engine.heal()
            keeper = cls(engine, opened.pop_all())
        try:
            keeper._compare_older()
        except BaseException:
            keeper.close()
            raise
        return keeper

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        source: str | None = None,
        dates: DateOrder | None = None,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Take in what these files and folders hold; every article is stored, then found.

        ``source`` stands for articles that name none, ``dates`` says how to read 05/09/2023. What was taken in
        stays, whatever stops the rest.

        Raises:
            UnreadableInput: a path is not there, or holds nothing that can be read.
            StoreError: the archive cannot be written.
        """
        tally = _Tally()
        with closing(incoming(paths, source=source, dates=dates)) as items:
            batches = _batches(items, _BATCH)
            for first in batches:
                with self._engine.indexing() as put:
                    for batch in chain([first], islice(batches, _DURABLE_AFTER - 1)):
                        put(self._take(batch, tally))
                        if progress:
                            progress(tally.read, 0)
        return tally.report()

    def reindex(
        self, inputs: Sequence[Input], *, index_only: bool = False, progress: Progress | None = None
    ) -> IngestReport:
        """Read the inputs again, then build the index anew beside the one that serves and switch in one step.

        With ``index_only`` nothing is read. Nothing that serves is ever emptied.

        Raises:
            UnreadableInput: an input is not there, or holds nothing that can be read; the old index serves on.
            StoreError: the archive cannot be written.
        """
        tally = _Tally()
        if not index_only:
            with closing(incoming([each.location for each in inputs])) as items:
                for batch in _batches(items, _BATCH):
                    self._take(batch, tally)
                    if progress:
                        progress(tally.read, 0)
        self._engine.rebuild(progress)
        return tally.report()

    def close(self) -> None:
        """Let go of the archive and its lock."""
        self._locked.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, batch: Sequence[Marked | Rejection], tally: _Tally) -> list[Stored]:
        """Judge a batch against the archive, and store what is new or changed in one transaction."""
        articles = [item for item in batch if isinstance(item, Marked)]
        known = self._engine.known([each.article.id for each in articles])
        fresh = [each for each in articles if known.get(each.article.id, _NONE)[1] != each.checksum]
        stories = Stories(self._engine.kept, fresh)
        changes: dict[str, Change] = {}
        verdicts: list[Verdict] = []
        next_key = self._engine.next_key()
        for each in articles:
            article, now = each.article, each.checksum
            key, before = known.get(article.id, _NONE)
            if now == before:
                verdicts.append(Verdict.UNCHANGED)
                continue
            if key is None:
                key, next_key = next_key, next_key + 1
            if before is not None:
                article = replace(article, updated=tally.began)
            told, is_kept = stories.place(key, each, known=before is not None)
            verdicts.append(judge(now, before, story_is_kept=is_kept))
            known[article.id] = key, now
            changes[article.id] = Change(article, told, now, key)
        stored = self._engine.save(list(changes.values()), stories.signed())
        tally.add(verdicts, [item for item in batch if isinstance(item, Rejection)])
        return stored

    def _compare_older(self) -> None:
        """Give the articles that an older Dateline stored the stories that they would be given today."""
        while batch := self._engine.kept.unsigned(_BATCH):
            articles = marked([stored.article for stored in batch])
            stories = Stories(self._engine.kept, articles, before=batch[0].key)
            changes = []
            for stored, each in zip(batch, articles, strict=True):
                told, _ = stories.place(stored.key, each, known=False)
                if told != stored.story:
                    changes.append(Change(stored.article, told, stored.checksum, stored.key))
            with self._engine.indexing() as put:
                put(self._engine.save(changes, stories.signed(), signed_to=batch[-1].key))


class _Tally:
    """Counts what becomes of articles, batch by batch; a batch counts when it is stored.

    ``began`` is the moment, in UTC, that every article has for its update which is replaced on this way in.
    """

    def __init__(self) -> None:
        self.began = datetime.now(UTC).replace(microsecond=0)
        self._verdicts: Counter[Verdict] = Counter()
        self._rejected: list[Rejection] = []

    def add(self, verdicts: Iterable[Verdict], rejected: Iterable[Rejection]) -> None:
        self._verdicts.update(verdicts)
        self._rejected.extend(rejected)

    @property
    def read(self) -> int:
        return self._verdicts.total() + len(self._rejected)

    def report(self) -> IngestReport:
        return IngestReport(
            added=self._verdicts[Verdict.NEW],
            updated=self._verdicts[Verdict.UPDATED],
            unchanged=self._verdicts[Verdict.UNCHANGED],
            copies=self._verdicts[Verdict.COPY],
            rejected=tuple(self._rejected),
        )


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch

"""Keeper, the keeping face of an archive: takes articles in and out, corrects them, rebuilds the index.

Puts the steps together. One keeper at a time; readers go on reading all the while. Every act is written down before it
begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.analysis import Analyser
from corpus.engine import Change, Engine, Stored, Where, opened
from corpus.feeds import Polled
from corpus.fetch import Fetching
from corpus.ingest import DateOrder, FieldMap, Way, correction, marked, parts_of, put_right
from corpus.inputs import Input
from corpus.keeping import withholding
from corpus.keeping.audit import Entry, audited
from corpus.keeping.following import Followed
from corpus.keeping.intake import Tell, Watch
from corpus.keeping.taking import Intent, Taking, silent, summed_up
from corpus.model import Article, Doing, IngestReport, Progress, Withheld
from corpus.stories import Stories

_PATIENCE = 2.0  # seconds for another process to end what it changes
_BATCH = 2_000  # articles that are compared at once
_PLAIN = Intent()
_NOTHING = Fetching()
_AS_IT_IS = Way()


class Keeper:
    """An archive, open for changing, under its one lock."""

    def __init__(self, engine: Engine, locked: ExitStack, by: str, fetching: Fetching) -> None:
        self._engine = engine
        self._locked = locked
        self._by = by
        self._fetching = fetching

    @classmethod
    def open(cls, where: Where, *, create: bool = True, by: str = "unknown", fetching: Fetching = _NOTHING) -> Keeper:
        """Open the archive that lies there, or make one, and bring its index up to date.

        ``by`` is for the audit, ``fetching`` is what may be fetched beside the addresses that are named as inputs.

        Raises:
            CorpusMissing: there is none, and ``create`` says not to make one.
            CorpusLocked: somebody else is changing it.
            StoreError: it is of a newer version, damaged, or cannot be written.
        """
        with ExitStack() as stack:
            engine = opened(where, Analyser(), create=create)
            stack.callback(engine.close)
            stack.enter_context(engine.exclusive(_PATIENCE))
            engine.ledger.cut_off()
            engine.heal()
            keeper = cls(engine, stack.pop_all(), by, fetching)
        try:
            keeper._compare_older()
        except BaseException:
            keeper.close()
            raise
        return keeper

    def ingest(
        self,
        inputs: Sequence[Path | Input],
        *,
        source: str | None = None,
        dates: DateOrder | None = None,
        field_map: FieldMap | None = None,
        intent: Intent = _PLAIN,
        tell: Tell | None = None,
        progress: Watch | None = None,
    ) -> IngestReport:
        """Take in what these inputs hold; every article is stored, then found.

        ``source`` stands for articles that name none, ``dates`` says how to read 05/09/2023, ``field_map`` which names
        stand for which parts. Files that are as they were when they were last read in this way are passed over.
        ``tell`` is told each difference, ``progress`` how far it has come. What was taken in stays, whatever stops the
        rest.

        Raises:
            UnreadableInput: an input is not there, or holds nothing that can be read.
            StoreError: the archive cannot be written.
        """
        wanted = [each if isinstance(each, Input) else Input.of_path(each) for each in inputs]
        with self._act("ingest", [each.location for each in wanted], intent) as act:
            way = Way(source, dates, field_map)
            report = self._taking(act, intent, tell, progress, way=way).run(wanted)
            act.outcome = summed_up(report)
        return report

    def reindex(
        self,
        inputs: Sequence[Input],
        *,
        index_only: bool = False,
        intent: Intent = _PLAIN,
        tell: Tell | None = None,
        progress: Watch | None = None,
    ) -> IngestReport:
        """Read the inputs again, then build the index anew beside the one that serves and switch in one step.

        With ``index_only`` nothing is read. Nothing that serves is ever emptied.

        Raises:
            UnreadableInput: an input is not there, or holds nothing that can be read; the old index serves on.
            StoreError: the archive cannot be written.
        """
        watch, report = progress or silent, IngestReport(rehearsal=intent.rehearse)
        with self._act("reindex", [each.name for each in inputs], intent) as act:
            if not index_only:
                report = self._taking(act, intent, tell, progress, indexed=False).run(inputs)
            if not intent.rehearse:
                self._engine.rebuild(lambda done, total: watch(Progress(Doing.INDEXING, done, total, done)))
            act.outcome = "the index was rebuilt" if index_only else summed_up(report)
        return report

    def take_in(self, looks: Sequence[tuple[Followed, Polled]], *, tell: Tell | None = None) -> IngestReport:
        """Take in what looks at feeds have given, and remember how the feeds were left.

        Raises:
            StoreError: the archive cannot be written.
        """
        return Taking(self._engine, 0, tell=tell or silent).take_looks(looks)

    def restore(self, ids: Sequence[str]) -> list[Withheld]:
        """Let articles that were taken down come again; gives what was known of them.

        Those whose text was erased come back when their files are read the next time.
        """
        with self._act("restore", ids) as act:
            down, stored = withholding.restore(self._engine, ids)
            self._engine.put(stored)
            act.outcome = f"{len(stored)} restored, {len(down) - len(stored)} to be read again"
        return down

    def correct(self, article_id: str, typed: Mapping[str, str] | None) -> Article | None:
        """Put other parts of its headline and credit in an article, which stay whatever its file says.

        ``typed`` has what was typed for some of ``CORRECTABLE``; None takes back all that was corrected. Gives the
        article as it is now, or None where there is none.

        Raises:
            UnusableCorrection: a value cannot be one.
        """
        with self._act("correct", [article_id, *(f"{name}={text}" for name, text in (typed or {}).items())]) as act:
            fields = None if typed is None else correction(typed)
            with self._engine.transaction():  # from the first look on: to take an article down needs no lock
                found = next(iter(self._engine.stored([article_id])), None)
                stored = self._corrected(found, fields) if found else []
            if not stored:
                act.outcome = "there is no such article"
                return None
            self._engine.put(stored)
            return stored[0].article

    def close(self) -> None:
        """Let go of the archive and its lock."""
        self._locked.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _act(self, what: str, about: Iterable[str], intent: Intent = _PLAIN) -> AbstractContextManager[Entry]:
        told = f"{what} (rehearsal)" if intent.rehearse else what
        return audited(self._engine.ledger, self._by, told, " ".join(about))

    def _taking(
        self,
        act: Entry,
        intent: Intent,
        tell: Tell | None,
        watch: Watch | None,
        *,
        way: Way = _AS_IT_IS,
        indexed: bool = True,
    ) -> Taking:
        return Taking(
            self._engine, act.number, way, intent, self._fetching, tell or silent, watch or silent, indexed=indexed
        )

    def _corrected(self, found: Stored, fields: dict[str, object] | None) -> list[Stored]:
        ledger, article = self._engine.ledger, found.article
        before, was = ledger.corrections([article.id]).get(article.id, ({}, {}))
        original = put_right(article, was)
        wanted = {} if fields is None else {**before, **fields}
        (each,) = marked([put_right(original, wanted)])
        ledger.correct(article.id, wanted, parts_of(original, wanted))
        if fields is None:
            ledger.read_again([found.key])  # its file may say something else by now than when it was corrected
        change = Change(each.article, found.story, each.checksum, found.key)
        return self._engine.save([change], Stories(self._engine.kept, []).signed())

    def _compare_older(self) -> None:
        """Give the articles that an older Dateline stored the stories that they would be given today."""
        while self._engine.kept.unsigned(1) and (changed := self._compared()) is not None:
            self._engine.put(changed)

    def _compared(self) -> list[Stored] | None:
        """Compare one batch of them, and give those of another story; None where none is left to compare."""
        with self._engine.transaction():  # from the first look on: to take an article down needs no lock
            batch = self._engine.kept.unsigned(_BATCH)
            if not batch:
                return None
            articles = marked([stored.article for stored in batch])
            stories = Stories(self._engine.kept, articles, before=batch[0].key)
            changes = []
            for stored, each in zip(batch, articles, strict=True):
                told, _ = stories.place(stored.key, each, known=False)
                if told != stored.story:
                    changes.append(Change(stored.article, told, stored.checksum, stored.key))
            return self._engine.save(changes, stories.signed(), signed_to=batch[-1].key)

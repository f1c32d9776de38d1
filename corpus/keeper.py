"""Keeper, the keeping face of an archive: takes articles in and out, corrects them, rebuilds the index.

Puts the steps together. One keeper at a time; readers go on reading all the while. Every act is written down before it
begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from corpus.analysis import Analyser
from corpus.engine.local import Change, LocalEngine, Stored
from corpus.feeds import Polled
from corpus.fetch import Fetching
from corpus.ingest import (
    DateOrder,
    FieldMap,
    Incoming,
    Marked,
    Reached,
    Verdict,
    Way,
    as_incoming,
    correction,
    found,
    incoming,
    marked,
    parts_of,
    put_right,
)
from corpus.inputs import Input, Kind
from corpus.keeping import following, withholding
from corpus.keeping.audit import Entry, audited, close_cut_off
from corpus.keeping.downloads import downloaded, place_for_downloads
from corpus.keeping.following import Followed
from corpus.keeping.intake import Archive, Intake, Planned, Tell, Watch
from corpus.keeping.plan import Plan, planned, summed
from corpus.keeping.rehearsal import rehearsal
from corpus.model import Article, Difference, Doing, Fate, IngestReport, Progress, Rejection, Withheld
from corpus.stories import Stories

_T = TypeVar("_T")
_PATIENCE = 2.0  # seconds for another process to end what it changes
_BATCH = 2_000  # articles in one transaction
_DURABLE_AFTER = 10  # batches after which the index is made durable: what a killed ingest has to replay at most
_SHRINKING = 0.2  # share of an archive that is not taken out without asking


@dataclass(frozen=True, slots=True)
class Intent:
    """What a keeper wants of a reading beside taking in what is new.

    ``again`` reads files too that are as they were when they were last read. ``remove_vanished`` takes out what was in
    a file and is in none any more; where the archive would shrink by more than a fifth by that, only with ``shrink``.
    ``rehearse`` tells all and changes nothing. ``once`` says that the files will not be there again: what they held
    does not count as vanished when they are gone.
    """

    again: bool = False
    remove_vanished: bool = False
    shrink: bool = False
    rehearse: bool = False
    once: bool = False


_PLAIN = Intent()
_NOTHING = Fetching()
_NO_FILES = Plan((), (), 0, 0)


class Keeper:
    """An archive, open for changing, under its one lock."""

    def __init__(self, engine: LocalEngine, locked: ExitStack, by: str, fetching: Fetching) -> None:
        self._engine = engine
        self._locked = locked
        self._by = by
        self._fetching = fetching

    @classmethod
    def open(cls, data_dir: Path, *, create: bool = True, by: str = "unknown", fetching: Fetching = _NOTHING) -> Keeper:
        """Open the archive in this folder, or make one, and bring its index up to date.

        ``by`` is for the audit, ``fetching`` is what may be fetched beside the addresses that are named as inputs.

        Raises:
            CorpusMissing: there is none, and ``create`` says not to make one.
            CorpusLocked: somebody else is changing it.
            StoreError: it is of a newer version, damaged, or cannot be written.
        """
        with ExitStack() as opened:
            engine = LocalEngine(data_dir, Analyser(), create=create)
            opened.callback(engine.close)
            opened.enter_context(engine.exclusive(_PATIENCE))
            close_cut_off(engine.ledger)
            engine.heal()
            keeper = cls(engine, opened.pop_all(), by, fetching)
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
        stand for which parts. Files that are as they
        were when they were last read in this way are passed over. ``tell`` is told each difference, ``progress`` how
        far it has come. What was taken in stays, whatever stops the rest.

        Raises:
            UnreadableInput: an input is not there, or holds nothing that can be read.
            StoreError: the archive cannot be written.
        """
        wanted = [each if isinstance(each, Input) else Input.of_path(each) for each in inputs]
        way = Way(source, dates, field_map)
        with self._act("ingest", [each.location for each in wanted], intent) as act:
            report = self._taken_in(wanted, act.number, way, intent, tell=tell, watch=progress)
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
        watch, report = progress or _silent, IngestReport(rehearsal=intent.rehearse)
        with self._act("reindex", [each.name for each in inputs], intent) as act:
            if not index_only:
                report = self._taken_in(inputs, act.number, Way(), intent, tell=tell, watch=progress, indexed=False)
            if not intent.rehearse:
                self._engine.rebuild(lambda done, total: watch(Progress(Doing.INDEXING, done, total, done)))
            act.outcome = "the index was rebuilt" if index_only else summed_up(report)
        return report

    def take_in(self, looks: Sequence[tuple[Followed, Polled]], *, tell: Tell | None = None) -> IngestReport:
        """Take in what looks at feeds have given, and remember how the feeds were left.

        Raises:
            StoreError: the archive cannot be written.
        """
        intake = Intake(self._engine, 0, tell=tell or _silent)
        for feed, polled in looks:
            self._take_look(feed, polled, self._engine, intake, indexed=True)
        return _report(_NO_FILES, intake, _PLAIN)

    def restore(self, ids: Sequence[str]) -> list[Withheld]:
        """Let articles that were taken down come again; gives what was known of them.

        Those whose text was erased come back when their files are read the next time.
        """
        with self._act("restore", ids) as act:
            down, stored = withholding.restore(self._engine, ids)
            self._put(stored)
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
            found = next(iter(self._engine.stored([article_id])), None)
            if found is None:
                act.outcome = "there is no such article"
                return None
            return self._corrected(found, None if typed is None else correction(typed))

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

    def _taken_in(
        self,
        inputs: Sequence[Input],
        act: int,
        way: Way,
        intent: Intent,
        *,
        tell: Tell | None,
        watch: Watch | None,
        indexed: bool = True,
    ) -> IngestReport:
        """Read what has changed of these inputs, and tell what is in them no longer."""
        tell, watch, before = tell or _silent, watch or _silent, self._engine.count()
        standing: AbstractContextManager[Archive] = (
            rehearsal(self._engine) if intent.rehearse else nullcontext(self._engine)
        )
        with standing as archive:
            with place_for_downloads(self._engine.folder) as place:
                plan = self._plan(inputs, archive, way, place, watch, again=intent.again)
                books = () if intent.once else plan.files
                intake = Intake(archive, act, books=books, way=way, tell=tell)
                for each in plan.refused:
                    intake.refuse(each)
                with closing(incoming([each.file for each in plan.files], way)) as items:
                    batches = _watched(_batches(items, _BATCH), plan.size, intake, watch)
                    self._store(batches, intake, indexed=indexed and not intent.rehearse)
            if feeds := _feeds(inputs, archive):
                self._look_at(feeds, archive, intake, watch, indexed=indexed and not intent.rehearse)
            gone = _vanished([each.root for each in inputs], archive)
        return self._without(gone, intent, tell, _report(plan, intake, intent), before=before, indexed=indexed)

    def _look_at(
        self, feeds: Sequence[Followed], archive: Archive, intake: Intake, watch: Watch, *, indexed: bool
    ) -> None:
        """Look at these feeds, and take in what each gave as soon as it came."""

        async def look() -> None:
            looking = following.looked_at(feeds, archive.ledger, self._fetching, datetime.now(UTC))
            done = 0
            async for feed, polled in looking:
                if polled.state.trouble:
                    intake.refuse(Rejection(feed.state.url, polled.state.trouble))
                self._take_look(feed, polled, archive, intake, indexed=indexed)
                done += 1
                watch(Progress(Doing.FETCHING, done, len(feeds), intake.read))

        asyncio.run(look())

    def _take_look(self, feed: Followed, polled: Polled, archive: Archive, intake: Intake, *, indexed: bool) -> None:
        items, before = as_incoming([(raw, Way()) for raw in polled.articles]), intake.new
        stored = intake.take(items)
        if indexed and stored:
            self._put(stored)
        articles = [each.article for each in items if isinstance(each, Marked)]
        following.leave(archive.ledger, feed, polled, articles, new=intake.new - before)

    def _plan(
        self, inputs: Sequence[Input], archive: Archive, way: Way, place: Path, watch: Watch, *, again: bool
    ) -> Plan:
        """What of these inputs is to be read, which is on the disk then."""
        files = found([Path(each.location) for each in inputs if each.kind is Kind.PATH])
        there: Iterable[Planned | Rejection] = (each if isinstance(each, Rejection) else summed(each) for each in files)
        on_the_web = [each for each in inputs if each.kind is Kind.ARCHIVE]
        if on_the_web:
            fetched = downloaded(on_the_web, place, archive.ledger, self._fetching, watch, again=again)
            there = chain(there, asyncio.run(fetched))
        return planned(there, archive.ledger, way, again=again)

    def _store(self, batches: Iterator[list[Incoming]], intake: Intake, *, indexed: bool) -> None:
        """Take batches in; what is to be found at once goes into the index a part at a time."""
        if not indexed:
            for batch in batches:
                intake.take(batch)
            return
        first = next(batches, None)
        if first is None:
            return
        with self._engine.indexing() as index:
            for turn, batch in enumerate(chain([first], batches), start=1):
                index.put(intake.take(batch))
                if turn % _DURABLE_AFTER == 0:
                    index.commit()

    def _without(
        self, gone: Sequence[int], intent: Intent, tell: Tell, report: IngestReport, *, before: int, indexed: bool
    ) -> IngestReport:
        """Take out what has vanished, where that is wanted and does not shrink the archive by too much; else tell."""
        if not gone:
            return report
        held_back = len(gone) - report.added - report.copies > _SHRINKING * before and not intent.shrink
        if not intent.remove_vanished or held_back:
            self._tell(gone, Fate.VANISHED, tell)
            return replace(report, vanished=len(gone), held_back=intent.remove_vanished)
        self._tell(gone, Fate.REMOVED, tell)
        if not intent.rehearse:
            for part in _batches(gone, _BATCH):
                with self._engine.transaction():
                    withholding.remove(self._engine, part)
                    self._engine.ledger.unsee(part)
            if indexed:
                self._put([])
        return replace(report, removed=len(gone))

    def _tell(self, keys: Sequence[int], fate: Fate, tell: Tell) -> None:
        for part in _batches(keys, _BATCH):
            for each in self._engine.kept.headlines(part).values():
                tell(Difference(fate, each.id, each.source, str(each.published), each.headline))

    def _put(self, stored: Iterable[Stored]) -> None:
        """Put articles into the index that serves, and take out of it what was removed."""
        with self._engine.indexing() as index:
            index.put(stored)

    def _corrected(self, found: Stored, fields: dict[str, object] | None) -> Article:
        ledger, article = self._engine.ledger, found.article
        before, was = ledger.corrections([article.id]).get(article.id, ({}, {}))
        original = put_right(article, was)
        wanted = {} if fields is None else {**before, **fields}
        (each,) = marked([put_right(original, wanted)])
        with self._engine.transaction():
            ledger.correct(article.id, wanted, parts_of(original, wanted))
            change = Change(each.article, found.story, each.checksum, found.key)
            stored = self._engine.save([change], Stories(self._engine.kept, []).signed())
        self._put(stored)
        return each.article

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
            with self._engine.indexing() as index:
                index.put(self._engine.save(changes, stories.signed(), signed_to=batch[-1].key))


def _feeds(inputs: Sequence[Input], archive: Archive) -> list[Followed]:
    """The feeds among these inputs, as they were left."""
    wanted = {each.location for each in inputs if each.kind is Kind.FEED}
    return [each for each in following.followed(archive.ledger, inputs) if each.state.url in wanted] if wanted else []


def _vanished(roots: Sequence[str], archive: Archive) -> list[int]:
    """The keys of the articles that these roots held and that no file holds any more."""
    for root in roots:
        places = archive.ledger.places(root)
        archive.ledger.missed([key for key, place in places if place != root and not Path(place).exists()])
    return archive.ledger.vanished(roots)


def _watched(batches: Iterable[list[Incoming]], total: int, intake: Intake, watch: Watch) -> Iterator[list[Incoming]]:
    """Hand on batches; when the next one is asked for, the one before was taken in, and that is told."""
    done = 0
    for batch in batches:
        yield batch
        done = max([done, *(item.done for item in batch if isinstance(item, Reached))])
        watch(Progress(Doing.READING, min(done, total), total, intake.read))


def _report(plan: Plan, intake: Intake, intent: Intent) -> IngestReport:
    verdicts = intake.verdicts
    return IngestReport(
        added=verdicts[Verdict.NEW],
        updated=verdicts[Verdict.UPDATED],
        unchanged=verdicts[Verdict.UNCHANGED] + plan.unchanged,
        copies=verdicts[Verdict.COPY],
        rejected=tuple(intake.rejected),
        skipped=plan.skipped,
        rehearsal=intent.rehearse,
    )


def summed_up(report: IngestReport) -> str:
    """A report as the outcome of an act."""
    counts = {
        "added": report.added, "updated": report.updated, "unchanged": report.unchanged, "copies": report.copies,
        "rejected": len(report.rejected), "removed": report.removed, "vanished": report.vanished,
    }  # fmt: skip
    told = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    return f"{told or 'nothing to read'}{'; too much has vanished to take it out unasked' if report.held_back else ''}"


def _silent(_: object) -> None:
    """Whoever wants to know nothing is told nothing."""


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch

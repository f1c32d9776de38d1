"""One reading of inputs: what has changed of them is taken in, and what is in them no longer is told, or taken out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from corpus.engine import Engine
from corpus.feeds import Polled
from corpus.fetch import Fetching
from corpus.ingest import Incoming, Marked, Reached, Verdict, Way, as_incoming, found, incoming, is_gone
from corpus.inputs import Input, Kind
from corpus.keeping import following, withholding
from corpus.keeping.downloads import downloaded
from corpus.keeping.following import Followed
from corpus.keeping.intake import Archive, Intake, Planned, Tell, Watch
from corpus.keeping.passing import passing
from corpus.keeping.plan import Plan, planned, summed
from corpus.keeping.rehearsal import rehearsal
from corpus.model import Difference, Doing, Fate, IngestReport, Progress, Rejection

_T = TypeVar("_T")
_BATCH = 2_000  # articles in one transaction
_DURABLE_AFTER = 10  # batches after which the index is made durable: what a killed ingest has to replay at most
_SHRINKING = 0.2  # share of an archive that is not taken out without asking


@dataclass(frozen=True, slots=True)
class Intent:
    """What a keeper wants of a reading beside taking in what is new.

    ``again`` reads files too that are as they were when they were last read. ``remove_vanished`` takes out what was in
    a file and is in none any more; where the archive would shrink by more than a fifth by that, only with ``shrink``,
    or if it is no more than the ``agreed`` number of articles.
    ``rehearse`` tells all and changes nothing. ``once`` says that the files will not be there again: what they held
    does not count as vanished when they are gone.
    """

    again: bool = False
    remove_vanished: bool = False
    shrink: bool = False
    agreed: int = 0
    rehearse: bool = False
    once: bool = False


def silent(_: object) -> None:
    """Whoever wants to know nothing is told nothing."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How inputs are read, by one ``act`` of a keeper; what is ``indexed`` is found at once."""

    engine: Engine
    act: int
    way: Way = field(default_factory=Way)
    intent: Intent = field(default_factory=Intent)
    fetching: Fetching = field(default_factory=Fetching)
    tell: Tell = silent
    watch: Watch = silent
    indexed: bool = True

    def run(self, inputs: Sequence[Input]) -> IngestReport:
        """Take in what has changed of these inputs.

        Raises:
            UnreadableInput: an input is not there, or holds nothing that can be read.
            StoreError: the archive cannot be written.
        """
        with self._standing() as archive:
            with passing(self.engine.workplace / "downloads") as place:
                plan = self._plan(inputs, archive, place)
                intake = Intake(
                    archive, self.act, books=() if self.intent.once else plan.files, way=self.way, tell=self.tell
                )
                for each in plan.refused:
                    intake.refuse(each)
                with closing(incoming([each.file for each in plan.files], self.way)) as items:
                    self._store(_watched(batches(items, _BATCH), plan.size, intake, self.watch), intake)
            self._look_at(_feeds(inputs, archive), archive, intake)
            gone = _vanished([each.root for each in inputs], archive)
        return self._without(gone, _report(plan, intake, self.intent))

    def take_looks(self, looks: Sequence[tuple[Followed, Polled]]) -> IngestReport:
        """Take in what looks at feeds have given, and remember how the feeds were left."""
        intake = Intake(self.engine, self.act, tell=self.tell)
        for feed, polled in looks:
            self._take_look(feed, polled, self.engine, intake)
        return _report(Plan((), (), 0, 0), intake, self.intent)

    def _standing(self) -> AbstractContextManager[Archive]:
        """What takes the articles in: the archive, or what stands for it."""
        return rehearsal(self.engine) if self.intent.rehearse else nullcontext(self.engine)

    @property
    def _is_indexed(self) -> bool:
        return self.indexed and not self.intent.rehearse

    def _plan(self, inputs: Sequence[Input], archive: Archive, place: Path) -> Plan:
        """What of these inputs is to be read, which is on the disk then."""
        again = self.intent.again
        files = found([Path(each.location) for each in inputs if each.kind is Kind.PATH])
        there: Iterable[Planned | Rejection] = (each if isinstance(each, Rejection) else summed(each) for each in files)
        if on_the_web := [each for each in inputs if each.kind is Kind.ARCHIVE]:
            there = chain(there, self._downloaded(on_the_web, archive, place))
        return planned(there, archive.ledger, self.way, again=again)

    def _downloaded(self, inputs: Sequence[Input], archive: Archive, place: Path) -> list[Planned | Rejection]:
        """The files at these addresses; what was read in another way is fetched, whether it has changed or not."""
        books = [None if self.intent.again else archive.ledger.book(each.location) for each in inputs]
        known = [book if book and book.way == str(self.way.beside(None)) else None for book in books]
        return downloaded(list(zip(inputs, known, strict=True)), place, self.fetching, self.watch)

    def _store(self, taken: Iterator[list[Incoming]], intake: Intake) -> None:
        """Take batches in; what is to be found at once goes into the index a part at a time."""
        if not self._is_indexed:
            for batch in taken:
                intake.take(batch)
            return
        first = next(taken, None)
        if first is None:
            return
        with self.engine.indexing() as index:
            for turn, batch in enumerate(chain([first], taken), start=1):
                index.put(intake.take(batch))
                if turn % _DURABLE_AFTER == 0:
                    index.commit()

    def _look_at(self, feeds: Sequence[Followed], archive: Archive, intake: Intake) -> None:
        """Look at these feeds, and take in what each gave as soon as it came."""

        async def look() -> None:
            looks = following.looked_at(feeds, archive.ledger, self.fetching)
            done = 0
            async for feed, polled in looks:
                if polled.state.trouble:
                    intake.refuse(Rejection(feed.state.url, polled.state.trouble))
                self._take_look(feed, polled, archive, intake)
                done += 1
                self.watch(Progress(Doing.FETCHING, done, len(feeds), intake.read))

        if feeds:
            asyncio.run(look())

    def _take_look(self, feed: Followed, polled: Polled, archive: Archive, intake: Intake) -> None:
        items, before = as_incoming([(raw, Way()) for raw in polled.articles]), intake.new
        stored = intake.take(items)
        if stored and self._is_indexed:
            self.engine.put(stored)
        articles = [each.article for each in items if isinstance(each, Marked)]
        following.leave(archive.ledger, feed, polled, articles, new=intake.new - before)

    def _without(self, gone: Sequence[int], report: IngestReport) -> IngestReport:
        """Take out what has vanished, where that is wanted and does not shrink the archive by too much; else tell."""
        if not gone:
            return report
        wanted, came = self.intent.remove_vanished, report.added + report.copies
        before = self.engine.count() - (0 if self.intent.rehearse else came)
        shrinks = len(gone) - came > _SHRINKING * before and len(gone) > self.intent.agreed
        held_back = shrinks and not self.intent.shrink
        if not wanted or held_back:
            self._tell_of(gone, Fate.VANISHED)
            return replace(report, vanished=len(gone), held_back=wanted)
        self._tell_of(gone, Fate.REMOVED)
        if not self.intent.rehearse:
            self._take_out(gone)
        return replace(report, removed=len(gone))

    def _take_out(self, gone: Sequence[int]) -> None:
        for part in batches(gone, _BATCH):
            with self.engine.transaction():
                withholding.remove(self.engine, part)
                self.engine.ledger.unsee(part)
        if self.indexed:
            self.engine.put([])

    def _tell_of(self, keys: Sequence[int], fate: Fate) -> None:
        for part in batches(keys, _BATCH):
            for each in self.engine.kept.headlines(part).values():
                self.tell(Difference(fate, each.id, each.source, str(each.published), each.headline))


def _feeds(inputs: Sequence[Input], archive: Archive) -> list[Followed]:
    """The feeds among these inputs, as they were left."""
    wanted = {each.location for each in inputs if each.kind is Kind.FEED}
    return [each for each in following.followed(archive.ledger, inputs) if each.state.url in wanted] if wanted else []


def _vanished(roots: Sequence[str], archive: Archive) -> list[int]:
    """The keys of the articles that these roots held and that no file holds any more."""
    for root in roots:
        places = archive.ledger.places(root)
        archive.ledger.missed([key for key, place in places if place != root and is_gone(place)])
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


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """These in lists of so many, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch

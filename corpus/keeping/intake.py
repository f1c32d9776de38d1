"""What becomes of everything that is read: each batch is judged against the archive, stored in one step, and booked.

Stands between ``ingest``, which knows no archive, and the engine, which judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from corpus.engine import Book, Change, Ledger, Signed, Stored
from corpus.ingest import Begun, Ended, Found, Incoming, Marked, Verdict, Way, corrected, is_long, judge
from corpus.model import Article, Difference, Fate, Progress, Rejection
from corpus.stories import Kept, Stories

_NONE = (None, None)  # key and checksum of an article that the archive does not have
_FATES = {Verdict.NEW: Fate.ADDED, Verdict.UPDATED: Fate.UPDATED, Verdict.COPY: Fate.COPY}

Tell = Callable[[Difference], None]
"""Told each thing that a keeper changes, as it happens."""

Watch = Callable[[Progress], None]
"""Told how far a keeper has come."""


class Archive(Protocol):
    """What an intake needs of an archive, or of what stands for one in a rehearsal."""

    @property
    def ledger(self) -> Ledger:
        """The keeper's books."""

    @property
    def kept(self) -> Kept:
        """What the stories of new articles are looked up in."""

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that it has."""

    def next_key(self) -> int:
        """The key that the next new article gets."""

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing of what is changed inside."""

    def save(self, changes: Sequence[Change], signed: Signed) -> list[Stored]:
        """Store these changes."""


class Planned(NamedTuple):
    """A file that is to be read, with the checksum of what it held before, and what HTTP said of it."""

    file: Found
    checksum: bytes | None
    validators: tuple[str | None, str | None] = (None, None)


@dataclass(slots=True)
class _Page:
    """What is written down of the file that is being read, beside its book of ``before``, if it was read then."""

    planned: Planned
    file: int
    before: Book | None = None
    articles: int = 0
    refused: list[Rejection] = field(default_factory=list)


class _Judged(NamedTuple):
    """What becomes of a batch; ``keys`` are those of all its articles by their ids."""

    changes: Mapping[str, Change]
    signed: Signed
    keys: Mapping[str, int]
    verdicts: Sequence[tuple[Marked, Verdict]]


class Intake:
    """All that one act of a keeper reads, batch by batch; a batch counts when it is stored."""

    def __init__(
        self, archive: Archive, act: int, *, books: Sequence[Planned] = (), way: Way | None = None, tell: Tell
    ) -> None:
        """``books`` are the files that ``Begun`` numbers, read in this ``way``; without, nothing is booked."""
        self.verdicts: Counter[Verdict] = Counter()
        self.rejected: list[Rejection] = []
        self._archive = archive
        self._act = act
        self._books = books
        self._way = way
        self._tell = tell
        self._began = datetime.now(UTC).replace(microsecond=0)
        self._page: _Page | None = None

    @property
    def read(self) -> int:
        """How many articles were read until now, whatever became of them."""
        return self.verdicts.total() + len(self.rejected)

    @property
    def new(self) -> int:
        """How many articles came that were not there before, copies of others among them."""
        return self.verdicts[Verdict.NEW] + self.verdicts[Verdict.COPY]

    def refuse(self, rejected: Rejection) -> None:
        """Count something that could not be taken in."""
        self.rejected.append(rejected)
        self._tell(Difference(Fate.REJECTED, origin=rejected.origin, reason=rejected.reason))

    def take(self, batch: Sequence[Incoming]) -> list[Stored]:
        """Judge a batch against the archive, and store what is new or changed, all or nothing; give what was stored."""
        articles = [item for item in batch if isinstance(item, Marked)]
        barred = self._barred(articles)
        judged = self._judged([each for each in articles if each.article.id not in barred])
        with self._archive.transaction():
            if (now := self._barred(articles)) != barred:  # something was taken down since: that needs no lock
                barred, judged = now, self._judged([each for each in articles if each.article.id not in now])
            stored = self._archive.save(list(judged.changes.values()), judged.signed)
            if self._books:
                self._book(batch, {**judged.keys, **barred})
        for each, verdict in judged.verdicts:
            self._count(each, verdict)
        for item in batch:
            if isinstance(item, Rejection):
                self.refuse(item)
            elif isinstance(item, Marked) and item.article.id in barred:
                reason = "was taken down by the archive's keeper, and stays so until it is restored"
                self.refuse(Rejection(item.origin or item.article.id, reason))
        return stored

    def _judged(self, articles: Sequence[Marked]) -> _Judged:
        ledger = self._archive.ledger
        corrections = ledger.corrections([each.article.id for each in articles])
        articles = [_as_corrected(each, corrections) for each in articles] if corrections else articles
        known = self._archive.known([each.article.id for each in articles])
        changed = [each for each in articles if known.get(each.article.id, _NONE)[1] != each.checksum]
        there = [known[each.article.id][0] for each in changed if each.article.id in known]
        stories = Stories(self._archive.kept, changed, known=there)
        changes: dict[str, Change] = {}
        verdicts: list[tuple[Marked, Verdict]] = []
        next_key = self._archive.next_key()
        for each in articles:
            article, now = each.article, each.checksum
            key, before = known.get(article.id, _NONE)
            if now == before:
                verdicts.append((each, Verdict.UNCHANGED))
                continue
            if key is None:
                key, next_key = next_key, next_key + 1
            if before is not None:
                article = replace(article, updated=self._began)
            told, is_kept = stories.place(key, each, known=before is not None)
            verdicts.append((each, judge(now, before, story_is_kept=is_kept)))
            known[article.id] = key, now
            changes[article.id] = Change(article, told, now, key)
        return _Judged(changes, stories.signed(), {each: key for each, (key, _) in known.items()}, verdicts)

    def _barred(self, articles: Sequence[Marked]) -> dict[str, int]:
        """The ids of those that were taken down, each with the key that the one had which was."""
        stories = [each.story for each in articles if is_long(each.article.text)]
        down = self._archive.ledger.barred([each.article.id for each in articles], stories)
        if not down:
            return {}
        by_id = {each.id: each.key for each in down}
        by_text = {(each.source, each.story): each.key for each in down}
        found = (
            (each, by_id.get(each.article.id) or by_text.get((each.article.source, each.story))) for each in articles
        )
        return {each.article.id: key for each, key in found if key is not None}

    def _book(self, batch: Sequence[Incoming], keys: Mapping[str, int]) -> None:
        """Write down which file holds which articles, and of each that is at its end that it was read."""
        ledger = self._archive.ledger
        sightings: list[tuple[int, int, int]] = []
        for item in batch:
            if isinstance(item, Begun):
                planned = self._books[item.number]
                before = ledger.book(planned.file.place)
                key = ledger.open_book(planned.file.place, planned.file.root)
                self._page = _Page(planned, key, before)
            elif self._page is None:
                continue
            elif isinstance(item, Marked):
                self._page.articles += 1
                sightings.append((self._page.file, keys[item.article.id], self._act))
            elif isinstance(item, Rejection):
                self._page.refused.append(item)
            elif isinstance(item, Ended):
                self._close(self._page, whole=item.whole)
                self._page = None
        ledger.saw(sightings)

    def _close(self, page: _Page, *, whole: bool) -> None:
        way = str((self._way or Way()).of(page.planned.file))
        if self._is_refused_for_its_way(page, way):
            return  # it says nothing of what it held: its book stays as it was, but that it counts as not read
        whole = whole and not any(each.passing for each in page.refused)
        self._archive.ledger.close_book(
            page.file,
            page.planned.checksum,
            way,
            articles=page.articles,
            refused=page.refused,
            run=self._act if whole else None,
            validators=page.planned.validators,
        )

    def _is_refused_for_its_way(self, page: _Page, way: str) -> bool:
        """Whether a file was read in another way than before, and by that gave less, and more was refused of it."""
        before = page.before
        if before is None or before.way in {None, way} or page.articles >= before.articles:
            return False
        known = {each.origin for each in self._archive.ledger.refused(page.file)}
        return any(each.origin not in known for each in page.refused)

    def _count(self, marked: Marked, verdict: Verdict) -> None:
        self.verdicts[verdict] += 1
        if verdict in _FATES:
            self._tell(difference(_FATES[verdict], marked.article, marked.origin))


def difference(fate: Fate, article: Article, origin: str | None = None, reason: str | None = None) -> Difference:
    """One line of what was changed, about this article."""
    published = str(article.published)
    return Difference(fate, article.id, article.source, published, article.headline, article.url, origin, reason)


def _as_corrected(each: Marked, corrections: Mapping[str, tuple[Mapping[str, object], object]]) -> Marked:
    """An article as its keeper wants it, whatever its file says."""
    found = corrections.get(each.article.id)
    return corrected(each, found[0]) if found else each

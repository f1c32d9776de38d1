"""One look at a feed: is there anything new, and when to look again. Politely: hosts say how long they want peace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from corpus.errors import CorpusError, FetchFailed
from corpus.feeds.full_text import Text, is_teaser, raw_article, with_page
from corpus.feeds.reading import Entry, Feed, read_feed
from corpus.fetch import Fetched, Validators
from corpus.ingest import is_to_come
from corpus.model import RawArticle

if TYPE_CHECKING:
    from corpus.fetch.fetcher import Fetcher  # aiohttp takes longer than a search does

EVERY = timedelta(minutes=15)
"""How often a feed is looked at, unless it or its host wants otherwise."""

_SELDOMEST = timedelta(days=1)
_WAS_WHOLE = 100  # added to the tries of an entry whose text was whole before
_NEVER = -1  # tries of an entry whose page is not worth another
_TRIES = 3  # times that the page of an entry is asked for
_MOST_PAGES = 50  # pages that are asked for in one look
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_GONE = 410


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed as it was left: all times in UTC, None where that never was.

    ``polled_at`` is the last look, ``changed_at`` the last one that found something, ``next_at`` the next (None: never,
    until its keeper asks). ``failures`` counts those in a row, ``trouble`` is the last one's sentence, ``note`` says
    what its keeper should know. ``articles`` is how many it gave, ``newest`` the latest date among them, in ISO 8601;
    ``teasers`` how many of its entries have only its own few words.
    """

    url: str
    name: str
    etag: str | None = None
    modified: str | None = None
    polled_at: datetime | None = None
    changed_at: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    trouble: str | None = None
    note: str | None = None
    articles: int = 0
    teasers: int = 0
    newest: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be looked at by now; also where the last look is yet to come, since the clock was wrong."""
        if self.polled_at is None or self.next_at is None:
            return self.polled_at is None
        return self.next_at <= now or now < self.polled_at


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an entry: a hash of what it said, and how often its page was asked for in vain.

    0 says that its text is whole, -1 that its page will never give more. A hundred more says that it was whole when the
    entry said something else, and that this is still what the archive has.
    """

    checksum: bytes
    tries: int = 0

    @property
    def asked(self) -> int:
        """How often its page was asked for in vain; -1 where it is not to be asked for again."""
        return self.tries - _WAS_WHOLE if self.tries > _WAS_WHOLE // 2 else self.tries

    @property
    def had_all(self) -> bool:
        """Whether the archive has a whole text of it."""
        return not self.tries or self.tries != self.asked

    @property
    def pending(self) -> bool:
        """Whether its page is to be asked for again."""
        return 0 < self.asked < _TRIES


@dataclass(frozen=True, slots=True)
class Polled:
    """What a look gave: the feed as it is left, what is remembered of its entries, and the new and changed articles."""

    state: FeedState
    seen: Mapping[bytes, Seen]
    articles: tuple[RawArticle, ...] = ()


async def poll(
    state: FeedState, seen: Mapping[bytes, Seen], fetcher: Fetcher, now: datetime, *, every: timedelta = EVERY
) -> Polled:
    """Look at a feed. Whatever goes wrong is told in its state; it never raises for what a host does."""
    pending = any(each.pending for each in seen.values())
    known = Validators() if pending else Validators(state.etag, state.modified)
    try:
        answer = await fetcher.get(state.url, known, accept=_ACCEPT)
        feed = None if answer.unchanged else await _read(answer, state.url)
    except CorpusError as error:
        return Polled(_failed(state, error, now, every), seen)
    state = _answered(state, answer, feed, now, every)
    if feed is None:
        return Polled(state, seen)
    found = await _Look(feed, state.url, seen, fetcher).taken()
    changed = now if found.articles else state.changed_at
    if found.some_to_come:
        state = replace(state, etag=None, modified=None)  # or the host would say that nothing has changed
    teasers = sum(not each.had_all for each in found.seen.values())
    return Polled(replace(state, changed_at=changed, teasers=teasers), found.seen, tuple(found.articles))


async def _read(answer: Fetched, url: str) -> Feed:
    """The feed of an answer, read off the loop: it may be megabytes."""
    return await asyncio.to_thread(read_feed, answer.body, url, answer.content_type, answer.charset)


class _Look:
    """One walk over the entries of a feed."""

    def __init__(self, feed: Feed, url: str, seen: Mapping[bytes, Seen], fetcher: Fetcher) -> None:
        self.articles: list[RawArticle] = []
        self.seen: dict[bytes, Seen] = {}
        self._feed = feed
        self._url = url
        self._before = seen
        self._fetcher = fetcher
        self._pages = 0
        self.some_to_come = False

    async def taken(self) -> _Look:
        for entry in self._feed.entries:
            key, checksum = _hash(entry.id), _checksum(entry)
            before = self._before.get(key)
            if key in self.seen:
                continue
            if before and before.checksum == checksum and not before.pending:
                self.seen[key] = before
            elif is_to_come(raw_article(self._feed, entry, self._url)):
                self.some_to_come = True  # it is new again at the next look
            else:
                tries = max(before.asked, 0) if before and before.checksum == checksum else 0
                had_all = before is not None and before.had_all
                left = await self._take(entry, tries, had_all=had_all)
                self.seen[key] = Seen(checksum, left + _WAS_WHOLE if left and had_all else left)
        return self

    async def _take(self, entry: Entry, tries: int, *, had_all: bool) -> int:
        """Take an entry in; how often its page was asked for in vain by now, as in ``Seen``.

        Where the text ``had_all`` before, a few words do not take its place.
        """
        raw = raw_article(self._feed, entry, self._url)
        came, asked = Text.WHOLE, self._pages < _MOST_PAGES
        if is_teaser(entry):
            self._pages += 1
            raw, came = await with_page(raw, entry, self._fetcher) if asked else (raw, Text.LATER)
        if came is Text.WHOLE or not (tries or had_all):
            self.articles.append(raw)
        match came:
            case Text.LATER:
                return max(tries + asked, 1)
            case Text.TEASER:
                return _NEVER
            case Text.WHOLE:
                return 0


def _answered(state: FeedState, answer: Fetched, feed: Feed | None, now: datetime, every: timedelta) -> FeedState:
    wanted = max(answer.fresh_for or 0, (feed.fresh_for if feed else None) or 0)
    pause = min(max(every, timedelta(seconds=wanted)), _SELDOMEST)
    moved = f"It has moved to {answer.permanent_url}: set that address." if answer.permanent_url else None
    return replace(
        state,
        etag=answer.validators.etag or (state.etag if feed is None else None),
        modified=answer.validators.modified or (state.modified if feed is None else None),
        polled_at=now,
        next_at=now + pause,
        failures=0,
        trouble=None,
        note=moved,
    )


def _failed(state: FeedState, error: CorpusError, now: datetime, every: timedelta) -> FeedState:
    """Look again later, each time after twice the time; when the host says; or never, if it says that it is over."""
    pause = min(every * 2 ** min(state.failures, 10), _SELDOMEST)
    if isinstance(error, FetchFailed) and error.retry_after is not None:
        pause = max(pause, timedelta(seconds=min(error.retry_after, 7 * _SELDOMEST.total_seconds())))
    over = isinstance(error, FetchFailed) and error.status == _GONE
    return replace(
        state,
        polled_at=now,
        next_at=None if over else now + pause,
        failures=state.failures + 1,
        trouble=str(error),
        note="It is gone for good, and is looked at no more." if over else state.note,
    )


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()


def _checksum(entry: Entry) -> bytes:
    told = (entry.headline, entry.published, entry.updated, entry.byline, entry.summary, entry.content, entry.url)
    return _hash("\0".join(part or "" for part in told))

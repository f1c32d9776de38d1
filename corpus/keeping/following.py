"""The feeds that an archive follows: which there are, which are due, and how each is left in the keeper's books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from corpus.engine import Ledger
from corpus.feeds import EVERY, FeedState, Polled, Seen, poll
from corpus.fetch import Fetching
from corpus.inputs import Input, Kind
from corpus.model import Article

_AT_ONCE = 8  # feeds that are looked at side by side; one host is asked for one thing at a time whatever this is
_MOMENTS = frozenset(field.name for field in fields(FeedState) if field.name.endswith("_at"))


class Followed(NamedTuple):
    """A feed that is followed, with its key in the books."""

    key: int
    state: FeedState


def followed(ledger: Ledger, inputs: Sequence[Input]) -> list[Followed]:
    """Every feed of the books, those first that the configuration names, which are put there if they are not yet."""
    for each in inputs:
        if each.kind is Kind.FEED:
            ledger.follow(each.location, each.name)
    return known(ledger)


def known(ledger: Ledger) -> list[Followed]:
    """Every feed of the books."""
    return [Followed(key, FeedState(url, name, **_read(told))) for key, url, name, told in ledger.feeds()]


async def looked_at(
    feeds: Sequence[Followed], ledger: Ledger, fetching: Fetching
) -> AsyncIterator[tuple[Followed, Polled]]:
    """Look at each of these feeds, and give what came of it as it comes."""
    from corpus.fetch.fetcher import Fetcher  # noqa: PLC0415  # aiohttp takes 0.2 s that other inputs do not owe

    allowed = fetching.also(each.state.url for each in feeds)
    async with Fetcher(allowed) as fetcher:
        turns = asyncio.Semaphore(_AT_ONCE)

        async def look(feed: Followed) -> tuple[Followed, Polled]:
            seen = {entry: Seen(*told) for entry, told in ledger.entries(feed.key).items()}
            async with turns:
                return feed, await poll(feed.state, seen, fetcher, datetime.now(UTC))

        for ended in asyncio.as_completed([look(each) for each in feeds]):
            yield await ended


def leave(ledger: Ledger, feed: Followed, polled: Polled, articles: Sequence[Article], *, new: int) -> None:
    """Write down how a feed was left, with these articles of it taken in, so many of which are new."""
    newest = max([str(each.published) for each in articles], default="")
    state = replace(
        polled.state,
        articles=polled.state.articles + new,
        newest=max(newest, polled.state.newest or "") or None,
    )
    ledger.leave(feed.key, _told(state), {entry: (each.checksum, each.tries) for entry, each in polled.seen.items()})


def put_off(ledger: Ledger, feeds: Sequence[Followed], now: datetime) -> None:
    """Let these feeds, which are about to be looked at, wait for their next turn whatever becomes of this look."""
    leave_for_later(ledger, [Followed(feed.key, _later(feed.state, now)) for feed in feeds])


def _later(state: FeedState, now: datetime) -> FeedState:
    if state.next_at is None and state.polled_at is not None:
        return state  # it is gone, and looked at by hand
    return replace(state, polled_at=now, next_at=max(now + EVERY, state.next_at or now))


def leave_for_later(ledger: Ledger, feeds: Sequence[Followed]) -> None:
    """Write down how these feeds are, and nothing of their entries."""
    ledger.put_off([(feed.key, _told(feed.state)) for feed in feeds])


def _told(state: FeedState) -> dict[str, Any]:
    told = {name: value.isoformat() if name in _MOMENTS and value else value for name, value in asdict(state).items()}
    del told["url"], told["name"]
    return told


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value else value for name, value in told.items()
    }

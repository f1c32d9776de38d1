"""A look at the feeds that an archive follows. Hosts are asked without the archive's lock, and most looks need none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from corpus.analysis import Analyser
from corpus.engine import Engine, Ledger, Where, opened
from corpus.errors import StoreError
from corpus.feeds import Polled
from corpus.fetch import Fetching
from corpus.inputs import Input
from corpus.keeper import Keeper
from corpus.keeping import following
from corpus.keeping.audit import audited
from corpus.keeping.following import Followed
from corpus.keeping.intake import Tell, Watch
from corpus.keeping.taking import summed_up
from corpus.model import Doing, IngestReport, Progress, Rejection

_NOTHING = Fetching()

Look = tuple[Followed, Polled]


def poll(
    where: Where,
    inputs: Sequence[Input],
    *,
    due: bool = False,
    by: str = "unknown",
    fetching: Fetching = _NOTHING,
    tell: Tell | None = None,
    progress: Watch | None = None,
) -> IngestReport:
    """Look at the feeds that these inputs and the archive's books name, and take in what is new.

    With ``due`` only at those whose time has come, which is nobody's act and not written down. A feed that cannot be
    had is told among the rejected, and in its own state; it stops no other.

    Raises:
        CorpusLocked: something new came, and somebody else is changing the archive; it is looked for again later.
        StoreError: the archive cannot be opened or written; then no host is asked, or not again before its time.
    """
    engine = opened(where, Analyser(), create=True)
    try:
        feeds = following.followed(engine.ledger, inputs)
        if due:
            now = datetime.now(UTC)
            feeds = [each for each in feeds if each.state.is_due(now)]
            return _taken_in(engine, feeds, by, fetching, tell, progress)
        with audited(engine.ledger, by, "poll", " ".join(each.state.name for each in feeds)) as act:
            report = _taken_in(engine, feeds, by, fetching, tell, progress)
            act.outcome = summed_up(report)
        return report
    finally:
        engine.close()


def _taken_in(  # noqa: PLR0917  # what poll was told
    engine: Engine,
    feeds: Sequence[Followed],
    by: str,
    fetching: Fetching,
    tell: Tell | None,
    progress: Watch | None,
) -> IngestReport:
    following.put_off(engine.ledger, feeds, datetime.now(UTC))
    looks = asyncio.run(_looked(engine.ledger, feeds, fetching, progress)) if feeds else []
    for feed, polled in looks:
        if not polled.articles:
            following.leave(engine.ledger, feed, polled, (), new=0)
    new = [(feed, polled) for feed, polled in looks if polled.articles]
    trouble = tuple(Rejection(feed.state.url, polled.state.trouble) for feed, polled in looks if polled.state.trouble)
    report = IngestReport()
    if new:
        try:
            with Keeper.open(engine.where, by=by) as keeper:
                report = keeper.take_in(new, tell=tell)
        except StoreError:
            _put_off(engine.ledger, new)
            raise
    return replace(report, rejected=(*report.rejected, *trouble))


async def _looked(ledger: Ledger, feeds: Sequence[Followed], fetching: Fetching, progress: Watch | None) -> list[Look]:
    looks: list[Look] = []
    async for look in following.looked_at(feeds, ledger, fetching):
        looks.append(look)
        if progress:
            progress(Progress(Doing.FETCHING, len(looks), len(feeds), sum(len(each.articles) for _, each in looks)))
    return looks


def _put_off(ledger: Ledger, looks: Sequence[Look]) -> None:
    """Leave feeds as they were, but for the time of the next look: hosts are not to pay for a busy archive."""
    with suppress(StoreError):  # what it fails by is told anyhow, and the next look is put off already
        left = {each.key: each.state for each in following.known(ledger)}
        later = [
            Followed(feed.key, replace(left[feed.key], polled_at=polled.state.polled_at, next_at=polled.state.next_at))
            for feed, polled in looks
            # Else it was taken in before the failure, and left so.
            if feed.key in left and left[feed.key].polled_at != polled.state.polled_at
        ]
        following.leave_for_later(ledger, later)

"""How often something was in the news: counted over time, drawn, with what the peaks are about.

The queries stand as inline code in the message, a line each; step and whether shares are meant in the ``custom_id``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.chart import Chart
from bot.press import Outdated, Press
from bot.reader import Reader
from bot.render import trends as rendered
from bot.render.trends import PICTURE, TABLE, Peak
from bot.screens import passing_on
from bot.screens.filling import nothing_yet
from bot.screens.header import header_of
from bot.screens.place import begin, begin_files, begin_privately
from bot.tree import Interaction, give
from bot.trends import MOST, Trend, Trends, as_csv, within
from corpus import Bucket, Corpus, EmptyQuery, NotIndexed, Query, Sort, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown: queries, by which step (None: whichever shows well), as numbers or as shares."""

    queries: tuple[Query, ...]
    step: Step | None = None
    shares: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted, what each query's peaks are about, and what is to be drawn."""

    trends: Trends
    peaks: tuple[tuple[Peak, ...], ...]
    chart: Chart
    empty: bool  # the archive, which then is no answer


async def show(interaction: Interaction, wanted: Wanted, reader: Reader) -> None:
    """Answer an interaction that was deferred."""
    view, files = await _made(interaction, wanted, reader)
    await give(interaction, view, files)


async def again(press: Press) -> None:
    """The same as numbers, or as shares of the archive."""
    asker, wanted = press.number(0), Wanted(_queries_on(press), _step(press.text(1)), bool(press.number(2)))
    await show(press.interaction, wanted, await begin(press, asker))


async def step(press: Press) -> None:
    """The same by another step."""
    asker, shares = press.number(0), bool(press.number(1))
    wanted = Wanted(_queries_on(press), _step(next(iter(press.values), "")), shares)
    await show(press.interaction, wanted, await begin(press, asker))


async def of_answer(press: Press, query: Query) -> None:
    """What an answer found, over time, in a private message."""
    await show(press.interaction, Wanted((query,)), await begin_privately(press))


async def share(press: Press) -> None:
    """The same for everyone there."""
    wanted = Wanted(_queries_on(press), _step(press.text(0)), bool(press.number(1)))
    await press.interaction.response.defer()
    view, files = await _made(press.interaction, wanted, passing_on.publicly(press.reader))
    await passing_on.post(press, view, files)


async def table(press: Press) -> None:
    """The numbers as a file."""
    wanted = Wanted(_queries_on(press), _step(press.text(0)), bool(press.number(1)))
    interaction = press.interaction
    if not await begin_files(press):
        return
    counted, written = await interaction.client.archive.ask(_tabled, wanted)
    file = discord.File(io.BytesIO(written.encode()), TABLE)
    await give(interaction, rendered.table(counted, press.reader.language), [file])


async def _made(
    interaction: Interaction, wanted: Wanted, reader: Reader
) -> tuple[ui.LayoutView, Sequence[discord.File]]:
    """The message and its picture, where pictures may be sent."""
    client, label = interaction.client, reader.language.label
    try:
        counted = await client.archive.ask(_counted, wanted)
    except NotIndexed:
        if client.upkeep.running:  # it is being made
            return nothing_yet(client, reader), ()
        raise
    if counted.empty:
        return nothing_yet(client, reader), ()
    trends = counted.trends
    found = sum(trend.coverage.matched for trend in trends.trends)
    client.journal.found(reader.occasion, found, " | ".join(trend.coverage.query for trend in trends.trends))
    notes = [*wanted.notes, *(note for trend in trends.trends for note in trend.coverage.notes)]
    may = interaction.app_permissions.attach_files
    if found and not may:
        notes.insert(0, label("The bot may not attach files here, so there is no chart."))
    picture = await client.charts.draw(counted.chart) if found and may else None
    drawn = bool(found and may)
    view = rendered.trends(trends, counted.peaks, reader, notes, picture=picture is not None, drawn=drawn)
    return view, [discord.File(io.BytesIO(picture), PICTURE)] if picture else ()


def _counted(corpus: Corpus, wanted: Wanted) -> _Counted:
    """Count all of it in the archive's own thread: the sums of twenty years of days take a third of a second.

    Raises:
        EmptyQuery: one of the queries asks nothing.
    """
    trends = _summed(corpus, wanted)
    each = rendered.peaks_each(len(trends.trends))
    peaks = tuple(
        tuple(_peak(corpus, trend, bucket) for bucket in trends.peaks(trend, each)) for trend in trends.trends
    )
    empty = not any(trend.coverage.matched for trend in trends.trends) and not corpus.status().articles
    return _Counted(trends, peaks, rendered.as_chart(trends), empty)


def _tabled(corpus: Corpus, wanted: Wanted) -> tuple[Trends, str]:
    trends = _summed(corpus, wanted)
    return trends, as_csv(trends)


def _summed(corpus: Corpus, wanted: Wanted) -> Trends:
    """Each query over time, and the archive on the same days, of which it is a share."""
    for query in wanted.queries:
        if query.empty:
            raise EmptyQuery(query.notes)
    found = [corpus.coverage(query) for query in wanted.queries]
    days = [Query().within(query.filters.after, query.filters.before) for query in wanted.queries]
    archive = {query: corpus.coverage(query) for query in dict.fromkeys(days)}
    return Trends.of(wanted.queries, found, [archive[query] for query in days], wanted.step, shares=wanted.shares)


def _peak(corpus: Corpus, trend: Trend, bucket: Bucket) -> Peak:
    """A peak of a query, with the article that answers best of its time."""
    hits = corpus.search(within(trend.query.ordered(Sort.RELEVANCE), bucket), limit=1).hits
    return Peak(bucket, hits[0].article.attribution if hits else None)


def _queries_on(press: Press) -> tuple[Query, ...]:
    """The queries that stand on the message.

    Raises:
        Outdated: there is none.
    """
    queries = tuple(map(Query.parse, rendered.queries_in(header_of(press))[:MOST]))
    if not queries:
        raise Outdated
    return queries


def _step(text: str) -> Step:
    try:
        return Step(text)
    except ValueError as error:
        raise Outdated from error

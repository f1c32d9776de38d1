"""How often something was in the news: counted over time, drawn, with what the peaks are about.

The queries stand as inline code in the message, a line each; step and whether shares are meant in the ``custom_id``.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.press import Outdated, Press
from bot.reader import Reader
from bot.render import trends as rendered
from bot.render.archive import notice
from bot.render.trends import PICTURE, TABLE, Peak
from bot.screens import passing_on
from bot.screens.filling import nothing_yet
from bot.screens.header import header_of
from bot.screens.place import begin, begin_privately
from bot.tree import Interaction, give
from bot.trends import MOST, Trend, Trends, as_csv, within
from corpus import Corpus, EmptyQuery, Query, Step

if TYPE_CHECKING:
    from bot.client import Dateline


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown: queries, by which step (None: whichever shows well), as numbers or as shares."""

    queries: tuple[Query, ...]
    step: Step | None = None
    shares: bool = False


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
    say = (await begin_privately(press)).language.say
    interaction = press.interaction
    if not interaction.app_permissions.attach_files:
        await give(interaction, notice(say("The bot may not attach files here: ask it in a direct message instead.")))
        return
    counted = await _counted(interaction.client, wanted)
    file = discord.File(io.BytesIO(as_csv(counted).encode()), TABLE)
    await give(interaction, rendered.table(counted, press.reader.language), [file])


async def _made(
    interaction: Interaction, wanted: Wanted, reader: Reader
) -> tuple[ui.LayoutView, Sequence[discord.File]]:
    """The message and its picture, where pictures may be sent."""
    client = interaction.client
    counted = await _counted(client, wanted)
    if not sum(counted.archive) and not (await client.archive.ask(Corpus.status)).articles:
        return nothing_yet(client, reader), ()
    found = any(trend.coverage.matched for trend in counted.trends)
    draws = found and interaction.app_permissions.attach_files
    peaks, picture = await asyncio.gather(
        _peaks(client, counted), client.charts.draw(rendered.as_chart(counted)) if draws else _nothing()
    )
    client.journal.found(
        reader.occasion,
        sum(trend.coverage.matched for trend in counted.trends),
        " | ".join(trend.coverage.query for trend in counted.trends),
    )
    notes = [note for trend in counted.trends for note in (*trend.query.notes, *trend.coverage.notes)]
    view = rendered.trends(counted, peaks, reader, notes, picture=picture is not None, drawn=draws)
    return view, [discord.File(io.BytesIO(picture), PICTURE)] if picture else ()


async def _counted(client: Dateline, wanted: Wanted) -> Trends:
    """Count each query, and the archive, of which they are shares.

    Raises:
        EmptyQuery: one of them asks nothing.
    """
    for query in wanted.queries:
        if query.empty:
            raise EmptyQuery(query.notes)
    asked = [*wanted.queries, Query()]
    *found, whole = await asyncio.gather(*(client.archive.ask(Corpus.coverage, each) for each in asked))
    return Trends.of(wanted.queries, found, whole, wanted.step, shares=wanted.shares)


async def _peaks(client: Dateline, counted: Trends) -> list[list[Peak]]:
    each = rendered.peaks_each(len(counted.trends))
    return list(await asyncio.gather(*(_peaks_of(client, counted, trend, each) for trend in counted.trends)))


async def _peaks_of(client: Dateline, counted: Trends, trend: Trend, number: int) -> list[Peak]:
    """The peaks of a query, each with the article that answers best of its time."""
    buckets = counted.peaks(trend, number)
    asked = (client.archive.ask(Corpus.search, within(trend.query, bucket), limit=1) for bucket in buckets)
    found = await asyncio.gather(*asked)
    return [
        Peak(bucket, page.hits[0].article.attribution if page.hits else None)
        for bucket, page in zip(buckets, found, strict=True)
    ]


async def _nothing() -> None:
    """No picture is wanted."""


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

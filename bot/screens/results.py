"""Results that one can steer: turned, jumped in, put in another order, held to a period or to outlets, shared.

What was asked stands as inline code at the head of the message, everything else in the ``custom_id``. Who did not ask
gets a private copy of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ui

from bot.press import Outdated, Press
from bot.reader import Audience, Reader
from bot.render import results as rendered
from bot.render import steering
from bot.render.steering import Around
from bot.screens import passing_on, trends
from bot.screens.filling import nothing_yet
from bot.screens.header import header_of, query_on
from bot.screens.place import begin
from bot.tree import give
from corpus import Corpus, Coverage, NotIndexed, Query, Results, Sort

if TYPE_CHECKING:
    from bot.client import Dateline


async def page(client: Dateline, query: Query, reader: Reader, number: int = 1) -> ui.LayoutView:
    """A page of an answer, or what was searched where nothing was found."""
    view, _ = await _page(client, query, reader, number)
    return view


async def first_page(client: Dateline, query: Query, reader: Reader) -> ui.LayoutView:
    """The answer to a query that was typed: of the reader's outlets where it names none; remembered if it has hits."""
    narrowed = reader.defaults.narrowed(query)
    told = reader.language.say("These are the outlets that `/defaults` sets: the menu “Outlets” widens it.")
    view, has_hits = await _page(client, narrowed, reader, 1, notes=[] if narrowed is query else [told])
    if has_hits:
        client.recent.keep(reader.id, str(query))
    return view


async def _page(
    client: Dateline,
    query: Query,
    reader: Reader,
    number: int,
    *,
    counted: int | None = None,
    notes: Sequence[str] = (),
) -> tuple[ui.LayoutView, bool]:
    """A page with these notes, and whether it has hits.

    ``counted`` is how many articles an earlier page was taken from: where that is another number now, a note says so.
    """
    try:
        found, around = await asyncio.gather(search(client, query, reader, number), _around(client, query))
    except NotIndexed:
        if client.upkeep.running:  # it is being made
            return nothing_yet(client, reader), False
        raise
    if found.hits:
        changed = reader.language.label("The archive has changed since this answer began: pages may have moved.")
        told = [*notes, *([] if counted in {None, found.ranked} else [changed])]
        return rendered.results(found, around, reader, told), True
    status = await client.archive.ask(Corpus.status)
    if not status.articles:
        return nothing_yet(client, reader), False
    return rendered.no_match(found, around, status, reader, notes), False


async def search(client: Dateline, query: Query, reader: Reader, number: int = 1) -> Results:
    """A page of what the archive has; the last one where the archive has become smaller than that."""
    found = await client.archive.ask(Corpus.search, query, page=number, limit=rendered.PAGE)
    if not found.hits and 0 < found.pages < number:
        found = await client.archive.ask(Corpus.search, query, page=found.pages, limit=rendered.PAGE)
    client.journal.found(reader.occasion, len(found.hits), found.query)
    return found


async def turn(press: Press) -> None:
    """Another page."""
    asker, number, counted = press.number(0), press.number(1), press.number(2)
    await _steer(press, asker, query_on(press), number, counted=counted)


async def jump(press: Press) -> None:
    """Ask which page."""
    asker, number, counted = press.number(0), press.number(1), press.number(2)
    form = steering.jump(number, press.reader.language, "goto", asker, counted)
    await press.interaction.response.send_modal(form)


async def goto(press: Press) -> None:
    """The page that was filled in; the first or the last where it lies beyond."""
    asker, counted = press.number(0), press.number(1)
    await _steer(press, asker, query_on(press), press.page, counted=counted)


async def ask(press: Press) -> None:
    """Ask what was meant: the message holds the queries that it offers, the button says which it is."""
    asker, place = press.number(0), press.number(1)
    offered = rendered.offered(header_of(press))
    if place >= len(offered):
        raise Outdated
    await _steer(press, asker, Query.parse(offered[place], today=press.interaction.client.today))


async def sort(press: Press) -> None:
    """Another order."""
    asker = press.number(0)
    await _steer(press, asker, query_on(press).ordered(_order(press)))


async def period(press: Press) -> None:
    """Another period; for dates of one's own a form opens."""
    asker, query = press.number(0), query_on(press)
    chosen = next(iter(press.values), "")
    if chosen == steering.OTHER:
        await press.interaction.response.send_modal(steering.dates(query, asker, press.reader))
        return
    if chosen == steering.OVER_TIME:
        await trends.of_answer(press, query)
        return
    try:
        after, before = steering.as_days(chosen)
    except ValueError as error:
        raise Outdated from error
    await _steer(press, asker, query.within(after, before))


async def dates(press: Press) -> None:
    """The dates that were filled in, read as the query language reads them."""
    asker, query, fields = press.number(0), query_on(press), press.fields
    typed = {name: fields.get(name, "").strip() or None for name in ("after", "before")}
    await _steer(
        press, asker, Query.parse(str(query.within(None, None)), **typed, today=press.interaction.client.today)
    )


async def outlets(press: Press) -> None:
    """Other outlets; none chosen means all."""
    asker = press.number(0)
    await _steer(press, asker, query_on(press).of_sources(press.values))


async def share(press: Press) -> None:
    """The page as it is now, for everyone there."""
    number, query, client = press.number(0), query_on(press), press.interaction.client
    await press.interaction.response.defer()
    await passing_on.post(press, await page(client, query, passing_on.publicly(press.reader), number))


async def _steer(press: Press, asker: int, query: Query, number: int = 1, *, counted: int | None = None) -> None:
    """Answer in place or privately; where others read along and nothing is found, what they read stays."""
    client = press.interaction.client
    reader = await begin(press, asker)
    view, has_hits = await _page(client, query, reader, number, counted=counted)
    if reader.audience is Audience.PUBLIC and not has_hits:
        await press.interaction.followup.send(view=view, ephemeral=True)
    else:
        await give(press.interaction, view)


def _order(press: Press) -> Sort:
    try:
        return Sort(next(iter(press.values), ""))
    except ValueError as error:
        raise Outdated from error


async def _around(client: Dateline, query: Query) -> Around:
    """What there is besides: one count where the query has no filters, else one for each kind."""
    wide, long = query.of_sources(()), query.within(None, None)
    asked = dict.fromkeys((query, wide, long))
    counted = await asyncio.gather(*(client.archive.ask(Corpus.coverage, each, yearly=True) for each in asked))
    found: dict[Query, Coverage] = dict(zip(asked, counted, strict=True))
    chosen = frozenset(share.key for share in found[query].outlets) if query.filters.sources else frozenset()
    return Around(query, client.today, found[wide], found[long], chosen)

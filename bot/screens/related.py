"""What leads on from an article: why it was found, others like it, others of its outlet, and where else it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.press import Press
from bot.reader import Reader
from bot.render.cite import cite as cited
from bot.render.story import story as copies_of
from bot.render.why import why as explained
from bot.screens import results
from bot.screens.header import query_if_any, query_on
from bot.screens.place import begin_privately
from bot.screens.reading import gone
from bot.tree import answer
from corpus import Article, Corpus, Query, Sort, Why

if TYPE_CHECKING:
    from bot.client import Dateline


async def similar(press: Press) -> None:
    """Articles like this one, best first."""
    query = Query.parse(f"similar:{press.text(0)}")
    reader = await begin_privately(press)
    await answer(press.interaction, results.page(press.interaction.client, query, reader))


async def more(press: Press) -> None:
    """What else the outlet of this article has: for the same question, or, where nothing was asked, its newest."""
    article_id, query = press.text(0), query_if_any(press)
    reader = await begin_privately(press)
    await answer(press.interaction, _more(press.interaction.client, article_id, query, reader))


async def why(press: Press) -> None:
    """What made the article a hit."""
    article_id, query = press.text(0), query_on(press)
    reader = await begin_privately(press)
    await answer(press.interaction, _why(press.interaction.client, article_id, query, reader))


async def story(press: Press) -> None:
    """The other articles of its story."""
    article_id, query = press.text(0), query_if_any(press)
    reader = await begin_privately(press)
    await answer(press.interaction, _story(press.interaction.client, article_id, query, reader))


async def cite(press: Press) -> None:
    """The article as one cites it."""
    article_id = press.text(0)
    reader = await begin_privately(press)
    await answer(press.interaction, _cite(press.interaction.client, article_id, reader))


async def _more(client: Dateline, article_id: str, query: Query | None, reader: Reader) -> ui.LayoutView:
    shown = await client.archive.ask(Corpus.article, article_id)
    if shown is None:
        return gone(reader)
    asked = query or Query().ordered(Sort.NEWEST)
    return await results.page(client, asked.of_sources((shown.source,)), reader)


async def _why(client: Dateline, article_id: str, query: Query, reader: Reader) -> ui.LayoutView:
    found = await client.archive.ask(_article_and_why, article_id, query)
    return gone(reader) if found is None else explained(*found, query, reader)


def _article_and_why(corpus: Corpus, article_id: str, query: Query) -> tuple[Why, Article] | None:
    shown, given = corpus.article(article_id), corpus.why(article_id, query)
    return (given, shown) if shown and given else None


async def _story(client: Dateline, article_id: str, query: Query | None, reader: Reader) -> ui.LayoutView:
    reading = await client.archive.ask(Corpus.read, article_id)
    return gone(reader) if reading is None else copies_of(reading, query, reader)


async def _cite(client: Dateline, article_id: str, reader: Reader) -> ui.LayoutView:
    shown = await client.archive.ask(Corpus.article, article_id)
    return gone(reader) if shown is None else cited(shown, client.today, reader, client.languages.of("en-GB"))

"""An article to be read, page by page, opened where it answers what was asked, by whoever wants to.

What led to it stands below its text, the article and the page in the ``custom_id``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.press import Press
from bot.reader import Audience, Reader
from bot.render import article as rendered
from bot.render import steering
from bot.render.archive import notice
from bot.render.article import Opened
from bot.screens import passing_on
from bot.screens.header import query_if_any
from bot.screens.place import begin, begin_privately
from bot.tree import answer, give
from corpus import Corpus, Query

if TYPE_CHECKING:
    from bot.client import Dateline


async def article(client: Dateline, article_id: str, reader: Reader, query: Query | None = None) -> ui.LayoutView:
    """An article of the archive where it answers best, or a sentence where there is none by that id."""
    opened = await client.archive.ask(_opened, article_id, None, query)
    return gone(reader) if opened is None else rendered.article(opened, reader)


def gone(reader: Reader) -> ui.LayoutView:
    """There is no such article, or no more."""
    return notice(
        reader.language.say("The archive has no article by that id. The id of an article stands below its text.")
    )


async def read(press: Press) -> None:
    """Show the article of a card, privately."""
    article_id, query = press.text(0), query_if_any(press)
    reader = await begin_privately(press)
    await answer(press.interaction, article(press.interaction.client, article_id, reader, query))


async def turn(press: Press) -> None:
    """Another page."""
    await _turn(press, press.number(0), press.text(1), press.number(2))


async def jump(press: Press) -> None:
    """Ask which page."""
    asker, article_id, number = press.number(0), press.text(1), press.number(2)
    form = steering.jump(number, press.reader.language, "article-goto", asker, article_id)
    await press.interaction.response.send_modal(form)


async def goto(press: Press) -> None:
    """The page that was filled in; the first or the last where it lies beyond."""
    await _turn(press, press.number(0), press.text(1), press.page)


async def share(press: Press) -> None:
    """The page as it is now, for everyone there; where the article has gone, a private word."""
    article_id, number, query = press.text(0), press.number(1), query_if_any(press)
    await press.interaction.response.defer()
    opened = await press.interaction.client.archive.ask(_opened, article_id, number, query)
    if opened is None:
        await press.interaction.followup.send(view=gone(press.reader), ephemeral=True)
    else:
        await passing_on.post(press, rendered.article(opened, passing_on.publicly(press.reader)))


async def _turn(press: Press, asker: int, article_id: str, number: int) -> None:
    """A page in place, or privately for who did not ask; what others read stays where the article has gone."""
    query, interaction = query_if_any(press), press.interaction
    reader = await begin(press, asker)
    opened = await interaction.client.archive.ask(_opened, article_id, number, query)
    if opened is not None:
        await give(interaction, rendered.article(opened, reader))
    elif reader.audience is Audience.PUBLIC:
        await interaction.followup.send(view=gone(reader), ephemeral=True)
    else:
        await give(interaction, gone(reader))


def _opened(corpus: Corpus, article_id: str, number: int | None, query: Query | None) -> Opened | None:
    """Open an article in the archive's own thread: of a long one the pages take a while to be found."""
    reading = corpus.read(article_id, query)
    return None if reading is None else Opened.at(reading, number, query)

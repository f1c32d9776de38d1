"""An article to be read, privately, by whoever wants to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.press import Press
from bot.reader import Reader
from bot.render.archive import notice
from bot.render.article import article as rendered
from bot.screens.place import begin_privately
from bot.tree import answer
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline


async def article(client: Dateline, article_id: str, reader: Reader) -> ui.LayoutView:
    """An article of the archive, or a sentence where it has none by that id."""
    shown = await client.archive.ask(Corpus.article, article_id)
    if shown is None:
        return notice(
            reader.language.say("The archive has no article by that id. The id of an article stands below its text.")
        )
    return rendered(shown, reader.language)


async def read(press: Press) -> None:
    """Show the article of a card."""
    article_id = press.text(0)
    reader = await begin_privately(press)
    await answer(press.interaction, article(press.interaction.client, article_id, reader))

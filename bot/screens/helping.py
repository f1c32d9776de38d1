"""How one asks, privately, for whoever wants to know; with examples to be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.press import Outdated, Press
from bot.reader import Reader
from bot.render import helping as rendered
from bot.screens import results
from bot.screens.place import begin_privately
from bot.tree import answer
from corpus import Corpus, Query

if TYPE_CHECKING:
    from bot.client import Dateline


async def how_to_ask(client: Dateline, reader: Reader) -> ui.LayoutView:
    """The examples, one of them with the outlet of this archive that has the most articles."""
    sources = await client.archive.ask(Corpus.sources)
    return rendered.how_to_ask(rendered.examples(reader.language, [source.key for source in sources]), reader.language)


async def tell(press: Press) -> None:
    """Show how one asks."""
    reader = await begin_privately(press)
    await answer(press.interaction, how_to_ask(press.interaction.client, reader))


async def attempt(press: Press) -> None:
    """Ask what an example asks."""
    if not press.values:
        raise Outdated
    query = Query.parse(press.values[0], today=press.interaction.client.today)
    reader = await begin_privately(press)
    await answer(press.interaction, results.page(press.interaction.client, query, reader))

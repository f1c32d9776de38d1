"""What a message of anybody's has to do with the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.reader import Reader
from bot.render.archive import notice
from bot.screens import results
from bot.screens.header import texts_of
from bot.written import texts_in
from corpus import Query

if TYPE_CHECKING:
    import discord

    from bot.client import Dateline


async def related(client: Dateline, message: discord.Message, reader: Reader) -> ui.LayoutView:
    """News of what a message is about, by all its words."""
    query = Query.words("\n".join([*texts_in(message), *texts_of(message)]))
    return _nothing(reader) if query.empty else await results.page(client, query, reader)


def _nothing(reader: Reader) -> ui.LayoutView:
    return notice(reader.language.say("This message has no words to search by."))

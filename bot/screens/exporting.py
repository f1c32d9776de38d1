"""An answer as files: a table and JSON Lines, attached to a private message."""

from __future__ import annotations

import io

import discord

from bot.press import Press
from bot.render import export as rendered
from bot.render.archive import notice
from bot.render.export import CSV, LINES, Files
from bot.screens.header import query_on
from bot.screens.place import begin_files
from bot.tree import give
from corpus import Corpus, Query


async def export(press: Press) -> None:
    """Attach what the message's query finds, in its order."""
    interaction, query = press.interaction, query_on(press)
    if not await begin_files(press):
        return
    files = await interaction.client.archive.ask(_files, query, interaction.filesize_limit)
    if not files.rows:
        await give(interaction, notice(press.reader.language.say("No article matches: there is nothing to export.")))
        return
    attached = [discord.File(io.BytesIO(data), name) for name, data in ((CSV, files.csv), (LINES, files.lines))]
    await give(interaction, rendered.exported(files, press.reader), attached)


def _files(corpus: Corpus, query: Query, size: int) -> Files:
    """Made in the archive's own thread: a thousand rows take a while."""
    return Files.of(corpus.export(query), size)

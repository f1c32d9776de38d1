"""``/sources``: the outlets of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.reader import reader_of
from bot.render import archive
from bot.screens.filling import nothing_yet
from bot.tree import answer
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="The outlets of the archive, how many articles each has and from when")
async def sources(interaction: discord.Interaction[Dateline]) -> None:
    """List the outlets, the one with the most articles first."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, _listed(interaction))


async def _listed(interaction: discord.Interaction[Dateline]) -> discord.ui.LayoutView:
    client, reader = interaction.client, await reader_of(interaction)
    known = await client.archive.ask(Corpus.sources)
    return archive.sources(known, reader.language) if known else nothing_yet(client, reader)

"""``/sources``: the outlets of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import render
from bot.tree import answer
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="The outlets of the archive, how many articles each has and from when")
async def sources(interaction: discord.Interaction[Dateline]) -> None:
    """List the outlets, the one with the most articles first."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    known = await interaction.client.archive.ask(Corpus.sources)
    client = interaction.client
    nothing = render.empty(filling=client.upkeep.running, inputs=bool(client.settings.corpus_inputs))
    await answer(interaction, render.sources(known) if known else nothing)

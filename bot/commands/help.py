"""``/help``: how one asks, and what one may do with the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.reader import reader_of
from bot.screens import helping
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(name="help", description="How to ask: ten examples to try, and what can be done with an answer")
async def help_(interaction: discord.Interaction[Dateline]) -> None:
    """Show how one asks."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, helping.how_to_ask(interaction.client, await reader_of(interaction)))

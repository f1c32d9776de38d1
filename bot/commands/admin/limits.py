"""``/admin limit`` and ``limits``: how much of an outlet's articles is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.admin.suggestions import suggest_limits, suggest_outlet
from bot.reader import reader_of
from bot.screens import limiting
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="Show no more than so much of any article of an outlet")
@app_commands.describe(
    source="The outlet, by its host or its name", characters="Headline and link only, so many characters, or no limit"
)
@app_commands.autocomplete(source=suggest_outlet, characters=suggest_limits)
async def limit(interaction: discord.Interaction[Dateline], source: str, characters: str) -> None:
    """Set it, and list what is set."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, limiting.limit(interaction, source, characters, await reader_of(interaction)))


@app_commands.command(description="List the outlets of which only so much is shown")
async def limits(interaction: discord.Interaction[Dateline]) -> None:
    """All that is set."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, limiting.limits(interaction, await reader_of(interaction)))

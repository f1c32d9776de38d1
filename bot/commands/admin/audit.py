"""``/admin audit``: who did what to the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.reader import reader_of
from bot.screens import auditing
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline

_LARGEST = 2**53 - 1  # the largest number of an option (Discord's documentation of application commands)


@app_commands.command(description="Who did what to the archive, the last act first")
@app_commands.describe(before="Only acts before the one of this number")
async def audit(
    interaction: discord.Interaction[Dateline], before: app_commands.Range[int, 1, _LARGEST] | None = None
) -> None:
    """The last ten acts."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, auditing.audit(interaction, before, await reader_of(interaction)))

"""``/admin upload``: articles from files that one has at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.reader import reader_of
from bot.render.uploading import upload_form

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="Take articles in from files: you see what would change before anything does")
async def upload(interaction: discord.Interaction[Dateline]) -> None:
    """Open the form that takes them."""
    await interaction.response.send_modal(upload_form((await reader_of(interaction)).language))

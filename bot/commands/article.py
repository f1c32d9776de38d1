"""``/article``: one article by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.reader import reader_of
from bot.screens import reading
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="Read an article of the archive")
@app_commands.describe(article_id="The id of the article: it stands below its text")
@app_commands.rename(article_id="id")
async def article(interaction: discord.Interaction[Dateline], article_id: str) -> None:
    """Show an article with its source, date and link."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, reading.article(interaction.client, article_id, await reader_of(interaction)))

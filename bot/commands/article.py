"""``/article``: one article, found by its headline as one types, or by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.suggestions import in_time
from bot.reader import reader_of
from bot.render.article import choice
from bot.screens import reading
from bot.tree import answer
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline


@in_time
async def suggest_articles(interaction: discord.Interaction[Dateline], typed: str) -> list[app_commands.Choice[str]]:
    """Articles whose headline has what was typed, the newest first; an id may be sent all the same."""
    found = await interaction.client.archive.ask(Corpus.headlines, typed)
    language = (await reader_of(interaction)).language
    return [choice(each, language) for each in found]


@app_commands.command(description="Read an article of the archive")
@app_commands.describe(article_id="Words of its headline, or its id, which stands below its text")
@app_commands.rename(article_id="id")
@app_commands.autocomplete(article_id=suggest_articles)
async def article(interaction: discord.Interaction[Dateline], article_id: str) -> None:
    """Show an article with its source, date and link."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, reading.article(interaction.client, article_id, await reader_of(interaction)))

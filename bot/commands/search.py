"""``/search``: excerpts with their source and date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands

from bot.commands.suggestions import suggest_queries, suggest_sources
from bot.screens import results
from bot.screens.place import begin_command
from bot.tree import answer
from corpus import Query

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="Search the archive: excerpts, each with its source and its date")
@app_commands.describe(
    query='Words, "a phrase", -without, +must, OR, (groups), prefix*, title:, lang:, on:, last:7d and more',
    source="Only this outlet, or several with commas between them",
    after="From this day, month or year on, such as 2023-06",
    before="Up to the day before this one, such as 2023-09-05",
    sort="The order: relevance unless you choose another",
    public="Show the answer to everyone here; otherwise only you see it",
)
@app_commands.autocomplete(query=suggest_queries, source=suggest_sources)
async def search(  # noqa: PLR0917  # discord.py reads a command's options from its parameters
    interaction: discord.Interaction[Dateline],
    query: str = "",
    source: str | None = None,
    after: str | None = None,
    before: str | None = None,
    sort: Literal["relevance", "newest", "oldest"] | None = None,
    public: bool | None = None,  # noqa: FBT001  # discord.py passes options by name
) -> None:
    """Ask the archive; without a query but with a filter, newest first."""
    reader = await begin_command(interaction, public=public)
    asked = Query.parse(query, source=source, after=after, before=before, sort=sort, today=interaction.client.today)
    await answer(interaction, results.first_page(interaction.client, asked, reader))

"""``/search``: excerpts with their source and date."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands

from bot.reader import Audience, language_of, reader_of
from bot.render import archive
from bot.render.layout import OPTIONS
from bot.screens import results
from bot.tree import answer
from corpus import Corpus, CorpusError, Query

if TYPE_CHECKING:
    from bot.client import Dateline


async def suggest_sources(interaction: discord.Interaction[Dateline], typed: str) -> list[app_commands.Choice[str]]:
    """Outlets with what was typed in their name, the most articles first; any other text may be sent all the same."""
    try:
        known = await interaction.client.archive.ask(Corpus.sources)
    except CorpusError:
        return []
    sought, language = typed.strip().casefold(), language_of(interaction)
    fitting = (source for source in known if sought in f"{source.name}\n{source.key}".casefold())
    choices = (archive.choice(source, language) for source in fitting)
    return list(islice(filter(None, choices), OPTIONS))


@app_commands.command(description="Search the archive: excerpts, each with its source and its date")
@app_commands.describe(
    query='Words, "a phrase", -without, +must, OR, (groups), prefix*, title:, lang:, on:, last:7d and more',
    source="Only this outlet",
    after="From this day, month or year on, such as 2023-06",
    before="Up to the day before this one, such as 2023-09-05",
    sort="The order: relevance unless you choose another",
    public="Show the answer to everyone here; otherwise only you see it",
)
@app_commands.autocomplete(source=suggest_sources)
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
    reader = await reader_of(interaction)
    openly = reader.defaults.public if public is None else public
    await interaction.response.defer(ephemeral=not openly, thinking=True)
    asked = Query.parse(query, source=source, after=after, before=before, sort=sort, today=interaction.client.today)
    if not asked.filters.sources and reader.defaults.sources:
        asked = asked.of_sources(reader.defaults.sources)
    reader = replace(reader, audience=Audience.PUBLIC if openly else Audience.PRIVATE)
    await answer(interaction, results.page(interaction.client, asked, reader))

"""``/trends``: how often something was in the news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands

from bot.commands.suggestions import suggest_queries, suggest_sources
from bot.screens import trends as screen
from bot.screens.place import begin_command
from bot.screens.trends import Wanted
from corpus import Query, Step

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="How often something was in the news: up to five queries as a chart over time")
@app_commands.describe(
    query="What to count, in the query language",
    query2="A second query beside it",
    query3="A third",
    query4="A fourth",
    query5="A fifth",
    by="The stretch of time that is counted; automatic unless you choose one",
    share="As share of the archive, which grows and shrinks, in the place of numbers",
    source="Only this outlet, or several with commas between them",
    after="From this day, month or year on, such as 2023-06",
    before="Up to the day before this one, such as 2023-09-05",
    public="Show the answer to everyone here; otherwise only you see it",
)
@app_commands.autocomplete(
    query=suggest_queries,
    query2=suggest_queries,
    query3=suggest_queries,
    query4=suggest_queries,
    query5=suggest_queries,
    source=suggest_sources,
)
async def trends(  # noqa: PLR0917  # discord.py reads a command's options from its parameters
    interaction: discord.Interaction[Dateline],
    query: str,
    query2: str | None = None,
    query3: str | None = None,
    query4: str | None = None,
    query5: str | None = None,
    by: Literal["automatic", "day", "week", "month", "year"] = "automatic",
    share: bool = False,  # noqa: FBT001, FBT002  # discord.py passes options by name
    source: str | None = None,
    after: str | None = None,
    before: str | None = None,
    public: bool | None = None,  # noqa: FBT001  # as above
) -> None:
    """Count up to five queries over time."""
    reader = await begin_command(interaction, public=public)
    typed = dict.fromkeys(text for text in (query, query2, query3, query4, query5) if text is not None)
    today = interaction.client.today
    asked = [Query.parse(text, source=source, after=after, before=before, today=today) for text in typed]
    queries = {str(query): query for query in map(reader.defaults.narrowed, asked)}
    step = None if by == "automatic" else Step(by)
    set_so = reader.language.label("These are the outlets that `/defaults` sets; name others to count those.")
    notes = () if all(query in asked for query in queries.values()) else (set_so,)
    await screen.show(interaction, Wanted(tuple(queries.values()), step, shares=share, notes=notes), reader)

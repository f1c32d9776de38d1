"""``/admin correct``: headline and credit of an article, as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.admin.suggestions import suggest_kept
from bot.markdown import clean
from bot.reader import reader_of
from bot.screens import correcting

if TYPE_CHECKING:
    from bot.client import Dateline


_Part = app_commands.Range[str, 0, 200]


@app_commands.command(description="Correct an article's headline or credit; it stays so whatever is read again")
@app_commands.describe(
    article_id="Words of its headline, or its id",
    section="Its section, in place of the form; a hyphen for none",
    language="The code of its language, such as en, in place of the form; a hyphen for none",
)
@app_commands.rename(article_id="id")
@app_commands.autocomplete(article_id=suggest_kept)
async def correct(
    interaction: discord.Interaction[Dateline],
    article_id: str,
    section: _Part | None = None,
    language: _Part | None = None,
) -> None:
    """Open the form with what stands there now, or put the section and the language that were given."""
    given = {"section": section, "language": language}
    typed = {part: "" if text.strip() == "-" else clean(text) for part, text in given.items() if text is not None}
    if not typed:
        await correcting.begin(interaction, article_id)
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    await correcting.put_in(interaction, article_id, typed, await reader_of(interaction))

"""``/admin remove``, ``restore`` and ``removed``: what is taken down, and how it comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.admin.suggestions import suggest_kept, suggest_withheld
from bot.markdown import clean
from bot.reader import reader_of
from bot.screens import withholding
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="Take an article down, so that it stays down; you are asked before it is done")
@app_commands.describe(
    article_id="Words of its headline, or its id",
    why="The reason, for the audit",
    copies="All other articles of the same story too",
    erase="Keep no text of it: that is final",
)
@app_commands.rename(article_id="id")
@app_commands.autocomplete(article_id=suggest_kept)
async def remove(
    interaction: discord.Interaction[Dateline],
    article_id: str,
    why: app_commands.Range[str, 0, 300] = "",
    copies: bool = False,  # noqa: FBT001, FBT002  # discord.py passes options by name
    erase: bool = False,  # noqa: FBT001, FBT002  # as above
) -> None:
    """Show what would be taken down, and ask."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    reader = await reader_of(interaction)
    shown = withholding.asked(interaction, article_id, clean(why), reader, copies=copies, erase=erase)
    await answer(interaction, shown)


@app_commands.command(description="Let an article come again that was taken down")
@app_commands.describe(article_id="Words of its headline, or its id")
@app_commands.rename(article_id="id")
@app_commands.autocomplete(article_id=suggest_withheld)
async def restore(interaction: discord.Interaction[Dateline], article_id: str) -> None:
    """Let it come again."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, withholding.back(interaction, article_id, await reader_of(interaction)))


@app_commands.command(description="List the articles that are taken down")
async def removed(interaction: discord.Interaction[Dateline]) -> None:
    """The first page of them."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, withholding.removed(interaction, 1, await reader_of(interaction)))

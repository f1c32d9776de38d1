"""``/about``: what the bot is, what it has, and what it keeps about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import VERSION, render
from bot.tree import answer
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline

_WHAT = "Dateline searches a news archive and answers with excerpts, each with its source and its date."
_KEPT = "It keeps nothing about you: no questions, no names, no messages."
_LOGGED = "The keeper of this bot has the text of questions logged, without names; nothing else about you is kept."


@app_commands.command(description="What this bot is, what its archive holds, and what it keeps about you")
async def about(interaction: discord.Interaction[Dateline]) -> None:
    """Tell what there is to know before asking."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, _facts(interaction))


async def _facts(interaction: discord.Interaction[Dateline]) -> discord.ui.LayoutView:
    status = await interaction.client.archive.ask(Corpus.status)
    facts = [
        _WHAT,
        f"**Archive** {render.holdings(status)}",
        f"**Index** last changed {render.index_age(status)}",
        f"**Privacy** {_LOGGED if interaction.client.settings.log_queries else _KEPT}",
        f"-# Dateline {VERSION} · `/search` asks, `/sources` lists the outlets, `/article` shows a text",
    ]
    return render.facts("About", facts)

"""``/about``: what the bot is, what it has, and what it keeps about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import VERSION
from bot.reader import reader_of
from bot.render import archive
from bot.tree import answer
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline


@app_commands.command(description="What this bot is, what its archive holds, and what it keeps about you")
async def about(interaction: discord.Interaction[Dateline]) -> None:
    """Tell what there is to know before asking."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, _facts(interaction))


async def _facts(interaction: discord.Interaction[Dateline]) -> discord.ui.LayoutView:
    language = (await reader_of(interaction)).language
    say, status = language.say, await interaction.client.archive.ask(Corpus.status)
    kept = say("It keeps nothing about you: no questions, no names, no messages.")
    if interaction.client.settings.log_queries:
        kept = say("The keeper of this bot has the text of questions logged, without names.")
    facts = [
        say("Dateline searches a news archive and answers with excerpts, each with its source and its date."),
        f"**{say('Archive')}** {archive.holdings(status, language)}",
        f"**{say('Index')}** {say('last changed {when}', when=archive.index_age(status, language))}",
        f"**{say('Privacy')}** {kept}",
        f"-# Dateline {VERSION} · {say('`/search` asks, `/sources` lists the outlets, `/article` shows a text')}",
    ]
    return archive.facts(say("About"), facts)

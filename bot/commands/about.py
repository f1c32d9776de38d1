"""``/about``: what the bot is, what it has, and what it keeps about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import VERSION
from bot.defaults import Scope, kept_at
from bot.language import Language
from bot.markdown import Markdown
from bot.reader import reader_of
from bot.render import archive
from bot.render.defaults import forgetting, in_words
from bot.render.layout import panel, row, view
from bot.screens.defaults import has_acted
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
    client, language = interaction.client, (await reader_of(interaction)).language
    say, status = language.say, await client.archive.ask(Corpus.status)
    own = (await kept_at(interaction)).of(Scope.USER)
    acted = await has_acted(client, interaction.user.id)
    searches, answers = len(client.recent.of(interaction.user.id)), client.chat.memory.count(interaction.user.id)
    facts = [
        f"### {say('About')}",
        say("Dateline searches a news archive and answers with excerpts, each with its source and its date."),
        f"**{say('Archive')}** {archive.holdings(status, language)}",
        f"**{say('Index')}** {say('last changed {when}', when=archive.index_age(status, language))}",
        f"**{say('Your defaults')}** {in_words(own, language)}",
        f"**{say('Your recent searches')}** {say('{number}, in memory until the next restart', number=searches)}",
        f"**{say('Your chats')}** {say('{number}, in memory until the next restart', number=answers)}",
        f"**{say('Privacy')}** {_privacy(language, acted=acted, logged=client.settings.log_queries)}",
        f"-# Dateline {VERSION} · {say('`/help` tells how to ask, `/sources` lists the outlets')}",
    ]
    return view(panel("\n".join(facts)), row(forgetting(language)))


def _privacy(language: Language, *, acted: bool, logged: bool) -> Markdown:
    audit = f"{language.say('The audit keeps what you did as an admin, with your name.')} " if acted else ""
    if logged:
        rest = language.say("Nothing else is kept about you, but the text of questions is logged, without names.")
    else:
        rest = language.say("Nothing else is kept about you: no names, no messages, no log of questions.")
    return Markdown(f"{audit}{rest}")

"""``/defaults``: what is meant where one does not say it, for oneself, a channel or a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot import access
from bot.commands.suggestions import suggest_default_sources
from bot.defaults import Scope
from bot.language import NAMES
from bot.screens import defaults as screen
from bot.screens.defaults import NO_DEFAULT, Wishes
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline

_NOTHING = Choice(name=locale_str("no default"), value=NO_DEFAULT)
_WHOM = [
    Choice(name=locale_str("me"), value=Scope.USER.value),
    Choice(name=locale_str("channel"), value=Scope.CHANNEL.value),
    Choice(name=locale_str("server"), value=Scope.SERVER.value),
]
_ANSWERS = [
    Choice(name=locale_str("private"), value="private"),
    Choice(name=locale_str("public"), value="public"),
    _NOTHING,
]
_LANGUAGES = [*(Choice(name=name, value=code) for code, name in NAMES.items()), _NOTHING]


@app_commands.command(description="What is meant where you do not say it; without an option it is only shown")
@app_commands.rename(whom="for")
@app_commands.describe(
    whom="For you, or for everyone in this channel or server, if you may manage it",
    answers="Whether only you read your answers, or everyone here",
    sources="Only these outlets, several with commas between them",
    language="The language of the answers",
)
@app_commands.choices(whom=_WHOM, answers=_ANSWERS, language=_LANGUAGES)
@app_commands.autocomplete(sources=suggest_default_sources)
async def defaults(
    interaction: discord.Interaction[Dateline],
    whom: str = Scope.USER.value,
    answers: str | None = None,
    sources: str | None = None,
    language: str | None = None,
) -> None:
    """Set what was chosen, and show what holds."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    scope, wishes = Scope(whom), Wishes(answers, sources, language)
    if not wishes.any:
        await answer(interaction, screen.shown(interaction))
        return
    access.may_set(interaction, scope)
    await answer(interaction, screen.set_for(interaction, scope, wishes))

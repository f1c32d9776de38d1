"""What is suggested to admins as they type: nothing to anybody else, for what was taken down is not theirs to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord.app_commands import Choice

from bot import access
from bot.commands.suggestions import Suggest, in_time
from bot.reader import reader_of
from bot.render import article, limiting, withholding
from bot.render.choices import outlet
from bot.render.layout import OPTION, OPTIONS
from bot.screens.keeping import inputs_of
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline


def _to_admins(suggest: Suggest) -> Suggest:
    @in_time
    async def suggested(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
        return await suggest(interaction, typed) if access.may_keep(interaction) else []

    return suggested


@_to_admins
async def suggest_kept(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """Articles whose headline has what was typed, the newest first."""
    found = await interaction.client.archive.ask(Corpus.headlines, typed)
    language = (await reader_of(interaction)).language
    return [article.choice(each, language) for each in found]


@_to_admins
async def suggest_withheld(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """Articles that are taken down, with what was typed in their headline, outlet or id, the last one first."""
    down, language = await interaction.client.archive.ask(Corpus.withheld), (await reader_of(interaction)).language
    sought = typed.strip().casefold()
    fitting = [each for each in down if sought in f"{each.headline} {each.source} {each.id}".casefold()]
    return [withholding.choice(each, language) for each in fitting[:OPTIONS]]


@_to_admins
async def suggest_outlet(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """Outlets with what was typed in their name, the most articles first, each by its key."""
    known = await interaction.client.archive.ask(Corpus.sources)
    return outlet(known, typed, (await reader_of(interaction)).language)


@_to_admins
async def suggest_limits(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """What may be chosen as a limit."""
    return limiting.choices(typed, (await reader_of(interaction)).language)


@_to_admins
async def suggest_input(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """The configured inputs with what was typed in their name."""
    sought, names = typed.strip().casefold(), (each.name for each in inputs_of(interaction))
    fitting = [Choice(name=name, value=name) for name in names if sought in name.casefold() and len(name) <= OPTION]
    return fitting[:OPTIONS]

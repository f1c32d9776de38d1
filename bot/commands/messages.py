"""The commands in the menu of a message: what the archive has to do with it. Both answer privately."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui

from bot.reader import Reader, reader_of
from bot.screens import quoting
from bot.tree import answer

if TYPE_CHECKING:
    from bot.client import Dateline

_Shows = Callable[["Dateline", discord.Message, Reader], Awaitable[ui.LayoutView]]


def of_messages() -> tuple[app_commands.ContextMenu, ...]:
    """The commands, made anew for each tree."""
    return (
        app_commands.ContextMenu(name="Find related news", callback=_related),
        app_commands.ContextMenu(name="Find this quote", callback=_quoted),
    )


async def _related(interaction: discord.Interaction[Dateline], message: discord.Message) -> None:
    await _show(interaction, message, quoting.related)


async def _quoted(interaction: discord.Interaction[Dateline], message: discord.Message) -> None:
    await _show(interaction, message, quoting.quoted)


async def _show(interaction: discord.Interaction[Dateline], message: discord.Message, shows: _Shows) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, shows(interaction.client, message, await reader_of(interaction)))

"""What others read: posted by who wants it to be read, taken away by them or whoever keeps order there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import ui

from bot import access
from bot.press import Press
from bot.reader import Audience, Reader
from bot.render.archive import notice


def publicly(reader: Reader) -> Reader:
    """The same reader, whose answer everyone there reads."""
    return replace(reader, audience=Audience.PUBLIC)


async def post(press: Press, view: ui.LayoutView, files: Sequence[discord.File] = ()) -> None:
    """Post an answer beside the private one, for everyone there; the press was deferred before."""
    await press.interaction.followup.send(view=view, files=files)


async def delete(press: Press) -> None:
    """Take the message away: its sharer may, who manages messages there, an admin, and in a conversation its reader."""
    interaction = press.interaction
    if not may_delete(press):
        refused = press.reader.language.say("Only the one who shared it, moderators and admins may delete it.")
        await interaction.response.send_message(view=notice(refused), ephemeral=True)
        return
    await interaction.response.defer()
    await interaction.delete_original_response()


def may_delete(press: Press) -> bool:
    """Whether the one who presses may take the message away."""
    interaction = press.interaction
    return (
        press.reader.id == press.number(0)
        or press.reader.audience is Audience.DIRECT
        or interaction.permissions.manage_messages
        or press.reader.id in access.admins(interaction.client)
    )

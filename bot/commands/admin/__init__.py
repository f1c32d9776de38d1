"""``/admin``: what the keeper of the archive may do from Discord."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot import access
from bot.commands.admin.audit import audit
from bot.commands.admin.correct import correct
from bot.commands.admin.keeping import ingest, inputs, reindex, status
from bot.commands.admin.limits import limit, limits
from bot.commands.admin.removal import remove, removed, restore
from bot.commands.admin.upload import upload

_Command = app_commands.Command[Any, ..., Any]
_READING: tuple[_Command, ...] = (reindex, ingest, inputs, status)
_CARE: tuple[_Command, ...] = (upload, correct, remove, restore, removed, limit, limits, audit)


class Admin(app_commands.Group):
    """Commands for admins; Discord hides them from others only by default, so each is checked here again."""

    def __init__(self) -> None:
        super().__init__(
            name="admin",
            description="For those who keep the archive",
            default_permissions=discord.Permissions(manage_guild=True),
        )
        for command in (*_READING, *_CARE):
            self.add_command(command)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let admins pass, and refuse all others with a sentence."""
        access.must_be_admin(interaction)
        return True

"""What only admins may press, and how what they want is done: by a keeper in a process of its own, in their name."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from discord import ui

from bot import access
from bot.markdown import clean
from bot.press import Act, Press
from bot.render.archive import notice
from bot.tree import Interaction
from corpus import CorpusError


def for_admins(act: Act) -> Act:
    """The same act, refused to all others with a sentence: whoever was an admin may be none any more."""

    @functools.wraps(act)
    async def guarded(press: Press) -> None:
        access.must_be_admin(press.interaction)
        await act(press)

    return guarded


async def keep(interaction: Interaction, *command: str) -> Mapping[str, Any]:
    """Have a keeper do what the shell does by this command, in the name of the one who acts.

    Raises:
        CorpusError: the keeper could not; its sentence says why.
    """
    return await interaction.client.keepers.run(*command, by=who(interaction))


async def kept(press: Press, *command: str) -> Mapping[str, Any] | None:
    """The same, for a message that is to stay as it is where the keeper could not: then why is told beside it."""
    try:
        return await keep(press.interaction, *command)
    except CorpusError as error:
        press.interaction.client.journal.outcome(press.interaction.id, type(error).__name__)
        await tell(press, notice(press.reader.language.told(error.told)))
        return None


async def tell(press: Press, view: ui.LayoutView) -> None:
    """Say something privately beside the message, which stays as it is."""
    await press.interaction.followup.send(view=view, ephemeral=True)


def who(interaction: Interaction) -> str:
    """The one who acts, as the audit has them."""
    return f"discord:{interaction.user.id} {clean(interaction.user.name)}"

"""Where an answer goes: a press into the message of the one who asked, a private copy to anybody else."""

from __future__ import annotations

from dataclasses import replace

from bot.press import Press
from bot.reader import Audience, Reader, reader_of
from bot.render.archive import notice
from bot.tree import Interaction, give


async def begin(press: Press, asker: int) -> Reader:
    """Promise an answer, and say for whom it is: in place for the one who asked, else a private copy."""
    own = press.reader.id == asker
    await press.interaction.response.defer(ephemeral=True, thinking=not own)
    return press.reader if own else replace(press.reader, audience=Audience.PRIVATE)


async def begin_command(interaction: Interaction, *, public: bool | None) -> Reader:
    """Promise the answer to a command: for everyone there if that was chosen, or else is set; without, privately."""
    reader = await reader_of(interaction)
    openly = bool(reader.defaults.public if public is None else public)
    await interaction.response.defer(ephemeral=not openly, thinking=True)
    return replace(reader, audience=Audience.PUBLIC if openly else Audience.PRIVATE)


async def begin_files(press: Press) -> bool:
    """Promise files in a private message; where the bot may attach none, say so instead, and be told by False."""
    say = (await begin_privately(press)).language.say
    may = press.interaction.app_permissions.attach_files
    if not may:
        refused = notice(say("The bot may not attach files here: ask it in a direct message instead."))
        await give(press.interaction, refused)
    return may


async def begin_privately(press: Press) -> Reader:
    """Promise an answer that only the one who presses reads, in a message of its own."""
    await press.interaction.response.defer(ephemeral=True, thinking=True)
    return replace(press.reader, audience=Audience.PRIVATE)

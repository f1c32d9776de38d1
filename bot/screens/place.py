"""Where the answer to a press goes: into the message for the one who asked, to a private copy for anybody else."""

from __future__ import annotations

from dataclasses import replace

from bot.press import Press
from bot.reader import Audience, Reader


async def begin(press: Press, asker: int) -> Reader:
    """Promise an answer, and say for whom it is: in place for the one who asked, else a private copy."""
    own = press.reader.id == asker
    await press.interaction.response.defer(ephemeral=True, thinking=not own)
    return press.reader if own else replace(press.reader, audience=Audience.PRIVATE)


async def begin_privately(press: Press) -> Reader:
    """Promise an answer that only the one who presses reads, in a message of its own."""
    await press.interaction.response.defer(ephemeral=True, thinking=True)
    return replace(press.reader, audience=Audience.PRIVATE)

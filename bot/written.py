"""What people write, as Discord hands it over: the words of it, without what its client makes of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import discord

# A mention, a channel, an emoji of a server, a moment, a command, a place of the server: none of it is a word.
_MARKUP = re.compile(r"<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|/[^:>]{1,100}:\d+|id:\w+)>")


def without_markup(content: str) -> str:
    """The words of a message as they were typed."""
    return _MARKUP.sub(" ", content).strip()


def texts_in(message: discord.Message) -> list[str]:
    """What was written in a message or in one that it passes on, be it nothing; then what is shown with it."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    written = "\n".join(without_markup(part.content) for part in parts)
    embedded = (text for part in parts for embed in part.embeds for text in (embed.title, embed.description))
    return [written, *filter(None, embedded)]

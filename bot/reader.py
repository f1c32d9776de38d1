"""Who an answer is for: in which language, and who else reads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import discord

from bot.defaults import Defaults, kept_at
from bot.language import Language
from corpus import CorpusError

if TYPE_CHECKING:
    from bot.client import Dateline

_READER = "reader"  # in the extras of an interaction whose reader is known


class Audience(Enum):
    """Who reads a message: the one who asked alone, everyone in the channel, or the one who writes to the bot."""

    PRIVATE = "private"
    PUBLIC = "public"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Reader:
    """The one who asked: their id, their language, who reads the answer, and what they need not say.

    ``occasion`` is the id of the interaction or the message by which they asked: the log knows the answer by it.
    """

    id: int
    language: Language
    occasion: int = 0
    audience: Audience = Audience.PRIVATE
    defaults: Defaults = Defaults()  # noqa: RUF009  # frozen, like this


async def reader_of(interaction: discord.Interaction[Dateline]) -> Reader:
    """The one who acts, and who reads the message that they act on; looked up once an interaction."""
    known = interaction.extras.get(_READER)
    if isinstance(known, Reader):
        return known
    try:
        defaults = (await kept_at(interaction)).together
    except CorpusError:  # the archive will say so itself, in the language of the client
        defaults = Defaults()
    language = interaction.client.languages.of(defaults.language or str(interaction.locale))
    reader = Reader(interaction.user.id, language, interaction.id, _audience(interaction), defaults)
    interaction.extras[_READER] = reader
    return reader


async def reader_again(interaction: discord.Interaction[Dateline]) -> Reader:
    """The one who acts, after what is kept about them has changed."""
    interaction.extras.pop(_READER, None)
    return await reader_of(interaction)


def language_of(interaction: discord.Interaction[Dateline]) -> Language:
    """The language of an interaction, as far as it is known without asking the archive."""
    known = interaction.extras.get(_READER)
    return known.language if isinstance(known, Reader) else interaction.client.languages.of(str(interaction.locale))


def _audience(interaction: discord.Interaction[Dateline]) -> Audience:
    message = interaction.message
    if message is None or message.flags.ephemeral:
        return Audience.PRIVATE
    direct = interaction.guild_id is None and interaction.context.dm_channel
    return Audience.DIRECT if direct else Audience.PUBLIC

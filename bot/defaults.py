"""What people set for themselves, for a channel or for a server, and which of it goes first.

Kept behind the corpus door as small documents under keys of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import discord

from bot.language import NAMES
from corpus import Corpus

if TYPE_CHECKING:
    from bot.client import Dateline

MOST_SOURCES = 10  # outlets that a query names (the query language)


class Scope(Enum):
    """For whom a default holds."""

    USER = "user"
    CHANNEL = "channel"
    SERVER = "server"


_VISIBILITY = (Scope.CHANNEL, Scope.SERVER, Scope.USER)  # who shares a place says how loud one is in it
_OWN_FIRST = (Scope.USER, Scope.CHANNEL, Scope.SERVER)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is meant where a command does not say it; None and () where nothing is set."""

    public: bool | None = None
    sources: tuple[str, ...] = ()
    language: str | None = None

    @classmethod
    def read(cls, document: Mapping[str, object]) -> Defaults:
        """Take from a document what can be used; what another version wrote and this one does not know is left."""
        public, sources, language = (document.get(name) for name in ("public", "sources", "language"))
        return cls(
            public=public if isinstance(public, bool) else None,
            sources=tuple(map(str, sources))[:MOST_SOURCES] if isinstance(sources, Sequence) else (),
            language=language if isinstance(language, str) and language in NAMES else None,
        )

    def written(self) -> Mapping[str, object] | None:
        """The document to keep; None where nothing is set."""
        told = {"public": self.public, "sources": list(self.sources) or None, "language": self.language}
        return {name: value for name, value in told.items() if value is not None} or None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is set for the place and the person of an interaction, by scope."""

    by_scope: Mapping[Scope, Defaults]

    @property
    def together(self) -> Defaults:
        """What holds of all of it."""
        public = (self.by_scope[scope].public for scope in _VISIBILITY)
        sources = (self.by_scope[scope].sources for scope in _OWN_FIRST)
        language = (self.by_scope[scope].language for scope in _OWN_FIRST)
        return Defaults(
            next((value for value in public if value is not None), None),
            next(filter(None, sources), ()),
            next(filter(None, language), None),
        )


def key(scope: Scope, number: int) -> str:
    """The key of a document."""
    return f"defaults:{scope.value}:{number}"


async def kept_for(client: Dateline, user: int, channel: int | None, guild: int | None) -> Kept:
    """What is set there, for this person."""
    numbers = {Scope.USER: user, Scope.CHANNEL: channel, Scope.SERVER: guild}
    keys = {scope: key(scope, number) for scope, number in numbers.items() if number is not None}
    found = await client.archive.ask(Corpus.recall, list(keys.values()))
    return Kept({scope: Defaults.read(found.get(keys.get(scope, ""), {})) for scope in Scope})


async def kept_at(interaction: discord.Interaction[Dateline]) -> Kept:
    """What is set where an interaction comes from."""
    channel = interaction.channel_id if interaction.guild_id is not None else None
    return await kept_for(interaction.client, interaction.user.id, channel, interaction.guild_id)

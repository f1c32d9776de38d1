"""What people set for themselves, for a channel or for a server, and which of it goes first.

Kept behind the corpus door as small documents under keys of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import discord

from bot.language import NAMES
from corpus import LONGEST_NAME, MOST_SOURCES, Corpus, Query

if TYPE_CHECKING:
    from bot.client import Dateline


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
        listed = sources if isinstance(sources, list) else []
        named = [name for name in listed if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME]
        return cls(
            public=public if isinstance(public, bool) else None,
            sources=tuple(named[:MOST_SOURCES]),
            language=language if isinstance(language, str) and language in NAMES else None,
        )

    def written(self) -> Mapping[str, object] | None:
        """The document to keep; None where nothing is set."""
        told = {"public": self.public, "sources": list(self.sources) or None, "language": self.language}
        return {name: value for name, value in told.items() if value is not None} or None

    def narrowed(self, query: Query) -> Query:
        """The query, of these outlets where it names none; where nothing is asked there is nothing to narrow."""
        if not self.sources or query.filters.sources or query.empty:
            return query
        narrow = query.of_sources(self.sources)
        return replace(narrow, notes=(*query.notes, *narrow.notes))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is set for the person and the place of an interaction, by scope; where there is no server, their own."""

    by_scope: Mapping[Scope, Defaults]

    @property
    def public_by(self) -> Scope | None:
        """Who says whether an answer is public."""
        return self._first(_VISIBILITY, lambda each: each.public is not None)

    @property
    def sources_by(self) -> Scope | None:
        """Who says which outlets are meant."""
        return self._first(_OWN_FIRST, lambda each: bool(each.sources))

    @property
    def language_by(self) -> Scope | None:
        """Who says in which language the answer is."""
        return self._first(_OWN_FIRST, lambda each: each.language is not None)

    @property
    def together(self) -> Defaults:
        """What holds of all of it."""
        return Defaults(
            self.of(self.public_by).public, self.of(self.sources_by).sources, self.of(self.language_by).language
        )

    def of(self, scope: Scope | None) -> Defaults:
        """What is set for one scope; nothing where there is none such."""
        return self.by_scope.get(scope, Defaults()) if scope else Defaults()

    def _first(self, order: Iterable[Scope], says: Callable[[Defaults], bool]) -> Scope | None:
        return next((scope for scope in order if says(self.of(scope))), None)


def key(scope: Scope, number: int) -> str:
    """The key of a document."""
    return f"defaults:{scope.value}:{number}"


def keys_at(interaction: discord.Interaction[Dateline]) -> Mapping[Scope, str]:
    """The keys of what is set where an interaction comes from; in a direct message there is only the person."""
    return _keys(interaction.user.id, channel_of(interaction), interaction.guild_id)


def channel_of(place: discord.Interaction[Dateline] | discord.Message) -> int | None:
    """The channel of a server that something comes from, of a thread the one that it belongs to; None elsewhere."""
    channel = place.channel
    if place.guild is None or channel is None:
        return None
    return channel.parent_id if isinstance(channel, discord.Thread) else channel.id


async def kept_for(client: Dateline, user: int, channel: int | None, guild: int | None) -> Kept:
    """What is set there, for this person."""
    keys = _keys(user, channel, guild)
    found = await client.archive.ask(Corpus.recall, list(keys.values()))
    return Kept({scope: Defaults.read(found.get(name, {})) for scope, name in keys.items()})


async def kept_at(interaction: discord.Interaction[Dateline]) -> Kept:
    """What is set where an interaction comes from."""
    return await kept_for(interaction.client, interaction.user.id, channel_of(interaction), interaction.guild_id)


def _keys(user: int, channel: int | None, guild: int | None) -> Mapping[Scope, str]:
    numbers = {Scope.USER: user, Scope.CHANNEL: channel, Scope.SERVER: guild}
    return {scope: key(scope, number) for scope, number in numbers.items() if number is not None}

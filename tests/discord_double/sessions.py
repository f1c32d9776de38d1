"""A gateway session: what a client that was cut off finds again when it resumes."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from .limits import Json
from .world import Guild


@dataclass(eq=False)
class Session:
    """A session of one shard: its events so far and, while connected, its socket."""

    id: str
    launch: int
    shard: int
    shards: int
    intents: int
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    beats: int = 0

    def holds(self, guild: Guild | None) -> bool:
        """Whether events of this guild, or of direct channels, belong to this shard."""
        return self.shard == ((guild.id >> 22) % self.shards if guild else 0)

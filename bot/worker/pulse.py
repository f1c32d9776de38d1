"""Whether the connection to Discord lives. A worker that only looks alive is worse than one that has left.

discord.py notices within a minute that nothing comes any more, and connects again; what it does not notice, or cannot
mend, ends here.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import discord

PATIENCE = 300.0
"""Seconds without a sign of life after which the worker leaves, for its host to start it anew."""

_LOOKS = 10.0  # seconds between two looks
_FRESH = 90.0  # seconds for which a sign of life is one: two heartbeats of Discord's and some


class Pulse:
    """When each shard was last known to live, in seconds of ``time.perf_counter``."""

    def __init__(self, file: Path | None = None) -> None:
        """``file`` is touched as long as all shards live."""
        self._file = file
        self._began = math.inf
        self._awaited: set[int] = set()
        self._connected: set[int] = set()
        self._heard: dict[int, float] = {}

    def begin(self, seconds: float = 0.0) -> None:
        """Expect a first sign of life from now on, or in so many seconds."""
        self._began = time.perf_counter() + seconds

    def expect(self, shards: Iterable[int]) -> None:
        """Expect one of each of these shards, which are connected one after the other."""
        self._awaited = set(shards)
        self.begin()

    def waits(self, shard: int, seconds: float) -> None:
        """A shard waits on purpose, for so many seconds: before these are over nothing is expected of it."""
        until = time.perf_counter() + seconds
        if shard in self._heard:
            self._heard[shard] = max(self._heard[shard], until)
        else:
            self._began = max(self._began, until)

    def connected(self, shard: int) -> None:
        """A shard is connected, and gets events."""
        self._connected.add(shard)
        self._heard[shard] = time.perf_counter()
        if shard in self._awaited:
            self._awaited.remove(shard)
            self.begin()

    def lost(self, shard: int) -> None:
        """A shard is no longer connected."""
        self._connected.discard(shard)

    @property
    def alive(self) -> frozenset[int]:
        """The shards that are connected and live."""
        return frozenset(shard for shard in self._connected if self._silent_for(shard) < _FRESH)

    @property
    def silence(self) -> float:
        """For how many seconds the quietest shard has not been known to live; of those to come, since one could."""
        silences = [self._silent_for(shard) for shard in self._heard]
        if self._awaited or not silences:
            silences.append(time.perf_counter() - self._began)
        return max(0.0, *silences)

    async def watch(self, shards: Callable[[], Mapping[int, discord.ShardInfo]]) -> None:
        """Look at the shards that there are until one has given no sign of life for too long."""
        while self.silence < PATIENCE:
            for shard, info in shards().items():
                if shard in self._connected:
                    self._heard[shard] = max(self._heard[shard], _acknowledged(info))
            if self._file and self._connected and self.silence < _FRESH:
                with contextlib.suppress(OSError):  # without a sign of life whoever looks for it draws the conclusion
                    self._file.touch()
            await asyncio.sleep(_LOOKS)

    def _silent_for(self, shard: int) -> float:
        return time.perf_counter() - self._heard[shard]


def _acknowledged(shard: discord.ShardInfo) -> float:
    """When Discord last acknowledged a heartbeat of this shard; discord.py keeps that to itself."""
    keep_alive = shard._parent.ws._keep_alive  # noqa: SLF001  # nothing public tells it: a latency never grows old
    return keep_alive._last_ack if keep_alive else 0.0  # noqa: SLF001

"""A gateway that closes before it says HELLO, as it may while Discord is disturbed, is tried again like any other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from discord.gateway import ReconnectWebSocket
from discord.shard import EventItem, EventType

if TYPE_CHECKING:
    from discord import ShardInfo


def bear_closed_doors(info: ShardInfo) -> None:
    """Have this shard connect again where discord.py 2.7 ends all of them: ``Shard.reconnect`` forgets this error."""
    shard = info._parent  # noqa: SLF001  # there is no other way to it
    put, pause = shard._queue_put, shard._backoff.delay  # noqa: SLF001

    def placed(item: EventItem) -> None:
        if item.type == EventType.terminate and isinstance(item.error, ReconnectWebSocket):
            again = EventItem(EventType.reconnect, shard, item.error)
            asyncio.get_running_loop().call_later(pause(), put, again)
        else:
            put(item)

    shard._queue_put = placed  # noqa: SLF001

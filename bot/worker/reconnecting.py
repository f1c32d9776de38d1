"""How a shard comes back that has to introduce itself anew: not at once, and in nobody's way.

discord.py 2.7 connects its shards again one by one, out of one queue, and whatever waits there keeps all others from
resuming. And it ends all of them where a gateway closes before it says HELLO, as it may while Discord is disturbed:
``Shard.reconnect`` forgets that error. Both are mended where a shard puts itself into the queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from discord.gateway import ReconnectWebSocket
from discord.shard import EventItem, EventType

if TYPE_CHECKING:
    from discord import ShardInfo


def hold_back(info: ShardInfo, until_allowed: Callable[[int], Awaitable[None]]) -> None:
    """Let this shard be connected anew only after ``until_allowed``, which is told its number; to resume it may always.

    A door that is closed in its face is one more reason to try again, after a while.
    """
    shard = info._parent  # noqa: SLF001  # there is no other way to it
    put, pause = shard._queue_put, shard._backoff.delay  # noqa: SLF001
    waiting: set[asyncio.Task[None]] = set()

    async def later(item: EventItem, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await until_allowed(shard.id)
        put(item)

    def placed(item: EventItem) -> None:
        seconds = 0.0
        if item.type == EventType.terminate and isinstance(item.error, ReconnectWebSocket):
            item, seconds = EventItem(EventType.reconnect, shard, item.error), pause()
        if item.type not in {EventType.identify, EventType.reconnect}:
            put(item)
            return
        task = asyncio.create_task(later(item, seconds), name=f"shard {shard.id} waits")
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    shard._queue_put = placed  # noqa: SLF001

"""The process in which Discord and its people are: ``python -m benchmarks.load.crowd PEOPLE SERVERS SEED``.

It says where it is, then takes orders on standard input, a line of JSON each, and answers with a line. People come when
they like, not when the bot has time for them: a bot that is slow is asked no less often, and every wait is counted.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from benchmarks.ask import read_ask
from benchmarks.load.acts import Acts
from benchmarks.load.loopback import Loopback
from benchmarks.load.people import TOKEN, People
from benchmarks.load.tally import Tally

_PATIENCE = 60.0  # seconds for the bot to be there
_BETWEEN = 0.5  # seconds between two reindexes


class _Crowd:
    """The people, and what they are told to do."""

    def __init__(self, discord: Loopback, acts: Acts, chance: random.Random) -> None:
        self._discord, self._acts, self._chance = discord, acts, chance
        self._keeping: asyncio.Task[None] | None = None
        self._reindexed: list[float] = []

    async def ready(self, _: dict[str, Any]) -> dict[str, Any]:
        """The bot is there.

        Raises:
            TimeoutError: it does not come.
        """
        async with asyncio.timeout(_PATIENCE):
            await self._discord.ready()
        return {}

    async def come(self, order: dict[str, Any]) -> dict[str, Any]:
        """So many a second on average come, for so many seconds; what came of it."""
        tally = self._discord.tally = Tally()
        began = due = perf_counter()
        while (due := due + self._chance.expovariate(order["rate"])) < began + order["seconds"]:
            if (early := due - perf_counter()) > 0:
                await asyncio.sleep(early)
            kind, event = self._acts.next()
            await self._discord.send(kind, event, behind=max(0.0, perf_counter() - due))
        ended = perf_counter()
        await self._discord.quiet()
        reindexed, self._reindexed = self._reindexed, []
        return {**tally.figures(), "seconds": round(ended - began, 2), "reindexed": reindexed}

    async def keep(self, _: dict[str, Any]) -> dict[str, Any]:
        """From now on the owner has everything read again and again."""
        self._keeping = asyncio.create_task(self._reindex())
        return {}

    async def _reindex(self) -> None:
        while True:
            began = perf_counter()
            await self._discord.follow(self._acts.reindex())
            self._reindexed.append(round(perf_counter() - began, 1))
            await asyncio.sleep(_BETWEEN)

    def end(self) -> None:
        """Nobody waits for the reindex any more."""
        if self._keeping is not None:
            self._keeping.cancel()


async def _obey(people: int, servers: int, seed: int) -> None:
    chance = random.Random(seed)
    crowd = People(people, servers, chance=chance)
    asks = [read_ask(fields) for fields in json.loads(await _line())["asks"]]
    acts = Acts(crowd, asks, chance=chance)
    async with Loopback(crowd, acts.given) as discord:
        there = _Crowd(discord, acts, chance)
        orders = {"ready": there.ready, "come": there.come, "keep": there.keep}
        _say({"api": f"http://{discord.base}/api/v10", "gateway": f"ws://{discord.base}/gateway", "token": TOKEN})
        while line := await _line():
            order = json.loads(line)
            _say(await orders[order["do"]](order))
        there.end()


async def _line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    """Be there until nobody gives orders any more."""
    people, servers, seed = map(int, arguments)
    asyncio.run(_obey(people, servers, seed))


if __name__ == "__main__":
    main(sys.argv[1:])

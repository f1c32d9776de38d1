"""Tells a worker to leave, a hundred times, whatever it is at: ``make stops``. Each must end with 0 within two seconds.

The states are gone through in turn, SIGTERM and SIGINT by turns, each after a random pause, so that no two moments are
the same.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot_process import LEAVING, archive_with, catches, executed
from rich.console import Console
from rich.table import Table

from discord_double import BotProcess, DiscordDouble

_ARTICLES = 20_000
_PAUSE = 0.3  # seconds at most between a state's beginning and the signal

State = Callable[[DiscordDouble, Path], Awaitable[BotProcess]]


async def loading(discord: DiscordDouble, data: Path) -> BotProcess:
    """It imports, or opens the archive."""
    bot = await executed(discord, data, ready=False)
    while not all(catches(bot.pid, number) for number in (signal.SIGTERM, signal.SIGINT)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.uniform(0, 1.2))
    return bot


async def standing_by(discord: DiscordDouble, data: Path) -> BotProcess:
    """Another worker serves over the disk."""
    await executed(discord, data)
    bot = await executed(discord, data, ready=False)
    await bot.wrote("standing by")
    return bot


async def waiting(discord: DiscordDouble, data: Path) -> BotProcess:
    """Discord cannot be reached."""
    discord.faults.answer_next("/users/@me", status=503, body="", times=20)
    bot = await executed(discord, data, ready=False)
    await bot.wrote("trying again")
    return bot


async def connecting(discord: DiscordDouble, data: Path) -> BotProcess:
    """Discord takes its time."""
    discord.faults.delay_next("*", 1.0, times=4)
    bot = await executed(discord, data, ready=False)
    await discord.until(lambda: bot.requests, "it asks")
    return bot


async def idle(discord: DiscordDouble, data: Path) -> BotProcess:
    """Nobody asks."""
    return await executed(discord, data)


async def searching(discord: DiscordDouble, data: Path) -> BotProcess:
    """Twenty people ask at once."""
    bot = await executed(discord, data)
    _ask(discord, *(f"reader{number}" for number in range(20)))
    return bot


async def drawing(discord: DiscordDouble, data: Path) -> BotProcess:
    """A chart is being drawn."""
    bot = await executed(discord, data)
    discord.later = asyncio.create_task(discord.user("reader").slash("trends", query="barrier"))
    return bot


async def reindexing(discord: DiscordDouble, data: Path) -> BotProcess:
    """Everything is read again, and somebody asks meanwhile."""
    bot = await executed(discord, data, CORPUS_INPUTS=f"news={data.parent / 'news.jsonl'}")
    await discord.owner.slash("admin reindex", first_response=True)
    _ask(discord, "reader")
    return bot


async def filling(discord: DiscordDouble, data: Path) -> BotProcess:
    """An empty archive is being filled."""
    shutil.rmtree(data)
    return await executed(discord, data, CORPUS_INPUTS=f"news={data.parent / 'news.jsonl'}")


async def cut_off(discord: DiscordDouble, data: Path) -> BotProcess:
    """The connection was lost a moment ago."""
    bot = await executed(discord, data)
    discord.faults.refuse_gateway(50)
    discord.faults.drop_gateway()
    return bot


STATES: list[State] = [
    loading, standing_by, waiting, connecting, idle, searching, drawing, reindexing, filling, cut_off,
]  # fmt: skip


def _ask(discord: DiscordDouble, *people: str) -> None:
    asked = [discord.user(name).slash("search", query="barrier", timeout=5) for name in people]
    discord.later = asyncio.gather(*asked, return_exceptions=True)


async def stopped(state: State, number: signal.Signals, archive: Path, folder: Path) -> tuple[int, float, str]:
    """Bring a worker into a state, tell it to leave, and give its exit code, the seconds it took, and what it wrote."""
    data = Path(shutil.copytree(archive, folder / "data"))
    shutil.copy(archive.parent / "news.jsonl", folder)
    discord = DiscordDouble()
    discord.later = None
    async with discord:
        bot = await state(discord, data)
        await asyncio.sleep(random.uniform(0, _PAUSE))
        began = time.monotonic()
        bot.signal(number)
        code = await bot.wait(30)
        seconds = time.monotonic() - began
        if discord.later is not None:
            discord.later.cancel()
            await asyncio.wait([discord.later])
        return code, seconds, bot.output


async def program(times: int, seed: int, console: Console) -> list[str]:
    """Stop workers so many times; gives what went wrong."""
    random.seed(seed)
    took, wrong = defaultdict[str, list[float]](list), list[str]()
    with TemporaryDirectory(prefix="dateline-stops-") as folder:
        archive_with(Path(folder), _ARTICLES)
        archive = Path(folder) / "data"
        for turn in range(times):
            state, number = STATES[turn % len(STATES)], (signal.SIGTERM, signal.SIGINT)[turn // len(STATES) % 2]
            own = Path(folder) / str(turn)
            own.mkdir()
            code, seconds, output = await stopped(state, number, archive, own)
            took[state.__name__].append(seconds)
            if code or seconds > LEAVING or "Traceback" in output:
                wrong.append(f"{state.__name__}, {number.name}: code {code} after {seconds:.2f} s\n{output[-2000:]}")
            shutil.rmtree(own)
    console.print(_table(took))
    return wrong


def _table(took: dict[str, list[float]]) -> Table:
    table = Table("told to leave while", "times", "median s", "longest s")
    for state, seconds in took.items():
        middle = sorted(seconds)[len(seconds) // 2]
        table.add_row(state.replace("_", " "), str(len(seconds)), f"{middle:.2f}", f"{max(seconds):.2f}")
    return table


def main() -> int:
    """Stop, and say how that went."""
    parser = argparse.ArgumentParser(prog="make stops", description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked, console = parser.parse_args(), Console(width=100)
    wrong = asyncio.run(program(asked.times, asked.seed, console))
    for each in wrong:
        console.print(each, markup=False, highlight=False)
    console.print(f"{asked.times - len(wrong)} of {asked.times} left with 0 within two seconds (seed {asked.seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The real bot as a process on the loopback Discord: how tests start it, and how soon it must be gone."""

import json
import signal
from functools import partial
from pathlib import Path

from lying import in_environment

from corpus import Keeper, Where
from discord_double import BotProcess, DiscordDouble

LEAVING = 2.0  # seconds between the signal and the end (what the shortest host grants)


async def started(
    discord: DiscordDouble, data: Where, *, ready: bool = True, remembers: bool = False, forked: bool = True, **env: str
) -> BotProcess:
    """Start the bot over the archive that lies there; with `ready`, wait until it is connected.

    A test's people ask faster than any limit would let them, and it starts more workers than any day has: unless one
    `remembers`, it does not know of those before it.
    """
    folder, cluster = (data, {}) if isinstance(data, Path) else (data.workplace, in_environment(data))
    if not remembers:
        (folder / "worker.json").unlink(missing_ok=True)
    limits = {"LIMIT_PER_USER": "0", "LIMIT_PER_SERVER": "0"}
    settings = {"DISCORD_TOKEN": discord.token, "DATA_DIR": str(folder), **cluster, **limits, **env}
    return await discord.launch("-m", "bot", env=settings, ready=ready, forked=forked)


executed = partial(started, forked=False)
"""Start it from nothing, as a host does: where a test is about processes."""


def file_of(folder: Path, count: int) -> Path:
    """A file of that many articles."""
    articles = folder / "news.jsonl"
    lines = [
        {
            "title": f"Barrier {n}",
            "text": f"The tidal barrier {n} held.",
            "source": "post.example",
            "date": "2024-03-14",
        }
        for n in range(count)
    ]
    articles.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return articles


def archive_with(folder: Path, count: int) -> Path:
    """A file of that many articles, and the archive made from it."""
    articles = file_of(folder, count)
    with Keeper.open(folder / "data") as keeper:
        keeper.ingest([articles])
    return articles


def an_archive(folder: Path) -> Path:
    """An archive of one article, about a barrier, and where it lies."""
    archive_with(folder, 1)
    return folder / "data"


def catches(process: int, number: signal.Signals) -> bool:
    """Whether a process has taken a signal over; a new Python has SIGINT already, so both must be."""
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("SigCgt"))
    caught = int(line.split()[1], 16)
    return all(caught >> (each - 1) & 1 for each in (signal.SIGTERM, number))

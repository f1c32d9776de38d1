"""The real bot as a process on the loopback Discord: how tests start it, and how soon it must be gone."""

import json
from pathlib import Path

from corpus import Keeper
from discord_double import BotProcess, DiscordDouble

LEAVING = 2.0  # seconds between the signal and the end (what the shortest host grants)


async def started(discord: DiscordDouble, data: Path, *, ready: bool = True, **env: str) -> BotProcess:
    """Start the bot over the archive in this folder; with `ready`, wait until it is connected."""
    settings = {"DISCORD_TOKEN": discord.token, "DATA_DIR": str(data), **env}
    return await discord.launch("-m", "bot", env=settings, ready=ready)


def an_archive(folder: Path) -> Path:
    """An archive of one article, about a barrier, and where it lies."""
    articles = folder / "news.jsonl"
    article = {"title": "Barrier", "text": "The tidal barrier held.", "source": "post.example", "date": "2024-03-14"}
    articles.write_text(json.dumps(article), encoding="utf-8")
    with Keeper.open(folder / "data") as keeper:
        keeper.ingest([articles])
    return folder / "data"

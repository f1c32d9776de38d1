"""The real bot as a process on the loopback Discord: how tests start it, and how soon it must be gone."""

from pathlib import Path

from discord_double import BotProcess, DiscordDouble

LEAVING = 2.0  # seconds between the signal and the end (what the shortest host grants)


async def started(discord: DiscordDouble, data: Path, *, ready: bool = True, **env: str) -> BotProcess:
    """Start the bot over the archive in this folder; with `ready`, wait until it is connected."""
    settings = {"DISCORD_TOKEN": discord.token, "DATA_DIR": str(data), **env}
    return await discord.launch("-m", "bot", env=settings, ready=ready)

"""Runs a program with discord.py pointed at a loopback Discord; nothing of it is in the program itself.

    python -P launcher.py -m bot [arguments]
    python -P launcher.py path/to/program.py [arguments]

DISCORD_DOUBLE_API and DISCORD_DOUBLE_GATEWAY hold the addresses. Webhook and interaction routes take theirs from
`Route.BASE` too; files lie where `Asset.BASE` says.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path


def point_discord_here() -> None:
    """Have discord.py speak to the addresses in the environment, and take them out of it."""
    import discord
    import discord.gateway
    import discord.http
    import yarl

    discord.http.Route.BASE = os.environ.pop("DISCORD_DOUBLE_API")
    discord.Asset.BASE = str(yarl.URL(discord.http.Route.BASE).origin())
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ.pop("DISCORD_DOUBLE_GATEWAY"))


def main() -> None:
    """Point discord.py at the double, then become the program."""
    point_discord_here()
    if sys.argv[1] == "-m":
        sys.argv = sys.argv[2:]
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = sys.argv[1:]
        sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()

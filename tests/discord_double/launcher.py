"""Runs a program with discord.py pointed at a loopback Discord; nothing of it is in the program itself.

    python -P launcher.py -m bot [arguments]
    python -P launcher.py path/to/program.py [arguments]
    python -P launcher.py --warm SOCKET

With `--warm` it imports what bots need, and becomes, forked, whatever it is told to on that socket (see `warm.py`).

DISCORD_DOUBLE_API and DISCORD_DOUBLE_GATEWAY hold the addresses. Webhook and interaction routes take theirs from
`Route.BASE` too; files lie where `Asset.BASE` says.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any


def point_discord_here() -> None:
    """Have discord.py speak to the addresses in the environment, and take them out of it."""
    import discord
    import discord.gateway
    import discord.http
    import yarl

    discord.http.Route.BASE = os.environ.pop("DISCORD_DOUBLE_API")
    discord.Asset.BASE = str(yarl.URL(discord.http.Route.BASE).origin())
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ.pop("DISCORD_DOUBLE_GATEWAY"))


def wait_for_orders(orders: socket.socket) -> None:
    """Fork for each order; it returns in what is forked, which is to be the program, and never here."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    for needed in ("discord", "bot.cli", "bot.worker.run"):
        importlib.import_module(needed)
    del sys.path[0]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits here for those who wait for the bots
    while True:
        told, (*descriptors,), _, _ = socket.recv_fds(orders, 1_000_000, 2)
        if not told:
            os._exit(0)
        if not os.fork():
            orders.close()
            return _become(json.loads(told), *descriptors)
        for each in descriptors:
            os.close(each)


def _become(order: dict[str, Any], output: int, status: int) -> None:
    """Be what was ordered, in a second fork; the first one waits for its end, and tells of it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if child := os.fork():
        os.close(output)
        os.write(status, b"%d\n" % child)
        os.write(status, b"%d\n" % os.waitpid(child, 0)[1])
        os._exit(0)
    os.close(status)
    os.setsid()
    for number, stream in enumerate(("stdout", "stderr"), start=1):  # which are a pipe now, written to as with -u
        os.dup2(output, number)
        setattr(sys, stream, io.TextIOWrapper(io.FileIO(number, "w", closefd=False), write_through=True))
    os.close(output)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.argv[1:] = order["arguments"]


def main() -> None:
    """Point discord.py at the double, then become the program."""
    if sys.argv[1] == "--warm":
        wait_for_orders(socket.socket(fileno=int(sys.argv[2])))
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

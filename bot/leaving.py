"""How the process leaves: its exit codes, and what tells it to go. Imports next to nothing, to be there first.

Hosts tell it by SIGTERM or by SIGINT, and discord.py handles neither as a worker needs it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

FAILED, SETTINGS, REFUSED = 1, 4, 5

_TELLING = (signal.SIGINT, signal.SIGTERM)


def leave_when_told() -> None:
    """Let the process end with 0 when it is told to leave, at once and in silence, until a loop takes that over.

    At once, because an exception that a signal raises is lost where it meets the import system's callbacks; and
    nothing is open yet that would not heal at the next start.
    """
    for number in _TELLING:
        signal.signal(number, lambda *_: os._exit(0))


def when_told(loop: AbstractEventLoop, act: Callable[[], object], latest: float | None = None) -> None:
    """Have this loop do ``act`` whenever the process is told to leave.

    From the first time on, the process ends with 0 after ``latest`` seconds, whatever it is at: a loop that has no time
    for a signal has none to end in order either, and what is open then heals as it does after the kill that would come.
    """
    counts = latest is not None

    def told(*_: object) -> None:
        nonlocal counts
        if counts:
            counts = False  # before the start, in which another signal may come
            gone_within(latest or 0.0, 0)
        if not loop.is_closed():
            loop.call_soon_threadsafe(act)

    for number in _TELLING:
        signal.signal(number, told)


def gone_within(seconds: float, code: int) -> None:
    """End the process with this code after so many seconds, if it has not ended by then: whatever it waits for."""
    last = threading.Timer(seconds, os._exit, [code])
    last.daemon = True
    last.start()


def let_go_of_output() -> None:
    """Write what is left to be written; where nobody reads it any more, Python would end with 120 for that."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def told_enough() -> None:
    """Ignore from here on what tells to leave: the loop's end would let a second signal spoil the exit code."""
    for number in _TELLING:
        signal.signal(number, signal.SIG_IGN)

"""Starts the bot as tests do, and notes how late its event loop is: ``python -P probe.py LAUNCHER FILE ARGUMENT...``.

A timer asks to be woken every five milliseconds. When it should have been, and how late it was, goes to FILE once a
second: pairs of doubles, in seconds of the machine's monotonic clock. The bot itself holds nothing of it.
"""

from __future__ import annotations

import asyncio
import runpy
import sys
import time
from array import array
from pathlib import Path

_EVERY = 0.005
_WRITTEN = 1.0  # seconds between two writes


class _Probe:
    """A timer on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, file: Path) -> None:
        self._loop, self._file = loop, file
        self._noted = array("d")
        self._due = self._written = time.monotonic()

    def begin(self) -> None:
        """Ask to be woken."""
        self._due = time.monotonic() + _EVERY
        self._loop.call_later(_EVERY, self._woken)

    def _woken(self) -> None:
        now = time.monotonic()
        self._noted.extend((self._due, now - self._due))
        if now - self._written > _WRITTEN:
            with self._file.open("ab") as notes:
                self._noted.tofile(notes)
            self._noted, self._written = array("d"), now
        self.begin()


def _install(file: Path) -> None:
    """Let the first event loop of this process begin with a probe."""
    run_forever = asyncio.BaseEventLoop.run_forever

    def probed(loop: asyncio.BaseEventLoop) -> None:
        asyncio.BaseEventLoop.run_forever = run_forever  # type: ignore[method-assign]
        loop.call_soon(_Probe(loop, file).begin)
        run_forever(loop)

    asyncio.BaseEventLoop.run_forever = probed  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    _install(Path(sys.argv[2]))
    sys.argv = sys.argv[1:2] + sys.argv[3:]
    runpy.run_path(sys.argv[0], run_name="__main__")

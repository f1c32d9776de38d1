"""What all parts of a loopback Discord share: its world, its messages, its clock, and waiting for a change.

Knows nothing of sockets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from .commands import Commands
from .messages import File, Message
from .transcript import Transcript
from .world import World

T = TypeVar("T")
WAIT_SECONDS = 60.0  # keepers are niced: on a busy machine they come last


class Clock:
    """Discord's clock for the life of tokens; a test can stop it and move it forward."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        """Seconds, monotonic."""
        return (time.monotonic() if self._stopped is None else self._stopped) + self._ahead

    def stop(self) -> None:
        """Let time pass by `advance` alone, so that a slow machine changes nothing."""
        self._stopped = time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let that much time pass for Discord at once."""
        self._ahead += seconds


class Core:
    """The state of one loopback Discord."""

    def __init__(self, token: str) -> None:
        self.world = World(token)
        self.commands = Commands(self.world.ids, self.world.application.id)
        self.messages: dict[int, Message] = {}
        self.uploads: dict[str, File] = {}
        self.clock = Clock()
        self.transcript = Transcript()
        self.violations: list[str] = []
        self.alarms: list[Callable[[], str | None]] = []
        self.base = ""
        self._changed = asyncio.Event()

    @property
    def media(self) -> str:
        """The address under which attachments are served."""
        return f"{self.base}/attachments"

    def changed(self) -> None:
        """Wake all who wait, because something happened."""
        self._changed.set()

    def blame(self, violation: str) -> None:
        """Keep a fault of the bot that the test has to see."""
        self.violations.append(violation)
        self.transcript.add(f"VIOLATION {violation}")

    def failure(self, message: str) -> AssertionError:
        """An AssertionError that tells what happened before it."""
        return AssertionError(f"{message}\n\nWhat happened:\n{self.transcript}")

    async def wait(self, ready: Callable[[], T | None], what: str, timeout: float = WAIT_SECONDS) -> T:
        """The first true answer of `ready`, asked again after each change; AssertionError after `timeout` seconds,
        or at once if no bot process is left that could bring the change about."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := ready()):
                    self._heed_alarms(what)
                    self._changed.clear()
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise self.failure(f"waited {timeout:g} s for {what}") from None

    def _heed_alarms(self, what: str) -> None:
        for alarm in self.alarms:
            if reason := alarm():
                raise self.failure(f"waited for {what}, but {reason}")

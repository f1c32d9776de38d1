"""Faults that a test can ask of a loopback Discord: cuts, error answers, late and double interactions.

Each takes effect once, unless it says otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol

from .limits import Json

CUT = 0
"""In the place of a status: there is no answer, and no connection any more."""


class Connections(Protocol):
    """What faults need of the gateway."""

    acks: bool
    resumable: bool
    refusals: int
    mute: int
    slams: int

    def cut(self) -> None: ...
    async def close_all(self, code: int, reason: str = ...) -> None: ...
    async def send_all(self, op: int, data: object = ...) -> None: ...
    async def send_text(self, text: str) -> None: ...


class Hold:
    """Requests that wait for their answer until they are let go; `waiting` is how many have come so far."""

    def __init__(self) -> None:
        self.waiting = 0
        self._let_go = asyncio.Event()

    def let_go(self) -> None:
        """Have those that wait answered, and those that come."""
        self._let_go.set()

    async def wait(self) -> None:
        """Wait until it is let go."""
        await self._let_go.wait()


@dataclass
class PlannedAnswer:
    """An answer that a matching request gets in place of the true one, after `delay` seconds and the `hold`."""

    method: str
    path_glob: str
    status: int | None
    body: Json | str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hold: Hold | None = None


class Faults:
    """The faults of one loopback Discord."""

    def __init__(self, connections: Callable[[], Connections]) -> None:
        self._connections = connections
        self._planned: list[PlannedAnswer] = []
        self._expire = 0
        self._duplicate = 0

    def drop_gateway(self) -> None:
        """Cut every gateway connection without a close frame; sessions can resume."""
        self._connections().cut()

    async def close_gateway(self, code: int, reason: str = "") -> None:
        """Close every gateway connection with a close code; 4007 and 4009 end the sessions too."""
        await self._connections().close_all(code, reason)

    async def ask_reconnect(self) -> None:
        """Send op 7: reconnect and resume."""
        await self._connections().send_all(7)

    async def invalidate_session(self, *, resumable: bool = False) -> None:
        """Send op 9; unless `resumable`, the sessions are gone."""
        self._connections().resumable = resumable
        await self._connections().send_all(9, resumable)

    def refuse_gateway(self, times: int = 1) -> None:
        """Refuse the next connections to the gateway with 503."""
        self._connections().refusals = times

    def mute_gateway(self, times: int = 1) -> None:
        """Take the next connections to the gateway, and never say HELLO."""
        self._connections().mute = times

    def slam_gateway(self, times: int = 1) -> None:
        """Take the next connections to the gateway, and close them with 1001 before HELLO."""
        self._connections().slams = times

    async def send_to_gateway(self, text: str) -> None:
        """Send a frame as it is, whatever it is."""
        await self._connections().send_text(text)

    def stop_acks(self) -> None:
        """Acknowledge no heartbeat from now on."""
        self._connections().acks = False

    def resume_acks(self) -> None:
        """Acknowledge heartbeats again."""
        self._connections().acks = True

    def answer_next(
        self,
        path_glob: str,
        *,
        status: int,
        body: Json | str | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "*",
        times: int = 1,
        delay: float = 0.0,
    ) -> None:
        """Answer the next `times` requests whose path (after /api/v10) matches with this status and body: JSON of
        an object, plain text of a string."""
        plan = PlannedAnswer(method, path_glob, status, body, headers or {}, delay)
        self._planned += [plan] * times

    def rate_limit_next(self, path_glob: str, *, retry_after: float, everywhere: bool = False, times: int = 1) -> None:
        """Answer 429 as Discord does: `retry_after` seconds, with the `Via` header by which discord.py tells it
        from a ban by the network in front of Discord."""
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
        headers = {"Via": "1.1 google", "Retry-After": str(int(retry_after) + 1)}
        if everywhere:
            headers["X-RateLimit-Global"] = "true"
        self.answer_next(path_glob, status=429, body=body, headers=headers, times=times)

    def cut_next(self, path_glob: str, *, method: str = "*", times: int = 1) -> None:
        """Cut the connection under the next matching requests, which are neither answered nor done."""
        self._planned += [PlannedAnswer(method, path_glob, CUT, None)] * times

    def delay_next(self, path_glob: str, seconds: float, *, method: str = "*", times: int = 1) -> None:
        """Give the next matching requests their true answer, late."""
        self._planned += [PlannedAnswer(method, path_glob, None, None, {}, seconds)] * times

    @contextmanager
    def held(self, path_glob: str, *, method: str = "*", times: int = 1) -> Iterator[Hold]:
        """Give the next matching requests their true answer, but not before the block ends."""
        hold = Hold()
        self._planned += [PlannedAnswer(method, path_glob, None, None, hold=hold)] * times
        try:
            yield hold
        finally:
            hold.let_go()

    def expire_next_interaction(self) -> None:
        """The next interaction reaches the bot with a token that is already void (10062)."""
        self._expire += 1

    def duplicate_next_interaction(self) -> None:
        """The next interaction reaches the bot twice, as it does while two workers run."""
        self._duplicate += 1

    def take_answer(self, method: str, path: str) -> PlannedAnswer | None:
        """The planned answer for a request, which is used up."""
        for plan in self._planned:
            if fnmatchcase(method, plan.method) and fnmatchcase(path, plan.path_glob):
                self._planned.remove(plan)
                return plan
        return None

    def take_expiry(self) -> bool:
        """Whether this interaction is to be void."""
        self._expire -= (due := self._expire > 0)
        return due

    def take_copies(self) -> int:
        """How often this interaction is to be sent."""
        self._duplicate -= (due := self._duplicate > 0)
        return 1 + due

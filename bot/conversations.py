"""What is kept of conversations, for a while and in this process alone: whose turn it is, and what was said last."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.followup import Asked

if TYPE_CHECKING:
    import discord

_AT_ONCE = 2  # messages of a person: one that is being answered, and one that waits
_REMEMBERED, _LONGEST = 4_000, 30 * 60.0  # answers that are remembered, and for how many seconds


class Turns:
    """Lets one message of a person be answered at a time; one more waits, and what comes beside these is refused."""

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()
        self._locks: dict[int, asyncio.Lock] = {}

    async def take(self, person: int, work: Callable[[], Awaitable[str]]) -> str | None:
        """What the work gives, once it is its turn; None where too much waits already."""
        if self._taken[person] >= _AT_ONCE:
            return None
        self._taken[person] += 1
        try:
            async with self._locks.setdefault(person, asyncio.Lock()):
                return await work()
        finally:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person], self._locks[person]


@dataclass(frozen=True, slots=True)
class Last:
    """An answer: the id of its message, what was asked, and when that was."""

    answer: int
    asked: Asked
    moment: float


class Memory:
    """The last answer to each person in each channel, for a while."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], Last] = OrderedDict()

    def keep(self, question: discord.Message, answer: discord.Message, asked: Asked) -> None:
        """Remember an answer, and forget the oldest where there are too many."""
        place = _place(question)
        self._kept[place] = Last(answer.id, asked, time.monotonic())
        self._kept.move_to_end(place)
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)

    def last(self, question: discord.Message) -> Last | None:
        """The last answer to whoever wrote this, where they wrote it."""
        found = self._kept.get(_place(question))
        return found if found and time.monotonic() - found.moment < _LONGEST else None

    def count(self, person: int) -> int:
        """How many answers to this person are remembered."""
        return sum(author == person for _, author in self._kept)

    def forget(self, person: int) -> None:
        """Forget every answer to this person."""
        for place in [place for place in self._kept if place[1] == person]:
            del self._kept[place]


def _place(message: discord.Message) -> tuple[int, int]:
    return message.channel.id, message.author.id

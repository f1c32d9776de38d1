"""What people do with the bot: mostly they search; they turn pages, read articles, and get suggestions as they type.

The questions are handed in, a mix of their own. Whoever turns a page presses a button that the bot has sent them.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.ask import Ask
from benchmarks.load.outcome import custom_ids
from benchmarks.load.people import Event, Json, People, option
from discord_double import Channel, Person, stored

SEARCH, TURN, READ, SUGGEST, KEEP = "search", "turn a page", "read", "suggest", "keep"

_MIX = (SEARCH,) * 14 + (TURN,) * 2 + (READ,) * 2 + (SUGGEST,) * 2
_PUBLIC = 0.3  # share of the searches that everybody reads
_KEPT = 300  # answers that can still be acted on
_TRIES = 20  # answers that are looked at for a button


@dataclass(frozen=True, slots=True)
class Answered:
    """A message that somebody was given."""

    who: tuple[Person, Channel]
    message: Json


class Acts:
    """An endless sequence of acts, in the shares of the mix."""

    def __init__(self, people: People, asks: Sequence[Ask], *, chance: random.Random) -> None:
        self._people, self._chance = people, chance
        self._asks: Iterator[Ask] = cycle(asks)
        self._answers: deque[Answered] = deque(maxlen=_KEPT)
        self._make: dict[str, Callable[[], Event | None]] = {
            SEARCH: self._search,
            TURN: lambda: self._press("turn:"),
            READ: lambda: self._press("read:"),
            SUGGEST: self._suggest,
        }

    def given(self, who: tuple[Person, Channel], message: Json) -> None:
        """Somebody was given an answer, and may act on it."""
        self._answers.append(Answered(who, message))

    def next(self) -> tuple[str, Event]:
        """What is done next, and by which event it comes; a search as long as there is nothing to press."""
        kind = self._chance.choice(_MIX)
        event = self._make[kind]()
        return (kind, event) if event else (SEARCH, self._search())

    def reindex(self) -> Event:
        """The owner has everything read again."""
        chosen = {"name": "reindex", "type": 1, "options": [option("again", switched_on=True)]}
        return self._people.command(self._people.owner(), "admin", [chosen])

    def _search(self) -> Event:
        options = [option("query", next(self._asks).typed)]
        if self._chance.random() < _PUBLIC:
            options.append(option("public", switched_on=True))
        return self._people.command(self._people.one(), "search", options)

    def _suggest(self) -> Event:
        words = next(self._asks).plain
        typed = words[: self._chance.randint(2, max(len(words), 2))]
        name, field = self._chance.choice((("search", "query"), ("article", "id")))
        return self._people.command(self._people.one(), name, [option(field, typed, focused=True)], typing=True)

    def _press(self, act: str) -> Event | None:
        """A button of that act, pressed by whom its message was given; None where there is none."""
        for answer in self._chance.sample(self._answers, min(_TRIES, len(self._answers))):
            if buttons := [each for each in custom_ids(answer.message) if each.startswith(act)]:
                finished = stored.components(answer.message["components"], [])
                return self._people.press(
                    answer.who, self._chance.choice(buttons), answer.message | {"components": finished}
                )
        return None

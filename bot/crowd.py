"""How many may ask, and how often: one person, one server, and all at once. Whoever must wait is told so."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from discord import app_commands

_MINUTE = 60.0
_REMEMBERED = 10_000  # people or servers, above which those whose minute is over are forgotten


class Whose(Enum):
    """Whose questions are too many."""

    EVERYBODY = "busy"
    USER = "user-limit"
    SERVER = "server-limit"


class TooMany(app_commands.CheckFailure):
    """One has to wait, so many ``seconds``; 0 where that cannot be said, since all ask at once.

    ``again`` says that this was told within this minute already.
    """

    def __init__(self, whose: Whose, seconds: int = 0, *, again: bool = False) -> None:
        super().__init__(whose.value)
        self.whose = whose
        self.seconds = seconds
        self.again = again


class Quota:
    """So many in a minute for each of those who ask; a minute begins with the first question."""

    def __init__(self, limit: int, now: Callable[[], float] = time.monotonic) -> None:
        """``limit`` 0 means none."""
        self._limit = limit
        self._now = now
        self._minutes: dict[int, tuple[float, int]] = {}

    def __len__(self) -> int:
        return len(self._minutes)

    def left(self, key: int) -> int:
        """How many seconds are left of a minute that is used up, at least 1; 0 where there is room."""
        began, asked = self._minutes.get(key, (0.0, 0))
        left = began + _MINUTE - self._now()
        return int(left) + 1 if self._limit and asked >= self._limit and left > 0 else 0

    def count(self, key: int) -> int:
        """One more asked, in vain or not; gives how many above the limit that is."""
        if not self._limit:
            return 0
        began, asked = self._minutes.get(key, (0.0, 0))
        now = self._now()
        self._minutes[key] = began, asked = (began, asked + 1) if asked and now - began < _MINUTE else (now, 1)
        if len(self._minutes) > _REMEMBERED:
            self._minutes = {each: kept for each, kept in self._minutes.items() if now - kept[0] < _MINUTE}
        return asked - self._limit


class Crowd:
    """Lets those in who ask, or says why not."""

    def __init__(self, *, per_user: int, per_server: int, at_once: int) -> None:
        """``per_user`` and ``per_server`` are questions in a minute, 0 for any number; ``at_once`` is for all."""
        self._users, self._servers = Quota(per_user), Quota(per_server)
        self._at_once = at_once

    def must_have_room(self, inside: int) -> None:
        """Hold to it how many are answered at this moment, the one who asks included.

        Raises:
            TooMany: one more would make all of them wait for longer than they may.
        """
        if inside > self._at_once:
            raise TooMany(Whose.EVERYBODY)

    def let_in(self, user: int, server: int | None, inside: int) -> None:
        """Let one in who asks, while so many are inside, that one included.

        Raises:
            TooMany: not now.
        """
        self.must_have_room(inside)
        quotas = [(Whose.USER, self._users, user)]
        if server is not None:
            quotas.append((Whose.SERVER, self._servers, server))
        for whose, quota, key in quotas:
            if seconds := quota.left(key):
                raise TooMany(whose, seconds, again=quota.count(key) > 1)
        for _, quota, key in quotas:
            quota.count(key)

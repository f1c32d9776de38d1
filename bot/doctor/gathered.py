"""All that a doctor knows before he judges, as frozen values: whoever judges asks nobody and looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.settings import Settings
from corpus import CorpusError, Glance, Input

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, RATE_LIMITED, SERVER_ERROR = 200, 401, 403, 404, 429, 500
"""The statuses of HTTP that mean something to him."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Discord answered: a status and JSON; status 0 where nothing came, and then ``why``.

    ``ahead`` is how many seconds the clock of this machine is before Discord's; ``retry_after`` is how many seconds
    Discord wants to be left alone.
    """

    status: int
    body: Any = None
    why: str = ""
    ahead: float | None = None
    retry_after: float | None = None

    @property
    def good(self) -> bool:
        """Whether it is an answer to the question."""
        return self.status == OK and self.body is not None


@dataclass(frozen=True, slots=True)
class Answers:
    """Discord's answers; None to what was not asked, since an answer before it said enough.

    ``guilds`` are those of the bot's servers that concern the settings, by id; of the ``unseen`` nothing is known.
    ``commands`` are those of all places and those of the admins' server, each beside the bot's own definitions.
    """

    me: Answer
    application: Answer | None = None
    gateway: Answer | None = None
    listed: Answer | None = None
    guilds: dict[int, dict[str, Any]] = field(default_factory=dict)
    unseen: frozenset[int] = frozenset()
    commands: tuple[tuple[Answer, list[dict[str, Any]]], ...] = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the archive lies: free bytes, free and all inodes (0 of 0 where there is no end of them).

    ``fault`` says why nothing can be written there.
    """

    free: int
    inodes_free: int
    inodes: int
    fault: str | None = None
    lasting: str | None = None
    """Why what is written there will not last and, behind a semicolon, what to do about it; or None."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the worker runs on: bytes of memory, its Python, whether its port and its sign of life can be had.

    ``led`` says that a worker serves over this disk, None that this cannot be told; ``heartbeat_age`` is in seconds,
    None where there was no sign of life yet. ``port_taken`` says that somebody listens there, ``port_fault`` why
    nobody could.
    """

    memory: int | None
    python: str
    led: bool | None = False
    port_taken: bool = False
    port_fault: str | None = None
    heartbeat_fault: str | None = None
    heartbeat_age: float | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything. ``faults`` are sentences about settings, ``names`` are all that is set, whoever it is for.

    ``archive`` is how it looks, or why it cannot be looked at; ``missing`` are inputs that are not there; ``discord``
    is None without a token.
    """

    settings: Settings
    faults: tuple[str, ...]
    names: frozenset[str]
    archive: Glance | CorpusError
    missing: tuple[Input, ...]
    disk: Disk
    machine: Machine
    discord: Answers | None
    now: datetime

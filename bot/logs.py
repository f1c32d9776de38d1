"""The log: lines on stdout, as text or JSON, without secrets, and one line for each interaction.

Of Discord it knows the shape of its tokens, and which errors pass by themselves.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, TextIO

import aiohttp
import discord

_interactions = logging.getLogger("bot.interactions")
# The token of an interaction stands in the address of every answer to it (Discord's API reference).
_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s\"'?]+")
_HIDDEN = "[hidden]"
_PASSING = (OSError, aiohttp.ClientError, discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound)


def start(*, level: str, form: str, token: str | None, stream: TextIO | None = None) -> None:
    """Send the log of the whole process to stdout. ``form`` is ``text`` or ``json``; ``token`` never appears in it."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonLines(token) if form == "json" else TextLines(token))
    handler.addFilter(_brief)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Below that, discord.py logs whole events, and with them questions and tokens.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))


def _brief(record: logging.LogRecord) -> bool:
    """Let discord.py say in one line why it connects again, and not by the frames of its own code."""
    error = record.exc_info[1] if record.exc_info else None
    if record.name.startswith("discord.") and isinstance(error, _PASSING):
        record.msg = f"{record.getMessage()} ({type(error).__name__}: {error})"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


class TextLines(logging.Formatter):
    """Lines for people: time in UTC, level, logger, message and fields."""

    def __init__(self, token: str | None) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        """The finished line, tracebacks and all, with every secret hidden in it."""
        return hide(super().format(record), self._token)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name is logging's
        """The line without its traceback."""
        fields = " ".join(f"{name}={_field(value)}" for name, value in _fields(record).items())
        return f"{super().formatMessage(record)} {fields}".rstrip()


class JsonLines(TextLines):
    """Lines for machines: one JSON object each."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished line, with every secret hidden in it."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return hide(json.dumps(line, ensure_ascii=False, default=str), self._token)


def hide(text: str, token: str | None) -> str:
    """The text without the bot's token and without the tokens of interactions."""
    shown = text.replace(token, _HIDDEN) if token else text
    return _ADDRESS.sub(rf"\1{_HIDDEN}", shown)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = getattr(record, "fields", {})
    return {name: value for name, value in fields.items() if value is not None}


def _field(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.:-]+", text) else json.dumps(text, ensure_ascii=False)


@dataclass(slots=True)
class _Entry:
    command: str
    began: float
    task: asyncio.Task[object] | None
    outcome: str | None = None
    hits: int | None = None
    query: str | None = None


class Journal:
    """One line for each interaction: what was used, how it ended, how many hits, how many milliseconds.

    Knows which interactions are still open, so that a worker can let them end before it leaves.
    """

    ANSWERED: ClassVar = "answered"
    _LEFT: ClassVar = "left"

    def __init__(self, *, queries: bool) -> None:
        self.watchers: list[Callable[[str, str, float], None]] = []
        """Told of each that ends: what was used, how it ended, and how many seconds it took."""
        self._queries = queries
        self._open: dict[int, _Entry] = {}

    def __len__(self) -> int:
        return len(self._open)

    def open(self, interaction: int, command: str, task: asyncio.Task[object] | None) -> None:
        """An interaction begins, conducted by this task."""
        self._open[interaction] = _Entry(command, time.perf_counter(), task)

    def found(self, interaction: int, hits: int, query: str) -> None:
        """What it found; the text of the query is kept only if the operator wants it logged."""
        if entry := self._open.get(interaction):
            entry.hits, entry.query = hits, query if self._queries else None

    def outcome(self, interaction: int, outcome: str) -> None:
        """How it will have ended, if nothing worse happens."""
        if entry := self._open.get(interaction):
            entry.outcome = outcome

    def close(self, interaction: int, outcome: str) -> None:
        """It ended: write its line. That it was answered says less than an outcome that was told before."""
        entry = self._open.pop(interaction, None)
        if entry is None:
            return
        seconds = time.perf_counter() - entry.began
        milliseconds = round(seconds * 1000, 1)
        told = entry.outcome if outcome == self.ANSWERED and entry.outcome else outcome
        for watch in self.watchers:
            watch(entry.command, told, seconds)
        fields = {"command": entry.command, "outcome": told, "hits": entry.hits, "ms": milliseconds}
        _interactions.info("interaction", extra={"fields": {**fields, "query": entry.query}})

    def leave(self) -> None:
        """Give up what is still open, as the worker leaves: nothing could be said to anybody any more."""
        for interaction, entry in list(self._open.items()):
            if entry.task is not None:
                entry.task.cancel()
            self.close(interaction, self._LEFT)

"""The log: lines on stdout, as text or JSON, without secrets, and one line for each interaction.

What a process says as it breaks is a line of the log too. Of Discord it knows which errors pass by themselves; which
characters are a secret, ``bot/hiding`` knows.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from types import TracebackType
from typing import ClassVar, TextIO

import aiohttp
import discord

from bot.hiding import Secrets

_interactions = logging.getLogger("bot.interactions")
_log = logging.getLogger(__name__)
# What would begin another line, or show it in another order: a name of a file may hold anything.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PASSING = (OSError, aiohttp.ClientError, discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound)


def start(*, level: str, form: str, token: str | None, stream: TextIO | None = None) -> None:
    """Send the log of the whole process to stdout. ``form`` is ``text`` or ``json``; ``token`` never appears in it.

    What Python would write to stderr by itself, of warnings and of errors that nobody takes, becomes a line too.
    """
    handler, secrets = Lines(stream or _tolerant(sys.stdout)), Secrets(token)
    handler.setFormatter(JsonLines(secrets) if form == "json" else TextLines(secrets))
    handler.addFilter(_brief)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Below that, discord.py logs whole events, and with them questions and tokens.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _broken
    threading.excepthook = lambda fault: _broken(fault.exc_type, fault.exc_value, fault.exc_traceback)
    sys.unraisablehook = lambda fault: _broken(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _tolerant(stream: TextIO) -> TextIO:
    """The stream, writing what its encoding lacks as escapes: half a character in a name ends no line."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _broken(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """An error that nobody takes; to be interrupted is none."""
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        _log.critical("nobody took an error", exc_info=(kind, error or kind(), trace))


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines. Of one that cannot be made it says so: logging itself would print what it is made of."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is logging's
        """Say where the line was to come from, and why there is none; where nothing can be written, nothing."""
        error = sys.exc_info()[0]
        reason = f"a line of the log could not be written: {error.__name__ if error else 'unknown'}"
        place = {"file": record.filename, "line": record.lineno}
        told = logging.makeLogRecord({"name": record.name, "levelno": 40, "levelname": "ERROR", "msg": reason})
        told.fields = place
        with suppress(Exception):
            self.stream.write(self.format(told) + self.terminator)
            self.flush()


def _brief(record: logging.LogRecord) -> bool:
    """Let discord.py say in one line why it connects again, and not by the frames of its own code, nor who asked."""
    if record.name == "discord.app_commands.tree":
        record.msg, record.args = record.getMessage().partition(" (Guild:")[0], ()
    error = record.exc_info[1] if record.exc_info else None
    if record.name.startswith("discord.") and isinstance(error, _PASSING):
        record.msg = f"{record.getMessage()} ({type(error).__name__}: {error})"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


class TextLines(logging.Formatter):
    """Lines for people: time in UTC, level, logger, message and fields."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The finished line, tracebacks and all, with every secret hidden in it."""
        return self._secrets.hide(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name is logging's
        """The line without its traceback."""
        fields = " ".join(f"{name}={_field(value)}" for name, value in _fields(record).items())
        return _CONTROL.sub(_escaped, f"{super().formatMessage(record)} {fields}".rstrip())


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
        # Hidden before it is JSON, which writes some characters in another way, and whose own may not be cut.
        written = json.dumps({name: self._hidden(value) for name, value in line.items()}, ensure_ascii=False)
        return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", written)

    def _hidden(self, value: object) -> object:
        return value if isinstance(value, bool | int | float | None) else self._secrets.hide(str(value))


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


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
    _BROKEN: ClassVar = "broken-off"

    def __init__(self, *, queries: bool) -> None:
        self.watchers: list[Callable[[str, str, float], None]] = []
        """Told of each that ends: what was used, how it ended, and how many seconds it took."""
        self._queries = queries
        self._open: dict[int, _Entry] = {}

    def __len__(self) -> int:
        return len(self._open)

    def open(self, interaction: int, command: str, task: asyncio.Task[object] | None) -> None:
        """An interaction begins, conducted by this task; it is open no longer than that goes on."""
        entry = self._open[interaction] = _Entry(command, time.perf_counter(), task)
        if task is not None:
            task.add_done_callback(lambda _: self._let_go(interaction, entry))

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

    def _let_go(self, interaction: int, entry: _Entry) -> None:
        """Close what its task has left open: it would count among those who are being answered for ever."""
        if self._open.get(interaction) is entry:
            self.close(interaction, self._BROKEN)

    def leave(self) -> None:
        """Give up what is still open, as the worker leaves: nothing could be said to anybody any more."""
        for interaction, entry in list(self._open.items()):
            if entry.task is not None:
                entry.task.cancel()
            self.close(interaction, self._LEFT)

"""What a doctor finds: a sentence on how something is, one on how to mend it, and what that makes of the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.leaving import FAILED, REFUSED, SETTINGS

ARCHIVE = 3
"""The exit code for an archive that cannot be used: the shell's own."""

_GRAVEST_FIRST = (SETTINGS, ARCHIVE, REFUSED, FAILED)


class State(StrEnum):
    """How something is: well, such that one should know of it, or such that it keeps the bot from its work."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found by one check; ``code`` is the exit code where nothing graver is wrong."""

    check: str
    state: State
    said: str
    mend: str = ""
    code: int = 0


def ok(check: str, said: str) -> Finding:
    """This is well."""
    return Finding(check, State.OK, said)


def warning(check: str, said: str, mend: str) -> Finding:
    """One should know of this."""
    return Finding(check, State.WARNING, said, mend)


def wrong(check: str, said: str, mend: str, code: int = FAILED) -> Finding:
    """This keeps the bot from its work."""
    return Finding(check, State.WRONG, said, mend, code)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 where nothing is wrong; else the gravest: settings 4, archive 3, what Discord refuses 5, anything else 1."""
    codes = {each.code for each in findings if each.state is State.WRONG}
    return next((code for code in _GRAVEST_FIRST if code in codes), 0)

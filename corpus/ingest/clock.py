"""The time of day in a written date, with its zone. Knows nothing of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

_CLOCK = re.compile(
    r"""
    (?<![\d:.])
    (?:(?P<hour>\d{1,2}) (?: : | h ) (?P<minute>\d\d) (?: : (?P<second>\d\d) (?:[.,]\d+)? )? (?![\d:])
      (?: \s? (?P<half>[apAP])\.?\s?[mM]\b\.? )?
    | (?P<full>\d{1,2}) (?: [.](?P<past>\d\d) )? \s? (?P<noon>[apAP])\.?\s?[mM]\b\.?
    )
    (?: \s? (?P<zone> (?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)? | Z\b | (?:UTC|GMT|UT|[ECMP][SD]T)\b ) )?
    (?: \s? \(?[A-Z]{2,5}\)? (?=\s*(?:,|$)) )?
    """,
    re.VERBOSE,
)
_EDGES = re.compile(r"^[\s,;|@–—-]+|(?:[\s,;|@–—-]|(?<=\d)T|(?<=\s)(?:at|à|um|às|alle|om|kl\.?|uhr))+$", re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?")
_ZONES = {
    "Z": 0,
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
"""Hours from UTC of the zones that RFC 2822 (4.3) defines. Others mean several (BST, IST) and are dropped."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as it was given. ``time`` is None where the figures are none (25:61)."""

    time: time | None
    offset: timedelta | None


def cut_clock(text: str) -> tuple[Clock | None, str]:
    """The time of day in a date, if it has one, and the date without it."""
    found = _CLOCK.search(text)
    if found is None:
        return None, _EDGES.sub("", text)
    before, after = _EDGES.sub("", text[: found.start()]), _EDGES.sub("", text[found.end() :])
    return Clock(_time(found), _offset(found["zone"])), f"{before} {after}".strip()


def _time(found: re.Match[str]) -> time | None:
    hour = int(found["hour"] or found["full"])
    half = found["half"] or found["noon"]
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004  # half a day
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    try:
        return time(hour, int(found["minute"] or found["past"] or 0), int(found["second"] or 0))
    except ValueError:
        return None


def _offset(zone: str | None) -> timedelta | None:
    if zone is None or zone == "-0000":  # RFC 2822 (3.3): -0000 says that the offset is not known
        return None
    if zone in _ZONES:
        return timedelta(hours=_ZONES[zone])
    found = _OFFSET.fullmatch(zone)
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset >= timedelta(hours=15):  # the farthest zones are +14:00 and -12:00
        return None
    return -offset if found[1] == "-" else offset

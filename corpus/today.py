"""What day it is, and where: the one look at a clock that a question needs.

``python -m corpus`` and the bot hand the day on; nothing else in the archive depends on the time at which it is asked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo


def zone(name: str) -> tzinfo:
    """A time zone by its name in the IANA database, such as ``Europe/Madrid``.

    Raises:
        ValueError: there is none of this name.
    """
    if name.upper() == "UTC":  # also where a machine has no such database
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(name) from error


def today(where: tzinfo = UTC) -> date:
    """The day that it is there now."""
    return datetime.now(where).date()

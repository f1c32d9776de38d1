"""What became of an interaction, as the one who asked sees it. Knows nothing of how it was asked.

An answer can be acted on: every result, every article and every "nothing found" has a button. What has none is a plain
notice. One that comes at once and privately refuses; every other notice tells of something that went wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from benchmarks.load.turn import ANSWERED, REFUSED, TROUBLE
from discord_double import rules

_EPHEMERAL = 1 << 6
_FAULTS = re.compile(r"`[0-9a-f]{8}`|no longer|took longer")  # an incident, a button without an act, a lost search


def judged(body: dict[str, Any], *, at_once: bool) -> str:
    """What a message that answers is; ``at_once`` says that it was the first response."""
    if any(custom_ids(body)):
        return ANSWERED
    private = int(body.get("flags") or 0) & _EPHEMERAL
    return REFUSED if at_once and private and not _FAULTS.search(text(body)) else TROUBLE


def custom_ids(body: dict[str, Any]) -> Iterator[str]:
    """What can be pressed below a message."""
    for each in rules.walk(body.get("components") or []):
        if each.get("custom_id") and not each.get("disabled"):
            yield each["custom_id"]


def text(body: dict[str, Any]) -> str:
    """What a message says."""
    texts = (each["content"] for each in rules.walk(body.get("components") or []) if each.get("content"))
    return "\n".join([body.get("content") or "", *texts]).strip()

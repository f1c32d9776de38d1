"""What can be seen and pressed, one kind of answer a file: each asks the corpus and has its answer rendered.

An act is a function that takes a ``Press``; a ``custom_id`` begins with its name. Old messages keep their buttons, so a
name is never given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.press import Act
from bot.screens import passing_on, quoting, reading, results

ACTS: Mapping[str, Act] = {
    "turn": results.turn,
    "jump": results.jump,
    "goto": results.goto,
    "ask": results.ask,
    "sort": results.sort,
    "period": results.period,
    "dates": results.dates,
    "outlets": results.outlets,
    "share": results.share,
    "delete": passing_on.delete,
    "read": reading.read,
    "related": quoting.relate,
    "passage-share": quoting.share,
}

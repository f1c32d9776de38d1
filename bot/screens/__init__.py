"""What can be seen and pressed, one kind of answer a file: each asks the corpus and has its answer rendered.

An act is a function that takes a ``Press``; a ``custom_id`` begins with its name. Old messages keep their buttons, so a
name is never given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.press import Act
from bot.screens import (
    auditing,
    correcting,
    defaults,
    exporting,
    helping,
    keeping,
    passing_on,
    quoting,
    reading,
    related,
    results,
    trends,
    uploading,
    withholding,
)
from bot.screens.for_admins import for_admins

KEEPING: Mapping[str, Act] = {
    "upload": uploading.upload,
    "upload-look": uploading.look,
    "upload-take": uploading.take_in,
    "upload-drop": uploading.discard,
    "correct": correcting.again,
    "correct-fill": correcting.fill,
    "correct-again": correcting.refill,
    "correct-undo": correcting.undo,
    "remove-do": withholding.take_down,
    "remove-keep": withholding.leave,
    "restore": withholding.restore,
    "restore-chosen": withholding.restore_chosen,
    "removed": withholding.turn,
    "audit": auditing.older,
    "keeping-cancel": keeping.cancel,
    "vanished-out": keeping.take_out,
    "vanished-keep": keeping.leave_in,
}
"""What only admins may press."""

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
    "export": exporting.export,
    "read": reading.read,
    "article": reading.turn,
    "article-jump": reading.jump,
    "article-goto": reading.goto,
    "article-share": reading.share,
    "similar": related.similar,
    "more": related.more,
    "why": related.why,
    "story": related.story,
    "cite": related.cite,
    "trend": trends.again,
    "trend-step": trends.step,
    "trend-csv": trends.table,
    "trend-share": trends.share,
    "help": helping.tell,
    "try": helping.attempt,
    "forget": defaults.forget,
    "related": quoting.relate,
    "passage-share": quoting.share,
    **{name: for_admins(act) for name, act in KEEPING.items()},
}

"""Uploaded files: the form that takes them, what would become of them, and what did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from discord import ui

from bot.language import Language
from bot.markdown import Markdown, code, escape, prose, short
from bot.render import archive
from bot.render.layout import Item, button, clip, dialog, line, option, panel, row, view
from corpus import LONGEST_NAME, Difference, Fate, IngestReport

FILES, SOURCE, DATES = "files", "source", "dates"
"""The names of the form's fields."""

CHANGES = "changes.jsonl"
"""The file with all that would be changed, where a message does not hold it."""

MOST_FILES = 5
AS_THEY_ARE = "as-they-are"
"""The choice of dates that are read as each shows which part of it is the day."""

_NAMED = 10  # changes, and rejections, that a message names
_HEADLINE, _OUTLET = 80, 40  # UTF-16 units: twenty lines and the counts are within a message
_ORIGIN, _REASON = 70, 110
_INCOMING = (Fate.ADDED, Fate.UPDATED, Fate.COPY)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of an upload: how much of what, and the first few of what would go in and of what would not."""

    upload: str
    report: IngestReport
    going_in: tuple[Difference, ...]
    rejected: tuple[Difference, ...]

    @classmethod
    def of(cls, upload: str, report: IngestReport, differences: Iterable[Difference]) -> Preview:
        """The preview of an upload with these differences, of which only the first few are kept."""
        named: Counter[bool] = Counter()
        going_in, rejected = list[Difference](), list[Difference]()
        for each in differences:
            goes_in = each.fate in _INCOMING
            if named[goes_in] < _NAMED:
                (going_in if goes_in else rejected).append(each)
            named[goes_in] += 1
        return cls(upload, report, tuple(going_in), tuple(rejected))

    @property
    def incoming(self) -> int:
        """How many articles would be changed."""
        return self.report.added + self.report.updated + self.report.copies

    @property
    def is_whole(self) -> bool:
        """Whether the message names all there is."""
        return self.incoming <= len(self.going_in) and len(self.report.rejected) <= len(self.rejected)


def upload_form(language: Language) -> ui.Modal:
    """The form that takes files, the outlet of articles that name none, and how their dates are read."""
    label = language.label
    orders = [
        option(label("As each date shows"), AS_THEY_ARE, chosen=True),
        option(label("05/09 is the 5th of September"), "day-first"),
        option(label("05/09 is the 9th of May"), "month-first"),
    ]
    files: ui.FileUpload[Any] = ui.FileUpload(custom_id=FILES, min_values=1, max_values=MOST_FILES)
    dates: ui.Select[Any] = ui.Select(custom_id=DATES, options=orders, required=False)
    parts: Sequence[tuple[str, Item]] = (
        (label("Files with articles"), files),
        (label("Outlet of articles that name none"), line(SOURCE, most=LONGEST_NAME)),
        (label("How dates are written"), dates),
    )
    return dialog(label("Upload articles"), parts, "upload")


def preview(shown: Preview, language: Language) -> ui.LayoutView:
    """What would become of the files, to be decided on; where nothing would, there is nothing to decide."""
    say, done = language.say, shown.report
    counts = say(
        "{read} read: {added} to be added, {changed} to be changed, {unchanged} unchanged, {copies} copies, "
        "{rejected} rejected",
        read=done.read,
        added=done.added,
        changed=done.updated,
        unchanged=done.unchanged,
        copies=done.copies,
        rejected=len(done.rejected),
    )
    lines = [
        f"### {say('Nothing is taken in yet') if shown.incoming else say('There is nothing to take in')}",
        counts,
        *_going_in(shown, language),
        *_rejected(shown, language),
    ]
    if not shown.incoming:
        lines.append(f"-# {say('The files are deleted again.')}")
    return view(
        panel(clip("\n".join(lines))),
        _decision(shown.upload, language) if shown.incoming else None,
        None if shown.is_whole else ui.File(f"attachment://{CHANGES}"),
    )


def being_taken_in(upload: str, language: Language) -> ui.LayoutView:
    """The files are being taken in; should the bot be stopped meanwhile, that can be begun again."""
    said = language.say(
        "Taking the files in. The report will stand here; should none come because the bot was restarted, press again."
    )
    return view(panel(said), row(_take_in(upload, language)))


def undecided(said: Markdown, upload: str, language: Language) -> ui.LayoutView:
    """The files could not be looked through, and wait; they can be looked through again."""
    again = button(language.label("Look again"), "upload-look", upload)
    return view(panel(said), row(again, _discard(upload, language)))


def taken_in(done: IngestReport, language: Language) -> list[str]:
    """What became of the files, with the first few that were refused."""
    refused = [_refused(each.origin, each.reason) for each in done.rejected[:_NAMED]]
    more = _more(len(done.rejected) - len(refused), language)
    gone = language.say("The uploaded files are deleted.")
    return [archive.counts(done, language), *refused, *more, f"-# {gone}"]


def _going_in(shown: Preview, language: Language) -> list[str]:
    if not shown.going_in:
        return []
    named = {
        Fate.ADDED: language.say("new"),
        Fate.UPDATED: language.say("changed"),
        Fate.COPY: language.say("copy"),
    }
    lines = [
        f"- {escape(short(each.headline or '', _HEADLINE))} · {escape(short(each.source or '', _OUTLET))} · "
        f"{code(each.published or '')} · {named[each.fate]}"
        for each in shown.going_in
    ]
    return [f"**{language.say('To go in')}**", *lines, *_more(shown.incoming - len(shown.going_in), language)]


def _rejected(shown: Preview, language: Language) -> list[str]:
    if not shown.rejected:
        return []
    lines = [_refused(each.origin or "", each.reason or "") for each in shown.rejected]
    more = _more(len(shown.report.rejected) - len(shown.rejected), language)
    return [f"**{language.say('Rejected')}**", *lines, *more]


def _refused(origin: str, reason: str) -> str:
    return f"- {code(short(origin, _ORIGIN))} {prose(short(reason, _REASON))}"


def _more(number: int, language: Language) -> list[str]:
    return [f"-# {language.count('and {number} more', 'and {number} more', number)}"] if number > 0 else []


def _decision(upload: str, language: Language) -> Item | None:
    return row(_take_in(upload, language), _discard(upload, language))


def _take_in(upload: str, language: Language) -> Item:
    return button(language.label("Take in"), "upload-take", upload)


def _discard(upload: str, language: Language) -> Item:
    return button(language.label("Discard"), "upload-drop", upload, danger=True)

"""The articles that tell the same story: where else it ran, the earliest first."""

from __future__ import annotations

from discord import ui

from bot.language import Language
from bot.markdown import Line, code, link, units
from bot.reader import Reader
from bot.render.cards import SOURCE, heading, headline_of
from bot.render.layout import COMPONENTS, Item, button, panel, view
from corpus import Copy, Query, Reading

_MOST = (COMPONENTS - 4) // 3  # a section, its text and its button each, beside frame, title, separator and foot
_ENTRY = 240  # UTF-16 units of one: twelve of them leave room for a title and for any query


def story(reading: Reading, query: Query | None, reader: Reader) -> ui.LayoutView:
    """The copies of an article with date and link, each with a button to read it; what finds no room is counted.

    ``query`` stands below, so that what is read from here opens at the passage that answers it.
    """
    language, copies = reader.language, reading.copies
    told = language.count("{number} other article tells this story", "{number} others tell this story", len(copies))
    parts: list[str | Item] = [
        f"### {told}\n-# {heading(headline_of(reading.article.attribution, language), None)}",
        ui.Separator(),
    ]
    for copy in copies[:_MOST]:
        read = button(language.label("Read"), "read", copy.id)
        parts.append(ui.Section(ui.TextDisplay(_entry(copy, language)), accessory=read))
    foot: list[str] = [code(str(query))] if query else []
    if left := len(copies[_MOST:]):
        foot.append(f"-# {language.count('and {number} more', 'and {number} more', left)}")
    return view(panel(*parts, *(["\n".join(foot)] if foot else [])))


def _entry(copy: Copy, language: Language) -> str:
    """Outlet and date of a copy, with its link if that is short enough."""
    name, when, url = (
        Line.of(copy.source_name or copy.source).cut(SOURCE),
        language.published(copy.published),
        link(copy.url),
    )
    room = _ENTRY - units(name.markdown) - units(when)
    return f"**{heading(name, url if url and len(url) < room else None)}**\n-# {when}"

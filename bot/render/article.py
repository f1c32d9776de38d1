"""An article to be read."""

from __future__ import annotations

from discord import ui

from bot.language import Language
from bot.markdown import ELLIPSIS, Line, clean, code, link, units
from bot.render.cards import LEAST, byline, heading, source_and_date
from bot.render.layout import TEXT, panel, view
from corpus import Article


def article(shown: Article, language: Language) -> ui.LayoutView:
    """An article as far as a message holds it, with its credit and its link."""
    credit = shown.attribution
    url = link(shown.url)
    named = heading(Line.of(credit.headline), url)
    head = f"### {named}\n-# {source_and_date(credit, language)}{byline(credit.byline, language)}"
    foot = f"-# {language.say('Article {id}', id=code(shown.id))}"
    more = f"-# {ELLIPSIS}\n"
    body, whole = _paragraphs(shown.text, TEXT - units(head + more + foot) - 2)
    return view(panel(head, ui.Separator(), body, foot if whole else more + foot))


def _paragraphs(text: str, room: int) -> tuple[str, bool]:
    """The beginning of an article, paragraph by paragraph, and whether that is all of it."""
    shown: list[str] = []
    for paragraph in filter(None, map(clean, text.split("\n"))):
        line = Line(paragraph)
        if units(line.markdown) > room:
            shown += [line.cut(room).markdown] if room >= LEAST else []
            return "\n\n".join(shown) or ELLIPSIS, False
        shown.append(line.markdown)
        room -= units(line.markdown) + 2
    return "\n\n".join(shown) or ELLIPSIS, True

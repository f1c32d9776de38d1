"""A passage that was quoted, in the earliest article that has it: marked, in its sentences, with its credit."""

from __future__ import annotations

from dataclasses import replace

from discord import ui

from bot.language import Language
from bot.markdown import ELLIPSIS, Line, Markdown, code, link
from bot.reader import Reader
from bot.render.cards import LINK, byline, heading, headline_of, no_more, source_and_date
from bot.render.layout import button, clip, panel, row, view
from bot.render.sharing import share_or_delete, shared_by
from corpus import Article, Query, Quoted, Span

_AROUND = 160  # characters of the article that are shown before and behind the passage
_LOOK = 40  # characters within which a word's border is looked for there
_ROOM = 1_600  # UTF-16 units of all that is shown of the text
_WHOLE = 100  # percent of the words
_LONGEST_PHRASE = 190  # characters of a phrase in a query


def quoted(found: Quoted, reader: Reader) -> ui.LayoutView:
    """The passage where it was first, how near it is, and how many others have it."""
    article, language = found.article, reader.language
    credit, address = article.attribution, link(article.url)
    headline = headline_of(credit, language)
    shared = [f"-# {line}" for line in shared_by(reader)]
    asked = [code(str(phrase_of(found)))] if article.text or not article.limited else []
    head = "\n".join([*asked, f"### {_how_near(found, language)}", _others(found, language), *shared])
    card = [
        f"### {heading(headline, address if address and len(address) <= LINK else None)}",
        f"-# {source_and_date(credit, language)}{byline(credit.byline, language)}",
        *([f"> {_passage(article, found.span).markdown}"] if article.text or not article.limited else []),
        *([f"-# {no_more(language, any_text=bool(article.text))}"] if article.limited else []),
    ]
    read = button(language.label("Read"), "read", article.id)
    return view(
        panel(head, ui.Separator(), ui.Section(ui.TextDisplay("\n".join(card)), accessory=read)),
        row(_pass_on(found, reader)),
    )


def quoted_again(article: Article, span: Span, percent: int, others: int, phrase: Query | None) -> Quoted | None:
    """What a message shows of a quote, of whose article this is known now; None where that has become another.

    Of an outlet with a limit only what the message itself shows of the passage is known.
    """
    if article.limited:
        words = str(phrase).strip('"')[: len(article.text)] if phrase else ""
        article, span = replace(article, text=words), Span(0, len(words))
    found = Quoted(article, span, percent == _WHOLE, percent / _WHOLE, others)
    return found if article.limited or phrase_of(found) == phrase else None


def not_quoted(query: Query, reader: Reader) -> ui.LayoutView:
    """No article has it; the words of the message stand there, to be searched by instead."""
    say, label = reader.language.say, reader.language.label
    lines = [
        code(str(query)),
        f"### {say('No article of the archive has this quote')}",
        say("Neither word for word nor nearly so. It may still have news of what is said."),
    ]
    return view(panel(clip("\n".join(lines))), row(button(label("Find related news"), "related")))


def phrase_of(found: Quoted) -> Query:
    """The beginning of the passage as a phrase, which finds its articles; Read opens the article by it."""
    words = " ".join(found.article.text[found.span.start : found.span.stop].replace('"', " ").split())
    if len(words) > _LONGEST_PHRASE:
        words = words[: words.rfind(" ", 0, _LONGEST_PHRASE)]
    return Query.parse(f'"{words}"')


def _how_near(found: Quoted, language: Language) -> Markdown:
    if found.verbatim:
        return language.say("Found word for word")
    return language.say("Found nearly word for word: {share} of the words", share=language.percent(found.likeness))


def _others(found: Quoted, language: Language) -> str:
    if not found.others:
        return f"-# {language.say('No other article has it.')}"
    return "-# " + language.count(
        "This is the earliest article that has it; {number} more has it too.",
        "This is the earliest article that has it; {number} more have it too.",
        found.others,
    )


def _passage(article: Article, span: Span) -> Line:
    """The passage, marked, with what stands around it."""
    text = article.text
    start, stop = _border_before(text, span.start - _AROUND), _border_behind(text, span.stop + _AROUND)
    lead, tail = f"{ELLIPSIS} " if start else "", f" {ELLIPSIS}" if stop < len(text) else ""
    shift = len(lead) - start
    marked = Span(span.start + shift, span.stop + shift)
    return Line.of(f"{lead}{text[start:stop]}{tail}", [marked]).cut(_ROOM)


def _border_before(text: str, place: int) -> int:
    """Where a word begins shortly before a place; the place itself where none does."""
    if place <= 0:
        return 0
    space = max(text.rfind(mark, max(place - _LOOK, 0), place) for mark in " \n")
    return place if space < 0 else space + 1


def _border_behind(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    spaces = [found for mark in " \n" if (found := text.find(mark, place, place + _LOOK)) >= 0]
    return min(spaces, default=place)


def _pass_on(found: Quoted, reader: Reader) -> ui.Item[ui.LayoutView]:
    """Share it, with all that it takes to show it again; or take it away, where it was."""
    span, percent = found.span, 100 if found.verbatim else min(round(found.likeness * 100), 99)
    of = (found.article.id, span.start, span.stop, percent, found.others)
    return share_or_delete(reader, "passage-share", *of)

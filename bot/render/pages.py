"""Where the pages of an article begin and end: whole paragraphs where they fit, long ones cut between words.

Depends on the text alone, so a page is the same one for every reader, for every query, and after any restart. A text
of megabytes is measured once and never escaped as a whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import regex

from bot.markdown import ELLIPSIS, Line, doubles, units
from corpus import Span

ROOM = 2400
"""What the text of a page takes at most, in UTF-16 units of markdown without bold."""

_GAP = "\n\n"  # between two paragraphs
_OWED = 4  # a backslash at a paragraph's beginning and at its end, and the gap behind it
_ELLIPSES = 4  # an ellipsis with its space, at the beginning and at the end of a page
_LEAST = 400  # what must be left of a page for a paragraph to begin there that none can hold
_BOLD = 6  # the most that one match takes in bold: asterisks, and backslashes at its ends
_READABLE = 100  # characters: no grapheme that anybody reads is longer
_PARAGRAPH = re.compile(r"[^\n]+")
_GRAPHEME = regex.compile(r"\X")


def pages(text: str) -> tuple[Span, ...]:
    """The pages of a text, each from its first character to behind its last; one at least, which may be empty."""
    dear, made, left = doubles(text), list[Span](), 0
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = _behind_spaces(text, *paragraph.span()), paragraph.end()
        while start < end:
            whole = _taken(dear, start, end)
            if whole > left and (whole <= ROOM - _ELLIPSES or left < _LEAST):
                left = ROOM - _ELLIPSES
                made.append(Span(start, start))
            stop = end if whole <= left else _cut(text, dear, start, left)
            made[-1] = Span(made[-1].start, stop)
            left = left - whole if stop == end else 0
            start = _behind_spaces(text, stop, end)
    return tuple(made) or (Span(0, 0),)


def page_with(of: Sequence[Span], place: int) -> int:
    """The number of the page, counted from 1, on which a place of the text stands."""
    return max(bisect_right(of, place, key=lambda page: page.start), 1)


def shown(text: str, page: Span, highlights: Sequence[Span], room: int) -> str:
    """A page as markdown, with as many of its matches in bold as there is room for, in UTF-16 units."""
    first, last = bisect_left(highlights, page), bisect_left(highlights, Span(page.stop, page.stop))
    plain = _markdown(text, page, ())
    most = max(room - units(plain), 0) // _BOLD
    return _markdown(text, page, highlights[max(first - 1, 0) : last][:most]) if most else plain


def _markdown(text: str, page: Span, highlights: Sequence[Span]) -> str:
    lines = [
        Line.of(found[0], [_within(span, found) for span in highlights if span.stop > found.start()]).markdown
        for found in _PARAGRAPH.finditer(text, page.start, page.stop)
    ]
    before = text[text.rfind("\n", 0, page.start) + 1 : page.start]
    behind = _PARAGRAPH.match(text, page.stop)
    lead, tail = f"{ELLIPSIS} " if before.strip() else "", f" {ELLIPSIS}" if behind and behind[0].strip() else ""
    return f"{lead}{_GAP.join(filter(None, lines)) or ELLIPSIS}{tail}"


def _within(span: Span, paragraph: re.Match[str]) -> Span:
    """A span of the text as one of its paragraph: what lies outside of that is empty."""
    start, stop = paragraph.span()
    return Span(max(min(span.start, stop) - start, 0), max(min(span.stop, stop) - start, 0))


def _taken(dear: Sequence[int], start: int, stop: int) -> int:
    """The most that a piece of the text takes as markdown, in UTF-16 units."""
    return stop - start + bisect_left(dear, stop) - bisect_left(dear, start) + _OWED


def _cut(text: str, dear: Sequence[int], start: int, room: int) -> int:
    """Where a piece ends that takes so much room at most: between words, else between graphemes."""
    places = range(start + 1, start + room + 1)
    furthest = places[max(bisect_right(places, room, key=lambda stop: _taken(dear, start, stop)) - 1, 0)]
    space = text.rfind(" ", (start + furthest) // 2, furthest + 1)
    if space > start:
        return len(text[start:space].rstrip(" ")) + start
    seen = max(start, furthest - _READABLE)
    # Of the text alone that is looked at: flags are told from one another by counting back to the first of them.
    ends = (seen + found.end() for found in _GRAPHEME.finditer(text[seen : furthest + 1]))
    return max((end for end in ends if end <= furthest), default=furthest)


def _behind_spaces(text: str, place: int, end: int) -> int:
    return end - len(text[place:end].lstrip())

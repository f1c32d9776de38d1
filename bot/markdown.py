"""Text of an article as Discord markdown that renders as that very text. Knows nothing of components.

The rules that are escaped here are those of Discord's client: a backslash takes its meaning from any character that is
neither a letter, a digit nor a space. Lengths are in UTF-16 units, the safe way to count for Discord.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlsplit

import regex

from corpus import Span

ELLIPSIS = "…"


class Markdown(str):
    """Text that is markdown already: whoever puts it into a sentence does not escape it again."""

    __slots__ = ()


# What takes no room or changes the order of what stands around it: control characters, soft hyphens, marks and
# overrides of direction, zero-width characters, invisible fillers, tags, and halves of surrogate pairs.
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINERS = "\u200c\u200d"
# Joiners make one emoji of several and shape Indic and Persian words; next to anything else they only hide.
_SHAPED = f"[^\x00-\x7f\\s{_JOINERS}{_UNSEEN}]"
_NOISE = re.compile(
    f"(?! [^\\s{_UNSEEN}{_JOINERS}])[{_UNSEEN}{_JOINERS}]*\\s[\\s{_UNSEEN}{_JOINERS}]*"  # all but a single space
    f"|[{_UNSEEN}]+|(?<!{_SHAPED})[{_JOINERS}]|[{_JOINERS}](?!{_SHAPED})"
)
# Whether there is any noise at all, quickly: most text has none.
_NOISY = re.compile(f"^ |  | $|[^\\S ]|[{_UNSEEN}{_JOINERS}]")
# Emphasis, code, spoilers, mentions, links, headings, and the colon of addresses and emoji names.
_MEANING = re.compile(r"[\\*_~`|<>\[\]#@]|:(?!\s)")
# What means something only where a line begins: list items and subtext.
_LINE_START = re.compile(r"(\d*)([-+.)])")
# Characters that take two UTF-16 units as markdown: those that are escaped, and those beyond the first plane.
_DOUBLE = re.compile(rf"{_MEANING.pattern}|[\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_GRAPHEME = regex.compile(r"\X")
_CODE = re.compile(r"`([^`]+)`")
_ADDRESS = "/%?=&;:@+$,!~"  # what may stand in an address as it is, besides letters, digits, - . _
_HOST = re.compile(r"[a-z0-9_.-]+")
_CONTEXT = 30  # characters kept before a match where a line is cut at its beginning


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def doubles(text: str) -> list[int]:
    """Where the characters of a text stand that take two units as markdown; every other takes one at most."""
    return [found.start() for found in _DOUBLE.finditer(text)]


def clean(text: str) -> str:
    """What can be seen of a text, on one line: a run of white space is one space, what hides or reorders is gone."""
    return _NOISE.sub(_instead, text).strip(" ") if _NOISY.search(text) else text


def escape(text: str) -> str:
    """Markdown that renders as this clean text, on a line of its own or within one."""
    escaped = _inside(text)
    start = _LINE_START.match(escaped)
    return f"{start[1]}\\{escaped[start.end(1) :]}" if start else escaped


def unescape(markdown: str) -> str:
    """The text of which ``escape`` made this markdown."""
    return _ESCAPED.sub(r"\1", markdown)


def prose(sentence: str) -> Markdown:
    """A sentence of the program itself: escaped, but for what it sets between backticks, which stays code."""
    parts = _CODE.split(sentence)
    shown = [code(part) if index % 2 else _inside(_NOISE.sub(_instead, part)) for index, part in enumerate(parts)]
    return Markdown("".join(shown))


def code(text: str) -> Markdown:
    """Text as inline code, where nothing has a meaning but the backtick, which is left out."""
    return Markdown(f"`{clean(text.replace('`', '')) or ' '}`")


def link(url: str | None) -> str | None:
    """An address as it may stand in a Markdown link; None where it cannot be followed or hides where it leads."""
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
        # Brackets, quotes, spaces and whatever is not ASCII would end the link or disguise it.
        path, query, fragment = (quote(part, _ADDRESS) for part in (parts.path, parts.query, parts.fragment))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}{port}{path}{query and '?'}{query}{fragment and '#'}{fragment}"


def short(text: str, room: int) -> str:
    """Clean text, cut so that it takes ``room`` UTF-16 units as markdown."""
    if 2 * len(text) < room and not _NOISY.search(text):
        return text  # no character takes more than two, and a line's beginning one more: most names end here
    return Line.of(text).cut(room).text


@dataclass(frozen=True)  # without slots, for the sake of the cached property
class Line:
    """One line of clean text and the spans of it that matched: sorted, apart, without space at their ends."""

    text: str
    marks: tuple[Span, ...] = ()

    @classmethod
    def of(cls, text: str, highlights: Iterable[Span] = ()) -> Line:
        """Clean a text, and carry its highlights along."""
        noises = list(_NOISE.finditer(text)) if _NOISY.search(text) else []
        seen = _NOISE.sub(_instead, text) if noises else text
        lead = len(seen) - len(seen.lstrip(" "))
        spots = [(_moved(span.start, noises) - lead, _moved(span.stop, noises) - lead) for span in highlights]
        return cls(seen.strip(" "), tuple(_marks(seen.strip(" "), spots)))

    @cached_property
    def markdown(self) -> str:
        """The line for Discord, its matches in bold."""
        parts, at = [], 0
        for mark in self.marks:
            parts += [self._escaped(at, mark.start), f"**{_inside(self.text[mark.start : mark.stop])}**"]
            at = mark.stop
        return "".join([*parts, self._escaped(at, len(self.text))])

    def _escaped(self, start: int, stop: int) -> str:
        return _inside(self.text[start:stop]) if start else escape(self.text[:stop])

    def cut(self, room: int) -> Line:
        """As much of it as takes ``room`` UTF-16 units as markdown, with ``…`` where something is left out.

        Ends between words where it can, between graphemes in any case; keeps the first match in sight.
        """
        if units(self.markdown) <= room:
            return self
        head, stop = self._part(0, room)
        if not self.marks or self.marks[0].stop <= stop:
            return head
        return self._part(self._shortly_before(self.marks[0].start), room)[0]

    def _shortly_before(self, place: int) -> int:
        """The beginning of a word some words before a place, else the beginning of the grapheme there."""
        if word := self.text.rfind(" ", 0, max(0, place - _CONTEXT)) + 1:
            return word
        return max((found.start() for found in _GRAPHEME.finditer(self.text) if found.start() <= place), default=0)

    def _part(self, start: int, room: int) -> tuple[Line, int]:
        """The line from a place on for as long as there is room, and where it stops."""
        lead = f"{ELLIPSIS} " if start else ""
        # A character takes a unit at least: no border that fits lies further away than there is room.
        stops = [start, *(found.end() for found in _GRAPHEME.finditer(self.text, start, start + room + 1))]
        fitting = bisect_right(stops, room - units(lead + ELLIPSIS), key=lambda stop: self._taken(start, stop))
        stop = stops[max(fitting - 1, 0)]
        if stop == len(self.text):
            return self._slice(start, stop, lead), stop
        space = self.text.rfind(" ", start, stop + 1)
        stop = space if space > start + (stop - start) // 2 else stop
        stop = start + len(self.text[start:stop].rstrip(" "))
        return self._slice(start, stop, lead, ELLIPSIS), stop

    def _taken(self, start: int, stop: int) -> int:
        """The most that a part takes as markdown, in UTF-16 units."""
        bold = sum(len("****") for mark in self.marks if mark.start < stop and mark.stop > start)
        return units(_inside(self.text[start:stop])) + bold + len("\\")  # the last may be owed to the line's start

    def _slice(self, start: int, stop: int, lead: str = "", tail: str = "") -> Line:
        shift = len(lead) - start
        spots = ((max(mark.start, start) + shift, min(mark.stop, stop) + shift) for mark in self.marks)
        marks = tuple(Span(first, last) for first, last in spots if first < last)
        return Line(lead + self.text[start:stop] + tail, marks)


def _inside(text: str) -> str:
    """Text within a line, escaped: the one place that does it."""
    return _MEANING.sub(r"\\\g<0>", text)


def _instead(noise: re.Match[str]) -> str:
    """What stands instead of something that is not shown: a space where there was any white space."""
    return " " if any(character.isspace() for character in noise[0]) else ""


def _moved(place: int, noises: list[re.Match[str]]) -> int:
    """Where a place of the text lies once its noises are replaced; one inside of a noise lies at its beginning."""
    shift = 0
    for noise in noises:
        start, stop = noise.span()
        if place <= start:
            break
        shift += len(_instead(noise)) - (stop - start) if place >= stop else start - place
    return place + shift


def _marks(text: str, spots: Iterable[tuple[int, int]]) -> Iterator[Span]:
    """Spots of a text as marks: within it, without space at their ends, one where two touch."""
    kept: Span | None = None
    for span in sorted(_trimmed(text, start, stop) for start, stop in spots):
        if span.start >= span.stop:
            continue
        if kept is not None and span.start > kept.stop:
            yield kept
            kept = None
        kept = span if kept is None else Span(kept.start, max(kept.stop, span.stop))
    if kept is not None:
        yield kept


def _trimmed(text: str, start: int, stop: int) -> Span:
    start, stop = max(start, 0), min(stop, len(text))
    spot = text[start:stop]
    return Span(start + len(spot) - len(spot.lstrip(" ")), stop - len(spot) + len(spot.rstrip(" ")))

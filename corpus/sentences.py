"""Where the sentences of a text are. Knows no language, only marks and what commonly stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.model import Span

# A mark ends a sentence before a space or the end of a line; where words are not spaced, it needs none.
_BORDER = re.compile(r"[.!?…؟।॥۔]+[\"'”’»)\]」』]*(?:\s+|$)|[。！？]+[\"'”’»)\]」』]*\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Sr|Sra|Jr|St|Mt|Gen|Col|Lt|Capt|Sgt|Sen|Rep|Gov|Pres|Hon|Rev|Inc|Ltd|Co|Corp|"
    r"No|vs|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)|\.[A-Za-z])$"
)
_LONGEST_ABBREVIATION = 12  # characters


def sentences(text: str) -> Iterator[Span]:
    """The sentences of a text, without the white space between; a line end always ends one."""
    offset = 0
    for line in text.split("\n"):
        start = 0
        for border in _BORDER.finditer(line):
            end = border.end()
            if _ends_sentence(line, border.start(), end):
                yield Span(offset + start, offset + border.start() + len(border.group().rstrip()))
                start = end
        if start < len(line):
            yield Span(offset + start, offset + len(line))
        offset += len(line) + 1


def _ends_sentence(line: str, mark: int, after: int) -> bool:
    """Whether a mark ends a sentence: not before a small letter, nor as the dot of an abbreviation."""
    if line[mark] in "。！？" or after == len(line):
        return True
    if line[after].islower():
        return False
    return line[mark] != "." or not _ABBREVIATION.search(line, max(0, mark - _LONGEST_ABBREVIATION), mark)

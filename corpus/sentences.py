"""Where the sentences of a text are. Knows no language, only marks and what commonly stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from corpus.model import Span

_MARKS = ".!?…؟।॥۔"  # they end a sentence before a space or the end of a line
_MARKS_UNSPACED = "。！？"  # where words are not spaced, they need none
_CLOSING = r"\"'”’»)\]」』"

# The end of a line, or marks with what closes behind them and the space after. All begin with one set, by which the
# search skips what stands between, ten times as fast as by alternatives.
_BORDER = re.compile(
    rf"""[\n{_MARKS}{_MARKS_UNSPACED}]
    (?: (?<=\n)
      | (?: (?<=[{_MARKS}]) [{_MARKS}]*+ [{_CLOSING}]*+ (?=\s|\Z)
          | (?<=[{_MARKS_UNSPACED}]) [{_MARKS_UNSPACED}]*+ [{_CLOSING}]*+ )
        (?P<space> [^\S\n]*+ ) )""",
    re.VERBOSE,
)
_SHORTENED = (
    "Mr Mrs Ms Dr Prof Sr Sra Jr St Mt Gen Col Lt Capt Sgt Sen Rep Gov Pres Hon Rev Inc Ltd Co Corp No vs Jan Feb Aug "
    "Sep Sept Oct Nov Dec"
)
_ABBREVIATION = re.compile(
    "|".join(
        [r"(?<=\b[A-Z])", r"(?<=\.[A-Za-z])"]
        + [rf"(?<=\b(?:{'|'.join(same)}))" for _, same in groupby(sorted(_SHORTENED.split(), key=len), len)]
    )
)
"""Matches where one has just ended."""


def sentences(text: str) -> Iterator[Span]:
    """The sentences of a text, without the white space between; a line end always ends one."""
    start = 0
    for border in _BORDER.finditer(text):
        mark, after = border.span()
        if text[mark] == "\n":
            if start < mark:
                yield Span(start, mark)
        elif _ends_sentence(text, mark, after):
            yield Span(start, border.start("space"))
        else:
            continue
        start = after
    if start < len(text):
        yield Span(start, len(text))


def _ends_sentence(text: str, mark: int, after: int) -> bool:
    """Whether a mark ends a sentence: not before a small letter, nor as the dot of an abbreviation."""
    if text[mark] in _MARKS_UNSPACED or after == len(text) or text[after] == "\n":
        return True
    if text[after].islower():
        return False
    return text[mark] != "." or not _ABBREVIATION.match(text, mark)

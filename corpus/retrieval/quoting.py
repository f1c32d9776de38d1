"""What is quoted in a pasted message: the words between its quotation marks, in the parts that ellipses leave of them.

A message has more than the quote: marks of a quotation, a name behind a dash, what somebody says to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.analysis import Analyser
from corpus.retrieval.query.plain import LONGEST_INPUT, plain

LEAST = 4
"""Words of a quote: what is shorter is said every day."""

_MOST = 100  # words that are looked for: fewer would do to find an article, but not to tell how alike it is
_MARKED = re.compile(r"^[ \t]*(?:>>> ((?s:.*))|> (.*))", re.MULTILINE)
_ELLIPSIS = re.compile(r"…+|\.{3,}|\. \. \.")
_NAME = re.compile(r"(?: [-~]| ?--| ?[—–―])(?!-) ?[^—–―]{1,80}$")


@dataclass(frozen=True, slots=True)
class Quote:
    """What is looked for: parts that follow each other, and the words of each as they are spelt."""

    parts: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]

    @property
    def length(self) -> int:
        """How many words it has."""
        return sum(map(len, self.words))


def quotes(text: str, analyser: Analyser) -> list[Quote]:
    """What a message may quote, first all of it, then without the name behind it; nothing of less than four words.

    What stands in quotation marks is the quote, of several the longest, and nothing else is then. Lines that are marked
    as quoted go before the others.
    """
    text = text[:LONGEST_INPUT]
    marked = "\n".join(rest or line for rest, line in _MARKED.findall(text))
    said = next((line for line in map(_line, (marked, text)) if _quote(line, analyser).length >= LEAST), "")
    between = max((_quote(each, analyser) for each in said.split('"')[1::2]), key=_length, default=None)
    if between and between.length >= LEAST:
        return [between]
    found = [_quote(each, analyser) for each in dict.fromkeys((said, _NAME.sub("", said)))]
    return [quote for quote in found if quote.length >= LEAST]


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def _length(quote: Quote) -> int:
    return quote.length


def _quote(text: str, analyser: Analyser) -> Quote:
    """The first hundred words of a text, parted by its ellipses."""
    parts, words, left = list[str](), list[tuple[str, ...]](), _MOST
    for part in _ELLIPSIS.split(text):
        if tokens := analyser.spelt(part)[:left]:
            parts.append(part[: tokens[-1].stop])
            words.append(tuple(token.term for token in tokens))
            left -= len(tokens)
    return Quote(tuple(parts), tuple(words))

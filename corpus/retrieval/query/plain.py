"""Typed text made plain, and single words cut out of it. Knows no operator.

What comes out of ``plain`` and ``bare`` goes through them unchanged, so a query's own text is read as it is.
"""

from __future__ import annotations

import re
import unicodedata

import regex

from corpus.retrieval.query.clauses import Word

LONGEST_INPUT = 6_000  # characters that are read at all
LONGEST_WORD = 60
OPERATORS = frozenset({"OR", "AND", "NOT"})

_SPACES = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Z}]")
_ALIKE = str.maketrans(
    dict.fromkeys("“”„‟«»「」『』〝〞＂", '"') | {"`": "'", "（": "(", "）": ")", "：": ":", "｜": "|"}
)
# What takes no room and parts no word, so chat programs drop it: soft hyphens, fillers, selectors of shape.
_FILLERS = re.compile(
    "[\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\u2065\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_MOST_MARKS = 8  # accents on one letter; composing thousands of them would take the square of their number
_MARKS = regex.compile(rf"(\p{{M}}{{{_MOST_MARKS}}})\p{{M}}+")
_SIGNS = "_+#%"  # what may end a word besides letters and digits: C++, C#, 5%


def plain(text: str) -> str:
    """The text as one line of composed characters: straight quotes and brackets, no controls, no backtick."""
    if not text.isascii():
        seen = _MARKS.sub(r"\1", _FILLERS.sub("", text))
        text = _MARKS.sub(r"\1", unicodedata.normalize("NFC", seen))
    spaced: str = _SPACES.sub(" ", text.translate(_ALIKE))
    return spaced


def bare(word: str) -> tuple[str, str, str]:
    """What stands before a word, the word without the punctuation around it, and what stands behind."""
    if word.isalnum():
        return "", word, ""
    start = next((place for place, each in enumerate(word) if each.isalnum()), len(word))
    stop = next((place for place in range(len(word), start, -1) if _ends(word[place - 1])), start)
    return word[:start], word[start:stop], word[stop:]


def as_word(text: str) -> Word | None:
    """A bare text as a word, cut where it is too long; None where nothing is left. An operator loses its capitals."""
    text = bare(text[:LONGEST_WORD])[1]
    return Word(text.lower() if text in OPERATORS else text) if text else None


def _ends(character: str) -> bool:
    return character.isalnum() or character in _SIGNS or unicodedata.category(character).startswith("M")

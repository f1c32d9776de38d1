"""A headline for an article that has none: how its text begins. Knows only text."""

from __future__ import annotations

import re

_LONGEST = 80
"""Characters of a derived headline (decided for the whole project)."""

_END = re.compile(r"(?<=[.!?…])[\"”’')\]]*(?=\s)")
_SHORTENED = re.compile(r"(?:^|[\s(\"“‘])(?:[A-ZÀ-Þ][a-z]{0,3}|(?:\w\.)+\w?)\.$")


def derived_headline(text: str) -> str:
    """The first sentence of a text, or its first 80 characters up to the end of a word and ``…``."""
    paragraph = text.partition("\n")[0]
    sentence = _first_sentence(paragraph)
    if len(sentence) <= _LONGEST:
        return sentence
    head = sentence[: _LONGEST + 1]
    at_word = head.rpartition(" ")[0] or head[:_LONGEST]
    return at_word.rstrip(" ,;:–—-…") + "…"


def _first_sentence(paragraph: str) -> str:
    """Up to the first full stop that does not belong to a title or initial (``Mr.``, ``U.S.``)."""
    for end in _END.finditer(paragraph, 0, 3 * _LONGEST):
        sentence = paragraph[: end.end()]
        if not _SHORTENED.search(sentence):
            return sentence
    return paragraph

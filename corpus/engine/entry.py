"""An article as the index takes it: what the analysis made of it, as text whose words are parted by spaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from corpus.analysis import Words
from corpus.engine import forward

HEADLINE_WEIGHT = 3
"""How often the words of a headline count: in one field, since a boosted second field costs nDCG."""

UNKNOWN = "und"
"""The code of ISO 639 for a language that is not known."""

STOP = "·"
"""Keeps the place of a stop word: no term contains it."""


class Entry(NamedTuple):
    """The fields of an article that are made of its words, as ``Words`` names them, and those of ``forward``."""

    headline: str
    body: str
    credit: str
    author: str
    section: str
    spellings: str
    opening: str
    forward: dict[str, bytes]


def entry(words: Words) -> Entry:
    """The entry of an article with these words."""
    return Entry(
        _spaced(words.headline),
        _spaced(words.text),
        _spaced(words.credit),
        _spaced(words.author),
        _spaced(words.section),
        " ".join(words.spellings),
        " ".join(words.opening),
        forward.written(words.analysed),
    )


def _spaced(terms: Sequence[str]) -> str:
    return " ".join([term or STOP for term in terms])

"""Pasted text as plain words: nothing in it is an operator, each word counts once, addresses are left out."""

from __future__ import annotations

import re

import regex

from corpus.retrieval.query.clauses import Word
from corpus.retrieval.query.plain import LONGEST_INPUT, as_word, plain
from corpus.stems import STOP_WORDS

# An address by its scheme, or a host with a path: pic.twitter.com/xyz. What is not ASCII ends it.
_ADDRESS = re.compile(
    r"(?:\b[a-z]{2,10}://|\bwww\.)[!-~]+|(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,20}/[!-~]*",
    re.IGNORECASE | re.ASCII,
)
_TAG = re.compile(r"(?<!\w)[#@](\w+)")
# Words run together: capitals (US), or one with what follows (Lives), and figures; a year stands by itself.
_PART = re.compile(r"[A-Z]+(?![a-z])(?:[0-9]{1,3}(?![0-9]))?|[A-Z]?[a-z]+(?:[0-9]{1,3}(?![0-9]))?|[0-9]+")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’.,\-][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*")


def pasted_words(text: str) -> list[Word]:
    """The words of a pasted text, in order, each once."""
    words: dict[str, Word] = {}
    for found in _WORD.findall(_TAG.sub(_parted, _ADDRESS.sub(" ", plain(text[:LONGEST_INPUT])))):
        if word := as_word(found):
            words.setdefault(word.text.casefold(), word)
    return list(words.values())


def without_small_words(words: list[Word]) -> list[Word]:
    """The words that say what a text is about; all of them where none does."""
    return [word for word in words if word.text.casefold().replace("’", "'") not in STOP_WORDS] or words


def _parted(tag: re.Match[str]) -> str:
    """A tag as the words run together in it, as in ``#BlackLivesMatter``; ``@iPhone`` and ``#COVID19`` are one word."""
    parts = _PART.findall(tag[1]) if tag[1].isascii() else [tag[1]]
    run_together = parts and not (len(parts[0]) == 1 and parts[0].islower())
    return f" {' '.join(parts) if run_together else tag[1]} "

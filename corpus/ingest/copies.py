"""When a text nearly equals another: signatures to find it by, and the comparison that decides. Knows no archive.

A text is the set of its shingles, each four words in a row: three would find a tenth more of the rewritten texts, and
three times as many that only sound alike. Its signature is MinHash over them: of two texts, as large a share of the
minima agree as the sets have in common. Two minima beside each other are a band; texts that share a band are worth a
look, and only a look at both texts decides. Precision goes before recall: what is reported daily has the same sentences
each time, with other figures and names.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from operator import add, eq

from rensa import RMinHash

from corpus.ingest.dedupe import FEWEST_WORDS, UNSPACED, is_long, respelled

_MINIMA = 32
_BANDS = 8  # of the first sixteen minima: 99 % of texts that share seven tenths of their shingles meet in one
_SEED = 1
_AT_ONCE = 64  # texts whose shingles are in memory
_AGREEING = 10  # minima of 32 that texts worth reading have in common; 13 are expected at the least share below
_LEAST_SHARE = 0.4  # of all shingles of both texts, in common
_LEAST_PART, _PART_WORDS = 0.55, 15  # of the shingles of the shorter text, in the longer: 0.6 of 300 words, 0.85 of 50
_WORDS_A_NUMBER = 150  # for so many words one number may differ, as in a later version of a report
_WORDS_A_NAME = 60  # and for so many one word with a capital
_SHORT = 100  # words; in less no number may have come or gone while other words were replaced: two became 1.5

_SIGNATURE = struct.Struct(f"<{_MINIMA}H")  # the lower halves of the minima: two make a band of 32 bits
_HALF = 0xFFFF
_MOSTLY = 0.75  # words for each piece of text: 1 where all are spaced, 0.5 where none is
_BAND = struct.Struct(f"<{_BANDS}I")

_ASCII = 0x7F
_GAPS = bytes(code if code > _ASCII or chr(code).isalnum() else 32 for code in range(256))
_APOSTROPHES = b"'`"  # they stand within words: don't and dont are one
_ACCENTS = re.compile("[\u0300-\u036f]")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_WORD = re.compile(r"[^\W\d_]\w*")


def signatures(texts: Sequence[str]) -> list[bytes | None]:
    """For each text the 64 bytes by which copies of it are found; None for one of fewer than thirty words."""
    return [
        signature for start in range(0, len(texts), _AT_ONCE) for signature in _signed(texts[start : start + _AT_ONCE])
    ]


def _signed(texts: Sequence[str]) -> list[bytes | None]:
    shingles = [
        _shingles(words, size) if size >= FEWEST_WORDS and is_long(text) else None
        for text, (words, size) in zip(texts, map(_words, map(_plain, texts)), strict=True)
    ]
    long = [each for each in shingles if each]
    minima = iter(RMinHash.digest_matrix_from_token_byte_sets(long, _MINIMA, _SEED).to_rows() if long else ())
    return [_SIGNATURE.pack(*[value & _HALF for value in next(minima)]) if each else None for each in shingles]


def bands(signature: bytes) -> tuple[int, ...]:
    """Eight numbers of 32 bits; two texts that share none of them are no copies."""
    return _BAND.unpack_from(signature)


def seem_alike(signature: bytes, other: bytes) -> bool:
    """Whether the texts of two signatures are worth a comparison."""
    agreeing: int = sum(map(eq, _SIGNATURE.unpack(signature), _SIGNATURE.unpack(other)))
    return agreeing >= _AGREEING


class Wording:
    """What two texts are compared by; what only a close comparison asks for is made when it does."""

    def __init__(self, text: str) -> None:
        self._plain = _plain(text)
        self._words, self.size = _words(self._plain)
        self.shingles = frozenset(_shingles(self._words, self.size))

    @cached_property
    def words(self) -> Counter[bytes]:
        """How often each word stands in the text."""
        return Counter(self._words)

    @cached_property
    def numbers(self) -> Counter[str]:
        """How often each number stands in the text."""
        return Counter(number.replace(",", "") for number in _NUMBER.findall(self._plain))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words that are written with a capital, in any case: agencies write some in capitals."""
        words = _WORD.findall(self._plain.replace("'", ""))
        return frozenset(word.casefold() for word in words if word[0].isupper())

    def nearly_equals(self, other: Wording) -> bool:
        """Whether one is a copy of the other: cut, added to, corrected or touched up, but not told of something else.

        What only one of them has may be a paragraph more; where each has what the other lacks, something was replaced.
        """
        size = min(self.size, other.size)
        common = len(self.shingles & other.shingles)
        shorter, longer = sorted((len(self.shingles), len(other.shingles)))
        return (
            size >= FEWEST_WORDS
            and common >= _LEAST_SHARE * (shorter + longer - common)
            and common >= (_LEAST_PART + _PART_WORDS / size) * shorter
            and self._replaced_names(other) <= size // _WORDS_A_NAME
            and self._replaced_numbers(other, short=size < _SHORT) <= size // _WORDS_A_NUMBER
        )

    def _replaced_names(self, other: Wording) -> int:
        return min(len(self.names - other.names), len(other.names - self.names))

    def _replaced_numbers(self, other: Wording, *, short: bool) -> int:
        gone, come = (self.numbers - other.numbers).total(), (other.numbers - self.numbers).total()
        if not short or gone == come == 0:
            return min(gone, come)
        return min(max(gone, come), (self.words - other.words).total(), (other.words - self.words).total())


def _shingles(words: Sequence[bytes], size: int) -> list[bytes]:
    """Four words each, run together; eight letters where most letters stand alone."""
    pairs = list(map(add, words, words[1:]))
    fours = list(map(add, pairs, pairs[2:]))
    return fours if size > _MOSTLY * len(words) else list(map(add, fours, fours[4:]))


def _words(plain: str) -> tuple[list[bytes], int]:
    """The words of a plain text in UTF-8, without case and punctuation, and how many they are.

    Letters of scripts without spaces stand alone, and two of them count as one word.
    """
    words = plain.casefold().encode().translate(_GAPS, _APOSTROPHES).split()
    return words, len(words) if plain.isascii() else len(words) - len(UNSPACED.findall(plain)) // 2


def _plain(text: str) -> str:
    """A text with straight quotation marks, without accents, and with spaces where there is other punctuation."""
    return text if text.isascii() else respelled(text, _straight)


@lru_cache(10_000)
def _straight(character: str) -> str:
    if character in "‘’":
        return "'"
    parts = (part for part in unicodedata.normalize("NFKD", character) if not _ACCENTS.match(part))
    spelled = "".join(part if part.isascii() or unicodedata.category(part)[0] in "LMN" else " " for part in parts)
    return UNSPACED.sub(r" \g<0> ", spelled)

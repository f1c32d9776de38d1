"""When a text nearly equals another: signatures to find it by, and the comparison that decides. Knows no archive.

A text is the set of its shingles, each four words in a row. Its signature is MinHash over them: of two texts, as large
a share of the minima agree as the sets have in common. Two minima beside each other are a band; texts that share a band
are worth a look, and only a look at both texts decides. Precision goes before recall: what is reported daily has the
same sentences each time, with other figures and names.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import eq
from typing import Self

from rensa import RMinHash

from corpus.ingest.dedupe import FEWEST_WORDS, UNSPACED, is_long

_WIDTH = 4  # words in a shingle: three find a tenth more rewritten texts, and three times as many that only sound alike
_MINIMA = 32
_BANDS = 8  # of the first sixteen minima: 99 % of texts that share seven tenths of their shingles meet in one
_SEED = 1
_AGREEING = 10  # minima of 32 that texts worth reading have in common; 13 are expected at the least share below
_LEAST_SHARE = 0.4  # of all shingles of both texts, in common
_LEAST_PART, _PART_WORDS = 0.55, 15  # of the shingles of the shorter text, in the longer: 0.6 of 300 words, 0.85 of 50
_WORDS_A_NUMBER = 150  # for so many words one number may differ, as in a later version of a report
_WORDS_A_NAME = 60  # and for so many one word with a capital
_SHORT = 100  # words; in less no number may have come or gone while other words were replaced: two became 1.5

_SIGNATURE = struct.Struct(f"<{_MINIMA}H")  # the lower halves of the minima: two make a band of 32 bits
_BAND = struct.Struct(f"<{_BANDS}I")

_ASCII = 0x7F
_GAPS = bytes(code if code > _ASCII or chr(code).isalnum() else 32 for code in range(256))
_APOSTROPHES = b"'`"  # they stand within words: don't and dont are one
_STRAIGHT = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."}
_ACCENTS = re.compile("[\u0300-\u036f]+")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_WORD = re.compile(r"[^\W\d_]\w*")


def signatures(texts: Sequence[str]) -> list[bytes | None]:
    """For each text the 64 bytes by which copies of it are found; None for one of fewer than thirty words."""
    shingles = [
        _shingles(words) if size >= FEWEST_WORDS and is_long(text) else None
        for text, (words, size) in zip(texts, map(_words, texts), strict=True)
    ]
    long = [each for each in shingles if each is not None]
    minima = iter(RMinHash.digest_matrix_from_token_byte_sets(long, _MINIMA, _SEED).to_rows() if long else ())
    return [None if each is None else _SIGNATURE.pack(*[value & 0xFFFF for value in next(minima)]) for each in shingles]


def bands(signature: bytes) -> tuple[int, ...]:
    """Eight numbers of 32 bits; two texts that share none of them are no copies."""
    return _BAND.unpack_from(signature)


def seem_alike(signature: bytes, other: bytes) -> bool:
    """Whether the texts of two signatures are worth a comparison."""
    agreeing: int = sum(map(eq, _SIGNATURE.unpack(signature), _SIGNATURE.unpack(other)))
    return agreeing >= _AGREEING


@dataclass(frozen=True, slots=True)
class Wording:
    """What two texts are compared by: words, shingles, numbers, words with a capital, and how many words there are."""

    words: Counter[bytes]
    shingles: frozenset[bytes]
    numbers: Counter[str]
    names: frozenset[str]
    size: int

    @classmethod
    def of(cls, text: str) -> Self:
        """The wording of a text."""
        plain, (words, size) = _plain(text), _words(text)
        numbers = Counter(number.replace(",", "") for number in _NUMBER.findall(plain))
        names = frozenset(word.casefold() for word in _WORD.findall(plain.replace("'", "")) if word[0].isupper())
        return cls(Counter(words), frozenset(_shingles(words)), numbers, names, size)

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


def _shingles(words: Sequence[bytes]) -> list[bytes]:
    return list(map(b" ".join, zip(*(words[start:] for start in range(_WIDTH)), strict=False)))


def _words(text: str) -> tuple[list[bytes], int]:
    """The words in UTF-8, without case, accents and punctuation, and how many they are.

    Letters of scripts without spaces stand alone, and two of them count as one word.
    """
    plain = _plain(text)
    words = plain.casefold().encode().translate(_GAPS, _APOSTROPHES).split()
    return words, len(words) if plain.isascii() else len(words) - len(UNSPACED.findall(plain)) // 2


def _plain(text: str) -> str:
    """A text with straight quotation marks, without accents, and with spaces where there is other punctuation."""
    for mark, straight in _STRAIGHT.items():
        text = text.replace(mark, straight)
    if text.isascii():
        return text
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    for mark in set(text):
        if ord(mark) > _ASCII and unicodedata.category(mark)[0] not in "LMN":
            text = text.replace(mark, " ")
    return UNSPACED.sub(r" \g<0> ", text)

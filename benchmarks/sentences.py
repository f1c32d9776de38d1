"""The sentences and headlines of generated articles, as patterns with slots for words. Knows nothing of articles.

A pattern becomes a row of codes. A word is a pair of neighbouring pieces, as it stands inside a sentence and as it
stands in front; a full stop is a pair too, within a paragraph and at its end. So a text is nothing but joined pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

from benchmarks.words import Kind

Codes = NDArray[np.int64]

SENTENCES = """
The {adjective} {noun} {past} the {noun} of {place} on {day} , {person} said .
{person} , the {noun} of the {adjective} {noun} , {past} that the {nouns} had {past} {number} {nouns} in {place} .
{body} {past} {number} {nouns} on {day} , up from {number} a year ago , as {adjective} {nouns} {past} .
"We {verb} the {nouns} and we will {verb} them again ," {surname} told a {noun} in {place} .
In {place} , {adjective} {nouns} {past} {adverb} after the {noun} of the {noun} was {past} .
The {nouns} {past} the {noun} , which had been {past} by {body} since {day} .
{surname} said the {noun} would {verb} the {adjective} {nouns} and {verb} the {noun} .
According to {body} , about {number} {nouns} were {past} in the {noun} near {place} .
"It is a {adjective} {noun} for {place} ," said {person} , who {past} the {noun} .
But the {noun} {past} a {adjective} {noun} , and {surname} did not {verb} when it was {past} .
The {noun} of {nouns} in {place} has {past} {adverb} since {person} {past} the {adjective} {noun} .
Officials in {place} {past} the {noun} as {adjective} , while {nouns} {past} in the {noun} .
On {day} the {noun} {past} that it had no {adjective} {nouns} to {verb} .
{place} {past} {nouns} from {place} under a {adjective} {noun} that {body} {past} in {place} .
{person} is {past} of {present} {nouns} to the {noun} , and of {present} {number} {nouns} .
Last week {body} {past} its {noun} , {present} the {adjective} {nouns} of the {noun} to {number} .
There were {adjective} {nouns} between {place} and {place} over the {noun} , but {surname} {past} to {verb} them .
Since the {noun} , {number} {nouns} have {past} , and {adverb} {adjective} {nouns} {past} .
The {noun} {thirds} the {nouns} that {surname} {past} in {place} before the {noun} .
Both {nouns} {past} the {adjective} {noun} .
What the {nouns} {past} was {adjective} , {surname} said .
Some {nouns} {past} on {day} , others {past} .
He {past} the {noun} with {person} and with {nouns} of {body} , and {past} {adverb} .
She {past} that {present} the {nouns} would {verb} the {noun} in {place} .
{person} could not be reached for {noun} .
Under the {noun} , {nouns} of {number} or more are {past} by {body} , and the {noun} {thirds} {adverb} .
The {noun} in {place} is the {adjective} {noun} this month to {verb} a {noun} of {nouns} , {person} wrote .
{nouns} and {nouns} {past} along the {noun} , where {number} {nouns} had {past} .
At the {noun} , {person} {past} {nouns} from {place} and {past} their {noun} .
When {surname} {past} the {noun} , few {nouns} could {verb} it .
{body} , which {thirds} {nouns} in {place} , {past} to {verb} on the {noun} .
If the {nouns} {verb} , {surname} {past} , {adjective} {nouns} must {verb} their {nouns} .
Neither {person} nor {body} {past} the {adjective} {nouns} .
During the {noun} a {noun} {past} {surname} , whose {nouns} were {adverb} {past} .
{adverb} {past} {nouns} from {place} to {place} have {past} {number} this year .
{number} {nouns} {past} in {place} alone .
Asked about the {noun} , {surname} {past} {adverb} : "The {nouns} {verb} what they {verb} ."
For {nouns} , the {noun} {thirds} {adjective} {nouns} ; for {body} it {thirds} none .
Critics of {surname} say the {noun} should {verb} the {adjective} {nouns} instead .
Yet {adjective} {nouns} {past} more of the {nouns} than {body} had {past} .
It was not {adjective} whether the {noun} had {past} the {nouns} or whether {body} would {verb} .
"""

HEADLINES = """
{place} {noun} {thirds} {adjective} {nouns}
{surname} {thirds} {noun} over {noun} in {place}
{body} {past} as {nouns} {verb}
{adjective} {noun} {thirds} {place} {nouns}
{nouns} of {place} {verb} {noun} , {surname} says
How {adjective} {nouns} {past} {place}
{noun} and {noun} : {place} {thirds} its {adjective} {noun}
"""

_SLOTS = {
    "noun": ("noun", 0),
    "nouns": ("noun", 1),
    "verb": ("verb", 0),
    "past": ("verb", 1),
    "present": ("verb", 2),
    "thirds": ("verb", 3),
    "adjective": ("adjective", 0),
    "adverb": ("adjective", 1),
    "person": ("person", 0),
    "surname": ("person", 1),
    "place": ("place", 0),
    "body": ("body", 0),
    "number": ("number", 0),
    "day": ("day", 0),
}
_CLOSING = {",", ":", ";", ',"', ".", '."'}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a word: its kind, and the piece of that kind's first word in the wanted form."""

    kind: str
    first_piece: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns laid end to end. ``codes[starts[i]:starts[i] + lengths[i]]`` is pattern i.

    A code from 0 is a piece, -1 - n is slot n.
    """

    codes: Codes
    starts: Codes
    lengths: Codes

    def __len__(self) -> int:
        """How many patterns."""
        return len(self.starts)


class Lexicon:
    """All pieces that a text is joined from, and the slots that point into them."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self.pieces: list[str] = []
        self._literals: dict[str, int] = {}
        firsts = {kind.name: [self._add(words) for words in kind.forms] for kind in kinds.values()}
        self.slots = [Slot(kind, firsts[kind][form]) for kind, form in _SLOTS.values()]
        self._codes = {f"{{{name}}}": -1 - number for number, name in enumerate(_SLOTS)}

    def compile(self, patterns: str) -> Patterns:
        """Read patterns, one a line; their literal words become pieces."""
        rows = [[self._code(token) for token in line.split()] for line in patterns.strip().splitlines()]
        lengths = [len(row) for row in rows]
        starts = [0, *accumulate(lengths)][:-1]
        return Patterns(np.array(list(chain.from_iterable(rows))), np.array(starts), np.array(lengths))

    def _add(self, words: tuple[str, ...]) -> int:
        first = len(self.pieces)
        for word in words:
            self.pieces += (" " + word, word[0].upper() + word[1:])
        return first

    def _code(self, token: str) -> int:
        if token in self._codes:
            return self._codes[token]
        if token not in self._literals:
            self._literals[token] = self._add_closing(token) if token in _CLOSING else self._add((token,))
        return self._literals[token]

    def _add_closing(self, token: str) -> int:
        self.pieces += (token + " ", token + "\n\n") if token.startswith(".") else (token, token)
        return len(self.pieces) - 2

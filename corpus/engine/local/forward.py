"""What the index keeps of an article beside its terms: the article analysed, written into two fields and read again.

A question reads some dozens of these and analyses nothing: that is what a page would spend most of its time on.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import accumulate, chain, pairwise

from corpus.model import Analysed

FIELDS = ("terms", "numbers")
"""Names of the two fields: terms and credit as text, a line each; and all numbers, after whether it is torn and the
lengths of the five lists that they are."""

_SHORT, _LONG = "H", "I"  # numbers of 16 bits where they are enough, as nearly always, or of 32
_HEAD = 6


def written(analysed: Analysed) -> dict[str, bytes]:
    """The two fields for an analysed article."""
    lists = analysed.times, analysed.places, analysed.begins, analysed.ends, analysed.starts
    numbers = [analysed.torn, *map(len, lists), *chain.from_iterable(lists)]
    form = _SHORT if max(numbers) < 1 << 16 else _LONG
    return {
        "terms": f"{analysed.terms}\n{analysed.credit}".encode(),
        "numbers": form.encode() + array(form, numbers).tobytes(),
    }


def read(fields: Mapping[str, bytes]) -> Analysed:
    """The analysed article that was written."""
    terms, credit = fields["terms"].decode().split("\n")
    written = fields["numbers"]
    numbers = array(written[:1].decode(), written[1:])
    borders = pairwise(accumulate(numbers[1:_HEAD], initial=_HEAD))
    times, places, begins, ends, starts = [numbers[start:stop] for start, stop in borders]
    return Analysed(terms, times, places, credit, begins, ends, starts, torn=bool(numbers[0]))

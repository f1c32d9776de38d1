"""What the index keeps of an article beside its terms: the article analysed, written into two fields and read again.

A question reads some dozens of these and analyses nothing: that is what a page would spend most of its time on.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from corpus.model import Analysed

FIELDS = ("terms", "marks")
"""Names of the two fields: terms and credit as text, a line each; and three numbers a sentence."""

_NUMBER = "I"  # 32 bits: no text has four thousand million characters


def written(analysed: Analysed) -> dict[str, bytes]:
    """The two fields for an analysed article."""
    marks = array(_NUMBER, [*analysed.begins, *analysed.ends, *analysed.starts, analysed.torn])
    return {"terms": f"{analysed.terms}\n{analysed.credit}".encode(), "marks": marks.tobytes()}


def read(fields: Mapping[str, bytes]) -> Analysed:
    """The analysed article that was written."""
    terms, credit = fields["terms"].decode().split("\n")
    marks = array(_NUMBER, fields["marks"])
    count = (len(marks) - 2) // 3
    begins, ends, starts = marks[:count], marks[count : 2 * count], marks[2 * count : -1]
    return Analysed(terms, credit, begins, ends, starts, torn=bool(marks[-1]))

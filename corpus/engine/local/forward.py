"""What the index keeps of an article beside its terms: the article analysed, written into two fields and read again.

A question reads some dozens of these and analyses nothing: that is what a page would spend most of its time on.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from corpus.model import Analysed

FIELDS = ("terms", "marks")
"""Names of the two fields: terms as text, a line each for headline, body and credit; and three numbers a sentence."""

_MARK = "I"  # 32 bits: no text has two thousand million characters


def written(analysed: Analysed) -> dict[str, bytes]:
    """The two fields for an analysed article."""
    terms = "\n".join(" ".join(part) for part in (analysed.headline, analysed.body, analysed.credit))
    marks = array(_MARK, [*analysed.begins, *analysed.ends, *analysed.starts, analysed.torn])
    return {"terms": terms.encode(), "marks": marks.tobytes()}


def read(fields: Mapping[str, bytes]) -> Analysed:
    """The analysed article that was written."""
    headline, body, credit = (part.split(" ") if part else [] for part in fields["terms"].decode().split("\n"))
    marks = array(_MARK, fields["marks"])
    count = len(marks) // 3
    begins, ends, starts = marks[:count], marks[count : 2 * count], marks[2 * count : -1]
    return Analysed(headline, body, credit, begins, ends, starts, bool(marks[-1]))

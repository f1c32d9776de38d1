"""What the index keeps of an article beside its terms: the article analysed, written into two fields and read again.

A question reads some dozens of these and analyses nothing: that is what a page would spend most of its time on.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from corpus.model import Analysed, Span

FIELDS = ("terms", "marks")
"""Names of the two fields: terms as text, a line each for headline, body and credit; and three numbers a sentence."""

_MARK = "I"  # 32 bits: no text has two thousand million characters


def written(analysed: Analysed) -> dict[str, bytes]:
    """The two fields for an analysed article."""
    terms = "\n".join(" ".join(part) for part in (analysed.headline, analysed.body, analysed.credit))
    marks = array(_MARK, [analysed.torn])
    for span, start in zip(analysed.sentences, analysed.starts, strict=True):
        marks.extend((*span, start))
    return {"terms": terms.encode(), "marks": marks.tobytes()}


def read(fields: Mapping[str, bytes]) -> Analysed:
    """The analysed article that was written."""
    headline, body, credit = (part.split(" ") if part else [] for part in fields["terms"].decode().split("\n"))
    torn, *marks = array(_MARK, fields["marks"])
    return Analysed(headline, body, credit, list(map(Span, marks[0::3], marks[1::3])), marks[2::3], bool(torn))

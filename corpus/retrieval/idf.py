"""How much a word tells: the rarer in the archive, the more."""

from __future__ import annotations

import math

from corpus.engine import EngineView
from corpus.model import Part


def idf(view: EngineView, part: Part, *terms: str) -> float:
    """How much a word tells, all its forms together: the idf of Lucene's and tantivy's BM25, never negative."""
    frequency = min(sum(view.frequency(part, term) for term in terms), view.articles)
    return math.log(1 + (view.articles - frequency + 0.5) / (frequency + 0.5))

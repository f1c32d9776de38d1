"""What an article has of what was asked: which words, where they stand, how close together, in which passages.

Reads the article as it was analysed when it came in. Everything here is worth points beside BM25's score.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.model import Analysed
from corpus.retrieval.passages import Passage, Standing
from corpus.retrieval.weigh import Asked

PASSAGE = 0.6
"""What the best passage of an article is worth beside the article's own score (measured over news test collections)."""

_ADJACENT, _CLOSE = 0.15, 0.1  # the same for asked words that stand next to, or near each other
_WINDOW = 8  # words within which two are close: the unordered window of the sequential dependence model
_K1, _B = 1.2, 0.75  # as in BM25: how often counts, and how long the article is


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an article has: its passages, the best first; the share of what was asked, by what words tell.

    ``passage`` and ``closeness`` are points: for the best passage, and for words that stand together.
    """

    analysed: Analysed
    passages: Sequence[Passage]
    coverage: float
    passage: float
    closeness: float

    @property
    def points(self) -> float:
        """What it is worth beside the article's own score."""
        return self.passage + self.closeness


def evidence(
    article: Analysed, standing: Standing, passages: Sequence[Passage], asked: Asked, typical: float
) -> Evidence:
    """Weigh what an article has. ``typical`` is how many words the text of an article has."""
    present = standing.keys() | {asked.terms[term] for term in article.credit.split() if term in asked.terms}
    covered = sum(asked.idf[word] for word in present) / asked.mass if present else 0.0
    best = passages[0].score if passages else 0.0
    closeness = _closeness(standing, article.length / typical, asked)
    return Evidence(article, passages, covered, PASSAGE * best, closeness)


def _closeness(places: Standing, length: float, asked: Asked) -> float:
    """How often neighbouring words of the question stand next to each other, in its order, or near, in any.

    After the sequential dependence model (Metzler and Croft, 2005), saturated like BM25; each pair tells as much as the
    commoner of its words. ``length`` is the article's, 1 is typical.
    """
    damped = _K1 * (1 - _B + _B * length)
    points = 0.0
    for first, second in pairwise(range(len(asked.idf))):
        if first not in places or second not in places:
            continue
        firsts, seconds = places[first], places[second]
        adjacent = len({place + 1 for place in firsts}.intersection(seconds))
        close = sum(_stands_near(place, seconds) for place in firsts)
        tells = min(asked.idf[first], asked.idf[second]) * (_K1 + 1)
        points += tells * (_ADJACENT * adjacent / (adjacent + damped) + _CLOSE * close / (close + damped))
    return points


def _stands_near(place: int, others: Sequence[int]) -> bool:
    """Whether one of the others, in their order, is less than a window away."""
    at = bisect_left(others, place - _WINDOW + 1)
    return at < len(others) and others[at] < place + _WINDOW

"""Words that were not typed: what the best articles have in common, added as one more voice.

After relevance models (RM3; Lavrenko and Croft, 2001, Abdul-Jaleel et al., 2004). How much it is trusted each question
decides by itself: as far as every one of the articles it learns from holds what was asked. A broad topic, which they
all hold whole, gains most; a pointed question, of which the eighth article holds but a word, is left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus.engine import EngineView
from corpus.model import Part, WeightedQuery
from corpus.retrieval.evidence import Evidence
from corpus.retrieval.idf import idf
from corpus.retrieval.weigh import Asked

_ARTICLES = 8  # that are learnt from
_SHARPENED = 3  # power of their scores by which they count: the best ones most
_WORDS = 20  # that are added
_CONSIDERED = 80  # of which these are taken
_COMMON = 0.1  # share of the archive's articles from which on a word says nothing about a topic
_LEAST = 0.05  # of trust, below which it is not worth a second look


@dataclass(frozen=True, slots=True)
class Read:
    """An article that was read: what it has, and what that makes it score."""

    evidence: Evidence
    score: float


def widened(read: Sequence[Read], asked: Asked, view: EngineView) -> WeightedQuery | None:
    """The query with the words that these articles, the best first, speak for; None where they are not trusted."""
    best = [each for each in read[:_ARTICLES] if each.score > 0]
    if not best:
        return None
    shares = [(each.score / best[0].score) ** _SHARPENED for each in best]
    trust = min(each.evidence.coverage for each in best)
    added = _telling(best, shares, view) if trust > _LEAST else {}
    mass = sum(weight * idf(view, Part.TEXT, term) for term, weight in added.items())
    if not mass:
        return None
    scale = trust * asked.mass / mass
    scores: dict[tuple[Part, str], float] = defaultdict(float)
    for part, term, weight in asked.query.score:  # two prefixes may stand for the same word
        scores[part, term] += weight
    for term, weight in added.items():
        scores[Part.TEXT, term] += scale * weight
    return replace(asked.query, score=tuple((part, term, weight) for (part, term), weight in scores.items()))


def _telling(best: Sequence[Read], shares: Sequence[float], view: EngineView) -> dict[str, float]:
    """The words that these articles use most, each article by its share, that are not common to the whole archive."""
    used: dict[str, float] = defaultdict(float)
    for each, share in zip(best, shares, strict=True):
        own = each.evidence.analysed.used()
        worth = share / (own.total() or 1)
        for term, times in own.items():
            used[term] += worth * times
    most = _COMMON * view.articles
    ranked = sorted(used, key=used.__getitem__, reverse=True)[:_CONSIDERED]
    view.foresee((Part.TEXT, term) for term in ranked)
    telling = (term for term in ranked if 1 < view.frequency(Part.TEXT, term) <= most)
    return {term: used[term] for term in islice(telling, _WORDS)}

"""Which articles answer a question, and in what order the engine gives them; copies fold under one hit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.engine import EngineView
from corpus.model import Order, Scored, WeightedQuery

COUNTED = 10_000
"""Articles that are counted; beyond it a count is a lower bound."""

_FIRST_DEPTH = 50  # hits looked at before it is known how many fold

Story = tuple[Scored, ...]
"""One hit: the best article of a story, then its copies."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Stories, the best first.

    ``articles`` and ``stories`` count all that were ranked, also those beyond the ones that are here; how many stories
    that makes is estimated, by how many fold among those that are here, unless ``exact``.
    """

    groups: tuple[Story, ...]
    articles: int
    stories: int
    exact: bool


def rank(
    view: EngineView, query: WeightedQuery, stories: int, order: Order = Order.SCORE, *, folded: bool = True
) -> Ranking:
    """Rank every article that answers, deep enough to hold this many stories. Unless ``folded``, each is a story."""
    most = max(view.articles, 1)
    depth = min(max(_FIRST_DEPTH, stories * 5 // 4), most)
    while True:
        hits = view.search(query, depth, order)
        groups = fold(hits, order, folded=folded)
        if len(hits) < depth or depth == most:
            return Ranking(groups, len(hits), len(groups), exact=True)
        # Hits of one score come in no order that holds for every depth: go on until the last wanted is not among such.
        if len(groups) > stories and (not hits[-1].score or hits[-1].score < groups[stories][0].score):
            articles = view.count(query, COUNTED)
            return Ranking(groups, articles, round(articles * len(groups) / len(hits)), exact=False)
        depth = min(depth * 2, most)


def fold(hits: Iterable[Scored], order: Order = Order.SCORE, *, folded: bool = True) -> tuple[Story, ...]:
    """Gather copies under the best or newest of them; between equals under the earliest, which the others copied.

    Unless ``folded``, each is a story by itself.
    """
    if not folded:
        return tuple((hit,) for hit in hits)
    stories: dict[int, list[Scored]] = {}
    for hit in hits:
        stories.setdefault(hit.story, []).append(hit)
    return tuple(
        tuple(sorted(copies, key=_best_first) if copies[0].score or order is Order.OLDEST else copies)
        for copies in stories.values()
    )


def _best_first(hit: Scored) -> tuple[float, int, int]:
    """Of one second, the article that came in first is the earlier one: ``moment`` counts keys down."""
    return -hit.score, hit.published, hit.key

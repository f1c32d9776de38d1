"""Which articles answer a question, how many, and in what order; copies fold under one hit."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from corpus.engine import EngineView
from corpus.model import Scored, Terms, WeightedQuery
from corpus.retrieval.weigh import Asked, listed

EXACT_TO = 10_000  # articles counted; beyond it a count is a lower bound
_ALL_OF_AT_MOST = 8  # words that must all be there to match; of more words, most of their weight
_SHARE = 0.6
_FIRST_DEPTH = 100  # hits looked at before it is known how many fold


@dataclass(frozen=True, slots=True)
class Matched:
    """How many articles have all the words but the dropped ones; a note names words that stand in no article."""

    articles: int
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the number is not a lower bound."""
        return self.articles < EXACT_TO


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits folded into stories, the best story first; within a story the best article, then its copies.

    ``articles`` and ``stories`` count all that were ranked, also those beyond the ones that are here; how many stories
    that makes is estimated, by how many fold among those that are here, unless ``exact``.
    """

    groups: tuple[tuple[Scored, ...], ...]
    articles: int
    stories: int
    exact: bool


def count_matched(view: EngineView, asked: Asked, ranking: Ranking) -> Matched:
    """Count the articles that have all the words: of more than eight, terms of 60 % of their weight.

    If no article has all, words are dropped until some have the rest: first those that stand nowhere, then the
    commonest. Without a single word, what was ranked is what has all that was asked.
    """
    if not asked.words:
        return Matched(min(ranking.articles, EXACT_TO))
    kept = sorted(set(asked.words) - asked.absent, key=lambda term: (-asked.idf[term], term))
    absent = _typed(asked, asked.absent)
    notes = (f"No article has the word {listed(absent)}.",) if absent else ()
    if len(kept) > _ALL_OF_AT_MOST:
        weights = tuple((term, asked.idf[term]) for term in kept)
        if found := _counted(view, replace(asked.query, any_of=weights, at_least=_SHARE)):
            return Matched(found, absent, notes)
        kept = kept[:_ALL_OF_AT_MOST]
    if not kept and not asked.phrases:
        return Matched(0, (), notes)
    while not (found := _counted(view, _all_of(asked, kept))) and kept:
        kept = kept[:-1]
    return Matched(found, _typed(asked, set(asked.words) - set(kept)) if found else (), notes)


def rank(view: EngineView, asked: Asked, stories: int) -> Ranking:
    """Rank every article that answers, deep enough to hold this many stories."""
    most = max(view.articles, 1)
    depth = min(max(_FIRST_DEPTH, 2 * stories), most)
    while True:
        hits = view.search(asked.query, depth)
        groups = fold(hits)
        if len(hits) < depth or depth == most:
            return Ranking(groups, len(hits), len(groups), exact=True)
        # Hits of one score come in no order that holds for every depth: go on until the last wanted is not among such.
        if len(groups) > stories and (not hits[-1].score or hits[-1].score < groups[stories][0].score):
            articles = view.count(asked.query, EXACT_TO)
            return Ranking(groups, articles, round(articles * len(groups) / len(hits)), exact=False)
        depth = min(depth * 4, most)


def fold(hits: Iterable[Scored]) -> tuple[tuple[Scored, ...], ...]:
    """Gather copies under the best of them; between equals the earliest, which the others copied."""
    stories: dict[int, list[Scored]] = {}
    for hit in hits:
        stories.setdefault(hit.story, []).append(hit)
    return tuple(tuple(sorted(copies, key=lambda hit: (-hit.score, hit.moment))) for copies in stories.values())


def _counted(view: EngineView, query: WeightedQuery) -> int:
    return min(view.count(query, EXACT_TO), EXACT_TO)


def _all_of(asked: Asked, terms: Sequence[str]) -> WeightedQuery:
    singles: tuple[Terms, ...] = tuple(((0, term),) for term in terms)
    return replace(asked.query, any_of=(), all_of=(*asked.query.all_of, *singles))


def _typed(asked: Asked, terms: Container[str]) -> tuple[str, ...]:
    """The words, as they were typed, of which every term is among these: ``2023-09-05`` is three."""
    others = {typed for term, typed in asked.words.items() if term not in terms}
    return tuple(dict.fromkeys(typed for typed in asked.words.values() if typed not in others))

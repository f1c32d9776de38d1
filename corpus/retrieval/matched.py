"""Which articles have all that was asked: they are counted, and put in the order of their dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.engine import EngineView
from corpus.model import WeightedQuery
from corpus.retrieval.rank import COUNTED
from corpus.retrieval.weigh import Asked, AskedWord, listed

_ALL_OF_AT_MOST = 8  # words that must all be there to match; of more words, most of their weight
_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Matched:
    """How many articles have all the words but the dropped ones, and what finds them.

    A note names words that stand in no article.
    """

    articles: int
    query: WeightedQuery
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the number is not a lower bound."""
        return self.articles < COUNTED


def match(view: EngineView, asked: Asked) -> Matched:
    """Find the articles that have all the words: of more than eight, words of 60 % of their weight.

    If no article has all, words are dropped until some have the rest: first those that stand nowhere, then the
    commonest.
    """
    others = replace(asked.query, score=())
    if not asked.words:
        return Matched(_counted(view, others), others)
    absent = _typed(asked, [word for word in asked.words if word.absent])
    notes = (_no_article_has(absent),) if absent else ()
    kept = sorted((word for word in asked.words if not word.absent), key=lambda word: -word.idf)
    if len(kept) > _ALL_OF_AT_MOST:
        most = replace(others, most=tuple((word.condition, word.idf) for word in kept), at_least=_SHARE)
        if found := _counted(view, most):
            return Matched(found, most, absent, notes)
        kept = kept[:_ALL_OF_AT_MOST]
    if not kept and not asked.query.conditions:
        return Matched(0, replace(others, sources=()), (), notes)
    while not (found := _counted(view, query := _all_of(others, kept))) and kept:
        kept = kept[:-1]
        if not kept and not others.conditions:
            return Matched(0, replace(others, sources=()), (), notes)
    dropped = [word for word in asked.words if word not in kept]
    return Matched(found, query, _typed(asked, dropped) if found else (), notes)


def _no_article_has(words: Sequence[str]) -> str:
    return f"No article has the word{'s' if len(words) > 1 else ''} {listed(words)}."


def _counted(view: EngineView, query: WeightedQuery) -> int:
    return min(view.count(query, COUNTED), COUNTED)


def _all_of(others: WeightedQuery, words: Sequence[AskedWord]) -> WeightedQuery:
    return replace(others, conditions=(*others.conditions, *(word.condition for word in words)))


def _typed(asked: Asked, words: Sequence[AskedWord]) -> tuple[str, ...]:
    """The words, as they were typed, all of whose terms are among these: ``2023-09-05`` is three."""
    others = {word.typed for word in asked.words if word not in words}
    return tuple(dict.fromkeys(word.typed for word in words if word.typed not in others))

"""Which articles have all that was asked: they are counted, and put in the order of their dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus.engine import EngineView
from corpus.model import Condition, WeightedQuery
from corpus.retrieval.rank import COUNTED
from corpus.retrieval.weigh import Asked, AskedWord
from corpus.told import Told

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
    notes: tuple[Told, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the number is not a lower bound."""
        return self.articles < COUNTED


def match(view: EngineView, asked: Asked) -> Matched:
    """Find the articles that have all the words: of more than eight, words of 60 % of their weight.

    If no article has all, words are dropped until some have the rest: first those that no article has which answers
    otherwise, then the commonest. Nothing is counted that would not be ranked.
    """
    others = replace(asked.query, score=(), optional=False)
    if not asked.words:
        return Matched(_counted(view, others), others)
    absent = _typed(asked, [word for word in asked.words if word.absent])
    notes = (_no_article_has(absent),) if absent else ()
    present = sorted((word for word in asked.words if not word.absent), key=lambda word: -word.idf)
    if len(present) > _ALL_OF_AT_MOST:
        query = replace(others, most=tuple((word.condition, word.idf) for word in present), at_least=_SHARE)
    else:
        query = _with(others, [word.condition for word in present] or [asked.query.scored])
    if found := _counted(view, query):
        return Matched(found, query, absent, notes)
    found, query, kept = _most_telling(view, others, present, asked)
    dropped = [word for word in asked.words if word not in kept]
    return Matched(found, query, _typed(asked, dropped) if found else (), notes)


def _most_telling(
    view: EngineView, others: WeightedQuery, words: Sequence[AskedWord], asked: Asked
) -> tuple[int, WeightedQuery, Sequence[AskedWord]]:
    """How many articles have as many of these words, the rarest first, as any article has; what finds them; the words.

    Without any of them, articles count that have another word which was asked, such as one that must be there.
    """
    possible = (word for word in words if view.count(_with(others, [word.condition]), 1))
    kept = list(islice(possible, _ALL_OF_AT_MOST))
    while kept and not (found := _counted(view, query := _with(others, [word.condition for word in kept]))):
        kept.pop()
    if not kept:
        query = _with(others, [asked.query.scored])
        found = _counted(view, query)
    return found, query, kept


def _no_article_has(words: tuple[str, ...]) -> Told:
    return Told.counted(
        "No article has the word {words}.", "No article has the words {words}.", len(words), words=words
    )


def _counted(view: EngineView, query: WeightedQuery) -> int:
    return min(view.count(query, COUNTED), COUNTED)


def _with(others: WeightedQuery, conditions: Sequence[Condition]) -> WeightedQuery:
    return replace(others, conditions=(*others.conditions, *conditions))


def _typed(asked: Asked, words: Sequence[AskedWord]) -> tuple[str, ...]:
    """The words, as they were typed, all of whose terms are among these: ``2023-09-05`` is three."""
    others = {word.typed for word in asked.words if word not in words}
    return tuple(dict.fromkeys(word.typed for word in words if word.typed not in others))

"""What an engine is asked, in OpenSearch's query language. Pure; of terms alone, no typed text reaches a parser.

Conditions stand where nothing scores; BM25 is asked for the terms that count, each times its weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from corpus.engine.entry import STOP
from corpus.model import AllOf, AnyOf, Begins, Condition, Enough, Near, Not, Order, Part, WeightedQuery

Asked = dict[str, Any]

_MANY = 20  # terms from which on a set of them is looked up at once
_ROUNDING = 0.999  # scores are sums of 32 bits

EVERYTHING: Asked = {"match_all": {}}
NOTHING: Asked = {"match_none": {}}


def built(query: WeightedQuery) -> Asked:
    """The articles that a query is answered by, with their scores; of ``most`` nothing (see ``enough``)."""
    scoring = [weighted(*term) for term in query.score]
    asked: Asked = {"filter": [*_needed(query)], "must_not": [*_unwanted(query)]}
    if scoring:
        asked["must"] = [any_of(scoring)]
    asked = {name: clauses for name, clauses in asked.items() if clauses}
    if not asked:
        return {"constant_score": {"filter": EVERYTHING, "boost": 1.0}}
    return {"bool": asked}


def enough(query: WeightedQuery) -> tuple[Asked, float]:
    """The articles that have words of ``most``, each scored by the weights it has; and the score to pass."""
    heavy = [{"constant_score": {"filter": held(condition), "boost": weight}} for condition, weight in query.most]
    others = {"filter": [*_needed(query)], "must_not": [*_unwanted(query)]}
    others = {name: clauses for name, clauses in others.items() if clauses}
    threshold = query.at_least * sum(weight for _, weight in query.most) * _ROUNDING
    return {"bool": {**others, "must": [any_of(heavy)]}}, threshold


def weighted(part: Part, term: str, weight: float) -> Asked:
    """A term that counts by BM25, times its weight."""
    return {"term": {part: {"value": term, "boost": weight}}}


def any_of(asked: Sequence[Asked]) -> Asked:
    """What is answered by one of these at least, nothing where there are none; all of them add to the score."""
    if not asked:
        return NOTHING
    return {"bool": {"should": list(asked), "minimum_should_match": 1}}


def held(condition: Condition) -> Asked:
    """The articles for which a condition holds."""
    match condition:
        case Near():
            return _near(condition)
        case Begins(beginning, part):
            return {"prefix": {part: {"value": beginning}}}
        case Not():
            return _all_of([condition])
        case AllOf():
            return _all_of(condition.conditions)
        case AnyOf():
            return _any_of(condition.conditions)
        case Enough():
            votes = [held(each) for each, own in condition.votes for _ in range(own)]
            return {"bool": {"should": votes, "minimum_should_match": condition.at_least}}


def among(field: str, values: Sequence[Any]) -> Asked:
    """The articles that have one of these values; none where there is no value."""
    return {"terms": {field: list(values)}}


def sort(order: Order) -> list[Asked]:
    """By their dates: the newest, and of one second the one that came in first; or the other way round."""
    ways = ("asc", "desc") if order is Order.OLDEST else ("desc", "asc")
    return [{"published": ways[0]}, {"key": ways[1]}]


def _needed(query: WeightedQuery) -> Iterator[Asked]:
    """What must hold of every article."""
    yield from (held(each) for each in query.conditions if not isinstance(each, Not))
    if query.sources is not None:
        yield among("source", query.sources)
    if query.languages is not None:
        yield among("language", query.languages)
    if query.after or query.before:
        first, end = (query.after or date.min).toordinal(), (query.before or date.max).toordinal()
        yield {"range": {"day": {"gte": first, "lt" if query.before else "lte": end}}}


def _unwanted(query: WeightedQuery) -> Iterator[Asked]:
    """What may not hold of any."""
    yield from (held(each.condition) for each in query.conditions if isinstance(each, Not))
    if query.without:
        yield among("source", query.without)
    if query.without_languages:
        yield among("language", query.without_languages)
    if query.without_story is not None:
        yield {"term": {"story": query.without_story}}


def _all_of(conditions: Sequence[Condition]) -> Asked:
    needed = [held(each) for each in conditions if not isinstance(each, Not)]
    unwanted = [held(each.condition) for each in conditions if isinstance(each, Not)]
    return {"bool": {"filter": needed or [EVERYTHING], "must_not": unwanted}}


def _any_of(conditions: Sequence[Condition]) -> Asked:
    singles: dict[Part, list[str]] = {}
    others: list[Asked] = []
    for each in conditions:
        if isinstance(each, Near) and len(each.terms) == 1:
            singles.setdefault(each.part, []).append(each.terms[0][1])
        else:
            others.append(held(each))
    for part, terms in singles.items():
        others += [among(part, terms)] if len(terms) >= _MANY else [{"term": {part: {"value": each}}} for each in terms]
    return any_of(others)


def _near(near: Near) -> Asked:
    if len(near.terms) == 1:
        return {"term": {near.part: {"value": near.terms[0][1]}}}
    if near.slop:  # in any order, and all together within as many words as they may be apart
        reach = near.terms[-1][0] + near.slop
        clauses = [{"span_term": {near.part: {"value": term}}} for _, term in near.terms]
        gaps = max(reach - len(clauses) + 1, 0)
        return {"span_near": {"clauses": clauses, "slop": gaps, "in_order": False}}
    return {"match_phrase": {near.part: {"query": _spaced(near)}}}


def _spaced(near: Near) -> str:
    """The terms of a phrase with a word that no article has in each gap: only its place counts."""
    words: list[str] = []
    for distance, term in near.terms:
        words += [STOP] * (distance - len(words)) + [term]
    return " ".join(words)

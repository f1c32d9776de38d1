"""One state of the index, asked: weighted terms in, ranked keys out. Sees nothing that is committed later.

Builds tantivy's queries from terms alone: no typed text ever reaches its parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from heapq import nlargest, nsmallest
from typing import Any

import tantivy
from tantivy import DocAddress, FieldType, Occur
from tantivy import Query as TantivyQuery

from corpus.engine import forward
from corpus.engine.tallies import Tallies
from corpus.model import (
    AllOf,
    Analysed,
    AnyOf,
    Begins,
    Condition,
    Enough,
    Near,
    Not,
    Order,
    Part,
    Scored,
    WeightedQuery,
)

TIE_BITS = 24  # lowest bits of a moment: digits of the key, so that no two articles tie
_ROUNDING = 0.999  # scores are 32-bit sums
_FIRST_LOOK = 64  # articles looked at before the count of heavy ones is taken further
_REMEMBERED = 30_000  # frequencies of terms: some five megabytes
_REMEMBERED_ASKS = 200  # counts, and words of prefixes: a question asks for some more than once, its next page again
_MANY = 20  # terms from which on a set of them is looked up at once

Found = list[tuple[Scored, DocAddress]]
"""Ranked articles, the best first, and where each lies in the index."""


class IndexFault(Exception):
    """The index cannot be read: its files are damaged, missing or of another layout."""


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn whatever tantivy raises for an index that it cannot read into an IndexFault.

    Its panics are no ``Exception``: they are known by their name alone.
    """
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise IndexFault(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexFault(str(error)) from error
        raise


class IndexView(Tallies[TantivyQuery]):
    """An index as it was when it was opened or last refreshed."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        super().__init__()
        self._schema = schema
        self._searcher = searcher
        self.frequency = lru_cache(_REMEMBERED)(self._frequency)
        """In how many articles a term stands in a part."""
        self.spellings = lru_cache(_REMEMBERED_ASKS)(self._spellings)
        """The words of the archive that begin like this, as they are spelt, those of the most articles first."""
        self._counted = lru_cache(_REMEMBERED_ASKS)(self._count)

    @property
    def articles(self) -> int:
        """How many articles can be found."""
        return int(self._searcher.num_docs)

    def search(self, query: WeightedQuery, limit: int, order: Order = Order.SCORE) -> Found:
        """The best ``limit`` articles, or the newest, or the oldest. ``limit`` is at least 1."""
        with faults_told():
            if query.most and order is not Order.SCORE:
                return self._sorted(self._heavy(query, limit=_FIRST_LOOK, up_to=self.articles), order, limit)
            if not query.score or order is not Order.SCORE:
                return self._dated(query, order, limit)
            hits = self._searcher.search(self._built(query), limit=limit, count=False).hits
            found = self._found([place for _, place in hits], [score for score, _ in hits])
            if query.optional and len(found) < min(limit, self.count(query, limit)):
                others = replace(query, conditions=(*query.conditions, Not(query.scored)))
                found += self._dated(others, Order.NEWEST, limit - len(found))
            return found

    def lookup(self, key: int) -> Found:
        """The article with this key, without a score; nothing where there is none."""
        with faults_told():
            hits = self._searcher.search(self._keyed(key), limit=1, count=False).hits
            return self._found([place for _, place in hits], [0.0] * len(hits))

    def points(self, key: int, query: WeightedQuery) -> list[float]:
        """What each of the terms that count gives the article with this key; 0.0 where it lacks the term."""
        with faults_told():
            own = (Occur.Must, TantivyQuery.const_score_query(self._keyed(key), 0.0))
            asked = (TantivyQuery.boolean_query([(Occur.Must, self._weighted(*term)), own]) for term in query.score)
            hits = (self._searcher.search(one, limit=1, count=False).hits for one in asked)
            return [float(found[0][0]) if found else 0.0 for found in hits]

    def count(self, query: WeightedQuery, up_to: int) -> int:
        """How many articles answer the query; exact, but where there is ``most`` no more than ``up_to``."""
        query = replace(query, score=(), optional=False) if query.optional else query
        return self._counted(query, up_to if query.most else 0)

    def _all(self, query: WeightedQuery) -> TantivyQuery:
        with faults_told():
            return self._built(query)

    def _outlets(self, asked: TantivyQuery) -> Sequence[tuple[str, int]]:
        with faults_told():
            return self._searcher.terms_with_prefix("source", "", asked)  # exact, however many there are

    def _ranges(self, asked: TantivyQuery, bounds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        ranges = [{"from": float(first), "to": float(after)} for first, after in bounds]
        with faults_told():
            found = self._searcher.aggregate(asked, {"spans": {"range": {"field": "day", "ranges": ranges}}})
        # What lies before, after or between them has no article.
        return [(int(each["from"]), each["doc_count"]) for each in found["spans"]["buckets"] if each["doc_count"]]

    def _histogram(
        self, asked: TantivyQuery, interval: int, within: tuple[int, int] | None = None
    ) -> list[tuple[int, int]]:
        wanted: dict[str, Any] = {"field": "day", "interval": interval, "min_doc_count": 1}
        if within:
            wanted["hard_bounds"] = {"min": within[0], "max": within[1] - 1}
        with faults_told():
            found = self._searcher.aggregate(asked, {"days": {"histogram": wanted}})
        return [(int(bucket["key"]), bucket["doc_count"]) for bucket in found["days"]["buckets"]]

    def _count(self, query: WeightedQuery, up_to: int) -> int:
        with faults_told():
            if query.most:
                return len(self._heavy(query, limit=_FIRST_LOOK, up_to=up_to))
            found: Any = self._searcher.search(self._built(query), limit=1, count=True)
            return int(found.count)  # tantivy's stubs do not know it

    def _frequency(self, part: Part, term: str) -> int:
        with faults_told():
            return int(self._searcher.doc_freq(part, term))

    def _spellings(self, prefix: str, limit: int) -> tuple[str, ...]:
        with faults_told():
            return tuple(word for word, _ in self._searcher.terms_with_prefix(Part.SPELLING, prefix, limit=limit))

    @cached_property
    def languages(self) -> list[str]:
        """The languages of the archive, that of the most articles first; "und" where it is not known."""
        with faults_told():
            return [language for language, _ in self._searcher.terms_with_prefix("language", "")]

    def analysed(self, places: Sequence[DocAddress]) -> list[Analysed]:
        """The articles that lie there, analysed."""
        with faults_told():
            documents = [self._searcher.doc(place) for place in places]
            return [forward.read({name: document[name][0] for name in forward.FIELDS}) for document in documents]

    def changes(self, places: Sequence[DocAddress]) -> list[int]:
        """The number of the change by which each of these came into the index."""
        with faults_told():
            return [int(seq or 0) for seq in self._searcher.fast_field_values("seq", list(places))]

    def held(self, first: int, last: int) -> list[tuple[int, int]]:
        """The key and the last change of every article that has one of these keys, both included."""
        with faults_told():
            asked = TantivyQuery.const_score_query(self._between("key", first, last), 0.0)
            places = [place for _, place in self._searcher.search(asked, limit=max(self.articles, 1), count=False).hits]
            keys, seqs = (self._searcher.fast_field_values(name, places) for name in ("key", "seq"))
            return [(int(key or 0), int(seq or 0)) for key, seq in zip(keys, seqs, strict=True)]

    def _found(self, places: Sequence[DocAddress], scores: Sequence[float], order: Order = Order.SCORE) -> Found:
        values = [self._searcher.fast_field_values(name, list(places)) for name in ("key", "story", "moment")]
        sign = 1 if order is Order.OLDEST else -1
        found = sorted(
            (-score, sign * moment, key, story, place)
            for key, story, moment, score, place in zip(*values, scores, places, strict=True)
        )
        return [
            (Scored(key, story, (sign * moment) >> TIE_BITS, -score), place)
            for score, moment, key, story, place in found
        ]

    def _dated(self, query: WeightedQuery, order: Order, limit: int) -> Found:
        """The newest or the oldest articles for which the conditions hold."""
        hits = self._searcher.search(
            self._built(replace(query, score=())),
            limit=limit,
            count=False,
            order_by_field="moment",
            order=tantivy.Order.Asc if order is Order.OLDEST else tantivy.Order.Desc,
        ).hits
        return self._found([place for _, place in hits], [0.0] * len(hits), order)

    def _sorted(self, places: Sequence[DocAddress], order: Order, limit: int) -> Found:
        moments = self._searcher.fast_field_values("moment", list(places))
        first = nsmallest if order is Order.OLDEST else nlargest
        best = [place for _, place in first(limit, zip(moments, places, strict=True))]
        return self._found(best, [0.0] * len(best), order)

    def _heavy(self, query: WeightedQuery, limit: int, up_to: int) -> list[DocAddress]:
        """The articles that have enough of the weights, by constant scores: they come first, so look no further."""
        threshold = query.at_least * sum(weight for _, weight in query.most) * _ROUNDING
        heavy = [
            (Occur.Should, TantivyQuery.const_score_query(self._condition(condition), weight))
            for condition, weight in query.most
        ]
        others = self._built(replace(query, score=(), most=()))
        asked = TantivyQuery.boolean_query([(Occur.Must, TantivyQuery.const_score_query(others, 0.0)), *heavy])
        while True:
            hits = self._searcher.search(asked, limit=limit, count=False).hits
            if len(hits) < limit or hits[-1][0] < threshold or limit >= up_to:
                return [place for score, place in hits if score >= threshold]
            limit = min(limit * 8, up_to)

    def _enough(self, query: WeightedQuery) -> TantivyQuery:
        """The same articles by their keys, which makes a condition of them."""
        places = self._heavy(query, limit=_FIRST_LOOK, up_to=self.articles)
        keys = [int(key or 0) for key in self._searcher.fast_field_values("key", places)]
        return TantivyQuery.term_set_query(self._schema, "key", keys)

    def _built(self, query: WeightedQuery) -> TantivyQuery:
        scoring = [(Occur.Should, self._weighted(*term)) for term in query.score]
        filters = [*self._filters(query)]
        if query.most:
            filters.append(self._enough(query))
        positive = [self._condition(each) for each in query.conditions if not isinstance(each, Not)]
        negative = [self._condition(each.condition) for each in query.conditions if isinstance(each, Not)]
        if query.without:
            negative.append(self._among("source", query.without))
        if query.without_languages:
            negative.append(self._among("language", query.without_languages))
        if query.without_story is not None:
            negative.append(self._between("story", query.without_story, query.without_story))
        if scoring and not (filters or positive or negative):
            return TantivyQuery.boolean_query(scoring)
        parts = [(Occur.Must, TantivyQuery.boolean_query(scoring))] if scoring else []
        needed = [*positive, *filters] or ([] if scoring else [TantivyQuery.all_query()])
        parts += [(Occur.Must, TantivyQuery.const_score_query(each, 0.0)) for each in needed]
        parts += [(Occur.MustNot, each) for each in negative]
        return TantivyQuery.boolean_query(parts)

    def _condition(self, condition: Condition) -> TantivyQuery:
        match condition:
            case Near():
                return self._near(condition)
            case Begins(beginning, part):
                return TantivyQuery.fuzzy_term_query(self._schema, part, beginning, distance=0, prefix=True)
            case Not():
                return self._all_of([condition])
            case AllOf():
                return self._all_of(condition.conditions)
            case AnyOf():
                return self._any_of(condition.conditions)
            case Enough():
                votes = [(Occur.Should, self._condition(each)) for each, own in condition.votes for _ in range(own)]
                return TantivyQuery.boolean_query(votes, minimum_number_should_match=condition.at_least)

    def _all_of(self, conditions: Sequence[Condition]) -> TantivyQuery:
        parts = [(Occur.MustNot, self._condition(each.condition)) for each in conditions if isinstance(each, Not)]
        positive = [(Occur.Must, self._condition(each)) for each in conditions if not isinstance(each, Not)]
        return TantivyQuery.boolean_query([*(positive or [(Occur.Must, TantivyQuery.all_query())]), *parts])

    def _any_of(self, conditions: Sequence[Condition]) -> TantivyQuery:
        singles = [each for each in conditions if isinstance(each, Near) and len(each.terms) == 1]
        parts = {each.part for each in singles}
        if len(singles) == len(conditions) >= _MANY and len(parts) == 1:
            return self._among(parts.pop(), [each.terms[0][1] for each in singles])
        return TantivyQuery.boolean_query([(Occur.Should, self._condition(each)) for each in conditions])

    def _near(self, near: Near) -> TantivyQuery:
        if len(near.terms) == 1:  # tantivy panics on a phrase of one word
            return TantivyQuery.term_query(self._schema, near.part, near.terms[0][1], index_option="basic")
        terms: list[str | tuple[int, str]] = [*near.terms]
        slop = near.slop
        if slop and len(terms) == 2:  # noqa: PLR2004  # both from the same place: in any order, and in one look
            slop += near.terms[1][0]
            terms = [(0, term) for _, term in near.terms]
        return TantivyQuery.phrase_query(self._schema, near.part, terms, slop=slop)

    def _filters(self, query: WeightedQuery) -> Iterator[TantivyQuery]:
        if query.sources is not None:
            yield self._among("source", query.sources)
        if query.languages is not None:
            yield self._among("language", query.languages)
        if query.after or query.before:
            first, end = (query.after or date.min).toordinal(), (query.before or date.max).toordinal()
            yield self._between("day", first, end if query.before is None else end - 1)

    def _between(self, field: str, least: int, most: int) -> TantivyQuery:
        """Both are included."""
        return TantivyQuery.range_query(self._schema, field, FieldType.Integer, least, most)

    def _among(self, field: str, values: Sequence[str]) -> TantivyQuery:
        return TantivyQuery.term_set_query(self._schema, field, list(values))

    def _keyed(self, key: int) -> TantivyQuery:
        return TantivyQuery.term_query(self._schema, "key", key, index_option="basic")

    def _weighted(self, part: Part, term: str, weight: float) -> TantivyQuery:
        query = TantivyQuery.term_query(self._schema, part, term, index_option="freq")
        return query if weight == 1.0 else TantivyQuery.boost_query(query, weight)

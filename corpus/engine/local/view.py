"""One state of the index, asked: weighted terms in, ranked keys out. Sees nothing that is committed later.

Builds tantivy's queries from terms alone: no typed text ever reaches its parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as TantivyQuery

from corpus.model import Scored, Terms, WeightedQuery

_ROUNDING = 0.999  # scores are 32-bit sums
_FIRST_LOOK = 64  # articles looked at before the count of heavy ones is taken further


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


class IndexView:
    """An index as it was when it was opened or last refreshed."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    @property
    def articles(self) -> int:
        """How many articles can be found."""
        return int(self._searcher.num_docs)

    def search(self, query: WeightedQuery, limit: int) -> list[Scored]:
        """The best ``limit`` articles, best first; the newest first where nothing scores. ``limit`` is at least 1."""
        searcher = self._searcher
        scored = bool(query.any_of or query.all_of)
        order = None if scored else "moment"
        with faults_told():
            hits = searcher.search(self._built(query), limit=limit, count=False, order_by_field=order).hits
            places = [place for _, place in hits]
            keys, stories, moments = [searcher.fast_field_values(name, places) for name in ("key", "story", "moment")]
        found = zip(keys, stories, moments, hits, strict=True)
        ranked = [
            Scored(int(key or 0), int(story or 0), int(moment or 0), float(score) if scored else 0.0)
            for key, story, moment, (score, _) in found
        ]
        return sorted(ranked, key=lambda hit: (-hit.score, -hit.moment))

    def count(self, query: WeightedQuery, up_to: int) -> int:
        """How many articles answer the query; exact, but where ``at_least`` is set no more than ``up_to``."""
        with faults_told():
            if query.at_least:
                return self._count_heavy(query, up_to)
            found: Any = self._searcher.search(self._built(query), limit=1, count=True)
            return int(found.count)  # tantivy's stubs do not know it

    def frequency(self, term: str) -> int:
        """In how many articles the term stands."""
        with faults_told():
            return int(self._searcher.doc_freq("text", term))

    def languages(self) -> dict[str, int]:
        """How many articles are in each language that is known of any, the most frequent first."""
        with faults_told():
            return dict(self._searcher.terms_with_prefix("language", ""))

    def _count_heavy(self, query: WeightedQuery, up_to: int) -> int:
        """Count by constant scores: the articles above the threshold are the first ones, so look no further."""
        threshold = query.at_least * sum(weight for _, weight in query.any_of) * _ROUNDING
        heavy = [
            (Occur.Should, TantivyQuery.const_score_query(self._weighted(term, 1.0), weight))
            for term, weight in query.any_of
        ]
        others = self._built(replace(query, any_of=(), at_least=0.0))
        asked = TantivyQuery.boolean_query([(Occur.Must, TantivyQuery.const_score_query(others, 0.0)), *heavy])
        limit = _FIRST_LOOK
        while True:
            scores = [score for score, _ in self._searcher.search(asked, limit=limit, count=False).hits]
            if len(scores) < limit or scores[-1] < threshold or limit >= up_to:
                return sum(score >= threshold for score in scores)
            limit = min(limit * 8, up_to)

    def _built(self, query: WeightedQuery) -> TantivyQuery:
        parts = [(Occur.Must, self._together(terms)) for terms in query.all_of]
        if query.any_of:
            any_of = TantivyQuery.boolean_query([(Occur.Should, self._weighted(*term)) for term in query.any_of])
            parts.append((Occur.Should if query.all_of else Occur.Must, any_of))
        parts += [(Occur.Must, TantivyQuery.const_score_query(wanted, 0.0)) for wanted in self._filters(query)]
        if not parts:
            parts.append((Occur.Must, TantivyQuery.const_score_query(TantivyQuery.all_query(), 0.0)))
        parts += [(Occur.MustNot, self._together(terms)) for terms in query.none_of]
        if query.without:
            parts.append((Occur.MustNot, self._from(query.without)))
        return TantivyQuery.boolean_query(parts)

    def _filters(self, query: WeightedQuery) -> Iterator[TantivyQuery]:
        if query.sources is not None:
            yield self._from(query.sources)
        if query.after or query.before:
            first, end = query.after or date.min, query.before or date.max
            yield TantivyQuery.range_query(
                self._schema,
                "day",
                FieldType.Integer,
                first.toordinal(),
                end.toordinal(),
                include_upper=query.before is None,
            )

    def _from(self, sources: Sequence[str]) -> TantivyQuery:
        return TantivyQuery.term_set_query(self._schema, "source", list(sources))

    def _weighted(self, term: str, weight: float) -> TantivyQuery:
        query = TantivyQuery.term_query(self._schema, "text", term, index_option="freq")
        return query if weight == 1.0 else TantivyQuery.boost_query(query, weight)

    def _together(self, terms: Terms) -> TantivyQuery:
        if len(terms) == 1:  # tantivy panics on a phrase of one word
            return self._weighted(terms[0][1], 1.0)
        return TantivyQuery.phrase_query(self._schema, "text", list(terms))

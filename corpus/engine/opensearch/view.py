"""One state of the index, asked: weighted terms in, ranked keys out. Sees nothing that is committed later.

The cluster holds that state for as long as it is asked (a point in time), on the copies of shards that it began with:
where one of their nodes goes, it fails under the next question, which is then asked of another state.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import count
from typing import Any

from corpus.analysis import Analyser
from corpus.engine.opensearch import queries
from corpus.engine.opensearch.connection import Connection
from corpus.engine.opensearch.index import READ, analysed_in
from corpus.engine.opensearch.indices import MOST_HITS, SPELT
from corpus.engine.opensearch.queries import Asked
from corpus.engine.opensearch.store import ClusterStore
from corpus.engine.tallies import Tallies
from corpus.engine.values import Built
from corpus.errors import CorpusIncomplete
from corpus.model import Analysed, Article, Copy, Headline, Not, Order, Part, Scored, Tally, WeightedQuery

_KEPT_ALIVE = "2m"  # after its last question a state is let go of
_UNASKED = "10s"  # a node holds only 300 of them, and one that hangs loses many an answer
_REMEMBERED = 30_000  # frequencies of terms: some five megabytes
_REMEMBERED_ASKS = 200  # counts, words of prefixes: a question's next page asks for them again
_TERMS_AT_ONCE = 1_000  # frequencies in one question
_KEYS = 60_000  # in one condition: a cluster takes 65,536
_OUTLETS_AT_ONCE = 1_000

_FREQUENCIES_ALONE = {
    "term_statistics": True,
    "field_statistics": False,
    "positions": False,
    "offsets": False,
    "payloads": False,
}

_FACTS = ["id", "key", "story", "published", "seq"]
"""What a hit tells of its article, in this order."""


class Pinned(Tallies[Asked]):
    """One state of an index, for as many questions as are asked while the archive is as it was."""

    def __init__(self, connection: Connection, index: str, built: Built, shards: int) -> None:
        """Have the cluster hold the index as it is.

        Raises:
            Missing: there is no such index any more.
            StoreError: the cluster does not.
        """
        super().__init__()
        self.index = index
        self.built = built
        self._connection = connection
        self._shards = shards
        self._whole = {"search_type": "dfs_query_then_fetch"} if shards > 1 else {}
        self._pin = connection.pin(index, _KEPT_ALIVE, unasked=_UNASKED)
        self._users, self._retired, self._counting = 0, False, threading.Lock()
        self._frequencies: dict[tuple[Part, str], int] = {}
        self.spellings = lru_cache(_REMEMBERED_ASKS)(self._spellings)
        self._counted = lru_cache(_REMEMBERED_ASKS)(self._count)

    @contextmanager
    def used(self) -> Iterator[None]:
        """Have it held as long as the block lasts."""
        with self._counting:
            self._users += 1
        try:
            yield
        finally:
            with self._counting:
                self._users -= 1
                last = self._retired and not self._users
            if last:
                self._connection.unpin(self._pin)

    def retire(self) -> None:
        """Let go of it, as soon as nobody uses it."""
        with self._counting:
            self._retired, unused = True, not self._users
        if unused:
            self._connection.unpin(self._pin)

    @cached_property
    def articles(self) -> int:
        """How many articles can be found."""
        return self._number(queries.EVERYTHING)

    @cached_property
    def languages(self) -> list[str]:
        """The languages of the archive, that of the most articles first; "und" where it is not known."""
        by_articles = {"field": "language", "size": 1_000, "order": [{"_count": "desc"}, {"_key": "asc"}]}
        found = self._aggregated(queries.EVERYTHING, {"languages": {"terms": by_articles}})
        return [bucket["key"] for bucket in found["languages"]["buckets"]]

    def search(self, query: WeightedQuery, limit: int, order: Order) -> list[tuple[Scored, str, int]]:
        """The best ``limit`` articles, or the newest, or the oldest; each with its id, and the change it came by."""
        if query.most and order is not Order.SCORE:
            asked, threshold = queries.enough(query)
            return self._found(asked, limit, queries.sort(order), scored=False, min_score=threshold)
        if not query.score or order is not Order.SCORE:
            return self._dated(query, order, limit)
        found = self._best(self._built(query), limit)
        if query.optional and len(found) < min(limit, self.count(query, limit)):
            others = replace(query, conditions=(*query.conditions, Not(query.scored)))
            found += self._dated(others, Order.NEWEST, limit - len(found))
        return found

    def lookup(self, article_id: str) -> list[tuple[Scored, str, int]]:
        """The article with this id, without a score; nothing where there is none."""
        return self._found({"term": {"id": article_id}}, 1, queries.sort(Order.NEWEST), scored=False)

    def points(self, key: int, query: WeightedQuery) -> list[float]:
        """What each of the terms that count gives the article with this key; 0.0 where it lacks the term."""
        own: Asked = {"term": {"key": key}}
        asked = ({"bool": {"must": [queries.weighted(*term)], "filter": [own]}} for term in query.score)
        answers = (self._searched({"query": one, "size": 1, "_source": False}, scored=True) for one in asked)
        return [float(found["hits"]["max_score"] or 0.0) for found in answers]

    def count(self, query: WeightedQuery, up_to: int) -> int:
        """How many articles answer the query; no more than ``up_to`` are counted."""
        return self._counted(replace(query, score=(), optional=False) if query.optional else query, up_to)

    def frequency(self, part: Part, term: str) -> int:
        """In how many articles the term stands in this part."""
        known = self._frequencies.get((part, term))
        return self._asked([(part, term)])[part, term] if known is None else known

    def foresee(self, terms: Iterable[tuple[Part, str]]) -> None:
        """Ask for these frequencies at once, but for those that are known."""
        new = [each for each in dict.fromkeys(terms) if each not in self._frequencies]
        for start in range(0, len(new), _TERMS_AT_ONCE):
            self._asked(new[start : start + _TERMS_AT_ONCE])

    def _asked(self, terms: Sequence[tuple[Part, str]]) -> dict[tuple[Part, str], int]:
        """What the shards' dictionaries say of terms, as if they were those of an article: no article is looked at.

        Articles that went or changed count in them until they are merged away, as in the other engine.
        """
        parts = {part: [term for other, term in terms if other is part] for part in {part for part, _ in terms}}
        words = {part: found if part in SPELT else " ".join(found) for part, found in parts.items()}
        wanted = {"doc": words, "fields": [*parts], **_FREQUENCIES_ALONE}
        asked = {"docs": [{"_index": self.index, "routing": each, **wanted} for each in self._routings]}
        found = dict.fromkeys(terms, 0)
        for shard in self._connection.ask("POST", "/_mtermvectors", asked, realtime="false")["docs"]:
            if "error" in shard:
                raise CorpusIncomplete("a shard does not tell its words")
            for part in parts:
                for term, told in shard["term_vectors"].get(part, {}).get("terms", {}).items():
                    found[part, term] += int(told.get("doc_freq", 0))
        if len(self._frequencies) + len(found) > _REMEMBERED:
            self._frequencies = {}
        self._frequencies |= found
        return found

    @cached_property
    def _routings(self) -> list[str]:
        """For each shard a word by which it is chosen."""
        found: dict[int, str] = {}
        for turn in count():
            if len(found) == self._shards:
                return [found[shard] for shard in sorted(found)]
            path = f"/{self.index}/_search_shards"
            chosen = self._connection.ask("GET", path, routing=str(turn))["shards"]
            if not chosen or not chosen[0]:
                raise CorpusIncomplete("no node has one of its shards")
            found.setdefault(int(chosen[0][0]["shard"]), str(turn))
        raise AssertionError

    def analysed(self, keys: Sequence[int]) -> dict[int, Analysed]:
        """The articles with these keys, analysed."""
        body = {"query": {"terms": {"key": list(keys)}}, "size": len(keys), "_source": READ}
        found = self._searched({**body, "docvalue_fields": ["key"]}) if keys else {"hits": {"hits": []}}
        return {hit["fields"]["key"][0]: analysed_in(hit["_source"]) for hit in found["hits"]["hits"]}

    def held(self, first: int, last: int) -> list[tuple[int, int]]:
        """The key and the last change of every article that has one of these keys, both included."""
        asked: Asked = {"range": {"key": {"gte": first, "lte": last}}}
        found = self._found(asked, max(self.articles, 1), [{"key": "asc"}], scored=False)
        return [(hit.key, seq) for hit, _, seq in found]

    # How the cluster is asked.

    def _searched(self, body: Mapping[str, Any], *, scored: bool = False) -> Mapping[str, Any]:
        """What is answered; only where terms score, the shards have to tell each other first how many have them."""
        whole = self._whole if scored else {}
        return self._connection.search({"track_total_hits": False, **body, "pit": self._pin}, **whole)

    def _aggregated(self, query: Asked, aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._searched({"query": query, "size": 0, "aggs": aggregations})["aggregations"]
        return found

    def _number(self, query: Asked, **params: Any) -> int:
        found = self._searched({"query": query, "size": 0, "track_total_hits": True, **params})
        return int(found["hits"]["total"]["value"])

    def _best(self, query: Asked, limit: int) -> list[tuple[Scored, str, int]]:
        """The best hits. Asked for nothing but these, a shard passes over what cannot be among them."""
        if limit > MOST_HITS:
            return self._found(query, limit, [{"_score": "desc"}, *queries.sort(Order.NEWEST)], scored=True)
        body = {"query": query, "size": limit, "_source": False, "docvalue_fields": _FACTS}
        hits = [_hit(hit, scored=True) for hit in self._searched(body, scored=True)["hits"]["hits"]]
        return sorted(hits, key=lambda hit: (-hit[0].score, -hit[0].published, hit[0].key))

    def _found(
        self, query: Asked, limit: int, sort: Sequence[Asked], *, scored: bool, **params: Any
    ) -> list[tuple[Scored, str, int]]:
        """Hits in this order, however many there are to be."""
        body = {"query": query, "sort": list(sort), "_source": False, "docvalue_fields": _FACTS, **params}
        hits: list[Mapping[str, Any]] = []
        after: dict[str, Any] = {}
        while len(hits) < limit:
            size = min(limit - len(hits), MOST_HITS)
            turn = self._searched({**body, **after, "size": size}, scored=scored)["hits"]["hits"]
            hits += turn
            if len(turn) < size:
                break
            after = {"search_after": turn[-1]["sort"]}
        return [_hit(hit, scored=scored) for hit in hits]

    def _dated(self, query: WeightedQuery, order: Order, limit: int) -> list[tuple[Scored, str, int]]:
        """The newest or the oldest articles for which the conditions hold."""
        asked = self._built(replace(query, score=()))
        filtered = {"bool": {"filter": [asked]}}
        return self._found(filtered, limit, queries.sort(order), scored=False)

    def _built(self, query: WeightedQuery) -> Asked:
        """A query with those conditions too that only a score can tell."""
        asked = queries.built(replace(query, most=()))
        if not query.most:
            return asked
        heavy, threshold = queries.enough(query)
        found = self._found(heavy, self.articles, queries.sort(Order.NEWEST), scored=False, min_score=threshold)
        keys = [hit.key for hit, _, _ in found]
        enough = [queries.among("key", keys[start : start + _KEYS]) for start in range(0, len(keys), _KEYS)]
        return {"bool": {"must": [asked], "filter": [queries.any_of(enough)]}}

    def _count(self, query: WeightedQuery, up_to: int) -> int:
        counted = {"track_total_hits": up_to} if up_to < self.articles else {}
        if query.most:
            asked, threshold = queries.enough(query)
            return self._number(asked, min_score=threshold, **counted)
        return self._number({"bool": {"filter": [queries.built(query)]}}, **counted)

    def _all(self, query: WeightedQuery) -> Asked:
        return {"bool": {"filter": [self._built(replace(query, score=()))]}}

    def _outlets(self, asked: Asked) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        after: dict[str, Any] = {}
        while True:
            pages = {"size": _OUTLETS_AT_ONCE, "sources": [{"source": {"terms": {"field": "source"}}}], **after}
            each = self._aggregated(asked, {"each": {"composite": pages}})["each"]
            found += [(bucket["key"]["source"], int(bucket["doc_count"])) for bucket in each["buckets"]]
            if len(each["buckets"]) < _OUTLETS_AT_ONCE:
                return found
            after = {"after": each["after_key"]}

    def _ranges(self, asked: Asked, bounds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        ranges = [{"from": first, "to": after} for first, after in bounds]
        found = self._aggregated(asked, {"spans": {"range": {"field": "day", "ranges": ranges}}})
        return [(int(bucket["from"]), int(bucket["doc_count"])) for bucket in found["spans"]["buckets"]]

    def _histogram(self, asked: Asked, interval: int, within: tuple[int, int] | None = None) -> list[tuple[int, int]]:
        if within:
            asked = {"bool": {"filter": [asked, {"range": {"day": {"gte": within[0], "lt": within[1]}}}]}}
        wanted = {"days": {"histogram": {"field": "day", "interval": interval, "min_doc_count": 1}}}
        found = self._aggregated(asked, wanted)
        return [(int(bucket["key"]), int(bucket["doc_count"])) for bucket in found["days"]["buckets"]]

    def _spellings(self, prefix: str, limit: int) -> tuple[str, ...]:
        begins = {"prefix": {Part.SPELLING: {"value": prefix}}} if prefix else queries.EVERYTHING
        commonest = {
            "field": Part.SPELLING,
            "include": f"{_quoted(prefix)}.*",
            "size": limit,
            "shard_size": 10 * limit,
            "order": [{"_count": "desc"}, {"_key": "asc"}],
        }
        found = self._aggregated(begins, {"words": {"terms": commonest}})
        return tuple(bucket["key"] for bucket in found["words"]["buckets"])


class ClusterView:
    """One state of an archive, for the length of one question."""

    def __init__(self, pinned: Pinned, store: ClusterStore, analyser: Analyser) -> None:
        self._pinned = pinned
        self._store = store
        self._analyser = analyser
        self._facts: dict[int, tuple[str, int]] = {}
        self._analysed: dict[int, Analysed] = {}
        self.count = pinned.count
        self.frequency = pinned.frequency
        self.foresee = pinned.foresee
        self.spellings = pinned.spellings

    @property
    def articles(self) -> int:
        """How many articles can be found."""
        return self._pinned.articles

    @property
    def languages(self) -> Sequence[str]:
        """The languages of the articles, that of the most first."""
        return self._pinned.languages

    def search(self, query: WeightedQuery, limit: int, order: Order = Order.SCORE) -> list[Scored]:
        """The best ``limit`` articles, or the newest, or the oldest."""
        return self._noted(self._pinned.search(query, limit, order))

    def find(self, article_id: str) -> Scored | None:
        """The article with this id; None where the index does not have it, or not yet."""
        found = self._noted(self._pinned.lookup(article_id)) if article_id else []
        return found[0] if found and self._store.checksums([article_id]) else None

    def points(self, hit: Scored, query: WeightedQuery) -> list[float]:
        """What each of the query's terms that count gives this article."""
        return self._pinned.points(hit.key, query)

    def tally(self, query: WeightedQuery, *, yearly: bool = False) -> Tally:
        """All articles that answer the query, counted by outlet and by day, or by year."""
        return self._pinned.tally(query, yearly=yearly)

    def analysed(self, hits: Sequence[Scored]) -> list[Analysed]:
        """What the analysis made of each of these articles, which this view found."""
        new = [hit.key for hit in hits if hit.key not in self._analysed]
        self._analysed |= self._pinned.analysed(new)
        return [self._analysed[hit.key] for hit in hits]

    def fetch(self, hits: Sequence[Scored]) -> list[tuple[Article, Analysed] | None]:
        """Each of these articles, and what the analysis makes of it as it is now; None where it has gone."""
        stored = self._store.find([self._id(hit) for hit in hits])
        fresh = [hit for hit in hits if (each := stored.get(self._id(hit))) and each.seq == self._facts[hit.key][1]]
        read = dict(zip((hit.key for hit in fresh), self.analysed(fresh), strict=True))
        return [
            (each.article, read.get(hit.key) or self._analyser.article(each.article).analysed)
            if (each := stored.get(self._id(hit)))
            else None
            for hit in hits
        ]

    def texts(self, hits: Sequence[Scored]) -> list[str | None]:
        """The text of each of these articles; None where it has gone."""
        found = self._store.texts_of([self._id(hit) for hit in hits])
        return [found.get(self._id(hit)) for hit in hits]

    def headlines(self, hits: Sequence[Scored]) -> list[Headline | None]:
        """What each of these articles is picked by, without reading its text; None where it has gone."""
        found = self._store.headlines_of([self._id(hit) for hit in hits])
        return [found.get(self._id(hit)) for hit in hits]

    def copies(self, hits: Sequence[Scored]) -> list[tuple[Copy, ...]]:
        """For each hit the other articles of its story, the earliest first."""
        stories = self._store.copies([hit.story for hit in hits])
        return [tuple(copy for key, copy in stories.get(hit.story, ()) if key != hit.key) for hit in hits]

    def _id(self, hit: Scored) -> str:
        return self._facts[hit.key][0]

    def _noted(self, found: Sequence[tuple[Scored, str, int]]) -> list[Scored]:
        self._facts |= {hit.key: (article_id, seq) for hit, article_id, seq in found}
        return [hit for hit, _, _ in found]


def _hit(hit: Mapping[str, Any], *, scored: bool) -> tuple[Scored, str, int]:
    article_id, key, story, published, seq = (hit["fields"][name][0] for name in _FACTS)
    return Scored(key, story, published, float(hit["_score"]) if scored else 0.0), article_id, seq


def _quoted(text: str) -> str:
    """A text as it stands in a pattern of Lucene's."""
    return "".join(letter if letter.isalnum() else f"\\{letter}" for letter in text)

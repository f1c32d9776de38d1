"""The articles themselves, as documents under their ids: the truth from which the index is derived.

Asked by its id, a document is as it is by now; looked up by anything else, as the last transaction left it. Every
change counts (``seq``), so that an index can catch up.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from corpus.engine.opensearch.connection import Connection
from corpus.engine.opensearch.state import States
from corpus.engine.tables import TABLES, as_row, stored_in
from corpus.engine.values import Signed, Stored
from corpus.model import Copy, Headline, PubDate, Source

_AT_ONCE = 5_000  # hits, or values in one question: a cluster takes ten times as many
_TEXTS_AT_ONCE = 500  # articles that are fetched at once
_MOST_COPIES = 101  # articles of a story that are named, with the one that stands for it
_COLUMNS = TABLES["articles"]
_PICKED_BY = ("key", "id", "headline", "source", "source_name", "published")
_COPIES_BY = ("key", "id", "source", "source_name", "published", "url")


class ClusterStore:
    """The articles of an archive and all by which their copies are found."""

    def __init__(self, connection: Connection, states: States, name: str) -> None:
        self._connection = connection
        self._states = states
        self._articles = f"{name}-articles"
        self._heads = f"{name}-heads"
        self._books = f"{name}-books"

    # What is asked by ids.

    def find(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Those of these articles that there are, by their ids."""
        found = (self._states.many("articles", part) for part in _parts(ids, _TEXTS_AT_ONCE))
        return {article_id: stored_of(document) for part in found for article_id, document in part.items()}

    def checksums(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that is in the archive."""
        found = (self._states.many("articles", part, _source="key,checksum") for part in _parts(ids, _AT_ONCE))
        return {
            article_id: (int(document["key"]), unpacked(document["checksum"]))
            for part in found
            for article_id, document in part.items()
        }

    def texts_of(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of those of these articles that there are."""
        found = (self._states.many("articles", part, _source="text") for part in _parts(ids, _TEXTS_AT_ONCE))
        return {article_id: document["text"] for part in found for article_id, document in part.items()}

    def headlines_of(self, ids: Sequence[str]) -> dict[str, Headline]:
        """What those of these articles are picked by that there are."""
        found = (self._states.many("articles", part, _source=",".join(_PICKED_BY)) for part in _parts(ids, _AT_ONCE))
        return {article_id: _headline(document) for part in found for article_id, document in part.items()}

    # What is looked up.

    def fetch(self, keys: Sequence[int]) -> dict[int, Stored]:
        """The articles with these keys; one that is gone meanwhile is left out."""
        return {int(document["key"]): stored_of(document) for document in self._keyed(keys, _COLUMNS)}

    def texts(self, keys: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The stories and the texts of the articles with these keys; one that is gone meanwhile is left out."""
        found = self._keyed(keys, ("key", "story", "text"))
        return {int(document["key"]): (int(document["story"]), document["text"]) for document in found}

    def headlines(self, keys: Sequence[int]) -> dict[int, Headline]:
        """What the articles with these keys are picked by."""
        return {int(document["key"]): _headline(document) for document in self._keyed(keys, _PICKED_BY)}

    def count(self) -> int:
        """How many articles there are."""
        return self._connection.count(self._articles)

    def span(self) -> tuple[date | None, date | None]:
        """The first and the last day of publication; None twice where there is no article."""
        found = self._aggregated({"first": {"min": {"field": "ordinal"}}, "last": {"max": {"field": "ordinal"}}})
        first, last = (found[name]["value"] for name in ("first", "last"))
        return (date.fromordinal(int(first)), date.fromordinal(int(last))) if first and last else (None, None)

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first."""
        found = [_source(bucket) for bucket in self._buckets("source", _OF_A_SOURCE)]
        return tuple(sorted(found, key=lambda source: (-source.articles, source.key)))

    def copies(self, stories: Sequence[int]) -> dict[int, list[tuple[int, Copy]]]:
        """Of each of these stories that has more than one article the earliest, with their keys."""
        wanted = sorted(set(stories))
        if not wanted:
            return {}
        earliest = {
            "size": _MOST_COPIES,
            "_source": list(_COPIES_BY),
            "sort": [{"ordinal": "asc"}, {"published": "asc"}, {"id": "asc"}],
        }
        by_story = {"field": "story", "size": len(wanted), "min_doc_count": 2}
        asked = {"stories": {"terms": by_story, "aggs": {"earliest": {"top_hits": earliest}}}}
        found = self._aggregated(asked, {"terms": {"story": wanted}})["stories"]["buckets"]
        return {int(each["key"]): [_copy(hit["_source"]) for hit in each["earliest"]["hits"]["hits"]] for each in found}

    def stories(self, stories: Sequence[int], *, before: int | None = None) -> set[int]:
        """Those of these stories that the archive has already, or has among the articles with keys before this one."""
        bound = [] if before is None else [{"range": {"key": {"lt": before}}}]
        found = set[int]()
        for part in _parts(sorted(set(stories)), _AT_ONCE):
            asked = {"stories": {"terms": {"field": "story", "size": len(part)}}}
            filters = {"bool": {"filter": [{"terms": {"story": part}}, *bound]}}
            found |= {int(each["key"]) for each in self._aggregated(asked, filters)["stories"]["buckets"]}
        return found

    def members(self, story: int) -> list[int]:
        """The keys of the articles of a story, the one that was stored first in front."""
        return [hit["sort"][0] for hit in self._in_order_of_keys({"term": {"story": story}}, source=False)]

    def members_of(self, stories: Sequence[int]) -> list[Stored]:
        """All articles of these stories."""
        wanted = {"terms": {"story": sorted(set(stories))}}
        return [stored_of(hit["_source"]) for hit in self._in_order_of_keys(wanted, source=True)]

    def banded(self, bands: Sequence[int]) -> list[tuple[int, int]]:
        """Every key that stands under one of these bands, with the band, in order of the keys."""
        wanted, found = set(bands), []
        for part in _parts(sorted(wanted), 8 * _AT_ONCE):
            body = {"query": {"terms": {"bands": part}}, "sort": [{"key": "asc"}], "_source": ["bands"]}
            for hit in self._connection.each(self._heads, body, _AT_ONCE):
                found += [(band, hit["sort"][0]) for band in hit["_source"]["bands"] if band in wanted]
        return sorted(set(found), key=itemgetter(1, 0))

    def signatures(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The signatures of those of these articles that stand for their story."""
        found = (self._states.many("heads", map(str, part)) for part in _parts(sorted(set(keys)), _AT_ONCE))
        return {int(key): unpacked(head["signature"]) for part in found for key, head in part.items()}

    def unsigned(self, limit: int) -> list[Stored]:  # noqa: ARG002  # the promise of every engine
        """None: no Dateline ever put articles into a cluster without comparing them."""
        return []

    def since(self, seq: int) -> Iterator[Stored]:
        """Every article that was added or changed after this change, in the order of the changes."""
        body = {"query": {"range": {"seq": {"gt": seq}}}, "sort": [{"seq": "asc"}]}
        for hit in self._connection.each(self._articles, body, _TEXTS_AT_ONCE):
            yield stored_of(hit["_source"])

    @property
    def seq(self) -> int:
        """The number of the last change."""
        return self._states.seen().seq

    def removed_since(self, seq: int) -> list[int]:
        """The keys of the articles that were removed after this change and have not come back."""
        removed = {"bool": {"filter": [{"term": {"kind": "removed"}}, {"range": {"seq": {"gt": seq}}}]}}
        body = {"query": removed, "sort": [{"seq": "asc"}], "_source": ["key"]}
        gone = dict.fromkeys(hit["_source"]["key"] for hit in self._connection.each(self._books, body, _AT_ONCE))
        back = {int(document["key"]) for document in self._keyed(list(gone), ("key",))}
        return [key for key in gone if key not in back]

    # What is changed, within a transaction.

    def save(self, articles: Iterable[Stored]) -> None:
        """Add these articles, or put them in the place of those with the same id."""
        for stored in articles:
            self._states.put("articles", stored.article.id, document_of(stored))

    def remove(self, keys: Sequence[int], first: int) -> None:
        """Remove these articles, each as a change with a number of its own, from this one on."""
        ids = {int(found["key"]): str(found["id"]) for found in self._keyed(keys, ("key", "id"))}
        for seq, key in enumerate(keys, start=first):
            self._states.put("books", f"removed:{seq}", {"kind": "removed", "ref": str(seq), "seq": seq, "key": key})
            if key in ids:
                self._states.put("articles", ids[key], None)

    def sign(self, signed: Signed) -> None:
        """Take these articles for the first of their stories, or no longer."""
        for key in signed.left:
            self._states.put("heads", str(key), None)
        under: dict[int, list[int]] = {}
        for band, key in signed.into:
            under.setdefault(key, []).append(band)
        for key, signature in signed.signatures.items():
            head = {"key": key, "signature": packed(signature), "bands": sorted(under.get(key, ()))}
            self._states.put("heads", str(key), head)

    # How it is looked up.

    def _keyed(self, keys: Sequence[int], columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The articles with these keys, as documents, this transaction's own before those that were there."""
        wanted = set(keys)
        pending = self._states.open.documents if self._states.open else {}
        own = {key: document for (index, key), document in pending.items() if index == "articles"}
        for part in _parts(sorted(wanted), _TEXTS_AT_ONCE):
            body = {"query": {"terms": {"key": part}}, "size": len(part), "_source": list(columns)}
            for hit in self._connection.hits(self._articles, body):
                if hit["_id"] not in own:
                    yield hit["_source"]
        yield from (document for document in own.values() if document and document["key"] in wanted)

    def _in_order_of_keys(self, query: Mapping[str, Any], *, source: bool) -> Iterator[Mapping[str, Any]]:
        body = {"query": query, "sort": [{"key": "asc"}], "_source": source}
        yield from self._connection.each(self._articles, body, _TEXTS_AT_ONCE if source else _AT_ONCE)

    def _aggregated(self, asked: Mapping[str, Any], query: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        body = {"size": 0, "query": query or {"match_all": {}}, "aggs": asked}
        found: Mapping[str, Any] = self._connection.search(body, self._articles)["aggregations"]
        return found

    def _buckets(self, column: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What is asked of each value of a column, however many values there are."""
        after: dict[str, Any] = {}
        while True:
            composite = {"size": 1_000, "sources": [{column: {"terms": {"field": column}}}], **after}
            found = self._aggregated({"each": {"composite": composite, "aggs": asked}})["each"]
            yield from found["buckets"]
            if "after_key" not in found:
                return
            after = {"after": found["after_key"]}


_OF_A_SOURCE = {
    "first": {"min": {"field": "ordinal"}},
    "last": {"max": {"field": "ordinal"}},
    "names": {"terms": {"field": "source_name", "size": 2, "order": {"_key": "desc"}}},
}


def _source(bucket: Mapping[str, Any]) -> Source:
    """An outlet of a bucket; its key is its name only where nothing else was ever given."""
    key = bucket["key"]["source"]
    names = [each["key"] for each in bucket["names"]["buckets"] if each["key"] != key]
    first, last = (date.fromordinal(int(bucket[name]["value"])) for name in ("first", "last"))
    return Source(key, max(names, default=key), int(bucket["doc_count"]), first, last)


def _headline(document: Mapping[str, Any]) -> Headline:
    _, article_id, headline, source, name, published = (document[column] for column in _PICKED_BY)
    return Headline(article_id, headline, source, name, PubDate.from_iso(published))


def _copy(document: Mapping[str, Any]) -> tuple[int, Copy]:
    key, article_id, source, name, published, url = (document[column] for column in _COPIES_BY)
    return int(key), Copy(article_id, source, name, PubDate.from_iso(published), url)


def stored_of(document: Mapping[str, Any]) -> Stored:
    """The article of a document."""
    row = {**document, "checksum": unpacked(document["checksum"])}
    return stored_in([row[name] for name in _COLUMNS])


def document_of(stored: Stored) -> dict[str, Any]:
    """The document for an article: its row, and its day as a number, which can be counted with."""
    row = dict(zip(_COLUMNS, as_row(stored), strict=True))
    return row | {"checksum": packed(stored.checksum), "ordinal": stored.article.published.day.toordinal()}


def packed(content: bytes) -> str:
    """Bytes as JSON has them."""
    return base64.b64encode(content).decode("ascii")


def unpacked(text: str) -> bytes:
    """The bytes that were packed."""
    return base64.b64decode(text)


def _parts(values: Sequence[Any], size: int) -> Iterator[list[Any]]:
    return (list(values[start : start + size]) for start in range(0, len(values), size))

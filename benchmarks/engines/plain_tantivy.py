"""tantivy as its documentation shows it: stored fields, its own query parser, its own snippets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import tantivy
from tantivy import Occur, Query

from benchmarks.ask import STOP_WORDS, Ask
from benchmarks.engines.protocol import EXCERPT, PAGE, Shown, read_articles

_BOOSTS = {"title": 3.0, "text": 1.0}
_EARLIEST, _LATEST = -(2**62), 2**62


class PlainTantivy:
    """Headline and text in two boosted fields, source and date beside them."""

    def __init__(self, index: tantivy.Index) -> None:
        index.register_tokenizer("english", _english())
        self._index = index
        self._searcher = index.searcher()

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """One writer with its default threads and memory, one commit, merges awaited."""
        index = tantivy.Index(_schema(), path=str(place))
        index.register_tokenizer("english", _english())
        writer = index.writer()
        for article in read_articles(articles):
            document = tantivy.Document()
            for field in ("title", "text", "source", "published_at", "url", "author"):
                document.add_text(field, article.get(field) or "")
            document.add_integer("seconds", _seconds(article["published_at"]))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    @classmethod
    def open(cls, place: Path) -> Self:
        """The index, mapped."""
        return cls(tantivy.Index.open(str(place)))

    def page(self, ask: Ask) -> tuple[Shown, ...]:
        """Ranked with a snippet each, or the newest with their beginnings."""
        schema = self._index.schema
        asked = self._asked(ask)
        filters = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in _filters(schema, ask)]
        query = Query.boolean_query([(Occur.Must, asked or Query.all_query()), *filters])
        found = self._searcher.search(query, PAGE, order_by_field=None if asked else "seconds")
        documents = [self._searcher.doc(address) for _, address in found.hits]
        if asked is None:
            return tuple(_shown(document, _first(document, "text")[:EXCERPT]) for document in documents)
        snippets = tantivy.SnippetGenerator.create(self._searcher, asked, schema, "text")
        snippets.set_max_num_chars(EXCERPT)
        return tuple(_shown(document, snippets.snippet_from_doc(document).to_html()) for document in documents)

    def close(self) -> None:
        """There is nothing to close."""

    def _asked(self, ask: Ask) -> Query | None:
        marks = [*ask.words, *(f'+"{phrase}"' for phrase in ask.phrases), *(f"-{word}" for word in ask.without)]
        if not marks:
            return None
        query, _ = self._index.parse_query_lenient(" ".join(marks), list(_BOOSTS), field_boosts=_BOOSTS)
        return query


def _english() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.custom_stopword(sorted(STOP_WORDS)))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("title", "text"):
        builder.add_text_field(field, stored=True, tokenizer_name="english")
    for field in ("source", "published_at", "url", "author"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("seconds", indexed=True, fast=True)
    return builder.build()


def _filters(schema: tantivy.Schema, ask: Ask) -> list[Query]:
    filters = [Query.term_query(schema, "source", ask.source, "basic")] if ask.source else []
    if ask.after or ask.before:
        after = _seconds(ask.after) if ask.after else _EARLIEST
        before = _seconds(ask.before) if ask.before else _LATEST
        kind = tantivy.FieldType.Integer
        filters.append(Query.range_query(schema, "seconds", kind, after, before, include_upper=False))
    return filters


def _seconds(iso: str) -> int:
    """Seconds since 1970, the moment taken as UTC."""
    return int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp())


def _shown(document: tantivy.Document, excerpt: str) -> Shown:
    return Shown(_first(document, "title"), _first(document, "source"), _first(document, "published_at"), excerpt)


def _first(document: tantivy.Document, field: str) -> str:
    return str(document.get_first(field))

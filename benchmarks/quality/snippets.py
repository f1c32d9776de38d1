"""What FTS5 and tantivy would show of given articles for a query: their own snippets, at a length that is given.

Both get the articles that Dateline ranked, so only the excerpt differs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import fmean

import tantivy

from benchmarks.ask import STOP_WORDS
from benchmarks.quality.baseline import any_of, english, filled, told
from corpus.evaluation import Document

Snippets = Callable[[str, str, int], str]
"""Query text, document id, length in whatever the engine counts -> excerpt without marks."""

MOST_TOKENS = 64
"""What FTS5's snippet() allows (sqlite.org/fts5.html, 5.1.3)."""


@contextmanager
def fts5_snippets(documents: Sequence[Document]) -> Iterator[Snippets]:
    """SQLite FTS5's ``snippet()``; the length is in tokens, at most 64. Stop words are dropped from the query."""
    with closing(sqlite3.connect(":memory:")) as database:
        yield _fts5_snippets(database, documents)


def _fts5_snippets(database: sqlite3.Connection, documents: Sequence[Document]) -> Snippets:
    database.execute("create virtual table search using fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
    rows = {document.id: row for row, document in enumerate(documents, start=1)}
    texts = [(rows[document.id], told(document, "text")) for document in documents]
    database.executemany("insert into search(rowid, text) values (?, ?)", texts)

    def snippet(query: str, document: str, tokens: int) -> str:
        sql = f"select snippet(search, 0, '', '', '…', {tokens}) from search where search match ? and rowid = ?"
        found = database.execute(sql, [_match(query), rows[document]]).fetchone() if _match(query) else None
        return str(found[0]) if found else _beginning(texts[rows[document] - 1][1], tokens)

    return snippet


def tantivy_snippets(documents: Sequence[Document], place: Path) -> Snippets:
    """Tantivy's SnippetGenerator over the baseline's analysis; the length is ``max_num_chars``."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="english")
    analyser = english()
    index = filled(builder.build(), place, analyser, ({"text": told(document, "text")} for document in documents))
    searcher = index.searcher()
    stored = {document.id: tantivy.Document(text=told(document, "text")) for document in documents}

    def snippet(query: str, document: str, characters: int) -> str:
        asked = any_of(analyser.analyze(query), index.schema, "text")
        if asked is not None:
            generator = tantivy.SnippetGenerator.create(searcher, asked, index.schema, "text")
            generator.set_max_num_chars(characters)
            if fragment := generator.snippet_from_doc(stored[document]).fragment():
                return fragment
        return str(stored[document]["text"][0])[:characters]

    return snippet


def fitted(length: Callable[[int], float], wanted: float, most: int) -> int:
    """The setting from 1 to ``most`` that gives the length nearest to ``wanted``; lengths grow with the setting."""
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if length(middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return min({low, max(low - 1, 1)}, key=lambda setting: (abs(length(setting) - wanted), setting))


def mean_length(excerpts: Sequence[Sequence[str]]) -> float:
    """Characters that are shown of an article, all its excerpts together."""
    return fmean(sum(map(len, parts)) for parts in excerpts)


def _match(query: str) -> str:
    words = ["".join(filter(str.isalnum, word)) for word in query.replace("'", " ").replace("-", " ").split()]
    return " OR ".join(f'"{word}"' for word in words if word and word.lower() not in STOP_WORDS)


def _beginning(text: str, tokens: int) -> str:
    return " ".join(text.split()[:tokens])

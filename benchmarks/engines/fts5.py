"""SQLite FTS5 with its own ``bm25`` and ``snippet()``: the full-text search that comes with Python."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Self

from benchmarks.ask import Ask
from benchmarks.engines.protocol import EXCERPT, PAGE, Shown, read_articles

_SNIPPET_WORDS = 48  # about 300 characters; FTS5 allows at most 64

_SCHEMA = """
create table articles (
    id integer primary key, title text, text text, source text, published text, url text, author text);
create virtual table search using fts5(title, text, content='articles', content_rowid='id',
    tokenize='porter unicode61 remove_diacritics 2');
insert into search(search, rank) values ('rank', 'bm25(3.0, 1.0)');
pragma journal_mode = wal;
"""
_FINISH = """
create index by_source on articles(source, published);
create index by_date on articles(published);
insert into search(search) values ('rebuild');
insert into search(search) values ('optimize');
analyze;
"""
_INSERT = "insert into articles (title, text, source, published, url, author) values (?, ?, ?, ?, ?, ?)"
_FIELDS = ("title", "text", "source", "published_at", "url", "author")


class Fts5:
    """Articles in a table, their words in an FTS5 index over it; stop words are dropped from the question."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """All rows in one transaction, the index in one go behind them: the fastest way FTS5 has."""
        database = sqlite3.connect(place / "fts5.db")
        database.executescript(_SCHEMA)
        with database:
            rows = (tuple(article.get(field) for field in _FIELDS) for article in read_articles(articles))
            database.executemany(_INSERT, rows)
        database.executescript(_FINISH)
        database.close()

    @classmethod
    def open(cls, place: Path) -> Self:
        """The database, with SQLite's own settings."""
        return cls(sqlite3.connect(place / "fts5.db"))

    def page(self, ask: Ask) -> tuple[Shown, ...]:
        """Ranked by bm25 with snippets, or the newest with their beginnings."""
        where, values = _filters(ask)
        match = _match(ask)
        if match is None:
            sql, order = "select title, source, published, text from articles", "order by published desc"
        else:
            snippet = f"snippet(search, 1, '**', '**', '…', {_SNIPPET_WORDS})"
            sql = f"select a.title, source, published, {snippet} from search join articles a on a.id = search.rowid"
            where, values, order = ["search match ?", *where], [match, *values], "order by rank"
        sql = f"{sql} where {' and '.join(where)} {order} limit {PAGE}"
        longest = EXCERPT if match is None else None
        rows = self._database.execute(sql, values)
        return tuple(Shown(title, source, published, text[:longest]) for title, source, published, text in rows)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _filters(ask: Ask) -> tuple[list[str], list[str]]:
    asked = (("source = ?", ask.source), ("published >= ?", ask.after), ("published < ?", ask.before))
    return [sql for sql, value in asked if value], [value for _, value in asked if value]


def _match(ask: Ask) -> str | None:
    """The question in FTS5's own language: any of the words, all of the phrases, none of the excluded."""
    words = " OR ".join(_quoted(word) for word in ask.content or ask.words)
    phrases = " AND ".join(_quoted(phrase) for phrase in ask.phrases)
    if not words and not phrases:
        return None
    # A phrase must hold and the words beside it only rank: FTS5 has no other way to say so.
    asked = f"(({phrases}) AND ({words})) OR ({phrases})" if words and phrases else words or phrases
    return f"({asked})" + "".join(f" NOT {_quoted(word)}" for word in ask.without)


def _quoted(text: str) -> str:
    bare = text.rstrip("?").replace('"', "")
    return f'"{bare}"'

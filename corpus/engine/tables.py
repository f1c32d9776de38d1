"""All that an archive keeps, as tables: in this form it passes from one engine to another, row by row.

They are what SQLite has them in (``local/migrations`` says what each is for); another engine keeps the same, in its
own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from corpus.engine.values import Stored
from corpus.model import Article, PubDate

TABLES: Mapping[str, tuple[str, ...]] = {
    "articles": (
        "key", "story", "checksum", "seq", "id", "headline", "text", "source", "source_name", "published", "url",
        "byline", "section", "language", "headline_derived", "updated", "day",
    ),
    "signatures": ("key", "signature"),
    "bands": ("key", "band"),
    "unsigned": ("first_key", "last_key"),
    "removed": ("seq", "key"),
    "files": (
        "key", "place", "root", "checksum", "way", "run", "articles", "gone", "etag", "modified", "read_at",
    ),
    "refused": ("file", "origin", "reason"),
    "sightings": ("file", "key", "run"),
    "withheld": ("id", "source", "story", "at", "why", "key", "headline", "published", "article"),
    "corrections": ("id", "fields", "was"),
    "limits": ("source", "characters"),
    "audit": ("key", "at", "who", "what", "about", "outcome", "ended"),
    "feeds": ("key", "url", "name", "state"),
    "entries": ("feed", "entry", "checksum", "tries"),
    "documents": ("key", "document"),
}  # fmt: skip
"""The columns of each table. Bands are those under which an article stands for its story, however they are kept."""

BOOKS = ("files", "refused", "sightings", "withheld", "corrections", "feeds", "entries")
"""What a keeper writes down of files, feeds, take-downs and corrections."""

Rows = Callable[[str], Iterator[Sequence[Any]]]
"""Gives all rows of a table."""


def nothing() -> None:
    """Nothing is to be done."""


def stored_in(row: Sequence[Any]) -> Stored:
    """The article of a row of ``articles``.

    Raises:
        ValueError, TypeError: something in it cannot be read.
    """
    key, story, checksum, seq, *fields, derived, updated, _ = row
    article_id, headline, text, source, source_name, published, url, byline, section, language = fields
    article = Article(
        article_id,
        headline,
        text,
        source,
        source_name,
        PubDate.from_iso(published),
        url,
        byline,
        section,
        language,
        bool(derived),
        datetime.fromisoformat(updated) if updated else None,
    )
    return Stored(key, story, checksum, seq, article)


def as_row(stored: Stored) -> tuple[object, ...]:
    """The row of ``articles`` for an article."""
    article = stored.article
    return (
        stored.key,
        stored.story,
        stored.checksum,
        stored.seq,
        article.id,
        article.headline,
        article.text,
        article.source,
        article.source_name,
        str(article.published),
        article.url,
        article.byline,
        article.section,
        article.language,
        int(article.headline_derived),
        article.updated.isoformat() if article.updated else None,
        article.published.day.isoformat(),
    )

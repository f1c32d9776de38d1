"""What an article is known again by: the checksum of all of it, the number and the signature of its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from corpus.ingest.copies import signatures
from corpus.ingest.dedupe import checksum, story
from corpus.model import Article


class Marked(NamedTuple):
    """An article with its marks; ``story`` is that of its own text, and a short text has no signature."""

    article: Article
    checksum: bytes
    story: int
    signature: bytes | None


def marked(articles: Sequence[Article]) -> list[Marked]:
    """These articles with their marks."""
    signed = signatures([article.text for article in articles])
    return [
        Marked(article, checksum(article), story(article), signature)
        for article, signature in zip(articles, signed, strict=True)
    ]

"""What an article is known again by: the checksum of all of it, the number and the signature of its text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

from corpus.ingest.copies import signatures
from corpus.ingest.dedupe import checksum, story
from corpus.model import Article


class Marked(NamedTuple):
    """An article with its marks; ``story`` is that of its own text, and a short text has no signature.

    ``origin`` is where it stood, if it was read.
    """

    article: Article
    checksum: bytes
    story: int
    signature: bytes | None
    origin: str | None = None


def marked(articles: Sequence[Article], origins: Sequence[str | None] = ()) -> list[Marked]:
    """These articles with their marks, and with where they stood."""
    signed = signatures([article.text for article in articles])
    return [
        Marked(article, checksum(article), story(article), signature, origin)
        for article, signature, origin in zip(articles, signed, origins or repeat(None), strict=False)
    ]

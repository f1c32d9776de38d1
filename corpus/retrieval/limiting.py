"""How much of an article may be shown where its source has a limit: so many characters, or none of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.model import Article, Excerpt, Quoted, Span
from corpus.retrieval.excerpt import word_end

_LEAST = 40  # characters of an excerpt below which it says nothing


def limited(article: Article, characters: int) -> Article:
    """The article with no more than the beginning of its text, cut at a word."""
    return replace(article, text=article.text[: word_end(article.text, 0, characters)], limited=True)


def within(excerpts: Sequence[Excerpt], characters: int) -> tuple[Excerpt, ...]:
    """The excerpts as far as they come to no more than so many characters, the last one cut at a word."""
    shown = []
    for excerpt in excerpts:
        length = word_end(excerpt.text, 0, characters)
        if length < min(_LEAST, len(excerpt.text)):
            break
        shown.append(excerpt if length == len(excerpt.text) else _cut(excerpt, length))
        characters -= length
    return tuple(shown)


def quoted_within(found: Quoted, characters: int) -> Quoted:
    """What was found of a quote, with no more of the article's text than its beginning."""
    start, stop = found.span
    text = found.article.text[start:stop]
    text = text[: word_end(text, 0, characters)]
    return replace(found, article=replace(found.article, text=text, limited=True), span=Span(0, len(text)))


def _cut(excerpt: Excerpt, length: int) -> Excerpt:
    marked = tuple(span for span in excerpt.highlights if span.stop <= length)
    span = Span(excerpt.span.start, excerpt.span.start + length)
    return replace(excerpt, text=excerpt.text[:length], span=span, highlights=marked, ends_inside=True)

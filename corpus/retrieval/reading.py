"""A whole article, read for a question: what is marked in it, and which passage answers best.

What is marked, and which passage is the best, is decided as for excerpts. An article may have megabytes: only its
beginning is looked at, which is longer than news is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.analysis import Analyser
from corpus.model import Article, Copy, Reading, Span
from corpus.retrieval.excerpt import best_span
from corpus.retrieval.highlight import MARKED, Marker
from corpus.retrieval.passages import CHARACTERS_READ, best_passages, standing
from corpus.retrieval.weigh import Asked


def read(article: Article, copies: Sequence[Copy], asked: Asked, analyser: Analyser) -> Reading:
    """Mark what was asked in an article, and find the passage that answers best."""
    marker = Marker(asked, analyser, article.language)
    return Reading(
        article,
        highlights=_marked(marker, article.text),
        headline=_marked(marker, article.headline),
        best=_best(article, asked, analyser),
        copies=tuple(copies),
    )


def _marked(marker: Marker, text: str) -> tuple[Span, ...]:
    beginning = text[:MARKED]
    tokens = marker.tokens(beginning)
    if len(text) > MARKED:  # the last word may be half of one
        tokens = [token for token in tokens if token.stop < MARKED]
    return marker.highlights(tokens, marker.matches(tokens, beginning))


def _best(article: Article, asked: Asked, analyser: Analyser) -> Span | None:
    """Where the best passage stands, as far as an excerpt shows it."""
    beginning = replace(article, text=article.text[:CHARACTERS_READ])
    analysed = analyser.article(beginning).analysed
    (passages,) = best_passages([analysed], [standing(analysed, asked)], asked)
    return best_span(beginning, analysed, passages, asked, analyser)

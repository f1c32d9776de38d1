"""Why an article is an answer: what each asked word gave it, and what it got for being read.

The parts add up to the score by which a search places the article. Where it was not among the first stories, which are
read before their order is final, that is what the engine says, and the words are all there is.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.engine import EngineView
from corpus.model import Article, Given, Scored, Why
from corpus.retrieval.highlight import Marker
from corpus.retrieval.order import Placed

_ROUNDING = 1e-3  # scores are 32-bit sums: what is less is no word's doing


def why(view: EngineView, hit: Scored, article: Article, placed: Sequence[Placed], marker: Marker) -> Why:
    """Take apart the score of an article that the view found, among the stories as they were ``placed``."""
    words = _given(view, hit, article, marker)
    points = sum(word.points for word in words)
    own = next((each for each in placed if each.story[0].key == hit.key), None)
    if own is None or own.evidence is None:
        return Why(words, 0.0, 0.0, 0.0, points)
    feedback = own.story[0].score - points
    return Why(
        words,
        passage=own.evidence.passage,
        closeness=own.evidence.closeness,
        feedback=feedback if feedback > _ROUNDING else 0.0,
        score=own.score,
    )


def _given(view: EngineView, hit: Scored, article: Article, marker: Marker) -> tuple[Given, ...]:
    """What each word gave, all its forms together, and how often it stands in the parts of the article."""
    asked = marker.asked
    points = [0.0] * len(asked.idf)
    for word, gave in zip(asked.scorers, view.points(hit, asked.query), strict=True):
        points[word] += gave
    headline = marker.counted("" if article.headline_derived else article.headline)
    text = marker.counted(article.text)
    credit = marker.counted(article.source_name) + marker.counted(article.byline or "")
    return tuple(
        Given(typed, points[word], headline[word], text[word], asked.idf[word], credit[word])
        for word, typed in enumerate(asked.typed)
    )

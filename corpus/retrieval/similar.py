"""What makes others like an article: the words that tell most of what it is about, and how many of them they must have.

The words are chosen by how often they stand in it and how rare they are in the archive (tf·idf), as Lucene's
MoreLikeThis does; those of its outlet and byline say nothing of what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import Article, Enough, Near, Part
from corpus.retrieval.idf import idf

_WORDS = 25  # with 40 nDCG@10 is the same, with 15 a little less
_HEADLINE = 3  # how often a word of the headline counts, as it does where articles are ranked
_DAMPING = 3.0  # times that a word must stand there to count half of what it could
_COMMON = 0.1  # share of the archive's articles from which on a word says nothing about a topic
_FEW = 10  # articles that are never too many for that: a small archive has but one topic or two
_READ = 20_000  # characters of an article that are read; the longest news is about that
_VOTES = 25  # that its words have together, each by what it tells, and at least one
_NEEDED = 4  # of them, by more than one word


@dataclass(frozen=True, slots=True)
class Telling:
    """A word that tells what an article is about: as it stands there first, its ``idf`` and how much it counts."""

    term: str
    typed: str
    idf: float
    weight: float

    @property
    def worth(self) -> float:
        """How much it tells of the article."""
        return self.weight * self.idf


@dataclass(frozen=True, slots=True)
class Likeness:
    """What others must have to be like an article: its most telling words, in the order of the article.

    ``story`` is the article's own, whose articles are it once more and not like it.
    """

    story: int
    words: tuple[Telling, ...]

    @property
    def condition(self) -> Enough:
        """That an article has enough of the words; there must be some."""
        vote = _VOTES / sum(word.worth for word in self.words)
        own = [min(max(round(vote * word.worth), 1), _NEEDED - 1) for word in self.words]
        votes = zip((Near(((0, word.term),)) for word in self.words), own, strict=True)
        return Enough(tuple(votes), min(_NEEDED, sum(own)))


def likeness(view: EngineView, analyser: Analyser, article_id: str) -> Likeness | None:
    """What makes others like this article; None where the archive has none such."""
    hit = view.find(article_id)
    found = view.fetch([hit])[0] if hit else None
    if hit is None or found is None:
        return None
    own = 1 + len(view.copies([hit])[0])
    known = list(_known(view, analyser, found[0], own))
    chosen = set(sorted(known, key=lambda word: -word.worth)[:_WORDS])
    return Likeness(hit.story, tuple(word for word in known if word in chosen))


def _known(view: EngineView, analyser: Analyser, article: Article, own: int) -> Iterator[Telling]:
    """The words by which an article beside its ``own`` story's can be found, in the order of the article."""
    spelt: dict[str, str] = {}
    counted: dict[str, int] = {}
    headline = "" if article.headline_derived else article.headline
    for text, times in ((headline, _HEADLINE), (article.text[:_READ], 1)):
        for term, start, stop in analyser.tokens(text, article.language):
            spelt.setdefault(term, text[start:stop])
            counted[term] = counted.get(term, 0) + times
    view.foresee((Part.TEXT, term) for term in counted if term)
    most = max(_COMMON * view.articles, _FEW)
    for term, times in counted.items():
        if term and own < view.frequency(Part.TEXT, term) <= most:
            yield Telling(term, spelt[term], idf(view, Part.TEXT, term), times / (times + _DAMPING))

"""The final order of the best stories: read, widened by what the best of them say, and weighed again.

The first stories of the engine's ranking are read; what they have in common is asked as well; and the first stories of
that second ranking are put in order by BM25 and by what each article has. Those after them stay as the engine ranks
them. None of this depends on a page, so pages never overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from corpus.engine import EngineView
from corpus.model import WeightedQuery
from corpus.retrieval.evidence import Evidence, evidence
from corpus.retrieval.feedback import Read, widened
from corpus.retrieval.passages import best_passages, standing
from corpus.retrieval.rank import Story, fold
from corpus.retrieval.weigh import Asked

READ = 15
"""Stories that are read before their order is final: with 30 or 60 nDCG@10 is the same on five test collections."""

_SECOND_DEPTH = 30  # hits of the second ranking: some fold


@dataclass(frozen=True, slots=True)
class Placed:
    """A story in its final place, with its score, and with what its article has where that was read."""

    story: Story
    score: float
    evidence: Evidence | None = None


def in_order(view: EngineView, asked: Asked, stories: Sequence[Story], *, folded: bool = True) -> list[Placed]:
    """All of these stories, ranked by the engine, in their final order."""
    reader = _Reader(view, asked)
    first = reader.read(stories[:READ])
    wider = widened([read for read, _ in first], asked, view)
    if wider is not None:
        first = reader.read(_found(view, _as_asked(wider, asked), folded=folded))
    best = [Placed(story, read.score, read.evidence) for read, story in first if read.evidence.coverage]
    placed = {_told(each.story, folded=folded) for each in best}
    rest = (story for story in stories if _told(story, folded=folded) not in placed)
    return [*best, *(Placed(story, story[0].score) for story in rest)]


def _told(story: Story, *, folded: bool) -> int:
    """What two hits have in common that may not both be placed: their story, or where nothing folds the article."""
    return story[0].story if folded else story[0].key


def _as_asked(wider: WeightedQuery, asked: Asked) -> WeightedQuery:
    """The wider query for articles that have what was asked; a stem does not tell whether a word begins as a prefix."""
    if not asked.prefixes:
        return wider
    return replace(wider, conditions=(*wider.conditions, asked.query.scored))


def _found(view: EngineView, wider: WeightedQuery, *, folded: bool) -> Sequence[Story]:
    """The first stories of the second ranking; some may lack all that was asked."""
    return fold(view.search(wider, _SECOND_DEPTH), folded=folded)[:READ]


@dataclass(slots=True)
class _Reader:
    """Reads each article once."""

    view: EngineView
    asked: Asked
    _known: dict[int, Evidence] = field(default_factory=dict)
    _typical: float = 0.0

    def read(self, stories: Sequence[Story]) -> list[tuple[Read, Story]]:
        """These stories by BM25 and by what the article that stands for each has, the best first."""
        new = [story[0] for story in stories if story[0].key not in self._known]
        articles = self.view.analysed(new)
        places = [standing(article, self.asked) for article in articles]
        if new and not self._typical:
            self._typical = fmean(article.length for article in articles) or 1.0
        passages = best_passages(articles, places, self.asked)
        for hit, article, own, best in zip(new, articles, places, passages, strict=True):
            self._known[hit.key] = evidence(article, own, best, self.asked, self._typical)
        read = [(self._weighed(story), story) for story in stories]
        return sorted(read, key=lambda pair: (-pair[0].score, -pair[1][0].published, pair[1][0].key))

    def _weighed(self, story: Story) -> Read:
        found = self._known[story[0].key]
        return Read(found, story[0].score + found.points)

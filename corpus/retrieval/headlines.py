"""Headlines for what is being typed: they have every word of it, the last as far as it goes; the newest first.

No word is weighed, none is dropped and nothing is an operator: what is half typed is seldom what will be asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import AnyOf, Begins, Condition, Headline, Near, Order, Part, WeightedQuery
from corpus.retrieval.query import LONGEST_QUERY
from corpus.retrieval.query.plain import plain
from corpus.retrieval.rank import Story, fold


def headlines(view: EngineView, typed: str, analyser: Analyser, limit: int) -> tuple[Headline, ...]:
    """The newest ``limit`` stories whose headline has what was typed, of each the newest article that has it."""
    query = WeightedQuery(conditions=tuple(_conditions(view, plain(typed[:LONGEST_QUERY]), analyser)))
    newest = [story[0] for story in _newest(view, query, limit)]
    return tuple(filter(None, view.headlines(newest)))


def _newest(view: EngineView, query: WeightedQuery, stories: int) -> Sequence[Story]:
    """The newest stories. They are not counted, as answers are: that takes as long as to find them."""
    depth = 2 * stories
    while True:
        hits = view.search(query, depth, Order.NEWEST)
        found = fold(hits, Order.NEWEST)
        if len(found) >= stories or len(hits) < depth:
            return found[:stories]
        depth *= 2


def _conditions(view: EngineView, typed: str, analyser: Analyser) -> Iterator[Condition]:
    """For each word that a headline has it, as it is spelt or in another form; and for the last that one begins so."""
    readings = analyser.readings(typed, view.languages)
    alike = [reading for reading in readings if len(reading) == len(readings[0])]
    words = list(zip(analyser.spellings(typed), *alike, strict=True))
    begun = words.pop()[0] if words and not typed.endswith(" ") else ""
    for spelt, *forms in dict.fromkeys(words):
        parts = [(Part.HEADLINE_SPELLING, spelt), *((Part.HEADLINE, form) for form in dict.fromkeys(forms))]
        if ways := tuple(Near(((0, term),), part) for part, term in parts if term):
            yield AnyOf(ways)
    if begun:
        yield Begins(begun, Part.HEADLINE_SPELLING)

"""Whether the excerpts of a page tell the facts that answer a query. Knows no archive.

A fact is told when at least 90 % of its content words (distinct terms of the one analysis: stems, without stop words)
stand in the excerpts of the first five hits, taken together. A fact without content words is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from corpus.analysis import Analyser
from corpus.evaluation.collection import Fact

_ENOUGH = 90  # per cent of a fact's content words


def content_words(text: str, analyser: Analyser) -> frozenset[str]:
    """The distinct terms of a text, without stop words."""
    return frozenset(analyser.terms(text)) - {""}


def has_words(fact: frozenset[str], shown: frozenset[str]) -> bool:
    """Whether enough of a fact's words are among those shown."""
    return 100 * len(fact & shown) >= _ENOUGH * len(fact)


def share_told(facts: Sequence[Fact], excerpts: Mapping[str, Iterable[str]], analyser: Analyser) -> float | None:
    """The share of all facts that the excerpts (by query id) tell; None where there is no fact.

    Every fact counts the same, however many its query has; one whose query has no excerpts is not told.
    """
    shown = {
        query: frozenset[str]().union(*(content_words(text, analyser) for text in texts))
        for query, texts in excerpts.items()
    }
    wanted = [(fact.query, words) for fact in facts if (words := content_words(fact.text, analyser))]
    told = sum(has_words(words, shown.get(query, frozenset())) for query, words in wanted)
    return told / len(wanted) if wanted else None

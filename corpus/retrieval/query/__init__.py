"""The first step of a question's way: what was typed, or pasted, becomes one Query.

``plain`` makes its characters plain, ``reading`` reads operators (``filtering`` and ``period`` filters and days),
``settling`` brings groups into one form and bounds them, ``pasting`` reads pasted text. ``clauses`` has the values.
"""

from corpus.retrieval.query.clauses import (
    Clause,
    Either,
    Field,
    Filters,
    In,
    Leaf,
    Must,
    Phrase,
    Prefix,
    Sort,
    Together,
    Without,
    Word,
)
from corpus.retrieval.query.filtering import LONGEST_NAME, MOST_SOURCES
from corpus.retrieval.query.query import Query
from corpus.retrieval.query.reading import LONGEST_QUERY

__all__ = [
    "LONGEST_NAME",
    "LONGEST_QUERY",
    "MOST_SOURCES",
    "Clause",
    "Either",
    "Field",
    "Filters",
    "In",
    "Leaf",
    "Must",
    "Phrase",
    "Prefix",
    "Query",
    "Sort",
    "Together",
    "Without",
    "Word",
]

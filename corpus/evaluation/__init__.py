"""How well the archive answers: a judged collection in, figures out. Asks through the door, changes no archive.

collection -> throw-away archive -> answers -> figures, one step a file.
"""

from corpus.evaluation.answers import DEEP, Answers, Page, ask
from corpus.evaluation.collection import Collection, Document, Fact, Judgements, read_collection, read_documents
from corpus.evaluation.facts import content_words, has_words, share_told
from corpus.evaluation.figures import Figures, Measures, Shown, evaluate, measured, percentile
from corpus.evaluation.run_file import check_ids, write_run
from corpus.evaluation.throwaway import Taken, ThrowAway, throw_away

__all__ = [
    "DEEP",
    "Answers",
    "Collection",
    "Document",
    "Fact",
    "Figures",
    "Judgements",
    "Measures",
    "Page",
    "Shown",
    "Taken",
    "ThrowAway",
    "ask",
    "check_ids",
    "content_words",
    "evaluate",
    "has_words",
    "measured",
    "percentile",
    "read_collection",
    "read_documents",
    "share_told",
    "throw_away",
    "write_run",
]

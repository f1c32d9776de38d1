"""The archive: articles go in, questions come through, excerpts with source and date come out.

This is the door: everything that one may use stands here. Knows nothing of Discord.
"""

from corpus.aio import AsyncCorpus
from corpus.corpus import LONGEST_PAGE, PAGE, Corpus
from corpus.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusLocked,
    CorpusMissing,
    CorpusTooNew,
    CorpusUnwritable,
    EmptyQuery,
    IngestError,
    NotIndexed,
    QueryError,
    ReindexInProgress,
    SearchIndexError,
    SearchTimeout,
    StoreError,
    UnreadableInput,
)
from corpus.ingest import DateOrder
from corpus.inputs import Input, parse_inputs
from corpus.keeper import Keeper
from corpus.model import (
    Article,
    Attribution,
    Copy,
    CorpusStatus,
    Excerpt,
    Hit,
    IngestReport,
    PubDate,
    Rejection,
    Results,
    Source,
    Span,
)
from corpus.retrieval.query import Filters, Phrase, Query, Without, Word

__all__ = [
    "LONGEST_PAGE",
    "PAGE",
    "Article",
    "AsyncCorpus",
    "Attribution",
    "Copy",
    "Corpus",
    "CorpusDamaged",
    "CorpusError",
    "CorpusLocked",
    "CorpusMissing",
    "CorpusStatus",
    "CorpusTooNew",
    "CorpusUnwritable",
    "DateOrder",
    "EmptyQuery",
    "Excerpt",
    "Filters",
    "Hit",
    "IngestError",
    "IngestReport",
    "Input",
    "Keeper",
    "NotIndexed",
    "Phrase",
    "PubDate",
    "Query",
    "QueryError",
    "ReindexInProgress",
    "Rejection",
    "Results",
    "SearchIndexError",
    "SearchTimeout",
    "Source",
    "Span",
    "StoreError",
    "UnreadableInput",
    "Without",
    "Word",
    "parse_inputs",
]

"""An article's way in: read -> parse -> clean -> dedupe, one step a file, frozen values between. Knows no database."""

from corpus.ingest.ahead import incoming
from corpus.ingest.copies import Wording, bands, seem_alike, signatures
from corpus.ingest.dates import DateOrder
from corpus.ingest.dedupe import Verdict, article_id, checksum, identity, judge, story
from corpus.ingest.marks import Marked, marked
from corpus.ingest.parse import parse
from corpus.ingest.read import read

__all__ = [
    "DateOrder",
    "Marked",
    "Verdict",
    "Wording",
    "article_id",
    "bands",
    "checksum",
    "identity",
    "incoming",
    "judge",
    "marked",
    "parse",
    "read",
    "seem_alike",
    "signatures",
    "story",
]

"""An article's way in: read -> parse -> clean -> dedupe, one step a file, frozen values between. Knows no database."""

from corpus.ingest.dates import DateOrder
from corpus.ingest.dedupe import Verdict, article_id, checksum, identity, judge, story
from corpus.ingest.parse import parse
from corpus.ingest.read import read

__all__ = ["DateOrder", "Verdict", "article_id", "checksum", "identity", "judge", "parse", "read", "story"]

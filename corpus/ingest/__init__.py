"""An article's way in: read -> parse -> clean -> dedupe, one step a file, frozen values between. Knows no database."""

from corpus.ingest.ahead import Incoming, Reached, as_incoming, incoming
from corpus.ingest.clean import clean_text
from corpus.ingest.copies import Wording, bands, seem_alike, signatures
from corpus.ingest.correct import CORRECTABLE, as_kept, corrected, correction, from_kept, parts_of, put_right
from corpus.ingest.dates import DateOrder
from corpus.ingest.dedupe import UNSPACED, Verdict, article_id, checksum, identity, is_long, judge, story
from corpus.ingest.field_map import FieldMap, read_field_map
from corpus.ingest.files import Found, found, is_gone, place_of
from corpus.ingest.files import checksum as file_checksum
from corpus.ingest.forms.page import page_article
from corpus.ingest.marks import Marked, marked
from corpus.ingest.parse import is_to_come, parse
from corpus.ingest.places import host_of, source_of
from corpus.ingest.read import Begun, Ended, Reader
from corpus.ingest.stream import text_codec
from corpus.ingest.way import Way

__all__ = [
    "CORRECTABLE",
    "UNSPACED",
    "Begun",
    "DateOrder",
    "Ended",
    "FieldMap",
    "Found",
    "Incoming",
    "Marked",
    "Reached",
    "Reader",
    "Verdict",
    "Way",
    "Wording",
    "article_id",
    "as_incoming",
    "as_kept",
    "bands",
    "checksum",
    "clean_text",
    "corrected",
    "correction",
    "file_checksum",
    "found",
    "from_kept",
    "host_of",
    "identity",
    "incoming",
    "is_gone",
    "is_long",
    "is_to_come",
    "judge",
    "marked",
    "page_article",
    "parse",
    "parts_of",
    "place_of",
    "put_right",
    "read_field_map",
    "seem_alike",
    "signatures",
    "source_of",
    "story",
    "text_codec",
]

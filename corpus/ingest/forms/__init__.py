"""Which form a stream of bytes has, and the reader of that form. A new form is a module here and a line in ``_FORMS``.

The name decides; the content overrules it where it cannot be anything else (a page or JSON saved as .txt), and decides
alone where the name says nothing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import PurePosixPath

from corpus.ingest.forms.columns import is_columns, read_columns
from corpus.ingest.forms.json_text import read_json
from corpus.ingest.forms.news_xml import is_feed, is_news_xml, read_news_xml, refuse_feed
from corpus.ingest.forms.page import read_page
from corpus.ingest.forms.raw import looks_raw, read_raw
from corpus.ingest.forms.table import looks_tabular, read_table
from corpus.ingest.forms.web_archive import is_web_archive, read_web_archive
from corpus.ingest.stream import Unread
from corpus.model import RawArticle, Rejection

Form = Callable[[io.BufferedReader, str], Iterator[RawArticle | Rejection]]

_FORMS: dict[str, Form] = {
    ".txt": read_raw,
    ".text": read_raw,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".csv": read_table,
    ".tsv": read_table,
    ".html": read_page,
    ".htm": read_page,
    ".xhtml": read_page,
}
_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_JSON = re.compile(rb'\s*(?:\{\s*"|\[\s*\{)')


_BY_CONTENT: tuple[tuple[Callable[[bytes], object], Form], ...] = (
    (is_news_xml, read_news_xml),
    (is_feed, refuse_feed),
    (_PAGE.match, read_page),
    (_JSON.match, read_json),
)
"""What a file is, whatever it is called."""


def binary_form(head: bytes) -> Form | None:
    """The reader for a file that begins so and is no text; None for all others."""
    if is_web_archive(head):
        return read_web_archive
    return read_columns if is_columns(head) else None


def form_of(name: str, head: bytes, known: Collection[str] = ()) -> Form:
    """The reader for a file called ``name`` that begins with ``head`` (UTF-8); ``known`` are names of its fields.

    Raises:
        Unread: neither says what it is.
    """
    for is_form, form in _BY_CONTENT:
        if is_form(head):
            return form
    suffix = PurePosixPath(name).suffix.lower()
    named = _FORMS.get(suffix)
    if named is read_table or (named is None and looks_tabular(head, known)):
        return partial(read_table, known=known)
    if named is not None:
        return named
    if looks_raw(head) or not suffix:
        return read_raw
    raise Unread(f"no form that can be read ({suffix})")

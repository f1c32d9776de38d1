"""Which form a stream of bytes has, and the reader of that form. A new form is a module here and a line in ``_FORMS``.

The name decides; the content overrules it where it cannot be anything else (a page or JSON saved as .txt), and decides
alone where the name says nothing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from corpus.ingest.forms.json_text import read_json
from corpus.ingest.forms.page import read_page
from corpus.ingest.forms.raw import looks_raw, read_raw
from corpus.ingest.forms.table import looks_tabular, read_table
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


def form_of(name: str, head: bytes) -> Form:
    """The reader for a file called ``name`` that begins with ``head`` (UTF-8).

    Raises:
        Unread: neither says what it is.
    """
    if _PAGE.match(head):
        return read_page
    if _JSON.match(head):
        return read_json
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _FORMS:
        return _FORMS[suffix]
    if looks_tabular(head):
        return read_table
    if looks_raw(head) or not suffix:
        return read_raw
    raise Unread(f"no form that can be read ({suffix})")

"""WARC (ISO 28500), as crawlers keep the web: each page that a server answered with is an article, through ``page``.

When a page was crawled says nothing of when it was published: a page that declares no date is refused as everywhere.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from corpus.ingest.forms.page import LONGEST_PAGE, in_utf8, read_page
from corpus.ingest.stream import Unread
from corpus.model import RawArticle, Rejection

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

_PAGES = ("text/html", "application/xhtml+xml")


def is_web_archive(head: bytes) -> bool:
    """Whether a file that begins so is a WARC."""
    return head.startswith(b"WARC/")


def read_web_archive(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The pages of a web archive; the origin of each is its address. Whatever else was crawled is passed over.

    Raises:
        Unread: the rest of it is broken.
    """
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415  # 0.1 s that other forms do not owe
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415

    try:
        for record in ArchiveIterator(stream):
            if _is_page(record):
                yield from _page(record, origin)
    except ArchiveLoadFailed as error:
        raise Unread("a damaged web archive: the rest was not read") from error
    except (ValueError, EOFError, OSError) as error:  # a length that is none, a packed body that is cut off
        raise Unread("a damaged web archive: the rest was not read") from error


def _is_page(record: ArcWarcRecord) -> bool:
    if record.rec_type == "resource":
        return _is_html(record.rec_headers.get_header("Content-Type"))
    headers = record.http_headers
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return False
    return _is_html(headers.get_header("Content-Type"))


def _is_html(kind: str | None) -> bool:
    return (kind or "").partition(";")[0].strip().lower() in _PAGES


def _page(record: ArcWarcRecord, origin: str) -> Iterator[RawArticle | Rejection]:
    address = "".join(each for each in record.rec_headers.get_header("WARC-Target-URI") or "" if each.isprintable())
    here = f"{origin}:{address}"
    packing = record.http_headers.get_header("Content-Encoding") if record.http_headers else None
    if (packing or "").strip().lower() not in {"", "identity", "gzip", "deflate", "x-gzip"}:
        yield Rejection(here, "packed for the way in a form that cannot be read")
        return
    body = record.content_stream().read(LONGEST_PAGE + 1)
    if len(body) > LONGEST_PAGE:
        yield Rejection(here, f"longer than {LONGEST_PAGE // 2**20} MiB, which no article is")
        return
    kind = record.http_headers.get_header("Content-Type") if record.http_headers else None
    stream: Any = io.BytesIO(in_utf8(body, (kind or "").lower().rpartition("charset=")[2].strip(" \"';")))
    try:
        for found in read_page(stream, here):
            yield RawArticle({**found.fields, "weburl": address}, here) if isinstance(found, RawArticle) else found
    except Unread as error:
        yield Rejection(here, error.reason)

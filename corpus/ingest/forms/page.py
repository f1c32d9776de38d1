"""HTML pages: text and names through trafilatura, dates and addresses from what the page declares.

trafilatura finds its date with htmldate, which searches the words of the page, takes day and month as it thinks likely
and drops the time: a guess, where an article needs what its publisher said. So the date is read here from JSON-LD, meta
tags and ``<time>``, and left as it is written: what it means is for ``parse``.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from corpus.ingest.fields import in_words
from corpus.ingest.stream import SHIFTING, Unread, text_codec, text_of, whole
from corpus.model import RawArticle, Rejection

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
LONGEST_PAGE = 4 * 2**20
"""Bytes of a page: trafilatura takes up to 10 s and 150 MB for one megabyte of tables."""

_DATE_METAS = (
    "datepublished", "pubdate", "publishdate", "publish-date", "publication_date", "parsely-pub-date", "sailthru.date",
    "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "og:published_time", "date",
)  # fmt: skip


def read_page(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The one article of a page.

    Raises:
        Unread: not in the encoding it declares, or longer than an article may be.
    """
    import lxml.etree  # noqa: PLC0415  # with trafilatura 0.25 s and 40 MB, which only archives of pages need
    import lxml.html  # noqa: PLC0415

    page = _DECLARATION.sub("", _decoded(whole(stream, LONGEST_PAGE)), count=1)
    try:
        tree = lxml.html.document_fromstring(page.replace("\x00", ""))
    except (lxml.etree.ParserError, ValueError):
        yield Rejection(origin, "no text")
        return
    saved_from = _SAVED_FROM.search(page, 0, 2000)
    try:
        extracted = _names_and_text(tree)
    except Exception as error:  # noqa: BLE001  # heuristics over whatever the web holds: one page must not end an ingest
        yield Rejection(origin, f"a page that cannot be taken apart ({type(error).__name__})")
        return
    found = (
        *extracted.items(),
        *_declared_in_tags(tree).items(),
        *_declared_in_json(tree).items(),
        ("link", saved_from[1] if saved_from else None),
    )
    yield RawArticle({name: value for name, value in found if value}, origin)


def in_utf8(page: bytes, charset: str | None) -> bytes:
    """A page as UTF-8 where HTTP said that it is in another encoding, and it is."""
    codec = text_codec(charset) if charset and len(page) <= LONGEST_PAGE else None
    try:
        return page.decode(codec).encode() if codec and codec != "utf-8" else page
    except UnicodeError:
        return page


def page_article(page: bytes, origin: str, charset: str | None) -> RawArticle | None:
    """The one article of a page that was fetched; None where there is none that can be read."""
    stream: Any = io.BytesIO(in_utf8(page, charset))  # all that is asked of it is to be read
    try:
        found = next(read_page(stream, origin), None)
    except Unread:
        return None
    return found if isinstance(found, RawArticle) else None


def _decoded(data: bytes) -> str:
    """A page in UTF-8 if it is that, else in the encoding it declares (latin-1 means cp1252: WHATWG Encoding, 4.2)."""
    declared = _CHARSET.search(data, 0, 4096)
    name = declared[1].decode("ascii") if declared else ""
    codec = text_codec(name)
    try:
        if codec in SHIFTING:  # their bytes are ASCII, and so UTF-8, but mean something else
            return data.decode(codec)
        return text_of(data)
    except UnicodeError as error:
        raise Unread(f"neither UTF-8 nor the encoding it declares ({name})") from error
    except Unread:
        if declared is None:
            raise
    try:
        return data.decode(codec or "utf-8")
    except UnicodeError as error:
        raise Unread(f"neither UTF-8 nor the encoding it declares ({name})") from error


def _names_and_text(tree: HtmlElement) -> dict[str, object]:
    """Text, title, author and section as trafilatura finds them."""
    import trafilatura  # noqa: PLC0415  # see read_page

    dates_are_read_here = {"extensive_search": False, "original_date": True}
    found = trafilatura.bare_extraction(
        tree, include_comments=False, with_metadata=True, date_extraction_params=dates_are_read_here
    )
    if found is None:
        return {}
    page = found if isinstance(found, Mapping) else found.as_dict()
    return {
        "title": page["title"],
        "text": page["text"],
        "author": page["author"],
        "url": page["url"],
        "section": ", ".join(page["categories"] or ()),
    }


def _declared_in_tags(tree: HtmlElement) -> dict[str, object]:
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and meta.get("content"):
            metas.setdefault(name.lower(), meta.get("content", ""))
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or metas.get("og:locale")
    links = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    return {
        "published_time": metas.get("article:published_time"),
        "pubdate": next((metas[name] for name in _DATE_METAS if name in metas), None),
        "date": _time_tag(tree),
        "section": metas.get("article:section"),
        "canonical_url": _absolute(next(iter(links), None)) or metas.get("og:url"),
        "source_name": metas.get("og:site_name"),
        "language": language,
    }


def _absolute(address: str | None) -> str | None:
    return address if address and "://" in address else None


def _time_tag(tree: HtmlElement) -> str | None:
    """What a ``<time>`` marked as the date of publication says, or the only one there is."""
    times = [tag for tag in tree.iter("time") if tag.get("datetime")]
    marked = [tag for tag in times if tag.get("pubdate") is not None or tag.get("itemprop") == "datePublished"]
    stated = {tag.get("datetime") for tag in marked or times}
    return stated.pop() if len(stated) == 1 else None


def _declared_in_json(tree: HtmlElement) -> dict[str, object]:
    """What schema.org's Article says (https://schema.org/NewsArticle), where a page has one."""
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            items = list(_items(json.loads(script.text or "", strict=False)))
        except (ValueError, RecursionError):
            continue
        for item in items:
            if "Article" in str(item.get("@type")) or "BlogPosting" in str(item.get("@type")):
                return _article_of(item)
    return {}


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON-LD value: alone, in a list, or in the list under ``@graph``."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item
            if isinstance(item.get("@graph"), list):
                yield from _items(item["@graph"])


def _article_of(item: Mapping[str, Any]) -> dict[str, object]:
    return {
        "headline": item.get("headline"),
        "datepublished": item.get("datePublished"),
        "publisher": in_words(item.get("publisher")),  # its address may be that of the house behind the outlet
        "section": item.get("articleSection"),
        "inlanguage": item.get("inLanguage"),
        "author": item.get("author"),
    }

"""The bytes of a feed made entries: RSS, RDF and Atom through feedparser, JSON Feed by its few names.

Dates stay as they are written: what they mean is for ``parse``. feedparser turns them into UTC, and drops whatever it
cannot read.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from corpus.errors import UnreadableInput
from corpus.ingest import text_codec

_LARGEST = 8 * 2**20  # bytes of a feed
_MOST = 1_000  # entries of a feed: those that follow are older
_MOST_TAGS = 200_000  # each of which is held, and taken apart by feedparser in a twentieth of a millisecond
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,150}\bencoding\s*=", re.IGNORECASE)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_JSON_FEED = "https://jsonfeed.org/version/"
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed as it is written; what it does not say is None or empty. ``id`` is its own within the feed.

    ``content`` is what the feed gives as the whole text, ``summary`` what it gives beside or instead of it, in HTML.
    ``source_name`` and ``source_url`` are of the feed that an aggregator took it from.
    """

    id: str
    url: str | None
    headline: str | None
    published: str | None
    updated: str | None
    byline: str | None
    summary: str
    content: str
    section: str | None
    language: str | None
    source_name: str | None = None
    source_url: str | None = None

    @property
    def text(self) -> str:
        """The longer of what it gives as its whole text and beside it."""
        return max(self.content, self.summary, key=len)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: what it is called, the address of its outlet, how many seconds it wants to be left alone, its entries."""

    title: str | None
    home: str | None
    language: str | None
    entries: tuple[Entry, ...]
    fresh_for: int | None = None


def read_feed(body: bytes, url: str, content_type: str = "", charset: str | None = None) -> Feed:
    """The feed that stood at this address; ``content_type`` and ``charset`` are what HTTP said of it.

    Raises:
        UnreadableInput: it is none.
    """
    if len(body) > _LARGEST:
        raise UnreadableInput(url, f"the feed is larger than {_LARGEST // 2**20} MiB.")
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        feed = _read_json(body, url)
    elif _PAGE.match(head.decode("latin-1")):
        raise UnreadableInput(url, "this is a page and no feed: look there for the address of its feed.")
    else:
        feed = _read_xml(_mended(_in_utf8(body, charset), url), url, content_type)
    return replace(feed, entries=_told_apart(feed.entries))


def _in_utf8(body: bytes, charset: str | None) -> bytes:
    """XML in the encoding that only HTTP declares."""
    if not charset or body.startswith(_MARKS) or _DECLARED.match(body[:200]):
        return body
    try:
        return body.decode(text_codec(charset) or "utf-8").encode()
    except UnicodeError:
        return body


def _mended(body: bytes, url: str) -> bytes:
    """The same XML without what is broken in it: feedparser takes a minute for a broken megabyte.

    A feed that declares entities, by which a kilobyte becomes a gigabyte, is none.
    """
    from lxml import etree  # noqa: PLC0415  # 30 ms, which only those who poll owe

    text = body.decode("utf-16", "replace") if body.startswith(_MARKS[1:]) else body.decode("latin-1")
    if _ENTITY.search(text):
        raise UnreadableInput(url, "the feed declares entities of its own, which no feed needs: it was not read.")
    if text.count("<") > _MOST_TAGS:
        raise UnreadableInput(url, f"the feed has more than {_MOST_TAGS:,} tags: it was not read.")
    harmless = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        etree.fromstring(body, etree.XMLParser(**harmless))
    except (etree.XMLSyntaxError, ValueError):
        return _recovered(body, url, etree.XMLParser(**harmless, recover=True))
    return body


def _recovered(body: bytes, url: str, parser: Any) -> bytes:
    from lxml import etree  # noqa: PLC0415  # as above

    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise UnreadableInput(url, "this is no feed: neither RSS nor Atom nor JSON Feed.")
    mended: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return mended


def _own_id(entry: Entry, *, alone: bool) -> str:
    return entry.url if entry.url and alone else f"{entry.id}\n{entry.headline}\n{entry.published}"


def _told_apart(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries each with an id of its own: one that several bear tells nothing."""
    ids, links = Counter(entry.id for entry in entries), Counter(entry.url for entry in entries)
    return tuple(
        replace(entry, id=_own_id(entry, alone=links[entry.url] == 1)) if ids[entry.id] > 1 else entry
        for entry in entries
    )


def _read_xml(body: bytes, url: str, content_type: str) -> Feed:
    import feedparser  # noqa: PLC0415  # 0.1 s, which only those who poll owe

    headers = {"content-type": content_type} if content_type else {}
    try:
        # As a stream, since it would fetch an address; without one of its own, since it would put that before ids.
        found = feedparser.parse(io.BytesIO(body), response_headers=headers)
    except Exception as error:  # heuristics over whatever the web holds: one feed must not end a round
        raise UnreadableInput(url, f"the feed cannot be taken apart ({type(error).__name__}).") from error
    if not found.get("version") and not found.entries:
        raise UnreadableInput(url, "this is no feed: neither RSS nor Atom nor JSON Feed.")
    feed = found.feed
    ttl = str(feed.get("ttl", ""))
    return Feed(
        title=_text(feed.get("title")),
        home=_text(feed.get("link")),
        language=_text(feed.get("language")),
        entries=tuple(_entry(each, url) for each in found.entries[:_MOST]),
        fresh_for=int(ttl) * _MINUTES if ttl.isdecimal() and len(ttl) < 6 else None,  # noqa: PLR2004  # digits
    )


def _entry(each: Mapping[str, Any], feed_url: str) -> Entry:
    contents = [_text(part.get("value")) or "" for part in each.get("content", ())]
    tags = [_text(tag.get("term") or tag.get("label")) for tag in each.get("tags", ())]
    source = each.get("source") or {}
    url = _link(_text(each.get("link")), _text(each.get("id")), feed_url)
    headline = _text(each.get("title"))
    return Entry(
        id=_text(each.get("id")) or url or f"{headline}\n{each.get('published')}",
        url=url,
        headline=headline,
        published=_text(each.get("published") or each.get("created")),
        updated=_text(each.get("updated")) if "updated" in each else None,  # it warns of a date that it makes up
        byline=_text(each.get("author")),
        summary=_text(each.get("summary")) or "",
        content=max(contents, key=len, default=""),
        section=next(filter(None, tags), None),
        language=_text((each.get("title_detail") or {}).get("language")),
        source_name=_text(source.get("title")),
        source_url=_text(source.get("href") or source.get("link")),
    )


def _link(link: str | None, entry_id: str | None, feed_url: str) -> str | None:
    """Where an entry leads; feedparser takes an id for that where there is no link, though it may be no address."""
    if link is None or (link == entry_id and "://" not in link):
        return None
    try:
        return urljoin(feed_url, link)
    except ValueError:
        return None


def _read_json(body: bytes, url: str) -> Feed:
    """JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/."""
    if sum(map(body.count, (b",", b"[", b"{"))) > _MOST_TAGS:
        raise UnreadableInput(url, f"the feed has more than {_MOST_TAGS:,} values: it was not read.")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableInput(url, "this is no feed: its JSON is broken.") from error
    if not isinstance(told, dict) or not str(told.get("version")).startswith(_JSON_FEED):
        raise UnreadableInput(url, f"this is JSON but no JSON Feed: its version is not {_JSON_FEED}….")
    items = told.get("items")
    language = _text(told.get("language"))
    return Feed(
        title=_text(told.get("title")),
        home=_text(told.get("home_page_url")),
        language=language,
        entries=tuple(_json_entries(items[:_MOST] if isinstance(items, list) else [], url)),
    )


def _json_entries(items: Sequence[object], url: str) -> Iterator[Entry]:
    for item in items:
        if not isinstance(item, Mapping):
            continue
        address = _text(item.get("url") or item.get("external_url"))
        authors = item.get("authors") or item.get("author") or []
        names = [each.get("name") for each in (authors if isinstance(authors, list) else [authors]) if _is_named(each)]
        tags = item.get("tags")
        yield Entry(
            id=_text(item.get("id")) or address or f"{item.get('title')}\n{item.get('date_published')}",
            url=_link(address, None, url),
            headline=_text(item.get("title")),
            published=_text(item.get("date_published")),
            updated=_text(item.get("date_modified")),
            byline=_text(", ".join(map(str, names))),
            summary=_text(item.get("summary")) or "",
            content=_text(item.get("content_html")) or _text(item.get("content_text")) or "",
            section=_text(tags[0]) if isinstance(tags, list) and tags else None,
            language=_text(item.get("language")),
        )


def _is_named(author: object) -> bool:
    return isinstance(author, Mapping) and bool(author.get("name"))


def _text(value: object) -> str | None:
    """A value as text, if it is one that says something."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text.encode("utf-8", "replace").decode() or None

"""NewsML-G2 and NITF, in which agencies deliver: one item after the other, each let go when it was read.

Nothing that the file declares of itself is followed: no DTD, no entity, no address.
(https://iptc.org/standards/newsml-g2/, https://iptc.org/standards/nitf/)
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from corpus.ingest.stream import MAX_LINE, Unread
from corpus.model import RawArticle, Rejection

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ROOT = rb"(?:<\?xml[^>]{0,200}\?>)?(?:\s|<!--.{0,2000}?-->|<\?[^>]{0,200}\?>|<!DOCTYPE[^>\[]{0,500}>)*+"
_NAMES = rb"(?:\w{1,20}:)?(?:nitf|newsMessage|newsItem|packageItem)"
_NEWS = re.compile(_ROOT + rb"<(?:" + _NAMES + rb"[\s>/]|!DOCTYPE\s{1,9}" + _NAMES + rb"\b[^>\[]{0,500}\[)", re.DOTALL)
_FEED = re.compile(_ROOT + rb"<(?:\w{1,20}:)?(?:rss|feed|RDF)[\s>/]", re.DOTALL)
_DECLARES = re.compile(rb"<!DOCTYPE[^>\[]{0,500}\[|<!ENTITY", re.IGNORECASE)
_LOOK_BACK = 600  # bytes: a declaration may begin in one piece and end in the next
_MOST_TAGS = 100_000
"""Tags, comments and attributes from one item to the next: each of them is held."""

_EMPTY = "an item with nothing in it"
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_EMBARGO = "the item is under embargo"
_WITHDRAWN = frozenset({"canceled", "cancelled", "withheld", "embargoed"})
_BLOCKS = tuple(f"{{*}}{name}" for name in ("p", "h1", "h2", "h3", "h4", "hl2", "li", "blockquote", "pre", "td", "dd"))
"""What stands by itself in a text, as far as no other of these stands in it."""


def is_news_xml(head: bytes) -> bool:
    """Whether an XML file that begins so is news by one of the two standards."""
    return _NEWS.match(head.lstrip()) is not None


def is_feed(head: bytes) -> bool:
    """Whether an XML file that begins so is a feed."""
    return _FEED.match(head.lstrip()) is not None


def refuse_feed(_: io.BufferedReader, __: str) -> Iterator[RawArticle | Rejection]:
    """A feed that lies on the disk is a moment of it: its address is what is wanted.

    Raises:
        Unread: always.
    """
    yield from ()
    raise Unread("a feed: name its address as an input, NAME=feed:https://…")


def read_news_xml(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The items of a message, or the one item that a file is; the origin of each has its line.

    Raises:
        Unread: it declares entities of its own, or the rest of it is broken.
    """
    import lxml.etree  # noqa: PLC0415  # 30 ms that other forms do not owe

    watched = _Watched(stream)
    items = lxml.etree.iterparse(
        watched,
        tag=("{*}newsItem", "{*}nitf"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    empty = True
    try:
        for _, item in items:
            if _name(item) == "nitf" and next(item.iterancestors("{*}newsItem"), None) is not None:
                continue
            empty = False
            watched.item_ends()
            here = f"{origin}:{item.sourceline}"
            refused = _withdrawn(item) if len(item) else _EMPTY
            yield Rejection(here, refused, passing=refused == _EMBARGO) if refused else RawArticle(_fields(item), here)
            _let_go(item)
    except lxml.etree.XMLSyntaxError as error:
        line = error.lineno or None
        raise Unread("broken XML: it and the rest of the file were not read", line) from error
    if empty:
        raise Unread("no news item in it")


class _Watched:
    """The bytes of an XML file, as long as they declare no entity and an item comes to its end now and then."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._bytes = 0
        self._tags = 0
        self._before = b""
        self._begun = False

    def item_ends(self) -> None:
        """What was counted until now is let go; what declares entities stands before the first item."""
        self._bytes, self._tags, self._begun = 0, 0, True

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes.

        Raises:
            Unread: they are not what news are made of.
        """
        data = self._stream.read(size)
        if not self._begun:
            seen = self._before + data
            if _DECLARES.search(seen):
                raise Unread("XML that declares entities of its own, which no news needs: it was not read")
            self._before = seen[-_LOOK_BACK:]
        self._bytes += len(data)
        self._tags += data.count(b"<") + data.count(b"=")
        if self._bytes > MAX_LINE or self._tags > _MOST_TAGS:
            raise Unread("XML in which no news item comes to its end: the rest of the file was not read")
        return data


def _fields(item: Element) -> dict[str, object]:
    fields = _nitf(item) if _name(item) == "nitf" else _news_item(item)
    return {name: value for name, value in fields.items() if value}


def _nitf(item: Element) -> dict[str, object]:
    return {
        "headline": _text(item, "hl1") or _text(item, "title"),
        "byline": _text(item, "byline"),
        "text": _paragraphs(_first(item, "body.content")),
        "published": _date(_attribute(item, "date.issue", "norm") or _attribute(item, "pubdata", "date.publication")),
        "source": _attribute(item, "pubdata", "name")
        or _attribute(item, "doc.copyright", "holder")
        or _text(item, "distributor")
        or _attribute(item, "doc.rights", "owner"),
        "id": _attribute(item, "doc-id", "id-string"),
        "url": _attribute(item, "pubdata", "ex-ref"),
        "section": _attribute(item, "pubdata", "position.section")
        or _attribute(item, "tobject.subject", "tobject.subject.type"),
        "language": item.get(_LANG) or _attribute(item, "body", _LANG),
    }


def _news_item(item: Element) -> dict[str, object]:
    inner = _first(item, "nitf")
    told = _nitf(inner) if inner is not None else {}
    content = _first(item, "inlineXML")
    plain = _text(item, "inlineData")
    return told | {
        "headline": _text(item, "headline") or told.get("headline"),
        "byline": _text(item, "by") or told.get("byline") or _named(item, "creator"),
        "text": told.get("text") or (_paragraphs(content) if content is not None else plain),
        "published": _date(
            _text(item, "contentCreated") or _text(item, "firstCreated") or _text(item, "versionCreated")
        )
        or told.get("published"),
        "source": _named(item, "infoSource")
        or _text(item, "creditline")
        or _named(item, "provider")
        or _named(item, "copyrightHolder")
        or told.get("source"),
        "id": item.get("guid"),
        "section": _named(item, "subject") or told.get("section"),
        "language": _attribute(item, "language", "tag") or item.get(_LANG) or told.get("language"),
    }


def _withdrawn(item: Element) -> str | None:
    """Why an item is not to be published, if it is not."""
    statuses = [item.get("management-status"), _attribute(item, "docdata", "management-status")]
    statuses += [_attribute(item, "pubStatus", name) for name in ("qcode", "uri", "literal")]
    said = {re.split(r"[:/#]", status.lower())[-1] for status in statuses if status}
    if said & _WITHDRAWN:
        return "the item was withdrawn or held back by its agency"
    until = _first(item, "embargoed")
    moments = [_text(item, "embargoed"), _attribute(item, "date.release", "norm")]
    if (until is not None and not moments[0]) or any(_is_to_come(_date(each)) for each in moments):
        return _EMBARGO
    return None


def _is_to_come(written: str | None) -> bool:
    """Whether a moment is in the future; one that cannot be read may be."""
    try:
        return written is not None and datetime.fromisoformat(written).astimezone(UTC) > datetime.now(UTC)
    except (ValueError, OverflowError):
        return True


def _date(written: str | None) -> str | None:
    """A date as it is written, but in the form of ISO 8601 that has hyphens and colons."""
    found = _BASIC.fullmatch((written or "").strip())
    if found is None:
        return written
    year, month, day, hour, minute, second, zone = found.groups()
    time = f"T{hour}:{minute}:{second or '00'}{zone or ''}" if hour else ""
    return f"{year}-{month}-{day}{time}"


def _paragraphs(content: Element | None) -> str:
    """The text of an element, a paragraph a line."""
    if content is None:
        return ""
    for each in content.iter("{*}style", "{*}script"):
        each.text = None
    for each in content.iter("{*}br"):
        each.tail = f" {each.tail or ''}"
    blocks = [each for each in content.iter(*_BLOCKS) if next(each.iterdescendants(*_BLOCKS), None) is None]
    paragraphs = [" ".join("".join(each.itertext()).split()) for each in blocks or [content]]
    return "\n".join(filter(None, paragraphs))


def _first(item: Element, name: str) -> Element | None:
    return next(item.iter(f"{{*}}{name}"), None)


def _text(item: Element, name: str) -> str | None:
    found = _first(item, name)
    return None if found is None else " ".join("".join(found.itertext()).split()) or None


def _attribute(item: Element, name: str, attribute: str) -> str | None:
    return next((each.get(attribute) for each in item.iter(f"{{*}}{name}") if each.get(attribute)), None)


def _named(item: Element, name: str) -> str | None:
    """What an element of NewsML-G2 names: by a name in it, else as a literal."""
    found = _first(item, name)
    return None if found is None else _text(found, "name") or found.get("literal")


def _name(item: Element) -> str:
    return str(item.tag).rpartition("}")[2]


def _let_go(item: Element) -> None:
    """Free what was read: a message may have thousands of items."""
    item.clear()
    while (before := item.getprevious()) is not None:
        parent = before.getparent()
        if parent is None:
            return
        parent.remove(before)

"""Lists of feeds in OPML 2.0 (http://opml.org/spec2.opml), as every reader of feeds imports and exports them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from corpus.errors import UnreadableInput

_LARGEST = 8 * 2**20  # bytes
_WEB = ("http://", "https://")


class Outline(NamedTuple):
    """A feed in a list: its address and its name."""

    url: str
    name: str


def read_opml(body: bytes, origin: str) -> tuple[Outline, ...]:
    """The feeds of a list, each once, in their order.

    Raises:
        UnreadableInput: it is no OPML, or has no feeds.
    """
    import lxml.etree  # noqa: PLC0415  # only whoever imports a list needs it

    if len(body) > _LARGEST or b"<!ENTITY" in body or b"<!entity" in body:
        raise UnreadableInput(origin, "this is no list of feeds that can be read.")
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = lxml.etree.fromstring(body, parser)
    except (lxml.etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableInput(origin, "this is no OPML: its XML is broken.") from error
    found: dict[str, Outline] = {}
    for outline in tree.iter("outline"):
        url = (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()
        if url.lower().startswith(_WEB):
            name = (outline.get("title") or outline.get("text") or url).strip()
            found.setdefault(url, Outline(url, name))
    if not found:
        raise UnreadableInput(origin, "this list has no feeds: an OPML file names them by xmlUrl.")
    return tuple(found.values())


def write_opml(feeds: Iterable[Outline]) -> str:
    """The list of these feeds."""
    import lxml.etree  # noqa: PLC0415  # as above

    opml = lxml.etree.Element("opml", version="2.0")
    lxml.etree.SubElement(lxml.etree.SubElement(opml, "head"), "title").text = "Dateline"
    body = lxml.etree.SubElement(opml, "body")
    for url, name in feeds:
        shown = "".join(each if each.isprintable() else " " for each in name)
        lxml.etree.SubElement(body, "outline", type="rss", text=shown, title=shown, xmlUrl=url)
    written: str = lxml.etree.tostring(opml, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}'

"""HTML in a field made text. One pass from left to right, as feeds and exports hold fragments that no parser accepts.

Whole pages go through trafilatura (``forms/page.py``); this is for a field that has tags or entities in it.
"""

from __future__ import annotations

import html
import re

_HIDDEN = "script|style|noscript|iframe|template"
_BLOCKS = (
    "p|br|div|h[1-6]|li|ul|ol|tr|table|section|article|blockquote|figure|figcaption|header|footer|aside|pre|hr|dd|dt"
    "|dl|form|main|nav|body|center"
)
_INLINE = (
    "a|abbr|b|i|u|s|q|em|strong|small|sub|sup|span|font|mark|cite|code|time|label|ins|del|td|th|tbody|thead"
    "|img|picture|source|video|audio|svg|path|embed|object|param|input|button|html|head|meta|link|title"
)
_ATTRIBUTES = r"(?:\s[^<>=]*=[^<>]*|(?<=\w\w\w)\s[^<>]*|\s*/?)"
"""With a short name only what holds ``=``: ``a <b and c> d`` is no tag."""

_TAG = re.compile(rf"<!--|-->|<(/?)(?:({_HIDDEN})|({_BLOCKS})|{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
"""Only with its semicolon: without, ``?a=1&para=2`` would turn into a paragraph sign."""


def has_markup(text: str) -> bool:
    """Whether there is a tag or an entity to take out."""
    return ("&" in text and _ENTITY.search(text) is not None) or ("<" in text and _TAG.search(text) is not None)


def without_markup(text: str) -> str:
    """The text without tags, what is hidden in scripts and comments, and with entities as their characters."""
    if "<" in text and _TAG.search(text):
        text = _without_tags(text)
    return _ENTITY.sub(lambda found: html.unescape(f"&{found[1]};"), text)


def _without_tags(text: str) -> str:
    """Blocks become paragraphs. What is opened as hidden and never closed is shown: it may be all there is."""
    shown: list[str] = []
    held: list[str] = []  # what stands inside of something hidden, until that is closed
    closer = ""
    at = 0
    source_breaks = len(re.findall(r"</?p\b|<br\b", text, re.IGNORECASE)) > 1
    for tag in _TAG.finditer(text):
        piece = text[at : tag.start()]
        at = tag.end()
        (held if closer else shown).append(piece.replace("\n", " ") if source_breaks else piece)
        name = tag[0] if tag[0] in {"<!--", "-->"} else (tag[2] or "").lower()
        if closer:
            if name == closer and (tag[1] or name == "-->"):
                held, closer = [], ""
        elif name == "<!--":
            closer = "-->"
        elif name and name != "-->" and not tag[1] and not tag[0].endswith("/>"):
            closer = name
        elif tag[3]:
            shown.append("\n")
    rest = text[at:]
    return "".join([*shown, *held, rest.replace("\n", " ") if source_breaks else rest])

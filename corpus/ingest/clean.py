"""Text as plain paragraphs, one a line. Knows nothing of fields; takes any string and never fails.

Words stay as they were written. What goes is what nobody wrote: markup, escapes, control and invisible characters,
the scraps that exports leave at the end.
"""

from __future__ import annotations

import re
import unicodedata

from corpus.ingest.markup import has_markup, without_markup

_PASSES = 10
"""Cleaning repeats until nothing changes, as cleaned text may show markup again (``&amp;lt;p&gt;``); real text
needs at most three."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f"  # control characters
    "\u00ad\u200b\u200e\u200f\u2060\ufeff"  # soft hyphen, zero-width space, direction marks, joiner, byte order mark
    "\u202a-\u202e\u2066-\u2069"  # embeddings and isolates of direction; U+200C and U+200D stay, scripts need them
    "\ud800-\udfff\ufffe\uffff]"  # surrogates without their other half, which UTF-8 cannot store, and noncharacters
)
_SPOILT = re.compile("[\x80-\x9f]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]| {2,}")
_ESCAPED_BREAK = re.compile(r"(?:\\r)?\\n")
_EVIDENT_BREAK = re.compile(r"\\r\\n|\\n\\n|[.!?…\"”’]\\n")
_LOST_BREAK = re.compile(r"(?<=[.!?…\"”’])(?:rn){2,}(?=[^\sa-z])")
_TAIL = re.compile(r"(?:\s*(?:\[\+\d+ chars\]|\\[rnt]|(?<![^\s.!?…\"”’)])(?:rn)+(?![^\s\\\[])))+$")
_LONGEST_TAIL = 4_000  # characters from the end that are looked at: from each scrap on all behind it is tried
_ENDS_OF_SCRAPS = ("rn", "\\n", "\\r", "\\t", "chars]")
_WRAPPED = range(40, 91)
"""Characters of a full line in text that was wrapped for a terminal; shorter ones are a list or verse."""


def clean_text(text: str) -> str:
    """The text as paragraphs, joined by line feeds: NFC, single spaces, nothing invisible, nothing that is not text."""
    if _is_clean(text):
        return text
    for _ in range(_PASSES):
        cleaned = _tail(_paragraphs(_characters(_markup(text))))
        if cleaned == text or _is_clean(cleaned):
            return cleaned
        text = cleaned
    return text


def _is_clean(text: str) -> bool:
    """Whether there is certainly nothing to do: true of most texts, and twenty times faster than finding out by doing.

    ``isprintable`` is false for every control, format, surrogate and space character but the usual space. What texts
    have most often is looked for first.
    """
    if "\n" in text and ("\n\n" in text or " \n" in text or "\n " in text):
        return False
    lines = text.replace("\n", "")
    return (
        lines.isprintable()
        and "&" not in lines
        and "<" not in lines
        and "\\" not in lines
        and "  " not in lines
        and "rnrn" not in lines
        and not text.endswith(_ENDS_OF_SCRAPS)
        and text.strip() == text
        and unicodedata.is_normalized("NFC", text)
    )


def clean_line(text: str, longest: int) -> str:
    """A name or headline: cleaned, on one line, of at most ``longest`` characters."""
    line = " ".join(clean_text(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _markup(text: str) -> str:
    return without_markup(text) if has_markup(text) else text


def _characters(text: str) -> str:
    if "\\n" in text and "\n" not in text and _EVIDENT_BREAK.search(text):
        text = _ESCAPED_BREAK.sub("\n", text)
    if "rnrn" in text:
        text = _LOST_BREAK.sub("\n", text)
    if not text.replace("\n", "").isprintable():  # a quick look, which spares most texts the expressions
        text = _INVISIBLE.sub("", _SPOILT.sub(_respelt, _BREAKS.sub("\n", text)))
        text = _SPACES.sub(" ", text)
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _respelt(found: re.Match[str]) -> str:
    """A C1 control character is a letter of cp1252 that was read as latin-1; HTML reads it so too (13.2.5.80)."""
    return found[0].encode("latin-1").decode("cp1252", "ignore")


def _tail(text: str) -> str:
    """The text without the scraps at its end; a torn end keeps its ``…``."""
    if not text.endswith(_ENDS_OF_SCRAPS):
        return text
    start = max(len(text) - _LONGEST_TAIL, 0)
    return text[:start] + _TAIL.sub("", text[start:])


def _paragraphs(text: str) -> str:
    lines = text.split("\n")
    if any(len(line) >= _WRAPPED.stop for line in lines):
        return "\n".join(filter(None, map(str.strip, lines)))
    blocks = _blocks(lines)
    if len(blocks) == 1:
        return "\n".join(blocks[0])
    return "\n".join((" " if _is_wrapped(block) else "\n").join(block) for block in blocks)


def _blocks(lines: list[str]) -> list[list[str]]:
    """Lines that were wrapped for a terminal, parted where one is blank or set in."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.startswith(" ") or not line.strip():
            blocks.append([])
        if line.strip():
            blocks[-1].append(line.strip())
    return [block for block in blocks if block] or [[]]


def _is_wrapped(block: list[str]) -> bool:
    """Whether a block's lines are one paragraph: full but for the last."""
    return all(len(line) in _WRAPPED for line in block[:-1])

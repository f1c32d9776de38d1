"""The raw form: paragraphs one a line, a line with the date, a line ``Original from HOST``, scraps of escapes.

Finds the parts; what the date and the origin mean is for ``parse``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from corpus.ingest.stream import Unread, text_of, whole
from corpus.model import RawArticle, Rejection

_TAIL = 8
"""Lines from the end in which date and origin are looked for: further up they are words of the article."""

_MOST_LINES = 200_000
"""Lines of a file: with more of them none is a paragraph, and each is held by itself."""

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d\d(?::\d\d)?\S{0,10}(?: \S{1,6})?)?")
_ORIGIN = re.compile(r"original from:?\s+(\S.*)", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[:/]\S*)?")
_SCRAP = re.compile(r"(?:[\s.,;]++|(?:rn){2,}+|\\[rnt])*+$")  # possessive: to try again would take time without end
_LONGEST_NAME = 500  # characters of an origin that are looked at


def looks_raw(head: bytes) -> bool:
    """Whether a short text ends as the raw form does."""
    return b"\nOriginal from " in head


def read_raw(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The article of a raw file; several where one follows the other, each with its own date and origin.

    Raises:
        Unread: not UTF-8, or longer than an article may be.
    """
    text = text_of(whole(stream))
    if not text.strip():
        yield Rejection(origin, "empty")
        return
    if text.count("\n") + text.count("\r") > 2 * _MOST_LINES:  # CR LF ends one line with two
        raise Unread(f"more than {_MOST_LINES:,} lines, which no article has")
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    starts = [0, *_ends(lines)[:-1]]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield RawArticle(_parts(lines[start:stop]), origin if len(starts) == 1 else f"{origin}:{start + 1}")


def _ends(lines: list[str]) -> list[int]:
    """Where each article ends: after text, a date, an origin right below it, and the scraps that follow."""
    ends: list[int] = []
    for at in range(1, len(lines)):
        closes = _ORIGIN.fullmatch(lines[at]) and _DATE.fullmatch(lines[at - 1])
        if closes and any(lines[ends[-1] if ends else 0 : at - 1]):
            stop = at + 1
            while stop < len(lines) and _SCRAP.fullmatch(lines[stop]):
                stop += 1
            ends.append(stop)
    return ends


def _parts(lines: list[str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    marks: list[int] = []
    for at in [at for at, line in enumerate(lines) if line][: -_TAIL - 1 : -1]:
        line = lines[at]
        found = _ORIGIN.fullmatch(line)
        if found and "source" not in fields:
            fields.update(_origin(found[1][:_LONGEST_NAME]))
            marks.append(at)
        elif "date" not in fields and _DATE.fullmatch(line):
            fields["date"] = line
            marks.append(at)
    last = max(marks, default=len(lines))
    own = (line for at, line in enumerate(lines) if at not in marks and not (at > last and _SCRAP.fullmatch(line)))
    fields["text"] = "\n".join(own)
    return fields


def _origin(named: str) -> dict[str, object]:
    """A host, or the whole rest of the line; ``Original from https://host/path`` gives an address too."""
    first = _SCRAP.sub("", named.split(maxsplit=1)[0])
    place = first if _HOST.fullmatch(first) else _SCRAP.sub("", named)
    if "://" in place and place.partition("://")[2].strip("/").count("/"):
        return {"source": place, "url": place}
    return {"source": place}

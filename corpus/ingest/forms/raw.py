"""The raw form: paragraphs one a line, a line with the date, a line ``Original from HOST``, scraps of escapes.

Finds the parts; what the date and the origin mean is for ``parse``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from corpus.ingest.stream import text_of, whole
from corpus.model import RawArticle, Rejection

_TAIL = 8
"""Lines from the end in which date and origin are looked for: further up they are words of the article."""

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d\d(?::\d\d)?\S{0,10}(?: \S{1,6})?)?")
_ORIGIN = re.compile(r"original(?:ly)? from:?\s+(\S+)(?:\s.*)?", re.IGNORECASE)
_SCRAP = re.compile(r"(?:rn){2,}$|(?:\\[rnt])+$")


def looks_raw(head: bytes) -> bool:
    """Whether a short text ends as the raw form does."""
    return b"\nOriginal from " in head


def read_raw(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The one article of a raw file.

    Raises:
        Unread: not UTF-8, or longer than an article may be.
    """
    text = text_of(whole(stream))
    if not text.strip():
        yield Rejection(origin, "empty")
        return
    yield RawArticle(_parts(text), origin)


def _parts(text: str) -> dict[str, object]:
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    fields: dict[str, object] = {}
    end = len(lines)
    for at in [at for at, line in enumerate(lines) if line][: -_TAIL - 1 : -1]:
        line = lines[at]
        found = _ORIGIN.fullmatch(line)
        if found and "source" not in fields:
            fields.update(_origin(_SCRAP.sub("", found[1])))
            end = at
        elif "date" not in fields and _DATE.fullmatch(line):
            fields["date"] = line
            end = at
    fields["text"] = "\n".join(lines[:end])
    return fields


def _origin(place: str) -> dict[str, object]:
    """``Original from https://host/path`` gives an address too."""
    if "://" in place and place.partition("://")[2].strip("/").count("/"):
        return {"source": place, "url": place}
    return {"source": place}

"""What a keeper corrects of an article: its credit and headline, never its text. Knows no archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from corpus.errors import UnusableCorrection
from corpus.ingest.clean import clean_line
from corpus.ingest.dates import Undated, read_date
from corpus.ingest.dedupe import checksum
from corpus.ingest.marks import Marked
from corpus.ingest.places import canonical_url, source_of
from corpus.model import Article, PubDate
from corpus.told import Told

CORRECTABLE = ("headline", "byline", "source", "published", "url", "section", "language")
"""What may be corrected, by the names of an article's parts."""

_LONGEST = 500  # characters of a headline; of anything else that is too many too
_NEEDED = ("headline", "source", "published")  # without one of them an article could not be attributed
_LONGEST_LANGUAGE = 3  # letters of a code of ISO 639


def correction(typed: Mapping[str, str]) -> dict[str, object]:
    """What a keeper typed for some of ``CORRECTABLE``, as values of an article's parts.

    An empty text takes a part away. The values are JSON's, so that they can be kept.

    Raises:
        UnusableCorrection: there is nothing to correct, or a value cannot be one.
    """
    if not typed:
        raise UnusableCorrection(Told("Nothing is to be corrected: give a headline, a date or another part."))
    fields: dict[str, object] = {}
    for name, text in typed.items():
        fields |= _part(name, clean_line(text, _LONGEST))
    return fields


def corrected(marked: Marked, fields: Mapping[str, object]) -> Marked:
    """The article with these parts in the place of its own; it keeps its id and its text."""
    article = put_right(marked.article, fields)
    return marked._replace(article=article, checksum=checksum(article))


def put_right(article: Article, fields: Mapping[str, object]) -> Article:
    """The article with these parts, as ``correction`` gives them."""
    values: dict[str, Any] = dict(fields)
    if "published" in values:
        values["published"] = PubDate.from_iso(values["published"])
    if "headline" in values:
        values.setdefault("headline_derived", False)
    return replace(article, **values)


def parts_of(article: Article, names: Mapping[str, object]) -> dict[str, object]:
    """What stands in these parts of an article now, as ``correction`` gives it."""
    parts = {name: getattr(article, name) for name in names}
    if "published" in parts:
        parts["published"] = str(parts["published"])
    return parts


def _part(name: str, text: str) -> dict[str, object]:
    if not text and name in _NEEDED:
        raise UnusableCorrection(Told("An article cannot be without {part}: give one.", part=name))
    match name:
        case "headline":
            return {"headline": text, "headline_derived": False}
        case "published":
            return {"published": _date(text)}
        case "url":
            return {"url": _address(text)}
        case "source":
            return _source(text)
        case "language":
            return {"language": _language(text)}
        case "byline" | "section":
            return {name: text or None}
        case _:
            raise UnusableCorrection(Told("“{part}” cannot be corrected: {parts} can.", part=name, parts=CORRECTABLE))


def _date(text: str) -> str:
    try:
        return str(read_date(text, None, None))
    except Undated as error:
        raise UnusableCorrection(
            Told("“{text}” is no date ({reason}): write it like 2023-09-05 or 2023-09-05T11:47:52+02:00.",
                 text=text, reason=str(error))
        ) from error  # fmt: skip


def _address(text: str) -> str | None:
    if not text:
        return None
    address = canonical_url(text)
    if address is None:
        raise UnusableCorrection(Told("“{text}” is no address: give one that begins with https://.", text=text))
    return address


def _source(text: str) -> dict[str, object]:
    found = source_of(text, "", None)
    if found is None:
        raise UnusableCorrection(Told("“{text}” names no outlet: give its host or its name.", text=text))
    return {"source": found[0], "source_name": found[1]}


def _language(text: str) -> str | None:
    code = text.lower()
    if code and not (code.isascii() and code.isalpha() and 1 < len(code) <= _LONGEST_LANGUAGE):
        raise UnusableCorrection(Told("“{text}” is no language: give its code, such as en or es.", text=text))
    return code or None


def as_kept(article: Article) -> dict[str, object]:
    """All of an article as values of JSON, from which ``from_kept`` makes it again."""
    return {
        **{name: getattr(article, name) for name in article.__slots__},
        "published": str(article.published),
        "updated": article.updated.isoformat() if article.updated else None,
    }


def from_kept(kept: Mapping[str, object]) -> Article:
    """The article that ``as_kept`` told."""
    values: dict[str, Any] = dict(kept)
    values["published"] = PubDate.from_iso(values["published"])
    values["updated"] = datetime.fromisoformat(values["updated"]) if values["updated"] else None
    return Article(**values)

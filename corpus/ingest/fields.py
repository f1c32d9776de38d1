"""The names that news data sets give to the parts of an article. Knows names, not what stands under them.

Names are compared without case and separators: ``publishedAt``, ``published_at`` and ``Published At`` are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache


class Field(StrEnum):
    """A part of an article."""

    HEADLINE = "headline"
    TEXT = "text"
    SOURCE = "source"
    HOST = "host"
    PUBLISHED = "published"
    URL = "url"
    BYLINE = "byline"
    SECTION = "section"
    LANGUAGE = "language"
    GIVEN_ID = "id"


_NAMES = {
    Field.HEADLINE: ("headline", "title", "articletitle", "head"),
    Field.TEXT: (
        "fulltext", "text", "maintext", "body", "articlebody", "articletext", "bodytext", "content", "article",
    ),
    Field.SOURCE: (
        "source", "sourcename", "publication", "publicationname", "publisher", "outlet", "newspaper", "newssource",
        "sitename", "provider", "site",
    ),
    Field.HOST: ("sourcedomain", "domain", "host", "hostname", "sourceurl"),
    Field.PUBLISHED: (
        "publishedat", "datepublished", "publisheddate", "publicationdate", "publishdate", "datepublish",
        "dateofpublication", "publishedtime", "publishedon", "published", "pubdate", "datetime", "date", "timestamp",
    ),
    Field.URL: ("canonicalurl", "url", "articleurl", "link", "permalink", "weburl"),
    Field.BYLINE: ("byline", "author", "authors", "creator", "dccreator", "writer"),
    Field.SECTION: ("section", "sectionname", "category", "categories"),
    Field.LANGUAGE: ("language", "lang", "inlanguage"),
    Field.GIVEN_ID: ("id", "guid", "articleid", "uuid"),
}  # fmt: skip
"""The names each part goes by, folded; those that say it most exactly stand first."""

_RANKS = {name: (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)}
_SEPARATORS = re.compile(r"[\W_]+")


def picked(fields: Mapping[str, object]) -> dict[Field, list[object]]:
    """What stands under the names that are known: for each part its values, the most exact name first.

    Values that say nothing (``None``, empty, ``"nan"``) are left out.
    """
    found: dict[Field, list[tuple[int, object]]] = {}
    for name, value in fields.items():
        known = _known(name)
        if known is not None and not _says_nothing(value):
            field, rank = known
            found.setdefault(field, []).append((rank, value))
    return {
        field: [value for _, value in sorted(values, key=_rank)] if len(values) > 1 else [values[0][1]]
        for field, values in found.items()
    }


def is_known(name: str) -> bool:
    """Whether a name is one of an article's parts."""
    return _known(name) is not None


def _rank(ranked: tuple[int, object]) -> int:
    return ranked[0]


@lru_cache(maxsize=4096)  # names repeat with every article
def _known(name: str) -> tuple[Field, int] | None:
    return _RANKS.get(_SEPARATORS.sub("", name.casefold()))


_NOTHING = {"", "none", "null", "nan", "nat", "n/a", "undefined"}
_LONGEST_NOTHING = 20
"""Characters from which on a text is not even looked at: most values are texts of thousands."""


def _says_nothing(value: object) -> bool:
    """Whether a value is what programs write where they have none."""
    if isinstance(value, str):
        return len(value) < _LONGEST_NOTHING and value.strip().casefold() in _NOTHING
    return value is None or value in ({}, []) or value != value  # noqa: PLR0124  # NaN is the one value unlike itself


_DEPTH = 20
_NAMING = ("name", "title", "rendered", "value", "$oid", "#text")


def in_words(value: object, joint: str = ", ", naming: Sequence[str] = _NAMING, depth: int = _DEPTH) -> str:
    """A value as text: a list joined, of a mapping what stands under the first of ``naming`` it has; else nothing.

    What lies deeper than ``depth`` is nothing: no program writes names so, and Python goes no deeper than a thousand.
    """
    if not depth:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return joint.join(filter(None, (in_words(part, joint, naming, depth - 1) for part in value)))
    if isinstance(value, Mapping):
        return in_words(next((value[name] for name in naming if value.get(name)), None), joint, naming, depth - 1)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""

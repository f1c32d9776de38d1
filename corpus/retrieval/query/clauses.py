"""What a query is made of: words, phrases, prefixes, in fields and groups; filters; an order. Values, nothing else.

``str`` of each is how it is typed, and is read back as the same value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_PLAIN_NAME = re.compile(r"\w[^\s\"(),|:]*")  # what needs no quotes behind ``source:``


class Field(StrEnum):
    """A part of an article that can be asked for by itself."""

    TITLE = "title"
    BODY = "body"
    AUTHOR = "author"
    SECTION = "section"


class Sort(StrEnum):
    """The order of an answer."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was typed: begins with a letter or digit, holds no space, quote, bracket, bar or colon."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to one another in this order; or, with a ``slop``, within that many words of one another."""

    text: str
    slop: int = 0

    def __str__(self) -> str:
        return f'"{self.text}"~{self.slop}' if self.slop else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins like this."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}*"


@dataclass(frozen=True, slots=True)
class In:
    """A word, phrase or prefix that stands in this part of the article."""

    field: Field
    clause: Word | Phrase | Prefix

    def __str__(self) -> str:
        return f"{self.field}:{self.clause}"


Leaf = Word | Phrase | Prefix | In
"""What has no clauses that are joined within it."""


@dataclass(frozen=True, slots=True)
class Must:
    """What an article must have. Stands only at the top of a query: in a group all but alternatives must hold."""

    clause: Leaf | Either

    def __str__(self) -> str:
        return f"+{grouped(self.clause)}"


@dataclass(frozen=True, slots=True)
class Without:
    """What an article must not have; all of it, where several things stand together."""

    clause: Leaf | Together

    def __str__(self) -> str:
        return f"-{grouped(self.clause)}"


@dataclass(frozen=True, slots=True)
class Either:
    """At least two alternatives, one of which must hold. None of them is an Either itself."""

    alternatives: tuple[Leaf | Without | Together, ...]

    def __str__(self) -> str:
        return " OR ".join(map(grouped, self.alternatives))


@dataclass(frozen=True, slots=True)
class Together:
    """At least two clauses that must all hold; only within an Either or a Without. None is a Together itself."""

    clauses: tuple[Leaf | Without | Either, ...]

    def __str__(self) -> str:
        return " AND ".join(map(grouped, self.clauses))


Clause = Leaf | Must | Without | Either
"""What a query is a list of."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer: outlets, languages, and the days from ``after`` (included) to ``before`` (not)."""

    sources: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    without_languages: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None

    def __str__(self) -> str:
        parts = [f"source:{_quoted(source)}" for source in self.sources]
        parts += [f"-source:{_quoted(source)}" for source in self.without]
        parts += [f"lang:{language}" for language in self.languages]
        parts += [f"-lang:{language}" for language in self.without_languages]
        parts += [f"after:{self.after}"] if self.after else []
        parts += [f"before:{self.before}"] if self.before else []
        return " ".join(parts)


def grouped(clause: Clause | Together) -> str:
    """A clause as it is typed among others: in parentheses where it joins several."""
    return f"({clause})" if isinstance(clause, Either | Together) else str(clause)


def conditions(filters: Filters, sort: Sort, *, copies_all: bool, similar: str | None = None) -> str:
    """What is asked of an answer besides its clauses."""
    like = f"similar:{similar}" if similar else ""
    order = "" if sort is Sort.RELEVANCE else f"sort:{sort}"
    return " ".join(filter(None, [like, str(filters), order, "copies:all" if copies_all else ""]))


def _quoted(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'

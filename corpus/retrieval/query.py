"""A question: reads what was typed, or pasted, into one Query. Never fails; says how it was read where that differs.

The canonical text ``str(query)`` reads back as the same query, so a message or a button can carry it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

LONGEST_QUERY = 300  # characters of the canonical text: it has to stand in one line of a message
_LONGEST_INPUT = 6_000  # characters that are read at all
_LONGEST_WORD = 60
_LONGEST_NAME = 100
_LONGEST_PHRASE = 200
_MOST_SOURCES = 10
_MOST_PHRASES = 8  # each reads the places of all its words

_SPACE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "`": "'"})
_TOKEN = re.compile(
    r"""(?P<minus>-?)
        (?: (?P<field>[a-z]+):(?!//)(?P<value>"[^"]*"|[^\s"]*)
          | "(?P<phrase>[^"]*)"
          | (?P<word>[^\s"]+)
          | (?P<stray>") )""",
    re.VERBOSE | re.IGNORECASE,
)
_EDGES = re.compile(r"^[\W_]+|[^\w+#%]+$")
_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was typed."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to one another, in this order."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Without:
    """What an article must not have."""

    clause: Word | Phrase

    def __str__(self) -> str:
        return f"-{self.clause}"


Clause = Word | Phrase | Without


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer: their outlets, and the days from ``after`` (included) to ``before`` (not included)."""

    sources: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None

    def __str__(self) -> str:
        parts = [f"source:{_quoted(source)}" for source in self.sources]
        parts += [f"-source:{_quoted(source)}" for source in self.without]
        parts += [f"after:{self.after}"] if self.after else []
        parts += [f"before:{self.before}"] if self.before else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: clauses, filters, and notes on how it was read (which do not make it another query)."""

    clauses: tuple[Clause, ...] = ()
    filters: Filters = Filters()
    notes: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def parse(
        cls, text: str, *, source: str | None = None, after: str | None = None, before: str | None = None
    ) -> Query:
        """Read what is typed, operators and all; the keyword arguments are the options of a command.

        An option is the same as the operator of its name in the text. Whatever cannot be read becomes a note.
        """
        options = {"source": source, "after": after, "before": before}
        reader = _Reader()
        reader.read(text)
        for name, value in options.items():
            if value is not None and value.strip():
                reader.take_filter(name, _plain(value), excluded=False)
        return reader.query()

    @classmethod
    def words(cls, text: str) -> Query:
        """Read pasted text as plain words: nothing in it is an operator."""
        reader = _Reader()
        for word in re.findall(r"[^\W_]+(?:['’.,-][^\W_]+)*", _plain(text[:_LONGEST_INPUT])):
            reader.take_word(word)
        return reader.query()

    @property
    def empty(self) -> bool:
        """Whether nothing at all was asked."""
        return not self.clauses and self.filters == Filters()

    def __str__(self) -> str:
        """The canonical text: one line, at most 300 characters, no backtick."""
        parts = [str(clause) for clause in self.clauses]
        parts += [str(self.filters)] if self.filters != Filters() else []
        return " ".join(parts)


class _Reader:
    """Takes one scrap of a query after the other, and the notes on them."""

    def __init__(self) -> None:
        self._clauses: list[Clause] = []
        self._filters = Filters()
        self._notes: list[str] = []

    def read(self, text: str) -> None:
        """Take everything that stands in a typed text."""
        if len(text) > _LONGEST_INPUT:
            self._note(f"Only the first {_LONGEST_INPUT:,} characters were read.")
        for scrap in _TOKEN.finditer(_plain(text[:_LONGEST_INPUT])):
            excluded = bool(scrap["minus"])
            if scrap["field"]:
                self.take_filter(scrap["field"].lower(), scrap["value"], excluded=excluded)
            elif scrap["phrase"] is not None:
                self._take_phrase(scrap["phrase"], excluded=excluded)
            elif scrap["word"]:
                self.take_word(scrap["word"], excluded=excluded)
            else:
                self._note("A quotation mark without a partner was left out.")

    def take_word(self, text: str, *, excluded: bool = False) -> None:
        """Take a word without the punctuation around it; what has neither letter nor digit is nothing."""
        for part in text.split(":"):
            word = _bare(part)
            if len(word) > _LONGEST_WORD:
                self._note(f"Words are read up to {_LONGEST_WORD} characters.")
                word = _bare(word[:_LONGEST_WORD])
            if word and any(character.isalnum() for character in word):
                self._clauses.append(Without(Word(word)) if excluded else Word(word))

    def take_filter(self, name: str, value: str, *, excluded: bool) -> None:
        """Take a filter; one that is unknown or unreadable is said in a note and left out, or read as words."""
        if name == "source":
            self._take_source(value, excluded=excluded)
        elif name in {"after", "before"} and not excluded:
            self._take_date(name, value.strip('" '))
        else:
            if value:
                self._note(f"“{name}:” is not a filter here: it was read as words.")
            for word in [name, *value.replace('"', " ").split()]:
                self.take_word(word, excluded=excluded)

    def query(self) -> Query:
        """What was read, no longer than a query may be: filters first, then clauses while there is room."""
        filters = self._filters
        while len(str(filters)) > LONGEST_QUERY:
            filters = _fewer(filters)
        room = LONGEST_QUERY - len(str(filters))
        kept: list[Clause] = []
        for clause in self._clauses:
            room -= len(str(clause)) + 1
            if room < 0:
                break
            kept.append(clause)
        if len(kept) < len(self._clauses) or filters != self._filters:
            self._note(f"The query was cut at {LONGEST_QUERY} characters.")
        return Query(tuple(kept), filters, tuple(dict.fromkeys(self._notes)))

    def _note(self, text: str) -> None:
        self._notes.append(text)

    def _take_phrase(self, text: str, *, excluded: bool) -> None:
        phrase = " ".join(text.split())
        if len(phrase) > _LONGEST_PHRASE:
            self._note(f"Phrases are read up to {_LONGEST_PHRASE} characters.")
            phrase = phrase[:_LONGEST_PHRASE].rpartition(" ")[0] or phrase[:_LONGEST_PHRASE]
        if not any(character.isalnum() for character in phrase):
            return
        if sum(not isinstance(clause, Word) for clause in self._clauses) >= _MOST_PHRASES:
            self._note(f"Only the first {_MOST_PHRASES} phrases and exclusions were read.")
            return
        self._clauses.append(Without(Phrase(phrase)) if excluded else Phrase(phrase))

    def _take_source(self, value: str, *, excluded: bool) -> None:
        names = _names(value)
        if not names:
            self._note("“source:” needs the name or the host of an outlet: it was left out.")
        before = self._filters
        if len({*names, *(before.without if excluded else before.sources)}) > _MOST_SOURCES:
            self._note(f"Only the first {_MOST_SOURCES} sources were read.")
        if excluded:
            self._filters = replace(before, without=_joined(before.without, names))
        else:
            self._filters = replace(before, sources=_joined(before.sources, names))

    def _take_date(self, name: str, value: str) -> None:
        day = _first_day(value)
        if day is None:
            self._note(f"“{name}:{value}” was left out: write a date as 2023, 2023-09 or 2023-09-05.")
            return
        self._filters = replace(self._filters, after=day) if name == "after" else replace(self._filters, before=day)
        after, until = self._filters.after, self._filters.before
        if after and until and after >= until:
            self._note(f"No day lies between after:{after} and before:{until}.")


def _plain(text: str) -> str:
    """One line of composed characters: straight quotes, no controls, no backticks."""
    composed = unicodedata.normalize("NFC", text).translate(_STRAIGHT)
    return "".join(" " if unicodedata.category(character) in _SPACE_CATEGORIES else character for character in composed)


def _bare(word: str) -> str:
    """A word without the punctuation around it; twice, as an end can hide another."""
    return _EDGES.sub("", _EDGES.sub("", word))


def _names(value: str) -> tuple[str, ...]:
    """Names of outlets, parted by commas unless the whole is in quotes."""
    quoted = value.startswith('"')
    names = [value] if quoted else value.split(",")
    folded = (" ".join(name.replace('"', " ").lower().split())[:_LONGEST_NAME].strip() for name in names)
    return tuple(unicodedata.normalize("NFC", name) for name in folded if name)


def _joined(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))[:_MOST_SOURCES]


def _fewer(filters: Filters) -> Filters:
    """The same filters with one source less: only many long names make filters too long."""
    if filters.without:
        return replace(filters, without=filters.without[:-1])
    return replace(filters, sources=filters.sources[:-1])


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name or "," in name else name


def _first_day(value: str) -> date | None:
    """The first day of a year, a month or a day; None where there is none such."""
    found = _PERIOD.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None

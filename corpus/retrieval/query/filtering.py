"""The filters of a query, one after the other: outlets, languages, days, and the order of the answer.

What cannot be read is left out, and said in a note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from corpus.retrieval.query.clauses import Filters, Sort, conditions
from corpus.retrieval.query.period import NoPeriod, Period, day_after, read_last, read_period
from corpus.told import Told

_ALIASES = {"site": "source", "language": "lang"}
FILTERS = frozenset({"source", "lang", "after", "before", "on", "date", "last", "sort", "copies", "similar", *_ALIASES})
"""The names that stand before a colon."""

LONGEST_NAME = 100  # characters of an outlet
MOST_SOURCES = 10
_MOST_LANGUAGES = 5
_LONGEST_SHOWN = 40  # characters of a value that a note repeats
_ID = re.compile(r"[a-z2-7]{10}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")
_TOO_MANY_SOURCES = Told("Only the first {number} sources were read.", number=MOST_SOURCES)
_TOO_MANY_LANGUAGES = Told("Only the first {number} languages were read.", number=_MOST_LANGUAGES)


class FilterReader:
    """Takes filters as they are typed; ``note`` is told of what is not read as such."""

    def __init__(self, today: date, note: Callable[[Told], None]) -> None:
        self.filters = Filters()
        self.sort = Sort.RELEVANCE
        self.copies_all = False
        self.similar: str | None = None
        self._sorted = False
        self._today = today
        self._note = note

    def take(self, name: str, value: str, *, whole: bool = False, excluded: bool = False) -> None:
        """Take the filter of this name; ``whole`` says that the value stood in quotes, so commas part nothing."""
        name = _ALIASES.get(name, name)
        value = " ".join(value.split())
        if not value:
            self._note(nothing_behind(name))
        elif name == "source":
            self._take_sources([value] if whole else value.split(","), excluded=excluded)
        elif name == "lang":
            self._take_languages(value.lower().split(","), excluded=excluded)
        elif excluded:
            shown = _shown(value)
            self._note(Told("“{name}:” cannot be excluded: “-{name}:{value}” was left out.", name=name, value=shown))
        elif name == "sort":
            self._take_sort(value.lower())
        elif name == "copies":
            self._take_copies(value.lower())
        elif name == "similar":
            self._take_similar(value.lower())
        else:
            self._take_days(name, value)

    def fewer_sources(self) -> None:
        """Leave the last source out: only many long names make filters longer than a query may be."""
        if self.filters.without:
            self.filters = replace(self.filters, without=self.filters.without[:-1])
        else:
            self.filters = replace(self.filters, sources=self.filters.sources[:-1])

    def __str__(self) -> str:
        return conditions(self.filters, self.sort, copies_all=self.copies_all, similar=self.similar)

    def _take_sources(self, names: list[str], *, excluded: bool) -> None:
        found = [name for name in map(_name, names) if name]
        if not found:
            self._note(Told("“source:” needs the name or the host of an outlet: it was left out."))
        known = self.filters.without if excluded else self.filters.sources
        sources = self._joined(known, found, MOST_SOURCES, _TOO_MANY_SOURCES)
        self.filters = replace(self.filters, without=sources) if excluded else replace(self.filters, sources=sources)

    def _take_languages(self, names: list[str], *, excluded: bool) -> None:
        # An article is kept under the first part of its language's tag: es of es-MX.
        found = [name.partition("-")[0] for name in map(str.strip, names) if _LANGUAGE.fullmatch(name)]
        if len(found) < len(names):
            self._note(Told("A language is written by its code, such as lang:es: what is none was left out."))
        known = self.filters.without_languages if excluded else self.filters.languages
        languages = self._joined(known, found, _MOST_LANGUAGES, _TOO_MANY_LANGUAGES)
        if excluded:
            self.filters = replace(self.filters, without_languages=languages)
        else:
            self.filters = replace(self.filters, languages=languages)

    def _joined(self, known: tuple[str, ...], more: list[str], most: int, too_many: Told) -> tuple[str, ...]:
        joined = tuple(dict.fromkeys((*known, *more)))
        if len(joined) > most:
            self._note(too_many)
        return joined[:most]

    def _take_sort(self, value: str) -> None:
        if value not in set(Sort):
            shown = _shown(value)
            self._note(Told("“sort:{value}” was left out: the orders are relevance, newest and oldest.", value=shown))
            return
        if self._sorted and self.sort != value:
            self._note(Told("There is one order at a time: sort:{value} holds.", value=value))
        self.sort, self._sorted = Sort(value), True

    def _take_copies(self, value: str) -> None:
        if value != "all":
            shown = _shown(value)
            self._note(
                Told("“copies:{value}” was left out: write copies:all to see every copy by itself.", value=shown)
            )
            return
        self.copies_all = True

    def _take_similar(self, value: str) -> None:
        if not _ID.fullmatch(value):
            no_id = Told(
                "“similar:{value}” was left out: the id of an article has ten characters.", value=_shown(value)
            )
            self._note(no_id)
            return
        if self.similar and self.similar != value:
            self._note(Told("Articles are found by one other at a time: similar:{value} holds.", value=value))
        self.similar = value

    def _take_days(self, name: str, value: str) -> None:
        """Take a period; several hold together, so the days that pass are those that all of them have."""
        try:
            period = read_last(value, self._today) if name == "last" else read_period(value, self._today)
            after, before = _bounds(name, period)
        except NoPeriod as error:
            self._note(Told("“{name}:{value}” was left out: {why}.", name=name, value=_shown(value), why=error.why))
            return
        known = self.filters
        after = max(filter(None, (after, known.after)), default=None)
        before = min(filter(None, (before, known.before)), default=None)
        self.filters = replace(known, after=after, before=before)
        if after and before and after >= before:
            self._note(
                Told("No day lies between after:{after} and before:{before}.", after=str(after), before=str(before))
            )


def nothing_behind(name: str) -> Told:
    """Say that a name with a colon stands alone."""
    return Told("“{name}:” needs something right behind it: it was left out.", name=name)


def _bounds(name: str, period: Period) -> tuple[date | None, date | None]:
    """The first day that passes and the first that does not, for a filter of this name."""
    if name in {"after", "before"} and period.first is None:
        raise NoPeriod(Told("it says no first day"))
    if name == "before":
        return None, period.first
    if name == "after":
        return period.first, None
    return period.first, day_after(period.last) if period.last else None


def _name(text: str) -> str:
    """The name of an outlet: without case, quotes and needless spaces."""
    name = unicodedata.normalize("NFC", " ".join(text.replace('"', " ").lower().split()))
    return name[:LONGEST_NAME].strip()


def _shown(value: str) -> str:
    return value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"

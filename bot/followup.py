"""What a short message means that goes on from an answer: “only Reuters”, “older”, “what about Peru”, “2022”. By rule.

A rule is written as the ways of saying it, between bars, with fields for what may stand there. Translators give the
ways of their language, and the English ones are understood in all. What no rule reads is a new question. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from bot.language import Language
from corpus import Filters, Query, Sort, Source

_PATTERNS = 500  # rules that are kept compiled: some thirty in each language
_OUTLETS = 10_000  # outlets whose names are kept folded
_LONGEST = 200  # characters; longer ones are questions
_FEW = 6  # words that are required, excluded or asked about instead
_BAR = " | "
_FIELD = re.compile(r"\\\{(\w+)\\\}")  # of a template whose characters are escaped
_LONGEST_NUMBER = 6  # digits of a page
_END = " .,;:!?…。，、！？؟"  # what may stand behind the words, and before them in Spanish
_BEGINNING = " ¿¡"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of the answer to a query."""

    query: Query
    page: int = 1


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is older, or newer, than all that stands on a page: to know it one must look at that page."""

    asked: Asked
    older: bool

    def than(self, days: Sequence[date]) -> Asked:
        """The same query beyond these days; the page itself where there are none."""
        if not days:
            return self.asked
        if self.older:
            return Asked(self.asked.query.within(None, min(days)))
        last = max(days)
        return Asked(self.asked.query.within(last + timedelta(1) if last < date.max else last, None))


Step = Callable[[Asked], Asked | Beyond]
"""From what was answered before to what is asked now."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a message is read against: the outlets of the archive, what day it is, and the languages to read it in."""

    sources: tuple[Source, ...]
    today: date
    languages: tuple[Language, ...]


def understood(text: str, setting: Setting) -> Step | None:
    """What a message asks if it goes on from an answer; None where it is a question by itself."""
    spoken = " ".join(text.split()).rstrip(_END).lstrip(_BEGINNING)
    if not spoken or len(spoken) > _LONGEST:
        return None
    days = _days(spoken, setting)
    if days:
        return _within(*days)
    read = (meant(found, setting) for meant, found in _readings(spoken, setting))
    return next((step for step in read if step is not None), None)


_Meaning = Callable[[Mapping[str, str], Setting], Step | None]


def _rules(language: Language) -> Iterator[tuple[str, _Meaning]]:
    """The ways of saying it in a language, and what is meant."""
    label, name, number = language.label, "{name}", "{number}"
    yield label("next | next page | more"), _page(lambda before: before + 1)
    yield label("previous | previous page | back"), _page(lambda before: before - 1)
    yield label("first | first page"), _page(lambda _: 1)
    yield label("page {number} | go to page {number}", number=number), _numbered
    yield label("older | earlier"), lambda _found, _setting: lambda before: Beyond(before, older=True)
    yield label("newer | later"), lambda _found, _setting: lambda before: Beyond(before, older=False)
    yield label("newest | newest first"), _ordered(Sort.NEWEST)
    yield label("oldest | oldest first"), _ordered(Sort.OLDEST)
    yield label("best | best first"), _ordered(Sort.RELEVANCE)
    yield label("without {name} | not {name} | but not {name}", name=name), _without
    yield label("same but {name} | the same but {name} | same for {name}", name=name), _instead
    yield label("what about {name} | how about {name} | and {name} | but {name}", name=name), _instead
    yield label("only {name} | only from {name} | just {name} | from {name}", name=name), _only


def _periods(language: Language) -> Iterator[tuple[str, str]]:
    """The ways of saying a period in a language, and how it is typed in the query language."""
    label, day, number = language.label, "{day}", "{number}"
    yield label("today"), "on:today"
    yield label("yesterday"), "on:yesterday"
    yield label("last week | the last week | past week | the past week"), "last:week"
    yield label("last month | the last month | past month | the past month"), "last:month"
    yield label("last year | the last year | past year | the past year"), "last:year"
    yield label("last {number} days | the last {number} days | past {number} days", number=number), "last:{number}d"
    yield label("last {number} weeks | the last {number} weeks | past {number} weeks", number=number), "last:{number}w"
    yield (
        label("last {number} months | the last {number} months | past {number} months", number=number),
        "last:{number}m",
    )
    yield label("last {number} years | the last {number} years | past {number} years", number=number), "last:{number}y"
    yield (
        label(
            "from {first} to {last} | between {first} and {last} | {first} to {last}", first="{first}", last="{last}"
        ),
        'date:"{first}..{last}"',
    )
    yield label("since {day} | after {day} | from {day} on", day=day), 'after:"{day}"'
    yield label("until {day} | up to {day}", day=day), 'date:"..{day}"'
    yield label("before {day}", day=day), 'before:"{day}"'
    yield label("in {day} | on {day} | during {day} | {day}", day=day), 'on:"{day}"'


# What is meant.


def _page(number: Callable[[int], int]) -> _Meaning:
    return lambda _found, _setting: lambda before: Asked(before.query, max(number(before.page), 1))


def _numbered(found: Mapping[str, str], _: Setting) -> Step | None:
    typed = found["number"]
    if not typed.isdecimal() or len(typed) > _LONGEST_NUMBER:
        return None
    return lambda before: Asked(before.query, max(int(typed), 1))


def _ordered(sort: Sort) -> _Meaning:
    return lambda _found, _setting: lambda before: Asked(before.query.ordered(sort))


def _only(found: Mapping[str, str], setting: Setting) -> Step | None:
    """An outlet or a period that all must be of, else words that all must have."""
    return _held(found["name"], setting) or _worded(Query.requiring, found["name"], setting)


def _instead(found: Mapping[str, str], setting: Setting) -> Step | None:
    """A period or an outlet in the place of the one before, else words in the place of those that had to hold."""
    return _held(found["name"], setting) or _worded(Query.about, found["name"], setting)


def _without(found: Mapping[str, str], setting: Setting) -> Step | None:
    """An outlet that is not wanted, else words that are not."""
    if keys := _outlets(found["name"], setting):
        unwanted = Query(filters=Filters(sources=keys))
        return lambda before: Asked(before.query.excluding(unwanted))
    return _worded(Query.excluding, found["name"], setting)


def _held(name: str, setting: Setting) -> Step | None:
    """The step to a period or to outlets, where that is what is named."""
    if days := _days(name, setting):
        return _within(*days)
    if keys := _outlets(name, setting):
        return lambda before: Asked(_anywhere(before.query).of_sources(keys))
    return None


def _worded(going_on: Callable[[Query, Query], Query], words: str, setting: Setting) -> Step | None:
    """The step that a query makes with a few words of its language; more of them are a question by themselves."""
    other = Query.parse(words, today=setting.today)
    if other.empty or len(words.split()) > _FEW:
        return None
    return lambda before: Asked(going_on(before.query, other))


def _within(after: date | None, before: date | None) -> Step:
    return lambda answered: Asked(answered.query.within(after, before))


def _anywhere(query: Query) -> Query:
    """A query that shuts no outlet out: whoever names those that are wanted says all about the others."""
    return replace(query, filters=replace(query.filters, without=()))


# How it is read.


def _readings(spoken: str, setting: Setting) -> Iterator[tuple[_Meaning, Mapping[str, str]]]:
    """Every rule that reads a text so, with what stands in its fields."""
    for language in setting.languages:
        for ways, meaning in _rules(language):
            for found in _fields(ways, spoken):
                yield meaning, found


def _fields(ways: str, spoken: str) -> Iterator[Mapping[str, str]]:
    """What stands in the fields of each way of saying it that the text is, whatever the case of its letters."""
    for pattern in _patterns(ways):
        if found := pattern.fullmatch(spoken):
            yield found.groupdict()


@lru_cache(_PATTERNS)
def _patterns(ways: str) -> tuple[re.Pattern[str], ...]:
    escaped = (re.escape(" ".join(way.split())) for way in ways.split(_BAR))
    return tuple(re.compile(_FIELD.sub(r"(?P<\1>.+)", way), re.IGNORECASE) for way in escaped)


def _days(spoken: str, setting: Setting) -> tuple[date | None, date | None] | None:
    """The first day that passes and the first that does not, where a text is a period."""
    for language in setting.languages:
        for ways, typed in _periods(language):
            for found in _fields(ways, spoken):
                fields = {name: language.dated(value).replace('"', "") for name, value in found.items()}
                read = Query.parse(typed.format_map(fields), today=setting.today)
                if not read.notes and read == Query().within(read.filters.after, read.filters.before):
                    return read.filters.after, read.filters.before
    return None


def _outlets(name: str, setting: Setting) -> tuple[str, ...]:
    """The keys of the outlets that are named, one or several; none where one of them is unknown."""
    if keys := _called(name, setting.sources):
        return keys
    joints = (joint for language in setting.languages for joint in language.label("and | or").split(_BAR))
    parts = re.split(rf"\s*[,，、&]\s*|\s+(?:{'|'.join(map(re.escape, joints))})\s+", name, flags=re.IGNORECASE)
    found = [_called(part, setting.sources) for part in parts if part]
    return tuple(dict.fromkeys(key for keys in found for key in keys)) if all(found) else ()


def _called(name: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """The keys of the outlets of that name: their own, their host, or its first part (``reuters``)."""
    sought = {_folded(name), _folded(name.casefold().removeprefix("the "))} - {""}
    return tuple(source.key for source in sources if sought & _names(source))


@lru_cache(_OUTLETS)
def _names(source: Source) -> set[str]:
    own = source.name.casefold()
    return {*map(_folded, (own, own.removeprefix("the "), source.key, source.key.partition(".")[0]))}


def _folded(name: str) -> str:
    """The letters and digits of a name, without case and accents."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name.casefold())))

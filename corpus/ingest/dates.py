"""A publication date out of what a file says, to the precision it says, or the reason why not. Never guesses.

Refused are what is no calendar day (``today``, ``2 hours ago``, ``September 2023``), years of two digits, days and
months that could be exchanged (``05/09/2023``) unless the keeper says their order, and days before 1600 or in the
future. An abbreviated zone that means several offsets is dropped: an unknown offset is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from corpus.ingest.clock import Clock, cut_clock
from corpus.model import PubDate

DateOrder = Literal["day-first", "month-first"]

_FIRST_YEAR = 1600
"""The first newspapers are of the 1600s: anything before is a mistake or a placeholder such as 0001-01-01."""

_SLACK = timedelta(days=2)
"""How far ahead of our clock a date may be: zones, and clocks that are wrong."""

_LONGEST = 100
"""Characters a written date may have; those of real files have up to 50."""

_SECONDS = range(10**8, 10**10)
"""Seconds since 1970 from 1973 on; smaller numbers are years, days or counters."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")
_BASIC = re.compile(r"\d{8}T\d{6}(?:Z|[+-]\d\d:?\d\d)?")
_DAY_WITH_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)")
_DIGITS = re.compile(r"\d+")
_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})\s?[日일.]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4})\.?")
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s*)?"
_DAY_MONTH = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]*([a-z]{{3,9}})\.?,?[\s-]*(\d{{4}})", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"{_WEEKDAY}([a-z]{{3,9}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)
_ABSOLUTE_DAYS = {
    "REQUIRE_PARTS": ["day", "month", "year"],
    "PARSERS": ["absolute-time"],  # not "two days ago"
    "STRICT_PARSING": True,
    "TIMEZONE": "UTC",  # else it asks the machine for its own
}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_LANGUAGES = (
    "en", "es", "fr", "de", "pt", "it", "nl", "ru", "uk", "pl", "cs", "sv", "da", "nb", "fi", "ro", "hu", "tr", "el",
    "id", "ar", "hr",
)  # fmt: skip
"""Languages whose month names are tried where the article does not say which it is in."""


class Undated(ValueError):
    """There is no date that can be relied on; the text is the reason."""


class NotYet(Undated):
    """The date that is stated has not come, by the clock of this machine."""


def read_date(value: object, order: DateOrder | None = None, language: str | None = None) -> PubDate:
    """The date that ``value`` (text, seconds or milliseconds since 1970) states.

    ``order`` says how 05/09/2023 is to be read, ``language`` (two letters) in which language months are named.

    Raises:
        Undated: it states none, or not one alone.
        NotYet: it states one in the future.
    """
    found = _moment(value) if isinstance(value, int | float) else _written(_text(value), order, language)
    if found.day.year < _FIRST_YEAR:
        raise Undated(f"date before {_FIRST_YEAR}: {found}")
    if found.day > (datetime.now(UTC) + _SLACK).date():
        raise NotYet(f"date in the future: {found}")
    return found


def _text(value: object) -> str:
    if isinstance(value, Mapping) and len(value) == 1:  # {"$date": "..."}, as MongoDB exports it
        value = next(iter(value.values()))
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise Undated("unreadable date")
    return " ".join(value.split())


def _written(text: str, order: DateOrder | None, language: str | None) -> PubDate:
    if _ISO.fullmatch(text) or _BASIC.fullmatch(text):
        return _iso(text)
    if found := _DAY_WITH_ZONE.fullmatch(text):  # XML Schema's date: the zone says nothing of a day that has no time
        return _iso(found[1])
    if not text or len(text) > _LONGEST:
        raise _unreadable(text)
    if _DIGITS.fullmatch(text):
        return _in_digits(text)
    clock, rest = cut_clock(text)
    return _dated(_day(rest, order, language), clock, text)


def _iso(text: str) -> PubDate:
    try:
        return PubDate.from_iso(text.replace(",", "."))
    except ValueError as error:
        raise _unreadable(text) from error


def _moment(number: float) -> PubDate:
    """Seconds or milliseconds since 1970, which are in UTC; or a number such as 20230905."""
    if isinstance(number, bool) or number != number:  # noqa: PLR0124  # NaN is the one value unlike itself
        raise Undated("unreadable date")
    if isinstance(number, int) and 10**7 <= number < 10**8:
        return _in_digits(str(number))
    if abs(number) >= 1000 * _SECONDS.stop:
        raise Undated("unreadable date")
    if _is_compact(number):
        raise Undated(f"ambiguous date {number:.0f}: milliseconds since 1970, or a day and a time in digits")
    seconds = number / 1000 if abs(number) >= _SECONDS.stop else number
    if not _SECONDS.start <= seconds < _SECONDS.stop:
        raise _unreadable(f"{number:.20g}")
    return PubDate.from_datetime(datetime.fromtimestamp(seconds, UTC))


def _is_compact(number: float) -> bool:
    """Whether a number that could be milliseconds reads as a day and a time as well: 202309051147."""
    digits = f"{number:.0f}"
    try:
        return len(digits) == len("202309051147") and bool(_in_digits(digits))
    except Undated:
        return False


def _in_digits(text: str) -> PubDate:
    """20230905, 20230905114752, or seconds or milliseconds since 1970."""
    shapes = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    try:
        if len(text) in shapes:
            moment = datetime.strptime(text, shapes[len(text)])  # noqa: DTZ007  # no zone is given: none is made up
            return PubDate(moment.date()) if len(text) == len("20230905") else PubDate.from_datetime(moment)
        if len(text) in {10, 13}:
            return _moment(int(text))
    except ValueError as error:
        raise _unreadable(text) from error
    raise _unreadable(text)


def _dated(day: date, clock: Clock | None, text: str) -> PubDate:
    if clock is None:
        return PubDate(day)
    if clock.time is None:
        raise _unreadable(text)
    return PubDate(day, clock.time, clock.offset)


def _day(text: str, order: DateOrder | None, language: str | None) -> date:
    """The day in what is left of a date without its time."""
    if found := _YEAR_FIRST.fullmatch(text):
        return _calendar(found[1], found[2], found[3], text)
    if found := _YEAR_LAST.fullmatch(text):
        return _ordered(found[1], found[2], found[3], order, text)
    if (found := _DAY_MONTH.fullmatch(text)) and (month := _english(found[2])):
        return _calendar(found[3], str(month), found[1], text)
    if (found := _MONTH_DAY.fullmatch(text)) and (month := _english(found[1])):
        return _calendar(found[3], str(month), found[2], text)
    return _worded(text, language)


def _calendar(year: str, month: str, day: str, text: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise _unreadable(text) from error


def _ordered(first: str, second: str, year: str, order: DateOrder | None, text: str) -> date:
    day, month = int(first), int(second)
    either = 1 <= day <= 12 and 1 <= month <= 12 and day != month  # noqa: PLR2004  # both could be months
    if either and order is None:
        raise Undated(f"ambiguous date {text!r}: say --dates day-first or month-first")
    if month > 12 or (either and order == "month-first"):  # noqa: PLR2004
        first, second = second, first
    return _calendar(year, second, first, text)


def _english(word: str) -> int:
    """The number of an English month, also when shortened; 0 for any other word."""
    start = "sep" if word.lower() == "sept" else word.lower()
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(start)), 0)


def _worded(text: str, language: str | None) -> date:
    """A day whose month is a word of some language: the digits are ours to read, the word is dateparser's.

    Two numbers, the longer one of four digits, are the day and the year; everything else is put to dateparser with
    a fixed day and year, so that a year's dates are twelve questions, and a word it skips cannot move the day.
    """
    numbers = _DIGITS.findall(text)
    if sorted(map(len, numbers)) not in ([1, 4], [2, 4]):
        raise _unreadable(text)
    day, year = sorted(numbers, key=len)
    question = _DIGITS.sub(lambda number: "2000" if number[0] == year else "15", text)
    month = _month(question.lower(), language if language in _LANGUAGES else None)
    if month is None:
        raise _unreadable(text)
    return _calendar(year, str(month), day, text)


@lru_cache(maxsize=4096)  # the dates of a file repeat a few dozen wordings
def _month(question: str, language: str | None) -> int | None:
    """The month in a date whose day is 15 and whose year is 2000; None if no language knows it, or two disagree."""
    found = {month for name in ([language] if language else _LANGUAGES) if (month := _month_in(question, name))}
    return found.pop() if len(found) == 1 else None


def _month_in(question: str, language: str) -> int | None:
    import dateparser  # noqa: PLC0415  # 0.13 s and 20 MB that most archives never need

    moment = dateparser.parse(question, languages=[language], settings=_ABSOLUTE_DAYS)
    if moment is None or (moment.year, moment.day) != (2000, 15):
        return None
    month: int = moment.month
    return month


def _unreadable(text: str) -> Undated:
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return Undated(f"unreadable date {shown!r}")

"""Days and periods as people write them: ``2023-09``, ``2023-Q3``, ``7d``, ``2023-06..2023-08``, ``P3M/2023-08-31``.

Every period lies between the first day of year 1 and the last of 9999: what would reach beyond it is open there.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from corpus.told import Told

_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?q([1-4])", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?w(\d\d?)", re.ASCII)
_EITHER_WAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)  # 05/09/2023: in May, or in September
_IN_WORDS = re.compile(r"(?:(\d{1,2}) )?([a-z]{3,9})(?: (\d{1,2}))? (\d{4})", re.ASCII)
_AGO = re.compile(r"(\d{1,4}) ?(d|days?|w|weeks?|m|months?|y|years?)", re.ASCII)
_DURATION = re.compile(r"p(?=\d)(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?", re.ASCII)
_DATED = re.compile(r"\d{4}[-/.\dqw]*", re.ASCII)  # what is meant as a date in figures
_MONTHS = "january february march april may june july august september october november december".split()
_HOW = Told("write a date as 2023, 2023-09, 2023-09-05 or 7d, a range as 2023-06..2023-08")
_NO_DAY = Told("there is no such day")


class NoPeriod(ValueError):
    """A text that is no period; ``why`` ends a sentence."""

    def __init__(self, why: Told) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included; None where that end is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class _Length:
    months: int
    days: int

    def before(self, day: date) -> date | None:
        return _moved(day, -self.months, -self.days)

    def after(self, day: date) -> date | None:
        return _moved(day, self.months, self.days)


def read_period(text: str, today: date) -> Period:
    """Read a day, a month, a longer period, or a range of them.

    Raises:
        NoPeriod: it is none.
    """
    text = text.strip().lower()
    if ".." in text:
        first, _, last = text.partition("..")
        return _range(first, last.lstrip("."), today)
    first, slash, last = text.partition("/")
    if slash and not _MONTH.fullmatch(text) and _bounds_interval(first) and _bounds_interval(last):
        return _interval(first, last, today)
    return _simple(text, today)


def read_last(text: str, today: date) -> Period:
    """Read how far back from today a period reaches, such as ``7d`` or ``month``.

    Raises:
        NoPeriod: it is none.
    """
    text = text.strip().lower()
    length = _ago(text) or _ago(f"1 {text}")
    if length is None:
        raise NoPeriod(Told("write it as 7d, 2w, 3m, 1y, or as week, month or year"))
    return Period(length.before(today) or date.min, None)


def day_after(day: date) -> date | None:
    """The next day; None after the last of all."""
    return _moved(day, 0, 1)


def _range(first: str, last: str, today: date) -> Period:
    if not first.strip() and not last.strip():
        raise NoPeriod(_HOW)
    return Period(
        _simple(first.strip(), today).first if first.strip() else None,
        _simple(last.strip(), today).last if last.strip() else None,
    )


def _bounds_interval(text: str) -> bool:
    """Whether this is one side of an ISO 8601 interval, and not a part of a date with slashes."""
    return bool(_DURATION.fullmatch(text) or re.match(r"\d{4}|today|yesterday", text, re.ASCII))


def _interval(first: str, last: str, today: date) -> Period:
    """An interval of ISO 8601: from one to the other, or one with how long it lasts; both ends included."""
    length, lasting = _duration(first), _duration(last)
    if length and lasting:
        raise NoPeriod(_HOW)
    if lasting:
        start = _simple(first, today).first or date.min
        end = lasting.after(start)
        return Period(start, end and _moved(end, 0, -1))
    stop = _simple(last, today).last
    if length:
        return Period(length.before(day_after(stop) or stop) if stop else None, stop)
    return Period(_simple(first, today).first, stop)


def _simple(text: str, today: date) -> Period:
    """A period without a range in it: what is written in figures, in words, or as so long ago."""
    if text in {"today", "yesterday"}:
        return _one(_moved(today, 0, -1 if text == "yesterday" else 0) or today)
    if length := _ago(text):
        return _one(length.before(today) or date.min)
    if found := _EITHER_WAY.fullmatch(text):
        return _one(_unambiguous(*map(int, found.groups())))
    try:
        return _in_figures(text) or _in_words(text)
    except (ValueError, OverflowError):
        raise NoPeriod(_NO_DAY if _DATED.fullmatch(text) or _in_months(text) else _HOW) from None


def _in_figures(text: str) -> Period | None:
    if found := _DAY.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part and part.isdigit())
        return _one(date(year, month, day))
    if found := _QUARTER.fullmatch(text):
        return _months(int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := _WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(monday, _moved(monday, 0, 6) or date.max)
    if found := _MONTH.fullmatch(text):
        return _months(int(found[1]), int(found[2]), 1)
    return _months(int(text), 1, 12) if _YEAR.fullmatch(text) else None


def _in_words(text: str) -> Period:
    """A month by its English name, with or without a day: ``Sep 2023``, ``5 September 2023``, ``Sep 5, 2023``."""
    found = _IN_WORDS.fullmatch(_spaced(text))
    month = _in_months(text)
    if found is None or month is None or (found[1] and found[3]):
        raise ValueError(text)
    day = found[1] or found[3]
    return _one(date(int(found[4]), month, int(day))) if day else _months(int(found[4]), month, 1)


def _in_months(text: str) -> int | None:
    """The number of the month whose name, or whose name cut short, stands in a date in words."""
    found = _IN_WORDS.fullmatch(_spaced(text))
    named = [number for number, name in enumerate(_MONTHS, start=1) if found and name.startswith(found[2])]
    return named[0] if len(named) == 1 else None


def _spaced(text: str) -> str:
    return " ".join(re.split(r"[\s,.-]+", text.strip()))


def _unambiguous(one: int, other: int, year: int) -> date:
    """The day of a date whose month may stand first or second, where only one way makes a day."""
    days = {day for month, number in ((other, one), (one, other)) if (day := _day_or_none(year, month, number))}
    if not days:
        raise NoPeriod(_NO_DAY)
    first, last = min(days), max(days)
    if first != last:
        raise NoPeriod(Told("it may be {first} or {last}, so write one of these", first=str(first), last=str(last)))
    return first


def _day_or_none(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _one(day: date) -> Period:
    return Period(day, day)


def _months(year: int, month: int, number: int) -> Period:
    first = date(year, month, 1)
    end = _moved(first, number, 0)
    return Period(first, (_moved(end, 0, -1) if end else None) or date.max)


def _ago(text: str) -> _Length | None:
    found = _AGO.fullmatch(text)
    if found is None:
        return None
    number, unit = int(found[1]), found[2][0]
    months, days = {"y": (12, 0), "m": (1, 0), "w": (0, 7), "d": (0, 1)}[unit]
    return _Length(number * months, number * days)


def _duration(text: str) -> _Length | None:
    """A duration of ISO 8601 in years, months, weeks and days."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return _Length(years * 12 + months, weeks * 7 + days)


def _moved(day: date, months: int, days: int) -> date | None:
    """This many months and then days later (or earlier); None beyond the calendar.

    A month that is too short for the day ends it: a month before 31 May is 30 April.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    in_month = day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
    ordinal = in_month.toordinal() + days
    return date.fromordinal(ordinal) if date.min.toordinal() <= ordinal <= date.max.toordinal() else None

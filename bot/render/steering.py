"""The menus below an answer: its order, its period, its outlets, each with what there is to choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import discord

from bot.language import Language
from bot.markdown import units
from bot.reader import Reader
from bot.render.layout import OPTION, OPTIONS, Item, form, option, row, select
from corpus import MOST_SOURCES, Coverage, Query, Share, Sort

OTHER, OVER_TIME = "other", "over-time"
"""Choices of the menu of periods that are no period."""

_LAST = (7, 30, 365)  # days
_YEARS = OPTIONS - len(_LAST) - 4  # beside any time, the present period, other dates and coverage over time

Days = tuple[date | None, date | None]
"""The first day that passes and the first that does not; None where that end is open."""


@dataclass(frozen=True, slots=True)
class Around:
    """What else there is for a query: its articles by outlet and by day, each without the filters of that kind.

    ``chosen`` are the keys of the outlets that its own filter means.
    """

    query: Query
    today: date
    by_outlet: Coverage
    by_day: Coverage
    chosen: frozenset[str] = frozenset()


def menus(around: Around, reader: Reader) -> tuple[Item | None, ...]:
    """The rows of the three menus; where there is nothing to choose there is none."""
    if not around.by_day.matched and not around.by_outlet.matched:
        return ()
    return row(_sorting(around, reader)), row(_period(around, reader)), row(_outlets(around, reader))


def dates(query: Query, asker: int, reader: Reader) -> discord.ui.Modal:
    """The form for dates of one's own, on the answer of the one who asked."""
    label, filters = reader.language.label, query.filters
    fields = (
        ("after", label("From this day, month or year on"), str(filters.after or "")),
        ("before", label("Up to the day before this one"), str(filters.before or "")),
    )
    return form(label("Dates"), fields, "dates", asker)


def jump(number: int, language: Language, act: str, *arguments: object) -> discord.ui.Modal:
    """The form that asks which page."""
    fields = [("page", language.label("Page"), str(number))]
    return form(language.label("Go to a page"), fields, act, *arguments)


def as_value(days: Days) -> str:
    """Days as a choice of the menu brings them back."""
    return "/".join(str(day or "") for day in days)


def as_days(value: str) -> Days:
    """The days that a choice stands for.

    Raises:
        ValueError: it is none of this menu's.
    """
    after, before = value.split("/")
    return date.fromisoformat(after) if after else None, date.fromisoformat(before) if before else None


def _sorting(around: Around, reader: Reader) -> Item | None:
    label, query = reader.language.label, around.query
    named = {
        Sort.RELEVANCE: label("Best first"),
        Sort.NEWEST: label("Newest first"),
        Sort.OLDEST: label("Oldest first"),
    }
    if not query.clauses:  # nothing that one article has more of than another
        del named[Sort.RELEVANCE]
    now = Sort.NEWEST if query.sort not in named else query.sort
    choices = [option(name, order.value, chosen=order is now) for order, name in named.items()]
    return select(label("Order"), choices, "sort", reader.id)


def _period(around: Around, reader: Reader) -> Item | None:
    """Any time, the last days, each year that has articles, dates of one's own, and all of it as a chart."""
    label, now = reader.language.label, (around.query.filters.after, around.query.filters.before)
    known = list(_periods(around, reader.language))
    if now not in [days for days, _, _ in known]:
        known.insert(1, (now, _dated(now, reader.language), ""))
    choices = [option(name, as_value(days), about, chosen=days == now) for days, name, about in known]
    choices += [option(label("Other dates …"), OTHER), option(label("Coverage over time …"), OVER_TIME)]
    return select(label("Period"), choices, "period", reader.id)


def _periods(around: Around, language: Language) -> Iterator[tuple[Days, str, str]]:
    yield (None, None), language.label("Any time"), ""
    for back in _LAST:
        name = language.counted("The last {number} day", "The last {number} days", back)
        yield (around.today - timedelta(back), None), name, ""
    years = Counter[int]()
    for day, articles in around.by_day.days:
        years[day.year] += articles
    for year in sorted(years, reverse=True)[:_YEARS]:
        about = language.counted("{number} article", "{number} articles", years[year])
        yield (date(year, 1, 1), date(year + 1, 1, 1) if year < date.max.year else None), str(year), about


def _dated(days: Days, language: Language) -> str:
    """A period in words: from its first day to its last."""
    after, before = days
    last = before - timedelta(1) if before and before > date.min else before
    if after and last:
        return language.label("{first} to {last}", first=after, last=last) if after < last else language.day(after)
    if after:
        return language.label("From {first} on", first=after)
    return language.label("Up to {last}", last=last)


def _outlets(around: Around, reader: Reader) -> Item | None:
    """The outlets with the most articles, and those that are chosen; none where there is but one."""
    language, most = reader.language, around.by_outlet.outlets
    chosen = [*(share for share in most if share.key in around.chosen), *_without_articles(around)][:MOST_SOURCES]
    others = [share for share in most if share.key not in around.chosen]
    shown = [share for share in [*chosen, *others] if units(share.key) <= OPTION][:OPTIONS]
    if len(shown) <= 1 and not chosen:
        return None
    choices = [
        option(
            share.name,
            share.key,
            language.counted("{number} article", "{number} articles", share.articles),
            chosen=share in chosen,
        )
        for share in shown
    ]
    return select(language.label("Outlets: all"), choices, "outlets", reader.id, fewest=0, most=MOST_SOURCES)


def _without_articles(around: Around) -> list[Share]:
    """Outlets that are asked for, by key or name, and have no article here."""
    known = [share for share in around.by_outlet.outlets if share.key in around.chosen]
    names = [share.name.casefold() for share in known]
    return [
        Share(name, name, 0)
        for name in around.query.filters.sources
        if name not in names and not any(share.key.endswith(name) for share in known)
    ]

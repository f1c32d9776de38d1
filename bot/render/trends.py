"""Coverage over time: each query with its numbers as a line of bars, the chart, the peaks with what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.chart import Chart
from bot.language import Language
from bot.markdown import Line, Markdown, code, escape, link, short, units
from bot.reader import Reader
from bot.render.cards import heading, source_and_date
from bot.render.layout import ALT, TEXT, Item, button, clip, option, panel, row, select, view
from bot.render.results import notes_in
from bot.render.sharing import share_or_delete, shared_by
from bot.trends import Trend, Trends, sparkline
from corpus import Attribution, Bucket, Step

PICTURE, TABLE = "trends.png", "trends.csv"
PEAKS = 3  # of one query; of several each has fewer

_LETTERS = "ABCDE"
_PRECISIONS = {Step.DAY: 10, Step.WEEK: 10, Step.MONTH: 7, Step.YEAR: 4}  # characters of a date in ISO 8601
_OUTLETS, _OUTLET = 3, 40  # outlets of a query, and the UTF-16 units of the name of one
_DROPPED = 60  # UTF-16 units of the words that a query was counted without
_LINK, _HEADLINE = 200, 100  # the most that a peak's link and headline take


@dataclass(frozen=True, slots=True)
class Peak:
    """A stretch of time in which there was most, and the article that answers best of it."""

    bucket: Bucket
    credit: Attribution | None


def peaks_each(number: int) -> int:
    """How many peaks each of so many queries shows."""
    return max(PEAKS - number + 1, 1)


def trends(
    found: Trends, peaks: Sequence[Sequence[Peak]], reader: Reader, notes: Iterable[str], *, picture: bool, drawn: bool
) -> ui.LayoutView:
    """The message; ``picture`` says that the chart is attached, ``drawn`` that one was wanted and none came of it."""
    language = reader.language
    header = "\n".join(_line(found, place, language) for place in range(len(found.trends)))
    told = [f"-# {language.say('The chart could not be drawn this time.')}"] if drawn and not picture else []
    told += [f"-# {note}" for note in [*notes_in(notes, language), *shared_by(reader)]]
    parts: list[str | Item] = [header, ui.Separator()]
    if picture:
        item = discord.MediaGalleryItem(f"attachment://{PICTURE}", description=alternative(found, peaks, language))
        parts.append(ui.MediaGallery(item))
    body = _fitting(_body(found, peaks, language), told, TEXT - units(header))
    return view(
        panel(*parts, *(["\n".join(body)] if body else [])), row(*_buttons(found, reader)), row(_steps(found, reader))
    )


def table(found: Trends, language: Language) -> ui.LayoutView:
    """The message that holds the numbers as a file."""
    lines = [code(trend.coverage.query) for trend in found.trends]
    lines.append(Markdown(f"-# {language.say('One row a stretch of time; the last column is the whole archive.')}"))
    return view(panel("\n".join(lines)), ui.File(f"attachment://{TABLE}"))


def as_chart(found: Trends) -> Chart:
    """What is drawn."""
    lines = tuple((_LETTERS[place], trend.values) for place, trend in enumerate(found.trends))
    precision = _PRECISIONS[found.step]
    labels = tuple(bucket.first.isoformat()[:precision] for bucket in found.buckets)
    return Chart(labels, lines, found.shares)


def alternative(found: Trends, peaks: Sequence[Sequence[Peak]], language: Language) -> str:
    """What the chart shows, in words: a line for each query, which is cut where all would be too long."""
    shown = [(trend, own[0].bucket) for trend, own in zip(found.trends, peaks, strict=True) if own]
    taken = units("\n".join(_told(found, *each, "", language) for each in shown))
    room = (ALT - taken) // max(len(shown), 1)
    lines = [_told(found, trend, peak, short(trend.coverage.query, room), language) for trend, peak in shown]
    return clip("\n".join(lines), ALT)


def _told(found: Trends, trend: Trend, peak: Bucket, query: str, language: Language) -> str:
    """A line of the chart in words."""
    days = trend.coverage.days
    return language.label(
        "{query}: {articles}; the most in {when}: {most}; the first {first}, the last {last}",
        query=query,
        articles=language.counted("{number} article", "{number} articles", trend.coverage.matched),
        when=_when(peak, found.step, language),
        most=language.percent(found.value(trend, peak)) if found.shares else language.number(peak.articles),
        first=days[0][0],
        last=days[-1][0],
    )


def queries_in(header: str) -> tuple[str, ...]:
    """The queries that stand in the header of such a message."""
    return tuple(
        line[1 : line.index("`", 1)] for line in header.split("\n") if line.startswith("`") and "`" in line[1:]
    )


def _line(found: Trends, place: int, language: Language) -> str:
    """A query as it is read back from the message, what was found, and its numbers as bars."""
    trend = found.trends[place]
    letter = [f"**{_LETTERS[place]}**"] if len(found.trends) > 1 else []
    bars = sparkline(trend.values)
    return " · ".join([code(trend.coverage.query), *letter, _matched(trend, language), *([bars] if bars else [])])


def _matched(trend: Trend, language: Language) -> Markdown:
    """How many articles there are, and without which words they were counted."""
    number, dropped = trend.coverage.matched, trend.coverage.dropped
    if not dropped:
        return language.count("{number} article", "{number} articles", number)
    words = language.told(", ".join(f"“{word}”" for word in dropped), _DROPPED)
    return language.count(
        "{number} article has all but {words}", "{number} articles have all but {words}", number, words=words
    )


def _body(found: Trends, peaks: Sequence[Sequence[Peak]], language: Language) -> list[str]:
    """What each query's peaks are about, and which outlets have most of it."""
    lines = []
    for place, (trend, own) in enumerate(zip(found.trends, peaks, strict=True)):
        if not own:
            continue
        lines.append(f"**{_LETTERS[place] if len(peaks) > 1 else language.say('Peaks')}**")
        lines += [_peak(each, trend, found, language) for each in own]
        lines.append(f"-# {_outlets(trend, language)}")
    return lines


def _peak(peak: Peak, trend: Trend, found: Trends, language: Language) -> str:
    counted = language.count("{number} article", "{number} articles", peak.bucket.articles)
    if found.shares:
        counted = Markdown(f"{counted} ({language.percent(found.value(trend, peak.bucket))})")
    when = escape(_when(peak.bucket, found.step, language))
    if peak.credit is None:
        return f"- {when} · {counted}"
    url = link(peak.credit.url)
    headline = Line.of(peak.credit.headline).cut(_HEADLINE)
    titled = heading(headline, url if url and len(url) <= _LINK else None)
    return f"- {when} · {counted} · {titled} · {source_and_date(peak.credit, language)}"


def _outlets(trend: Trend, language: Language) -> Markdown:
    named = [
        f"{escape(short(share.name, _OUTLET))} {language.number(share.articles)}"
        for share in trend.coverage.outlets[:_OUTLETS]
    ]
    return language.say("most in {outlets}", outlets=Markdown(", ".join(named)))


def _when(bucket: Bucket, step: Step, language: Language) -> str:
    match step:
        case Step.DAY:
            return language.day(bucket.first)
        case Step.WEEK:
            return language.label("the week of {day}", day=bucket.first)
        case Step.MONTH:
            return language.month(bucket.first)
        case Step.YEAR:
            return str(bucket.first.year)


def _fitting(body: Sequence[str], told: Sequence[str], room: int) -> list[str]:
    """As many lines of the body as there is room for beside what must be told."""
    rest = room - sum(units(line) + 1 for line in told)
    kept: list[str] = []
    for line in body:
        rest -= units(line) + 1
        if rest < 0:
            break
        kept.append(line)
    return [*kept, *told]


def _buttons(found: Trends, reader: Reader) -> Sequence[Item]:
    label, asker, step, shares = reader.language.label, reader.id, found.step, int(found.shares)
    other = label("As numbers") if found.shares else label("As share of the archive")
    table = button(label("Numbers as CSV"), "trend-csv", step, shares)
    passing_on = share_or_delete(reader, "trend-share", step, shares)
    return button(other, "trend", asker, step, 1 - shares), passing_on, table


def _steps(found: Trends, reader: Reader) -> Item | None:
    named = steps_named(reader.language)
    choices = [option(named[step], step.value, chosen=step is found.step) for step in found.steps]
    return select(reader.language.label("By"), choices, "trend-step", reader.id, int(found.shares))


def steps_named(language: Language) -> Mapping[Step, str]:
    """The stretches of time that can be counted by, in words."""
    label = language.label
    return {
        Step.DAY: label("By day"),
        Step.WEEK: label("By week"),
        Step.MONTH: label("By month"),
        Step.YEAR: label("By year"),
    }

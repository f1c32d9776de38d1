"""What the corpus answers, as Discord components. Pure: asks nothing and sends nothing.

Owns Discord's limits on a message. A hit becomes a card in ``bot.cards``, text becomes markdown in ``bot.markdown``;
what buttons do is in ``bot.views``, which hands them in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from discord import app_commands, ui
from discord.utils import format_dt

from bot.cards import LEAST, SOURCE, byline, cards, day, heading, source_and_date
from bot.markdown import ELLIPSIS, Line, clean, code, escape, link, prose, short, units
from corpus import Article, CorpusStatus, IngestReport, Results, Source

TEXT = 4000  # all text of a message with Components V2 (Discord's documentation of message components)
PAGE = 5  # hits on a page: with header, a row of buttons and three selects 34 of the 40 components of a message
CHOICE = 100  # name and value of a suggestion (Discord's documentation of application commands)
NOTE, NOTES = 200, 3  # how long a note is at most, in UTF-16 units, and how many there are
OFFERED, OFFER = 3, 300  # queries that are offered instead, and what they take at most above hits, in UTF-16 units
BUTTON = 80  # the label of a button (Discord's documentation of components)
ACCENT = 0x3B6EA5
_MEANT = "Did you mean "
_CODE = re.compile(r"`([^`]+)`")

Item = ui.Item[Any]


def results(
    found: Results, *, read: Callable[[Article], Item], buttons: Sequence[Item] = (), notes: Iterable[str] = ()
) -> ui.LayoutView:
    """A page of hits. ``read`` makes the button beside a card, ``buttons`` stand below the page."""
    header = _header(found, [*notes, *found.notes])
    box: ui.Container[Any] = ui.Container(ui.TextDisplay(header), accent_colour=ACCENT)
    for hit, card in zip(found.hits, cards(found.hits, TEXT - units(header)), strict=True):
        box.add_item(ui.Separator())
        box.add_item(ui.Section(ui.TextDisplay(card), accessory=read(hit.article)))
    return _view(box, *_row(buttons))


def no_match(found: Results, status: CorpusStatus, *, buttons: Sequence[Item] = ()) -> ui.LayoutView:
    """Nothing was found: what was searched, what there is to be found, and what to ask instead."""
    header = [code(found.query), "### No article matches", f"Searched {holdings(status)}.", *_meant(found)]
    header += [f"Without {code(each.without)}: {_articles(each.matched)}" for each in found.relaxed if each.matched]
    header += [f"-# {note}" for note in _notes(found.notes)]
    header.append("-# Try fewer words, another spelling or a wider period; `/sources` lists the outlets.")
    return _view(_panel(_clip("\n".join(header))), *_row(buttons))


def offers(found: Results) -> tuple[str, ...]:
    """The queries that are offered in the place of one that may be misspelt; above hits there is little room."""
    offered = found.did_you_mean[:OFFERED]
    while found.hits and sum(map(units, offered)) > OFFER:
        offered = offered[:-1]
    return offered


def offered(header: str) -> tuple[str, ...]:
    """The queries that stand as offers in the header of an answer."""
    line = next((line for line in header.split("\n") if line.startswith(_MEANT)), "")
    return tuple(_CODE.findall(line))


def empty(*, filling: bool, inputs: bool) -> ui.LayoutView:
    """There is nothing to search yet, and how that changes."""
    if filling:
        return notice("The archive is being filled right now. Ask again in a few minutes.")
    how = "an admin fills it from there with `/admin reindex`" if inputs else "`CORPUS_INPUTS` names no files yet"
    return notice(
        "The archive is empty: there is nothing to search yet.",
        f"Whoever runs this bot fills it with `dateline ingest PATH`, or sets `CORPUS_INPUTS`; {how}.",
    )


def article(shown: Article) -> ui.LayoutView:
    """An article as far as a message holds it, with its credit and its link."""
    credit = shown.attribution
    url = link(shown.url)
    head = f"### {heading(Line.of(credit.headline), url)}\n-# {source_and_date(credit)}{byline(credit.byline)}"
    foot = f"-# Article {code(shown.id)}"
    more = f"-# {ELLIPSIS} the rest of the article{f' is [at its source]({url})' if url else ' does not fit here'}\n"
    body, whole = _paragraphs(shown.text, TEXT - units(head + more + foot) - 2)
    box: ui.Container[Any] = ui.Container(ui.TextDisplay(head), ui.Separator(), accent_colour=ACCENT)
    for text in (body, foot if whole else more + foot):
        box.add_item(ui.TextDisplay(text))
    return _view(box)


def sources(all_of_them: Sequence[Source]) -> ui.LayoutView:
    """The outlets with their counts and periods, as many as a message holds."""
    lines = ["### Sources"]
    for shown, source in enumerate(all_of_them):
        name = f"**{escape(short(source.name, SOURCE))}**{'' if _names_itself(source) else f' {code(source.key)}'}"
        line = f"{name} · {_articles(source.articles)} · {_years(source)}"
        if units("\n".join([*lines, line])) > TEXT - 40:  # room for the last line
            lines.append(f"-# and {len(all_of_them) - shown:,} more")
            break
        lines.append(line)
    return _box("\n".join(lines))


def label(query: str) -> str:
    """A query on a button, as much of it as a button holds."""
    return short(query, BUTTON) or ELLIPSIS


def choice(source: Source) -> app_commands.Choice[str] | None:
    """An outlet as a suggestion; None where its key is longer than Discord lets a value be."""
    if units(source.key) > CHOICE:
        return None
    count = f" · {_articles(source.articles)}"
    name = Line.of(source.name).text
    named = name if _names_itself(source) else f"{name} · {source.key}"
    return app_commands.Choice(name=short(named, CHOICE - units(count)) + count, value=source.key)


def notice(*sentences: str) -> ui.LayoutView:
    """Sentences of the program itself, one a line."""
    return _box(_clip("\n".join(prose(sentence[: TEXT // 2]) for sentence in sentences)))


def facts(title: str, lines: Iterable[str]) -> ui.LayoutView:
    """A title and lines of ready markdown below it."""
    return _box(_clip("\n".join([f"### {title}", *lines])))


def holdings(status: CorpusStatus) -> str:
    """What the archive holds and which period it covers, in words."""
    period = f", {day(status.first)} to {day(status.last)}" if status.first and status.last else ""
    return f"{_articles(status.articles)} from {_many(status.sources, 'source')}{period}"


def index_age(status: CorpusStatus) -> str:
    """When the index last took something in, as a moment that Discord counts from."""
    return "never" if status.indexed_at is None else format_dt(status.indexed_at, "R")


def report(done: IngestReport) -> list[str]:
    """What became of what was read, with the first few that were refused, as lines of markdown."""
    counts = f"{done.added:,} added, {done.updated:,} changed, {done.unchanged:,} unchanged, {done.copies:,} copies"
    lines = [f"{done.read:,} read: {counts}, {len(done.rejected):,} rejected"]
    lines += [
        f"-# rejected {code(short(rejection.origin, NOTE))}: {prose(short(rejection.reason, NOTE))}"
        for rejection in done.rejected[:NOTES]
    ]
    if len(done.rejected) > NOTES:
        lines.append(f"-# and {len(done.rejected) - NOTES:,} more; `dateline reindex` in the shell lists them all")
    return lines


def _header(found: Results, notes: Iterable[str]) -> str:
    """The query as it is read back from the message, what was found, and how the query was read."""
    about = "" if found.pages_exact else "about "
    page = f" · page {found.page:,} of {about}{found.pages:,}" if found.pages > 1 else ""
    told = [f"-# {note}" for note in _notes(notes)]
    return "\n".join([code(found.query), f"-# {_found(found)}{page}", *_meant(found), *told])


def _meant(found: Results) -> list[str]:
    """A line with what may have been meant, from which a button reads it back."""
    queries = [code(query) for query in offers(found)]
    listed = " or ".join(filter(None, [", ".join(queries[:-1]), *queries[-1:]]))
    return [f"{_MEANT}{listed}?"] if queries else []


def _found(found: Results) -> str:
    """How many articles have all the words, and how many some; sorted by date only the former are listed."""
    most = "" if found.matched_exact else "at least "
    some = "" if found.ranked == found.matched else f", {found.ranked:,} {_have(found.ranked)} some"
    having = "article has" if found.matched == 1 else "articles have"
    if found.dropped:
        but = ", ".join(f"“{word}”" for word in found.dropped)
        counted = f"{most}{found.matched:,} {_have(found.matched) if some else having}"
        return f"no article has all the words: {counted} all but {prose(short(but, NOTE))}{some}"
    if not some:
        return f"{most}{_articles(found.matched)}"
    if not found.matched:
        return f"no article has all the words{some}"
    return f"{most}{found.matched:,} {having} all the words{some}"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _notes(notes: Iterable[str]) -> list[str]:
    return [prose(short(note, NOTE)) for note in list(dict.fromkeys(notes))[:NOTES]]


def _paragraphs(text: str, room: int) -> tuple[str, bool]:
    """The beginning of an article, paragraph by paragraph, and whether that is all of it."""
    shown: list[str] = []
    for paragraph in filter(None, map(clean, text.split("\n"))):
        line = Line(paragraph)
        if units(line.markdown) > room:
            shown += [line.cut(room).markdown] if room >= LEAST else []
            return "\n\n".join(shown) or ELLIPSIS, False
        shown.append(line.markdown)
        room -= units(line.markdown) + 2
    return "\n\n".join(shown) or ELLIPSIS, True


def _clip(markdown: str) -> str:
    """Whole lines within the limit of a message."""
    kept = markdown.split("\n")
    while len(kept) > 1 and units("\n".join(kept)) > TEXT:
        kept.pop()
    return "\n".join(kept)


def _articles(number: int) -> str:
    return _many(number, "article")


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _names_itself(source: Source) -> bool:
    """Whether an outlet has no other name than its key, by which it is asked for."""
    return clean(source.name).casefold() == source.key


def _years(source: Source) -> str:
    first, last = source.first.year, source.last.year
    return str(first) if first == last else f"{first}–{last}"


def _box(text: str) -> ui.LayoutView:
    return _view(_panel(text))


def _panel(text: str) -> Item:
    return ui.Container(ui.TextDisplay(text), accent_colour=ACCENT)


def _row(buttons: Sequence[Item]) -> list[Item]:
    return [ui.ActionRow(*buttons)] if buttons else []


def _view(*items: Item) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    return view

"""A page of hits, and the answer where nothing was found; with what stands below to steer it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from discord import ui

from bot.language import Language
from bot.markdown import Markdown, code, units
from bot.reader import Reader
from bot.render.archive import holdings
from bot.render.cards import cards
from bot.render.layout import TEXT, Item, button, clip, panel, row, view
from bot.render.sharing import delete, share_or_delete, shared_by
from bot.render.steering import Around, menus
from corpus import CorpusStatus, Hit, Results

PAGE = 5  # hits on a page: with header, two rows of buttons and three menus 38 of the 40 components of a message
NOTE, NOTES = 200, 3  # how long a note is at most, in UTF-16 units, and how many there are
OFFERED, OFFER = 3, 300  # queries that are offered instead, and what they take at most above hits, in UTF-16 units
_CODE = re.compile(r"`([^`]+)`")
_BOLD = "**"  # what the line of offers begins with, and no other line of a header


def results(found: Results, around: Around, reader: Reader, notes: Iterable[str] = ()) -> ui.LayoutView:
    """A page of hits, with what turns, narrows and passes it on."""
    header = _header(found, reader, notes)
    parts: list[str | Item] = [header]
    for hit, card in zip(found.hits, cards(found.hits, TEXT - units(header), reader.language), strict=True):
        parts += [ui.Separator(), ui.Section(ui.TextDisplay(card), accessory=_read(hit, reader.language))]
    return view(
        panel(*parts),
        row(*_turns(found, reader), *_pass_on(found, reader)),
        _asks(found, reader),
        *menus(around, reader),
    )


def no_match(
    found: Results, around: Around, status: CorpusStatus, reader: Reader, notes: Iterable[str] = ()
) -> ui.LayoutView:
    """Nothing was found: what was searched, what there is to be found, and what to ask instead."""
    say = reader.language.say
    lines = [
        code(found.query),
        f"### {say('No article matches')}",
        say("Searched {holdings}.", holdings=holdings(status, reader.language)),
        *_late(status.articles - found.searched, reader.language),
        *_meant(found, reader.language),
        *_without(found, reader.language),
        *_small(notes_in([*notes, *found.notes], reader.language)),
        f"-# {say('Try fewer words, another spelling or a wider period; `/sources` lists the outlets.')}",
    ]
    helping = button(reader.language.label("How to ask"), "help")
    return view(
        panel(clip("\n".join(lines))), row(helping, delete(reader)), _asks(found, reader), *menus(around, reader)
    )


def _late(number: int, language: Language) -> list[Markdown]:
    """That some of what the archive holds was not searched, because it is being indexed."""
    if number <= 0:
        return []
    return [
        language.count(
            "{number} article came just now and cannot be found yet: ask again in a moment.",
            "{number} articles came just now and cannot be found yet: ask again in a moment.",
            number,
        )
    ]


def offers(found: Results) -> tuple[str, ...]:
    """The queries that are offered in the place of one that may be misspelt; above hits there is little room."""
    offered = found.did_you_mean[:OFFERED]
    while found.hits and sum(map(units, offered)) > OFFER:
        offered = offered[:-1]
    return offered


def offered(header: str) -> tuple[str, ...]:
    """The queries that stand as offers in the header of an answer."""
    line = next((line for line in header.split("\n") if line.startswith(_BOLD)), "")
    return tuple(_CODE.findall(line))


def _header(found: Results, reader: Reader, notes: Iterable[str]) -> str:
    """The query as it is read back from the message, what was found, and how the query was read."""
    language = reader.language
    counted = " · ".join([*_counted(found, language), *_place(found, language)])
    told = notes_in([*notes, *found.notes], language)
    return "\n".join(
        [code(found.query), f"-# {counted}", *_meant(found, language), *_small([*told, *shared_by(reader)])]
    )


def _counted(found: Results, language: Language) -> list[Markdown]:
    """How many articles have all the words, and how many some; sorted by date only the former are listed."""
    if found.ranked == found.matched:
        return [*_without_dropped(found, language), _all(found, language)]
    return [*_without_dropped(found, language), *_having_all(found, language), _having_some(found, language)]


def _all(found: Results, language: Language) -> Markdown:
    if found.dropped:
        return _having_all(found, language)[0]
    if not found.matched_exact:
        return language.count("at least {number} article", "at least {number} articles", found.matched)
    return language.count("{number} article", "{number} articles", found.matched)


def _without_dropped(found: Results, language: Language) -> list[Markdown]:
    return [language.say("no article has all the words")] if found.dropped or not found.matched else []


def _having_all(found: Results, language: Language) -> list[Markdown]:
    """How many have all the words, or all but those that were dropped; nothing where none has."""
    count, matched = language.count, found.matched
    if found.dropped:
        words = language.told(", ".join(f"“{word}”" for word in found.dropped), NOTE)
        return [
            count(
                "{number} article has all but {words}", "{number} articles have all but {words}", matched, words=words
            )
        ]
    if not found.matched_exact:
        return [
            count(
                "at least {number} article has all the words", "at least {number} articles have all the words", matched
            )
        ]
    if not matched:
        return []
    return [count("{number} article has all the words", "{number} articles have all the words", matched)]


def _having_some(found: Results, language: Language) -> Markdown:
    return language.count("{number} has some", "{number} have some", found.ranked)


def _place(found: Results, language: Language) -> list[Markdown]:
    if found.pages <= 1:
        return []
    page, pages = found.page, found.pages
    if found.pages_exact:
        return [language.say("page {page} of {pages}", page=page, pages=pages)]
    return [language.say("page {page} of about {pages}", page=page, pages=pages)]


def _meant(found: Results, language: Language) -> list[str]:
    """A line with what may have been meant, from which a button reads it back."""
    queries = Markdown(language.any_of([code(query) for query in offers(found)])) if offers(found) else ""
    return [f"{_BOLD}{language.say('Did you mean {queries}?', queries=queries)}{_BOLD}"] if queries else []


def _without(found: Results, language: Language) -> list[str]:
    return [
        language.count(
            "Without {filter}: {number} article",
            "Without {filter}: {number} articles",
            each.matched,
            filter=code(each.without),
        )
        for each in found.relaxed
        if each.matched
    ]


def notes_in(notes: Iterable[str], language: Language) -> list[Markdown]:
    """The first notes, each once, as long as there is room for in a header; what is markdown already stays so."""
    shown = list(dict.fromkeys(notes))[:NOTES]
    return [note if isinstance(note, Markdown) else language.told(note, NOTE) for note in shown]


def _small(lines: Iterable[str]) -> list[str]:
    return [f"-# {line}" for line in lines]


def _read(hit: Hit, language: Language) -> Item:
    return button(language.label("Read"), "read", hit.article.id)


def _turns(found: Results, reader: Reader) -> Sequence[Item]:
    """To the page before, to any, and to the next; ``ranked`` tells whether the archive has changed in between."""
    if found.pages <= 1:
        return ()
    label, asker, ranked, page = reader.language.label, reader.id, found.ranked, found.page
    return (
        button(label("Previous"), "turn", asker, page - 1, ranked, enabled=page > 1),
        button(label("Page …"), "jump", asker, page, ranked),
        button(label("Next"), "turn", asker, page + 1, ranked, enabled=page < found.pages),
    )


def _pass_on(found: Results, reader: Reader) -> Sequence[Item]:
    return share_or_delete(reader, "share", found.page), button(reader.language.label("Export"), "export")


def _asks(found: Results, reader: Reader) -> Item | None:
    return row(*(button(query, "ask", reader.id, place) for place, query in enumerate(offers(found))))

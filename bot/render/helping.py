"""How one asks: ten examples of the query language, and what can be done with an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from discord import ui

from bot.language import Language
from bot.markdown import code, escape, units
from bot.render.layout import clip, option, panel, row, select, view
from corpus import Query

_OUTLET = 40  # UTF-16 units of an outlet's name in an example
_ANY_OUTLET = "reuters.com"  # where the archive has none whose name is so short


@dataclass(frozen=True, slots=True)
class Example:
    """A query, and what it finds, both as plain text."""

    query: str
    finds: str


def examples(language: Language, outlets: Iterable[str]) -> tuple[Example, ...]:
    """Ten queries, each for one means of the query language; ``outlets`` are the keys of those that there are."""
    label = language.label
    fitting = (key for key in outlets if units(key) <= _OUTLET)
    source = str(Query().of_sources([next(fitting, _ANY_OUTLET)]))
    return (
        Example(label("harbour flood damage"), label("articles with these words, those with all of them first")),
        Example(label('"interest rates"'), label("these words, one right after the other")),
        Example(label("strike -football"), label("without the word behind the minus")),
        Example(label("flood +insurance"), label("with the word behind the plus in any case")),
        Example(label("(storm OR flood) damage"), label("with one word or the other")),
        Example(label("econom*"), label("with any word that begins so")),
        Example(label("title:election"), label("with the word in the headline")),
        Example(label("election {source}", source=source), label("from one outlet alone")),
        Example(label("inflation after:2022 before:2024"), label("from a day, month or year on, and before another")),
        Example(label("climate lang:en sort:newest"), label("in one language, the newest first")),
    )


def how_to_ask(tried: Sequence[Example], language: Language) -> ui.LayoutView:
    """Every example with what it finds, what can be done with an answer, and a menu to try one."""
    lines = [
        f"### {language.say('How to ask')}",
        *(f"{code(each.query)} {escape(each.finds)}" for each in tried),
        f"### {language.say('What to do with an answer')}",
        *_means(language),
    ]
    choices = [option(each.query, each.query, each.finds) for each in tried]
    return view(panel(clip("\n".join(lines))), row(select(language.label("Try one"), choices, "try")))


def _means(language: Language) -> Iterator[str]:
    say = language.say
    yield f"**{say('Steer')}** {say('turn its pages; menus choose its order, its period and its outlets')}"
    yield f"**{say('Read')}** {say('opens an article here, with what was found marked in it')}"
    yield f"**{say('Share')}** {say('posts it for everyone here; you and moderators can delete it again')}"
    yield f"**{say('Export')}** {say('hands you its articles as a file')}"

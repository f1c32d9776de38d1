"""Articles that are taken down: what is asked before, what was done, and all that are down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from discord import app_commands, ui
from discord.utils import format_dt

from bot.language import Language
from bot.markdown import Markdown, code, escape, short, units
from bot.render.article import credit_of
from bot.render.cards import heading, headline_of
from bot.render.layout import CUSTOM_ID, OPTION, Item, button, clip, option, panel, row, select, view
from corpus import Reading, Withheld

PAGE = 10
"""Articles on a page of what is down."""

_HEADLINE, _OUTLET, _WHY = 120, 40, 100  # UTF-16 units
_NAMED = 15  # articles that were taken down at once


def ask(reading: Reading, why: str, language: Language, *, copies: bool, erase: bool) -> ui.LayoutView:
    """The article that is to be taken down, with what that means, to be decided on."""
    say, article, others = language.say, reading.article, len(reading.copies)
    lines = [
        f"### {heading(headline_of(article.attribution, language), None)}",
        *(f"-# {line}" for line in credit_of(article, language)),
        _of_copies(others, language, copies=copies),
        say("Nobody finds or reads it any more, and it stays down whatever is read again, until it is restored."),
        *([f"**{say('Its text is erased. That is final: it can only come back from its file.')}**"] if erase else []),
    ]
    reason = [f"{code(why)}\n-# {say('the reason, for the audit')}"] if why else []
    do = button(language.label("Take down"), "remove-do", article.id, int(copies), int(erase), danger=True)
    return view(
        panel("\n".join(filter(None, lines)), *reason), row(do, button(language.label("Keep it"), "remove-keep"))
    )


def taken_down(down: Sequence[Mapping[str, Any]], language: Language) -> ui.LayoutView:
    """What is down now, with a way back."""
    say = language.say
    lines = [f"### {say('Taken down')}", *_listed(down, language)]
    lines.append(say("It stays down, whatever is read again; `/admin removed` lists all that is down."))
    return view(
        panel(clip("\n".join(lines))), row(_restore([str(each["id"]) for each in down], language), _all(language))
    )


def restored(back: Sequence[Mapping[str, Any]], language: Language) -> ui.LayoutView:
    """What may come again, and when."""
    say = language.say
    lines = [f"### {say('Restored')}", *_listed(back, language)]
    if any(each["erased"] for each in back):
        lines.append(say("What was erased comes back when its file is read the next time."))
    return view(panel(clip("\n".join(lines))), row(_all(language)))


def removed(down: Sequence[Withheld], number: int, language: Language) -> ui.LayoutView:
    """A page, counted from 1, of all that is down, the last one first; a menu restores one."""
    say, label = language.say, language.label
    pages = max(-(-len(down) // PAGE), 1)
    number = min(max(number, 1), pages)
    shown = down[(number - 1) * PAGE : number * PAGE]
    if not shown:
        return view(panel(say("Nothing is taken down.")))
    count = language.count("{number} article is taken down", "{number} articles are taken down", len(down))
    place = say("page {page} of {pages}", page=number, pages=pages)
    lines = [f"### {count}", *(line for each in shown for line in _entry(each, language)), f"-# {place}"]
    choices = [option(_named(each, language), each.id) for each in shown]
    turns = (
        button(label("Previous"), "removed", number - 1, enabled=number > 1),
        button(label("Next"), "removed", number + 1, enabled=number < pages),
    )
    return view(
        panel(clip("\n".join(lines))),
        row(*turns) if pages > 1 else None,
        row(select(label("Restore …"), choices, "restore-chosen")),
    )


def choice(each: Withheld, language: Language) -> app_commands.Choice[str]:
    """An article that is down, as a suggestion."""
    return app_commands.Choice(name=_named(each, language), value=each.id)


def _of_copies(others: int, language: Language, *, copies: bool) -> str:
    if not others:
        return ""
    if copies:
        return language.count(
            "With it goes {number} other article of the same story.",
            "With it go {number} other articles of the same story.",
            others,
        )
    return language.count(
        "{number} other article of the same story stays.", "{number} other articles of the same story stay.", others
    )


def _listed(articles: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    lines = [
        f"- {_headline(str(each['headline']), language)} · {escape(short(str(each['source']), _OUTLET))} · "
        f"{code(str(each['published']))} · {code(str(each['id']))}"
        for each in articles[:_NAMED]
    ]
    more = len(articles) - len(lines)
    return [*lines, f"-# {language.count('and {number} more', 'and {number} more', more)}"] if more else lines


def _entry(each: Withheld, language: Language) -> list[str]:
    outlet, day = escape(short(each.source, _OUTLET)), code(each.published)
    down = language.say("taken down {when}", when=Markdown(format_dt(each.at, "R")))
    why = f" · {escape(short(each.why, _WHY))}" if each.why else ""
    return [
        f"**{_headline(each.headline, language)}** · {outlet} · {day}",
        f"-# {code(each.id)} · {down}{why}",
    ]


def _headline(headline: str, language: Language) -> str:
    return escape(short(headline, _HEADLINE)) or language.say("erased")


def _named(each: Withheld, language: Language) -> str:
    """An article that is down in plain text; of an erased one its id."""
    about = f" · {short(each.source, _OUTLET)} · {each.published}"
    return short(each.headline or f"{language.label('erased')} {each.id}", OPTION - units(about)) + about


def _all(language: Language) -> Item:
    return button(language.label("All that is down"), "removed", 1)


def _restore(ids: Sequence[str], language: Language) -> Item | None:
    """What lets them come again, where their ids are within what a button brings back."""
    fits = len(":".join(["restore", *ids])) <= CUSTOM_ID
    return button(language.label("Restore"), "restore", *ids) if ids and fits else None

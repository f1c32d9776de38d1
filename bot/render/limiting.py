"""How much of an outlet's articles is shown: the limits that there are, and what may be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui
from discord.app_commands import Choice

from bot.language import Language
from bot.markdown import Markdown, code, short, units
from bot.render.archive import facts
from bot.render.cards import SOURCE
from bot.render.layout import TEXT
from corpus import Limit

NO_LIMIT = "none"
"""The choice that takes a limit away, as the shell has it."""

_SUGGESTED = (100, 300)  # characters
_DIGITS = 7  # of a limit: no article has more characters
_LAST = 80  # UTF-16 units of the last line


def limits(known: Sequence[Limit], language: Language, *notes: Markdown) -> ui.LayoutView:
    """The outlets of which only so much is shown, as many as a message holds, behind what is to be said of it."""
    lines: list[str] = [*notes]
    if not known:
        lines.append(language.say("No outlet has a limit: of each, excerpts and whole articles are shown."))
    for shown, each in enumerate(known):
        line = f"{code(short(each.source, SOURCE))} · {characters(each.characters, language)}"
        if units("\n".join([*lines, line])) > TEXT - _LAST:
            left = len(known) - shown
            lines.append(f"-# {language.count('and {number} more', 'and {number} more', left)}")
            break
        lines.append(line)
    return facts(language.say("Limits"), lines)


def characters(most: int, language: Language) -> Markdown:
    """A limit in words."""
    if not most:
        return language.say("headline and link only")
    return language.count("{number} character of an article", "{number} characters of an article", most)


def choices(typed: str, language: Language) -> list[Choice[str]]:
    """What may be chosen as a limit: none of the text, a few characters, as many as were typed, or all."""
    sought = typed.strip().casefold()
    numbers = [*([int(sought)] if is_number(sought) and int(sought) else []), *_SUGGESTED]
    named = [
        (language.label("headline and link only"), "0"),
        *((language.counted("{number} character", "{number} characters", most), str(most)) for most in numbers),
        (language.label("no limit"), NO_LIMIT),
    ]
    return [
        Choice(name=name, value=value) for name, value in dict.fromkeys(named) if sought in f"{name} {value}".casefold()
    ]


def is_number(typed: str) -> bool:
    """Whether a number of characters was typed."""
    return typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS

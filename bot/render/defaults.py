"""What is meant where one does not say it, in words, and who set it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from discord import ui

from bot.defaults import Defaults, Kept, Scope
from bot.language import NAMES, Language
from bot.markdown import Markdown, code, short
from bot.reader import Reader
from bot.render.layout import Item, button, clip, panel, row, view

NOTE, NOTES = 200, 5  # how long a note on what was set is at most, in UTF-16 units, and how many there are
_OUTLET = 40  # UTF-16 units of the name of one


def defaults(kept: Kept, reader: Reader, notes: Iterable[Markdown] = ()) -> ui.LayoutView:
    """What holds for the reader in this place, what each scope has of it, and what there is to say of a change."""
    language = reader.language
    lines = [
        f"### {language.say('Defaults')}",
        *_holding(kept, language),
        "",
        *(f"**{_name(scope, language)}** {in_words(each, language)}" for scope, each in kept.by_scope.items()),
        *(f"-# {line}" for line in [*list(notes)[-NOTES:], *_meaning(kept, language)]),
    ]
    return view(panel(clip("\n".join(lines))), row(forgetting(language)))


def in_words(each: Defaults, language: Language) -> Markdown:
    """What is set in one scope."""
    parts = []
    if each.public is not None:
        parts.append(_audience(each.public, language))
    if each.sources:
        parts.append(language.say("outlets {names}", names=_outlets(each.sources, language)))
    if each.language:
        parts.append(language.say("in {language}", language=NAMES[each.language]))
    return Markdown(" · ".join(parts) or language.say("nothing set"))


def forgetting(language: Language) -> Item:
    """What makes the bot forget the one who presses it."""
    return button(language.label("Forget me"), "forget", danger=True)


def lasting(language: Language) -> Markdown:
    """How long it lasts what was set."""
    return language.say("Kept with the archive: where its disk does not last, until the next restart.")


def _holding(kept: Kept, language: Language) -> Iterator[str]:
    say, holds = language.say, kept.together
    sources = _outlets(holds.sources, language) if holds.sources else say("all")
    spoken = Markdown(NAMES[holds.language]) if holds.language else say("the one of your Discord")
    yield f"**{say('Answers')}** {_set_by(kept.public_by, _audience(holds.public or False, language), language)}"
    yield f"**{say('Outlets')}** {_set_by(kept.sources_by, sources, language)}"
    yield f"**{say('Language')}** {_set_by(kept.language_by, spoken, language)}"


def _set_by(scope: Scope | None, value: Markdown, language: Language) -> Markdown:
    """What holds, and who set it; where nobody did it is what it always was."""
    match scope:
        case Scope.USER:
            return language.say("{value}, as you set it", value=value)
        case Scope.CHANNEL:
            return language.say("{value}, as set for this channel", value=value)
        case Scope.SERVER:
            return language.say("{value}, as set for this server", value=value)
        case None:
            return value


def _meaning(kept: Kept, language: Language) -> Iterator[Markdown]:
    """What follows from what is set, and which of several goes first."""
    if kept.together.public:
        yield language.say("Everyone here reads what you search, under your name, unless you choose `public:False`.")
    if len(kept.by_scope) > 1:
        yield language.say(
            "Who reads answers is said by the channel before the server and you; outlets and language by you first."
        )


def _name(scope: Scope, language: Language) -> Markdown:
    match scope:
        case Scope.USER:
            return language.say("You")
        case Scope.CHANNEL:
            return language.say("This channel")
        case Scope.SERVER:
            return language.say("This server")


def _audience(public: bool, language: Language) -> Markdown:  # noqa: FBT001  # it is the value, not a switch
    return language.say("read by everyone here") if public else language.say("read by you alone")


def _outlets(sources: Iterable[str], language: Language) -> Markdown:
    return Markdown(language.all_of([code(short(each, _OUTLET)) for each in sources]))

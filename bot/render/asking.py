"""How one asks, said to whoever calls the bot without a question."""

from __future__ import annotations

from discord import ui

from bot.language import Language
from bot.markdown import Markdown, code
from bot.render.layout import box

_EXAMPLES = ("when did the ferry sink", "interest rates -inflation after:2023", '"climate summit" sort:newest')
_GOING_ON = ("only reuters", "older", "what about Peru", "2022", "next")


def how_to_ask(language: Language) -> ui.LayoutView:
    """Three examples, and how one goes on from an answer. Does not begin with a query: there is none to go on from."""
    say, going_on = language.say, Markdown(language.any_of([code(each) for each in _GOING_ON]))
    lines = [
        f"### {say('Ask the archive')}",
        say("Write behind the mention what you look for: a question, words, or whatever `/search` takes."),
        *(f"- {code(example)}" for example in _EXAMPLES),
        f"-# {say('Then go on from the answer: {examples}.', examples=going_on)}",
    ]
    return box("\n".join(lines))

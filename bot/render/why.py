"""Why an article was found: what each word of the question gave, and what its passages gave."""

from __future__ import annotations

from collections.abc import Iterator

from discord import ui

from bot.language import Language
from bot.markdown import Line, Markdown, code, link, units
from bot.reader import Reader
from bot.render.article import credit_of
from bot.render.cards import heading, headline_of
from bot.render.layout import TEXT, box
from corpus import Article, Given, Query, Why

_WORD = 80  # UTF-16 units of one
_LEAST = 100  # left for the line that counts the words for which there is no room


def why(given: Why, shown: Article, query: Query, reader: Reader) -> ui.LayoutView:
    """What made the score of a hit, in words and numbers, and what that means."""
    say, language = reader.language.say, reader.language
    title = [
        code(str(query)),
        f"### {say('Why this hit')}",
        f"**{heading(headline_of(shown.attribution, language), _address(shown))}**",
        f"-# {credit_of(shown, language)[0]}",
    ]
    foot = [*_rest(given, language), _meaning(given, language)]
    room = TEXT - units("\n".join([*title, *foot])) - _LEAST
    return box("\n".join([*title, *_words(given, language, room), *foot]))


def _address(shown: Article) -> str | None:
    url = link(shown.url)
    return url if url and len(url) <= TEXT // 4 else None


def _words(given: Why, language: Language, room: int) -> Iterator[str]:
    """A line for each word, the one that gave most first; those without room are counted."""
    ordered = sorted(given.words, key=lambda word: -word.points)
    for place, word in enumerate(ordered):
        line = _line(word, given.score, language)
        room -= units(line) + 1
        if room < 0:
            left = len(ordered) - place
            yield f"-# {language.count('and {number} more', 'and {number} more', left)}"
            return
        yield line


def _line(word: Given, score: float, language: Language) -> str:
    """A word with how often it stands where, and what it gave."""
    named = Markdown(f"**{Line.of(word.word).cut(_WORD).markdown}**")
    if not (word.headline or word.text or word.credit or word.points):
        return language.say("{word} stands nowhere in it", word=named)
    return _worth(_standing(word, named, language), word.points, score, language)


def _standing(word: Given, named: Markdown, language: Language) -> Markdown:
    if word.credit:
        return language.say(
            "{word}: {headline} × in the headline, {text} × in the text, {credit} × in outlet and byline",
            word=named,
            headline=word.headline,
            text=word.text,
            credit=word.credit,
        )
    return language.say(
        "{word}: {headline} × in the headline, {text} × in the text",
        word=named,
        headline=word.headline,
        text=word.text,
    )


def _rest(given: Why, language: Language) -> Iterator[str]:
    """What the article gets beside its words, where it was read for that; and all together."""
    say = language.say
    parts = (
        (say("Its best passage"), given.passage),
        (say("Words that stand together as asked"), given.closeness),
        (say("What it has in common with the best articles"), given.feedback),
    )
    yield from (_worth(name, points, given.score, language) for name, points in parts if points)
    if given.score:
        yield f"**{say('Score: {points} points', points=_points(given.score, language))}**"


def _meaning(given: Why, language: Language) -> str:
    if not given.words:
        return f"-# {language.say('The question has no words, only conditions, which this article meets.')}"
    said = language.say(
        "A word gives the more points, the rarer it is in the archive and the more often it stands here, above all in "
        "the headline."
    )
    return f"-# {said}"


def _worth(what: Markdown, points: float, score: float, language: Language) -> str:
    share = language.percent(round(points / score, 2) if score else 0)
    worth = language.say("{points} points, {share} of the score", points=_points(points, language), share=share)
    return f"{what} · {worth}"


def _points(points: float, language: Language) -> Markdown:
    return Markdown(language.decimal(points))

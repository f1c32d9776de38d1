"""Headline and credit of an article as its keeper corrects them: the form, what was refused, how it stands now."""

from __future__ import annotations

from collections.abc import Mapping

from discord import ui

from bot.language import Language
from bot.markdown import Markdown, code, escape, short
from bot.render.cards import heading, headline_of
from bot.render.layout import Item, button, dialog, line, panel, row, view
from corpus import Article

# The fields of the form, by the names of an article's parts, each with the characters that it takes. Together with a
# refusal they are within a message.
FIELDS: Mapping[str, int] = {"headline": 500, "byline": 300, "source": 200, "published": 50, "url": 1000}

_PART = 300  # UTF-16 units of a part that is shown


def as_typed(article: Article) -> dict[str, str]:
    """What stands in the fields of the form at first; a part that is too long for its field is cut."""
    parts = {name: str(getattr(article, name) or "") for name in FIELDS}
    return {name: short(text, FIELDS[name]) for name, text in parts.items()}


def correction_form(article_id: str, values: Mapping[str, str], language: Language) -> ui.Modal:
    """The form with these values in its fields."""
    label = language.label
    labels = {
        "headline": label("Headline"),
        "byline": label("Byline"),
        "source": label("Outlet, by its host or its name"),
        "published": label("Published, such as 2023-09-05"),
        "url": label("Link"),
    }
    fields = [(labels[name], line(name, values.get(name, ""), most)) for name, most in FIELDS.items()]
    return dialog(label("Correct an article"), fields, "correct-fill", article_id)


def corrected(article: Article, language: Language) -> ui.LayoutView:
    """How an article stands now; what was corrected can be taken back, or corrected again."""
    say, undo = language.say, button(language.label("Undo"), "correct-undo", article.id)
    facts = {
        say("Outlet"): f"{escape(short(article.source_name, _PART))} {code(short(article.source, _PART))}",
        say("Published"): language.published(article.published),
        say("Byline"): escape(short(article.byline or "", _PART)) or say("none"),
        say("Link"): code(short(article.url, FIELDS["url"])) if article.url else say("none"),
        say("Section"): escape(short(article.section or "", _PART)) or say("none"),
        say("Language"): code(article.language) if article.language else say("not known"),
    }
    lines = [
        f"### {heading(headline_of(article.attribution, language), None)}",
        *(f"**{name}** {value}" for name, value in facts.items()),
        f"-# {say('It stays so, whatever is read again.')} {code(article.id)}",
    ]
    return view(panel("\n".join(lines)), row(_again(article.id, language), undo))


def unchanged(article_id: str, language: Language) -> ui.LayoutView:
    """Nothing was typed that does not stand there already."""
    return view(
        panel(language.say("Nothing was changed: that is how the article stands.")), row(_again(article_id, language))
    )


def refused(said: Markdown, article_id: str, typed: Mapping[str, str], language: Language) -> ui.LayoutView:
    """Why something cannot stand in the place of a part, and what was typed, which the form begins with again."""
    names = {
        "headline": language.say("Headline"),
        "byline": language.say("Byline"),
        "source": language.say("Outlet"),
        "published": language.say("Published"),
        "url": language.say("Link"),
    }
    texts = [f"{code(text)}\n-# {names[name]}" for name, text in typed.items()]
    again = button(language.label("Open the form again"), "correct-again", article_id, "".join(map(_letter, typed)))
    return view(panel(said, *texts), row(again))


def parts_typed(letters: str, texts: list[str]) -> dict[str, str]:
    """What was typed, as it stands on a refusal: the texts, and by a letter each of which part it is."""
    names = {_letter(name): name for name in FIELDS}
    return {names[letter]: text for letter, text in zip(letters, texts, strict=False) if letter in names}


def _letter(name: str) -> str:
    return name[0]


def _again(article_id: str, language: Language) -> Item:
    return button(language.label("Correct again"), "correct", article_id)

"""An article to be read, page by page, with what leads on from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discord import app_commands, ui

from bot.language import Language
from bot.markdown import Markdown, code, link, short, units
from bot.reader import Reader
from bot.render.cards import HEADLINE, byline, heading, headline_of, no_more, source_and_date
from bot.render.fragment import leading_to
from bot.render.layout import OPTION, TEXT, Item, button, panel, row, view
from bot.render.pages import ROOM, page_with, pages
from bot.render.pages import shown as page_of
from bot.render.sharing import share_or_delete, shared_by
from corpus import Article, Headline, PubDate, Query, Reading, Span

_OUTLET = 30  # UTF-16 units of an outlet in a suggestion
_LABEL = 20  # UTF-16 units that a link takes besides its headline and its address


@dataclass(frozen=True, slots=True)
class Opened:
    """An article that is open at a page, counted from 1; ``query`` is what led to it, None where nothing was asked."""

    reading: Reading
    pages: tuple[Span, ...]
    number: int
    query: Query | None = None

    @classmethod
    def at(cls, reading: Reading, number: int | None = None, query: Query | None = None) -> Opened:
        """Open an article at this page, or the last where it lies beyond; without one, where the best passage is."""
        made = pages(reading.article.text)
        found = page_with(made, reading.best.start if reading.best else 0) if number is None else number
        return cls(reading, made, min(max(found, 1), len(made)), query)

    @property
    def page(self) -> Span:
        """Where the page stands in the text."""
        return self.pages[self.number - 1]


def article(opened: Opened, reader: Reader) -> ui.LayoutView:
    """A page of an article with its credit, and its link, which leads to the best passage."""
    reading, foot = opened.reading, _foot(opened, reader)
    headline = headline_of(reading.article.attribution, reader.language)
    credit = "\n".join(f"-# {line}" for line in credit_of(reading.article, reader.language))
    left = TEXT - ROOM - units(credit) - units(foot) - min(units(headline.markdown), HEADLINE) - _LABEL
    head = f"### {heading(headline, _address(reading, left))}\n{credit}"
    text = page_of(reading.article.text, opened.page, reading.highlights, TEXT - units(head) - units(foot))
    body = [text, foot] if reading.article.text or not reading.article.limited else [foot]
    return view(
        panel(head, ui.Separator(), *body),
        row(*_turns(opened, reader), *_pass_on(opened, reader)),
        row(*_leads_on(opened, reader)),
    )


def choice(found: Headline, language: Language) -> app_commands.Choice[str]:
    """An article as a suggestion: its headline, outlet and day, of which the headline is cut."""
    outlet = short(found.source_name or found.source, _OUTLET)
    about = f" · {outlet} · {language.day(found.published.day)}"
    headline = short(found.headline, OPTION - units(about)) or language.label("Without a headline")
    return app_commands.Choice(name=headline + about, value=found.id)


def credit_of(shown: Article, language: Language) -> list[str]:
    """Source, date and byline of an article, and when it was replaced, as lines of markdown."""
    credit = shown.attribution
    lines = [f"{source_and_date(credit, language)}{byline(credit.byline, language)}"]
    if shown.updated is None:
        return lines
    return [
        *lines,
        language.say("updated {when}", when=Markdown(language.published(PubDate.from_datetime(shown.updated)))),
    ]


def _address(reading: Reading, room: int) -> str | None:
    """Where the headline leads: to the best passage, else to the article, if there is room for that."""
    url, best = reading.article.url, reading.best
    addresses = [leading_to(url, reading.article.text[best.start : best.stop])] if best else []
    fitting = (address for address in [*addresses, link(url)] if address and len(address) <= room)
    return next(fitting, None)


def _foot(opened: Opened, reader: Reader) -> str:
    """What led to the article, as it is read back from the message; which page it is, and the article's id."""
    page = reader.language.say("page {page} of {pages}", page=opened.number, pages=len(opened.pages))
    shown = opened.reading.article
    limited = [f"-# {no_more(reader.language, any_text=bool(shown.text))}"] if shown.limited else []
    lines = [*limited, f"-# {page} · {code(shown.id)}"]
    lines += [f"-# {line}" for line in shared_by(reader)]
    return "\n".join([code(str(opened.query)), *lines] if opened.query else lines)


def _turns(opened: Opened, reader: Reader) -> Sequence[Item]:
    if len(opened.pages) == 1:
        return ()
    label, number = reader.language.label, opened.number
    of = (reader.id, opened.reading.article.id)
    return (
        button(label("Previous"), "article", *of, number - 1, enabled=number > 1),
        button(label("Page …"), "article-jump", *of, number),
        button(label("Next"), "article", *of, number + 1, enabled=number < len(opened.pages)),
    )


def _pass_on(opened: Opened, reader: Reader) -> Sequence[Item]:
    label, article_id = reader.language.label, opened.reading.article.id
    passing_on = share_or_delete(reader, "article-share", article_id, opened.number)
    return passing_on, button(label("Cite"), "cite", article_id)


def _leads_on(opened: Opened, reader: Reader) -> Sequence[Item]:
    label, article_id, copies = reader.language.label, opened.reading.article.id, len(opened.reading.copies)
    made = [
        button(label("Similar"), "similar", article_id),
        button(label("More from this source"), "more", article_id),
    ]
    if opened.query:
        made.append(button(label("Why this hit"), "why", article_id))
    if copies:
        made.append(button(label("Same story elsewhere ({number})", number=copies), "story", article_id))
    return made

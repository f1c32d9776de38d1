"""The cards of a page of hits: headline with link, source, date and byline, excerpts; made to fit one message.

Excerpts shrink first, then the link goes; source, date and headline never. Knows nothing of components.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language import Language
from bot.markdown import ELLIPSIS, Line, Markdown, clean, escape, link, short, units
from bot.render.fragment import leading_to
from corpus import Attribution, Copy, Excerpt, Hit, Span

# The most that a part of a card takes, in UTF-16 units of markdown. With every excerpt at its least and without link,
# byline and copies, five cards and the header are within a message whatever the articles say.
HEADLINE, SOURCE, BYLINE, COPIES, LINK = 200, 80, 80, 240, 1000
LEAST, MOST = 120, 900  # an excerpt: what it keeps in any case, and what it never exceeds
EASY = 360  # what each excerpt has for itself before a headline leads to the passage: all there is of an ordinary one

_FIRST, _NEXT = "> ", f"> {ELLIPSIS} "  # two excerpts never read as one: an ellipsis stands between them
_LEAD = 1 + units(_NEXT)  # what an excerpt takes besides its words


@dataclass(frozen=True, slots=True)
class _Shape:
    """What of a card is shown where room is scarce; source, date and headline always are."""

    passage: bool = False
    seconds: bool = True
    link: int = LINK
    extras: bool = True
    least: int = LEAST


# The way to the passage goes before anything that is seen; then excerpts shrink; then, in this order, goes what can be
# missed.
_SHAPES = (
    _Shape(passage=True, least=EASY),
    _Shape(),
    _Shape(seconds=False),
    _Shape(seconds=False, link=200),
    _Shape(seconds=False, link=0),
    _Shape(seconds=False, link=0, extras=False),
)


@dataclass(frozen=True, slots=True)
class _Card:
    """A hit in clean lines, before it is known how much room there is."""

    headline: Line
    credit: str
    byline: str
    copies: str
    url: str | None
    passage: str | None
    excerpts: tuple[Line, ...]
    withheld: str = ""

    @classmethod
    def of(cls, hit: Hit, language: Language) -> _Card:
        credit = hit.article.attribution
        return cls(
            headline=headline_of(credit, language),
            credit=source_and_date(credit, language),
            byline=byline(credit.byline, language),
            copies=_copies(hit.copies, language),
            url=link(credit.url),
            passage=leading_to(credit.url, hit.excerpts[0].text) if hit.excerpts else None,
            excerpts=tuple(_line(excerpt) for excerpt in hit.excerpts),
            withheld=no_more(language, any_text=False) if hit.article.limited and not hit.excerpts else "",
        )

    def head(self, shape: _Shape) -> str:
        """The card without its excerpts."""
        addresses = [self.passage if shape.passage else None, self.url]
        url = next((url for url in addresses if url and len(url) <= shape.link), None)
        lines = [f"### {heading(self.headline, url)}", f"-# {self.credit}{self.byline if shape.extras else ''}"]
        lines += [f"-# {self.copies}"] if self.copies and shape.extras else []
        return "\n".join([*lines, f"-# {self.withheld}"] if self.withheld else lines)

    def shown(self, shape: _Shape) -> tuple[Line, ...]:
        """The excerpts of which there is something to be seen."""
        return self.excerpts if shape.seconds else self.excerpts[:1]

    def markdown(self, shape: _Shape, room: int) -> str:
        """The card with excerpts of at most ``room`` UTF-16 units each."""
        quotes = [excerpt.cut(room).markdown for excerpt in self.shown(shape)]
        return "\n".join(
            [self.head(shape), *(f"{_NEXT if place else _FIRST}{quote}" for place, quote in enumerate(quotes))]
        )


def cards(hits: Sequence[Hit], room: int, language: Language) -> list[str]:
    """A card for each hit, as markdown, together within ``room`` UTF-16 units."""
    made = [_Card.of(hit, language) for hit in hits]
    for shape in _SHAPES:
        excerpts = [excerpt for card in made for excerpt in card.shown(shape)]
        rest = sum(units(card.head(shape)) for card in made) + len(excerpts) * _LEAD
        share = _share([units(excerpt.markdown) for excerpt in excerpts], room - rest)
        if share >= shape.least:
            break
    return [card.markdown(shape, max(share, LEAST)) for card in made]


def _line(excerpt: Excerpt) -> Line:
    """An excerpt as a line, with an ellipsis where it begins or ends within a sentence."""
    lead, tail = f"{ELLIPSIS} " if excerpt.begins_inside else "", f" {ELLIPSIS}" if excerpt.ends_inside else ""
    shift = len(lead)
    moved = (Span(span.start + shift, span.stop + shift) for span in excerpt.highlights)
    return Line.of(f"{lead}{excerpt.text}{tail}", moved)


def _share(sizes: Sequence[int], room: int) -> int:
    """The longest that each may be for all of them to be within ``room``: who needs less leaves more to the others."""
    for taken, size in enumerate(sorted(sizes)):
        share = room // (len(sizes) - taken)
        if size > share:
            return min(share, MOST)
        room -= size
    return MOST


def headline_of(credit: Attribution, language: Language) -> Line:
    """The headline, or that there is none to be seen."""
    return Line(clean(credit.headline) or language.label("Without a headline"))


def heading(headline: Line, url: str | None) -> str:
    """A headline that leads to its article.

    Discord ends a link's label at a bracket, escaped or not, and shows no link whose label looks like an address:
    there the link stands behind the headline.
    """
    text = headline.cut(HEADLINE).markdown
    if url is None:
        return text
    return f"{text} [link]({url})" if "[" in text or "]" in text or "//" in text else f"[{text}]({url})"


def no_more(language: Language, *, any_text: bool) -> Markdown:
    """That there is a limit to what is shown of this outlet's articles, or that there is no text of them at all."""
    if any_text:
        return language.say("No more of this outlet's articles is shown here.")
    return language.say("Of this outlet's articles only headline and link are shown here.")


def source_and_date(credit: Attribution, language: Language) -> str:
    """Who said it and when: the part of a credit that is never left out."""
    return f"{escape(short(credit.source_name or credit.source, SOURCE))} · {language.published(credit.published)}"


def byline(writers: str | None, language: Language) -> str:
    """Who wrote it, as it follows source and date; nothing where that is not known."""
    name = short(writers or "", BYLINE)
    named = escape(name) if name.casefold().startswith("by ") else language.say("by {name}", name=name)
    return f" · {named}" if name else ""


def _copies(copies: Sequence[Copy], language: Language) -> str:
    """The other outlets that ran the same text, each with its link while there is room."""
    named: list[str] = []
    for shown, copy in enumerate(copies):
        name, url = escape(short(copy.source, SOURCE)), link(copy.url)
        entry = f"[{name}]({url})" if url and "[" not in name and "]" not in name else name
        entry = entry if units(", ".join([*named, entry])) <= COPIES else name
        if units(", ".join([*named, entry])) > COPIES:
            more, outlets = len(copies) - shown, Markdown(", ".join(named))
            return language.count(
                "also: {outlets} and {number} more", "also: {outlets} and {number} more", more, outlets=outlets
            )
        named.append(entry)
    return language.say("also: {outlets}", outlets=Markdown(", ".join(named))) if named else ""

"""An article as one cites it: as plain text, as Markdown, for BibTeX and for RIS. Not translated.

Each is text for a code block: without a backtick nothing in it can end the block, and every field is one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from discord import ui

from bot.language import Language
from bot.markdown import Line, clean, escape, link, units
from bot.reader import Reader
from bot.render.layout import TEXT, panel, view
from corpus import Article

# What headline, byline and outlet take at most, each in characters, and the address, which is left out beyond that:
# the first with which all four forms are within a message.
_SIZES = ((300, 1000), (150, 800), (60, 800), (20, 800), (20, 0))
_TITLE = 300  # UTF-16 units of a message besides the citations: its title, their names and their frames
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # BibTeX's own macros
# What TeX would read as a command. A brace is counted by BibTeX even behind a backslash, so it goes by its name.
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{character: f"\\{character}" for character in "$&#%_"},
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation says, each a clean line without backticks. ``day`` is the publication date in English.

    ``byline`` and ``url`` are '' where there is none.
    """

    id: str
    headline: str
    byline: str
    source: str
    day: str
    iso: str
    published: date
    url: str
    accessed: date
    language: str = ""

    @classmethod
    def of(cls, shown: Article, accessed: date, english: Language, longest: int, address: int) -> Cited:
        """What to cite of an article, with fields and address of at most so many characters."""
        url = (link(shown.url) or "").replace("`", "%60")
        return cls(
            id=shown.id,
            headline=_line(shown.headline, longest),
            byline=_line(shown.byline or "", longest),
            source=_line(shown.source_name or shown.source, longest),
            day=english.published(shown.published),
            iso=str(shown.published),
            published=shown.published.day,
            url=url if len(url) <= address else "",
            accessed=accessed,
            language=_line(shown.language or "", longest),
        )


def cite(shown: Article, accessed: date, reader: Reader, english: Language) -> ui.LayoutView:
    """Every form of a citation, each in a block of its own to be copied."""
    label, forms = reader.language.say, citations(shown, accessed, english)
    names = {"plain": label("Plain text"), "Markdown": "Markdown", "BibTeX": "BibTeX", "RIS": "RIS"}
    blocks = [f"**{names[name]}**\n```\n{text}\n```" for name, text in forms.items()]
    return view(panel(f"### {label('Cite')}", *blocks))


def citations(shown: Article, accessed: date, english: Language) -> Mapping[str, str]:
    """The forms by their names, together within a message: long fields are cut, and a very long address left out."""
    forms: Mapping[str, str] = {}
    for longest, address in _SIZES:
        cited = Cited.of(shown, accessed, english, longest, address)
        forms = {"plain": plain(cited), "Markdown": markdown(cited), "BibTeX": bibtex(cited), "RIS": ris(cited)}
        if sum(map(units, forms.values())) <= TEXT - _TITLE:
            break
    return forms


def plain(cited: Cited) -> str:
    """``Headline. Source, 5 September 2023. URL``, led by the byline where there is one."""
    return " ".join(
        filter(None, [*_stopped([cited.byline, cited.headline, f"{cited.source}, {cited.day}"]), cited.url])
    )


def markdown(cited: Cited) -> str:
    """The same, its headline being the link; where that would not hold in every reader's Markdown, it stands behind."""
    headline = _escaped(cited.headline)
    leads = bool(cited.url and headline) and not any(sign in headline for sign in ("[", "]", "//"))
    parts = [_escaped(cited.byline), headline, f"{_escaped(cited.source)}, {cited.day}"]
    if leads:
        parts[1] = f"[{headline}]({cited.url})"
    return " ".join(filter(None, [*_stopped(parts), f"<{cited.url}>" if cited.url and not leads else ""]))


def bibtex(cited: Cited) -> str:
    """An entry for BibTeX and biblatex; names and titles in double braces, so that nothing takes them apart."""
    fields = {
        "author": _protected(cited.byline),
        "title": _protected(cited.headline),
        "howpublished": _protected(cited.source),
        "year": f"{{{cited.published.year}}}",
        "month": _MONTHS[cited.published.month - 1],
        "date": f"{{{cited.iso}}}",
        "url": f"{{{cited.url}}}" if cited.url else "",
        "urldate": f"{{{cited.accessed.isoformat()}}}",
    }
    lines = [f"  {name} = {value}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{cited.id},", *lines, "}"])


def ris(cited: Cited) -> str:
    """A record after the RIS format: two letters, two spaces, a hyphen, a space, and a line of text each."""
    day, _, time = cited.iso.partition("T")
    fields = {
        "TY": "NEWS",
        "AU": cited.byline,
        "TI": cited.headline,
        "T2": cited.source,
        "PY": f"{cited.published.year:04}",
        "DA": f"{day.replace('-', '/')}/{time}",
        "UR": cited.url,
        "Y2": f"{cited.accessed.isoformat().replace('-', '/')}/",
        "LA": cited.language,
    }
    return "\n".join([*(f"{tag}  - {value}" for tag, value in fields.items() if value), "ER  - "])


def _line(text: str, longest: int) -> str:
    """A text as one clean line of at most so many characters; a backtick becomes an apostrophe."""
    return Line.of(clean(text.replace("`", "'"))).cut(longest).text


def _escaped(text: str) -> str:
    """A text as Markdown anywhere, where an ampersand may begin the name of a character."""
    return escape(text).replace("&", "\\&")


def _protected(text: str) -> str:
    return f"{{{{{text.translate(_TEX)}}}}}" if text else ""


def _stopped(parts: Iterable[str]) -> list[str]:
    """Parts of a citation, each with a full stop, unless it has an end of its own."""
    return [part if part.endswith((".", "!", "?", "…")) else f"{part}." for part in parts if part]

"""What the archive holds, and what becomes of it: outlets, status, reports, and plain notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from discord import ui
from discord.utils import format_dt

from bot.language import Language
from bot.markdown import Markdown, clean, code, escape, prose, short, units
from bot.render.cards import SOURCE
from bot.render.layout import TEXT, box
from corpus import CorpusStatus, IngestReport, Source

_NAMED = 3  # rejections of a report
_REJECTED = 200  # UTF-16 units of the origin or the reason of one


def empty(language: Language, *, filling: bool, inputs: bool) -> ui.LayoutView:
    """There is nothing to search yet, and how that changes."""
    say = language.say
    if filling:
        return notice(say("The archive is being filled right now. Ask again in a few minutes."))
    how = (
        say("An admin fills it from `CORPUS_INPUTS` with `/admin reindex`.")
        if inputs
        else say("Whoever runs this bot fills it with `dateline ingest PATH`, or names files in `CORPUS_INPUTS`.")
    )
    return notice(say("The archive is empty: there is nothing to search yet."), how)


def sources(all_of_them: Sequence[Source], language: Language) -> ui.LayoutView:
    """The outlets with their counts and periods, as many as a message holds."""
    lines = [f"### {language.say('Outlets')}"]
    for shown, source in enumerate(all_of_them):
        name = f"**{escape(short(source.name, SOURCE))}**{'' if _names_itself(source) else f' {code(source.key)}'}"
        line = f"{name} · {_articles(source.articles, language)} · {_years(source)}"
        if units("\n".join([*lines, line])) > TEXT - 80:  # room for the last line
            left = len(all_of_them) - shown
            lines.append(f"-# {language.count('and {number} more', 'and {number} more', left)}")
            break
        lines.append(line)
    return box("\n".join(lines))


def notice(*sentences: Markdown) -> ui.LayoutView:
    """Sentences of the program itself, one a line."""
    return box("\n".join(sentences))


def facts(title: Markdown, lines: Iterable[str]) -> ui.LayoutView:
    """A title and lines of ready markdown below it."""
    return box("\n".join([f"### {title}", *lines]))


def holdings(status: CorpusStatus, language: Language) -> Markdown:
    """What the archive holds and which period it covers, in words."""
    outlets = language.count("{number} outlet", "{number} outlets", status.sources)
    articles = _articles(status.articles, language)
    if not status.first or not status.last:
        return language.say("{articles} from {outlets}", articles=articles, outlets=outlets)
    return language.say(
        "{articles} from {outlets}, {first} to {last}",
        articles=articles,
        outlets=outlets,
        first=status.first,
        last=status.last,
    )


def index_age(status: CorpusStatus, language: Language) -> Markdown:
    """When the index last took something in, as a moment that Discord counts from."""
    return language.say("never") if status.indexed_at is None else Markdown(format_dt(status.indexed_at, "R"))


def counts(done: IngestReport, language: Language) -> Markdown:
    """How many articles were read, and how many became what."""
    return language.say(
        "{read} read: {added} added, {changed} changed, {unchanged} unchanged, {copies} copies, {rejected} rejected",
        read=done.read,
        added=done.added,
        changed=done.updated,
        unchanged=done.unchanged,
        copies=done.copies,
        rejected=len(done.rejected),
    )


def report(done: IngestReport, language: Language) -> list[str]:
    """What became of what was read, with the first few that were refused, as lines of markdown."""
    say, rejected = language.say, done.rejected
    lines: list[str] = [counts(done, language)]
    for each in rejected[:_NAMED]:
        origin, reason = code(short(each.origin, _REJECTED)), prose(short(each.reason, _REJECTED))
        lines.append(f"-# {say('rejected {origin}: {reason}', origin=origin, reason=reason)}")
    if more := len(rejected[_NAMED:]):
        left = language.count(
            "and {number} more; `dateline reindex` in the shell lists them all",
            "and {number} more; `dateline reindex` in the shell lists them all",
            more,
        )
        lines.append(f"-# {left}")
    return lines


def _articles(number: int, language: Language) -> Markdown:
    return language.count("{number} article", "{number} articles", number)


def _names_itself(source: Source) -> bool:
    """Whether an outlet has no other name than its key, by which it is asked for."""
    return clean(source.name).casefold() == source.key


def _years(source: Source) -> str:
    first, last = source.first.year, source.last.year
    return str(first) if first == last else f"{first}–{last}"

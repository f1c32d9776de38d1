"""What is suggested as one types: outlets, headlines, searches of one's own; each within Discord's limits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from discord.app_commands import Choice

from bot.language import Language
from bot.markdown import ELLIPSIS, clean, short, units
from bot.render.cards import SOURCE
from bot.render.layout import OPTION, OPTIONS
from corpus import Headline, Query, Source

_PARTING = " · "  # between the name of an outlet and what is said of it
_OUTLET = 30  # UTF-16 units of an outlet's name behind a headline


def queries(own: Iterable[str], found: Iterable[Headline], language: Language) -> list[Choice[str]]:
    """One's own searches, then headlines, each by a query that finds its article."""
    again = (_choice(language.label("again: {query}", query=query), query) for query in own)
    headlines = (_choice(_credited(each), words_of(each.headline)) for each in found)
    return _first([*again, *headlines])


def outlets(known: Sequence[Source], typed: str, language: Language) -> list[Choice[str]]:
    """The outlets with what was typed in their name; behind a comma another one, beside those before it."""
    before, sought = _parted(typed, known)
    others = (source for source in known if source.key not in before)
    fitting = (source for source in others if sought in f"{source.name}\n{source.key}".casefold())
    return _first(_outlet(source, before, language) for source in fitting)


def outlet(known: Sequence[Source], typed: str, language: Language) -> list[Choice[str]]:
    """One outlet, by its key: those with what was typed in their name; a comma is a part of it."""
    sought = typed.strip().casefold()
    fitting = (source for source in known if sought in f"{source.name}\n{source.key}".casefold())
    made = ((source, _outlet(source, [], language)) for source in fitting)
    return _first(_choice(choice.name, source.key) for source, choice in made if choice)


def words_of(headline: str) -> str:
    """A headline as a query: its words, as many of them as a choice holds."""
    query = Query.words(headline)
    while units(text := str(query)) > OPTION:
        query = replace(query, clauses=query.clauses[:-1])
    return text


def _credited(found: Headline) -> str:
    outlet = f"{_PARTING}{short(found.source_name or found.source, _OUTLET)}"
    return short(found.headline, OPTION - units(outlet)) + outlet


def _outlet(source: Source, before: Sequence[str], language: Language) -> Choice[str] | None:
    """An outlet beside others, with how many articles it has."""
    count = _PARTING + language.counted("{number} article", "{number} articles", source.articles)
    name = short(source.name, SOURCE)
    named = name if clean(source.name).casefold() == source.key else f"{name}{_PARTING}{source.key}"
    room = OPTION - units(count)
    leads = [", ".join([*before, named]), f"{ELLIPSIS}, {named}"] if before else [named]
    shown = next((lead for lead in leads if units(lead) <= room), leads[-1])
    return _choice(short(shown, room) + count, _listed([*before, source.key]))


def _listed(keys: Sequence[str]) -> str:
    """Outlets as the option takes them; '' where it cannot: only of a single one a comma can be part of the name."""
    if not any("," in key for key in keys):
        return ", ".join(keys)
    return f'"{keys[0]}"' if len(keys) == 1 else ""


def _parted(typed: str, known: Sequence[Source]) -> tuple[list[str], str]:
    """The keys of the outlets before the last comma, and what is sought behind it.

    What was suggested before stands there as it was shown, with what was said of the outlet.
    """
    *before, last = (part.partition(_PARTING)[0].strip().casefold() for part in typed.split(","))
    keys = {name: source.key for source in reversed(known) for name in (clean(source.name).casefold(), source.key)}
    return list(dict.fromkeys(keys[name] for name in before if name in keys)), last


def _choice(name: str, value: str) -> Choice[str] | None:
    """A suggestion; None where Discord takes none such."""
    seen = clean(name)
    fits = bool(seen and value) and units(value) <= OPTION
    return Choice(name=seen if units(seen) <= OPTION else short(seen, OPTION), value=value) if fits else None


def _first(choices: Iterable[Choice[str] | None]) -> list[Choice[str]]:
    """As many as Discord shows, each value once."""
    return list(islice(_distinct(choices), OPTIONS))


def _distinct(choices: Iterable[Choice[str] | None]) -> Iterator[Choice[str]]:
    seen: set[str] = set()
    for choice in choices:
        if choice is not None and choice.value not in seen:
            seen.add(choice.value)
            yield choice

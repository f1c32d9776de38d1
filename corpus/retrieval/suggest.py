"""What to ask instead: the nearest spelling of words that no article has, and what an answer is without each filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import Any

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import Part, Relaxed
from corpus.retrieval.matched import Matched
from corpus.retrieval.query import (
    LONGEST_QUERY,
    Clause,
    Either,
    Field,
    Filters,
    In,
    Must,
    Phrase,
    Prefix,
    Query,
    Together,
    Word,
)

_MOST_WORDS = 4  # that are looked up: each has some hundred neighbours, which take a millisecond or two
_LONGEST_TYPED = 20  # words of a query that is mended: what is longer was pasted, and finds enough without
_OFFERED = 5  # queries
_TRIED = 12  # queries of which it is counted what they find, and spellings of each word
_TRIED_WORDS = 8  # of a query that is tried: of longer ones hardly any finds all, and each costs milliseconds
_MOST_LOOSER = 8  # each is a count
_LONGEST = 30  # letters of a word that is mended: each adds fifty neighbours
_SHORTEST = 3
_ALPHABETS = tuple(
    "".join(map(chr, range(*letters))) + more
    for letters, more in (
        ((0x61, 0x7B), ""),  # Latin
        ((0x3B1, 0x3CA), ""),  # Greek
        ((0x430, 0x460), "ґ"),  # Cyrillic
        ((0x561, 0x588), ""),  # Armenian
        ((0x5D0, 0x5EB), ""),  # Hebrew
        ((0x621, 0x64B), "پچژگٹڈڑںڤ"),  # Arabic
        ((0x901, 0x94E), ""),  # Devanagari
        ((0x10D0, 0x10F1), ""),  # Georgian
    )
)
"""The letters of a script, folded: what may stand in the place of a wrong one."""

Try = Callable[[Query], Matched]
"""Says how many articles match a query, and which words had to be dropped for that."""


def did_you_mean(query: Query, analyser: Analyser, view: EngineView, tried: Try) -> tuple[str, ...]:
    """The query with the nearest spelling in the place of each word that no article spells so, the likeliest first.

    Those that find articles with all of their words go first. Empty where each word stands somewhere as it was typed,
    or none of the others has a neighbour in the archive's vocabulary that would find more than it does.
    """
    words = list(islice(_typed(query.clauses, analyser), _LONGEST_TYPED + 1))
    if len(words) > _LONGEST_TYPED:
        return ()
    unknown = dict.fromkeys(word for word in words if not _is_spelt(word, analyser, view))
    mended = {word: found for word in islice(unknown, _MOST_WORDS) if (found := _nearest(word, analyser, view))}
    if not mended:
        return ()
    turns = sorted(product(*(range(len(found)) for found in mended.values())), key=sum)
    better = (dict(zip(mended, turn, strict=True)) for turn in turns[:_TRIED])
    queries = [_with(query, analyser, {word: mended[word][place] for word, place in each.items()}) for each in better]
    if len(words) <= _TRIED_WORDS:
        queries.sort(key=lambda other: not _finds_all(tried(other)))
    return tuple(islice((text for text in dict.fromkeys(map(str, queries)) if len(text) <= LONGEST_QUERY), _OFFERED))


def _finds_all(found: Matched) -> bool:
    return bool(found.articles and not found.dropped)


def relaxed(query: Query, tried: Try) -> tuple[Relaxed, ...]:
    """For each filter, and each thing that must hold, how many articles match without it.

    Where several filters stand in the way together, how many match without any of them.
    """
    found = [Relaxed(text, tried(looser).articles) for text, looser in islice(_looser(query), _MOST_LOOSER)]
    if not any(each.matched for each in found) and len(list(_filters(query))) > 1:
        found.append(Relaxed(str(query.filters), tried(replace(query, filters=Filters())).articles))
    return tuple(found)


def _filters(query: Query) -> Iterator[tuple[str, Query]]:
    none = Filters()
    for name in ("sources", "without", "languages", "without_languages", "after", "before"):
        value, empty = getattr(query.filters, name), getattr(none, name)
        if value != empty:
            looser = replace(query, filters=replace(query.filters, **{name: empty}))
            yield str(replace(none, **{name: value})), looser


def _looser(query: Query) -> Iterator[tuple[str, Query]]:
    yield from _filters(query)
    if query.similar and not (looser := replace(query, similar=None)).empty:
        yield f"similar:{query.similar}", looser
    for place, clause in enumerate(query.clauses):
        if not isinstance(clause, Word | Prefix):
            looser = replace(query, clauses=(*query.clauses[:place], *query.clauses[place + 1 :]))
            if not looser.empty:
                yield str(clause), looser


def _typed(clauses: Iterable[Clause | Together], analyser: Analyser) -> Iterator[str]:
    """Every word that is wished for, as it was typed; not those that are unwanted.

    Sections have a vocabulary of their own, which is not known by its spelling.
    """
    for clause in clauses:
        match clause:
            case Word(text) | Phrase(text):
                yield from (text[token.start : token.stop] for token in analyser.tokens(text))
            case In(field, _) if field is Field.SECTION:
                pass
            case Must(inner) | In(_, inner):
                yield from _typed([inner], analyser)
            case Either(inner) | Together(inner):
                yield from _typed(inner, analyser)


def _is_spelt(word: str, analyser: Analyser, view: EngineView) -> bool:
    """Whether an article has the word as it was typed, or nobody searches by it."""
    known = any(view.frequency(Part.SPELLING, spelt) for spelt in analyser.spellings(word) if spelt)
    return known or not all(map(any, analyser.readings(word, view.languages)))


def _nearest(word: str, analyser: Analyser, view: EngineView) -> list[str]:
    """The words of the archive's vocabulary that are one slip away, those of the most articles first.

    A word that is found by its stem, although no article spells it so, gets no other form of itself. Words too common
    to search by come last.
    """
    spelt = analyser.spellings(word)
    if len(spelt) != 1 or not _SHORTEST <= len(spelt[0]) <= _LONGEST:
        return []
    slips = _slips(spelt[0])
    view.foresee((Part.SPELLING, near) for near in slips)
    frequencies = {near: view.frequency(Part.SPELLING, near) for near in slips}
    known = [near for near, articles in frequencies.items() if articles]
    view.foresee((Part.TEXT, term) for near in known for term in _readings(near, analyser, view))
    if found := _found(word, analyser, view):
        known = [near for near in known if not (_found(near, analyser, view) or {near}) <= found]

    def likeliest(near: str) -> tuple[bool, bool, int, str]:
        return not any(analyser.terms(near)), near[0] != spelt[0][0], -frequencies[near], near

    return sorted(known, key=likeliest)[:_TRIED]


def _found(word: str, analyser: Analyser, view: EngineView) -> set[str]:
    """The terms by which the archive knows a word."""
    return {term for term in _readings(word, analyser, view) if view.frequency(Part.TEXT, term)}


def _readings(word: str, analyser: Analyser, view: EngineView) -> set[str]:
    return {term for reading in analyser.readings(word, view.languages) for term in reading if term}


def _slips(word: str) -> set[str]:
    """Every word that one letter more, less, other, or two that changed places would make this one of."""
    letters = next((alphabet for alphabet in _ALPHABETS if any(letter in alphabet for letter in word)), "")
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {before + after[1:] for before, after in parts if after}
    found |= {before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1}
    for letter in letters:
        found |= {before + letter + after for before, after in parts}
        found |= {before + letter + after[1:] for before, after in parts if after}
    return found - {word, ""}


def _with(query: Query, analyser: Analyser, better: Mapping[str, str]) -> Query:
    return replace(query, clauses=tuple(_mended(clause, analyser, better) for clause in query.clauses), notes=())


def _mended(clause: Any, analyser: Analyser, better: Mapping[str, str]) -> Any:
    """The clause with other words in the place of the wrong ones."""
    match clause:
        case Word(text) | Phrase(text):
            return replace(clause, text=_respelt(text, analyser, better))
        case Must(inner) | In(_, inner):
            return replace(clause, clause=_mended(inner, analyser, better))
        case Either(inner):
            return Either(tuple(_mended(each, analyser, better) for each in inner))
        case Together(inner):
            return Together(tuple(_mended(each, analyser, better) for each in inner))
        case _:
            return clause


def _respelt(text: str, analyser: Analyser, better: Mapping[str, str]) -> str:
    for token in reversed(analyser.tokens(text)):
        spot = text[token.start : token.stop]
        text = f"{text[: token.start]}{better.get(spot, spot)}{text[token.stop :]}"
    return text

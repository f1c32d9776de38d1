"""What to ask instead: the nearest spelling of words that no article has, and what an answer is without each filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import Part, Relaxed
from corpus.retrieval.query import Clause, Either, Filters, In, Must, Phrase, Prefix, Query, Together, Word

_MOST_WORDS = 4  # that are looked up: each has some hundred neighbours
_OFFERED = 5  # spellings of each
_MOST_LOOSER = 8  # each is a count
_LONGEST = 30  # letters of a word that is mended: each adds fifty neighbours
_SHORTEST = 3
_MENDABLE = (range(0x61, 0x7B), range(0x3B1, 0x3CA), range(0x430, 0x460), range(0x5D0, 0x5EB), range(0x621, 0x64B))
"""Letters of Latin, Greek, Cyrillic, Hebrew and Arabic, folded: what may stand in the place of a wrong one."""


def did_you_mean(query: Query, analyser: Analyser, view: EngineView) -> tuple[str, ...]:
    """The query with the nearest spelling in the place of each word that no article has, the likeliest first.

    Empty where every word stands somewhere, or none of the others has a neighbour in the archive's vocabulary.
    """
    absent = islice((word for word in _typed(query.clauses) if _is_absent(word, analyser, view)), _MOST_WORDS)
    mended = {word: found for word in absent if (found := _nearest(word, analyser, view))}
    if not mended:
        return ()
    most = max(map(len, mended.values()))
    better = ({word: found[min(turn, len(found) - 1)] for word, found in mended.items()} for turn in range(most))
    return tuple(dict.fromkeys(str(_with(query, each)) for each in better))


def relaxed(query: Query, count: Callable[[Query], int]) -> tuple[Relaxed, ...]:
    """For each filter, and each thing that must hold, how many articles match without it."""
    return tuple(Relaxed(text, count(other)) for text, other in islice(_looser(query), _MOST_LOOSER))


def _looser(query: Query) -> Iterator[tuple[str, Query]]:
    none = Filters()
    for name in ("sources", "without", "languages", "without_languages", "after", "before"):
        value, empty = getattr(query.filters, name), getattr(none, name)
        if value != empty:
            looser = replace(query, filters=replace(query.filters, **{name: empty}))
            yield str(replace(none, **{name: value})), looser
    for place, clause in enumerate(query.clauses):
        if not isinstance(clause, Word | Prefix):
            looser = replace(query, clauses=(*query.clauses[:place], *query.clauses[place + 1 :]))
            if not looser.empty:
                yield str(clause), looser


def _typed(clauses: Iterable[Clause | Together]) -> Iterator[str]:
    """Every word that is wished for, as it was typed; not those that are unwanted."""
    for clause in clauses:
        match clause:
            case Word(text) | Phrase(text):
                yield from text.split()
            case Must(inner) | In(_, inner):
                yield from _typed([inner])
            case Either(inner) | Together(inner):
                yield from _typed(inner)


def _is_absent(word: str, analyser: Analyser, view: EngineView) -> bool:
    terms = {term for reading in analyser.readings(word, view.languages) for term in reading if term}
    return bool(terms) and not any(view.frequency(Part.TEXT, term) for term in terms)


def _nearest(word: str, analyser: Analyser, view: EngineView) -> list[str]:
    """The words of the archive's vocabulary that are one slip away, those of the most articles first."""
    spelt = analyser.spellings(word)
    if len(spelt) != 1 or not _SHORTEST <= len(spelt[0]) <= _LONGEST:
        return []
    frequencies = {near: view.frequency(Part.SPELLING, near) for near in _slips(spelt[0])}
    known = [near for near, articles in frequencies.items() if articles]
    return sorted(known, key=lambda near: (near[0] != spelt[0][0], -frequencies[near], near))[:_OFFERED]


def _slips(word: str) -> set[str]:
    """Every word that one letter more, less, other, or two that changed places would make this one of."""
    letters = next((letters for letters in _MENDABLE if ord(word[-1]) in letters), range(0))
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {before + after[1:] for before, after in parts if after}
    found |= {before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1}
    for letter in map(chr, letters):
        found |= {before + letter + after for before, after in parts}
        found |= {before + letter + after[1:] for before, after in parts if after}
    return found - {word, ""}


def _with(query: Query, better: Mapping[str, str]) -> Query:
    return replace(query, clauses=tuple(_mended(clause, better) for clause in query.clauses), notes=())


def _mended(clause: Any, better: Mapping[str, str]) -> Any:
    """The clause with other words in the place of the wrong ones."""
    match clause:
        case Word(text) | Phrase(text):
            return replace(clause, text=" ".join(better.get(word, word) for word in text.split()))
        case Must(inner) | In(_, inner):
            return replace(clause, clause=_mended(inner, better))
        case Either(inner):
            return Either(tuple(_mended(each, better) for each in inner))
        case Together(inner):
            return Together(tuple(_mended(each, better) for each in inner))
        case _:
            return clause

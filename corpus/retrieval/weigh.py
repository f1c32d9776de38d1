"""A query as engines and passages see it: words and phrases become terms with weights, names of outlets their keys."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import Source, Terms, WeightedQuery
from corpus.retrieval.query import Clause, Filters, Phrase, Query, Without


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, in terms. ``words`` maps each single term to how it was typed; ``absent`` stand in no article.

    ``idf`` says how much each term tells, of words and phrases alike.
    """

    query: WeightedQuery
    words: Mapping[str, str]
    phrases: tuple[Terms, ...]
    idf: Mapping[str, float] = field(repr=False)
    absent: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def terms(self) -> frozenset[str]:
        """Every term that was asked for, alone or in a phrase."""
        return frozenset(self.idf)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The clauses of a query as terms, and those of which nothing was left."""

    words: Mapping[str, str]
    phrases: tuple[Terms, ...]
    without: tuple[Terms, ...]
    common: tuple[Clause, ...]

    @property
    def terms(self) -> list[str]:
        return [*self.words, *(term for phrase in self.phrases for _, term in phrase)]


def weigh(query: Query, analyser: Analyser, view: EngineView, sources: Callable[[], Sequence[Source]]) -> Asked:
    """Turn what was typed into terms, and names of outlets into their keys.

    Words too common to search by fall away, as in any question; where nothing else was asked, a note says so. Outlets
    that the archive lacks become notes; ``sources`` is asked for only where the query names one.
    """
    wanted = _terms_of(query.clauses, analyser, view)
    frequencies = {term: min(view.frequency(term), view.articles) for term in wanted.terms}
    filtered, notes = _filtered(query.filters, sources)
    nothing = bool(wanted.common) and not (wanted.terms or wanted.without)
    if nothing:
        notes += (f"These words are too common to search by: {listed(map(str, wanted.common))}.",)
    if nothing and query.filters == Filters():
        filtered = WeightedQuery(sources=())  # not every article, which is what no word at all would mean
    return Asked(
        WeightedQuery(
            any_of=tuple((term, 1.0) for term in wanted.words),
            all_of=wanted.phrases,
            none_of=wanted.without,
            sources=filtered.sources,
            without=filtered.without,
            after=filtered.after,
            before=filtered.before,
        ),
        wanted.words,
        wanted.phrases,
        {term: _idf(view.articles, frequency) for term, frequency in frequencies.items()},
        frozenset(term for term, frequency in frequencies.items() if not frequency),
        notes,
    )


def listed(words: Iterable[str]) -> str:
    """Words as a sentence names them."""
    return ", ".join(f"“{word}”" for word in words)


def _terms_of(clauses: Sequence[Clause], analyser: Analyser, view: EngineView) -> _Wanted:
    languages = view.languages()
    spoken = analyser.spoken(" ".join(map(str, clauses)), languages)
    words: dict[str, str] = {}
    phrases, without, common = [], [], []
    for clause in clauses:
        bare = clause.clause if isinstance(clause, Without) else clause
        terms = _together(_reading(bare.text, analyser, view, spoken, languages))
        if not terms:
            common.append(clause)
        elif isinstance(clause, Without):
            without.append(terms)
        elif isinstance(bare, Phrase):
            phrases.append(terms)
        else:
            words |= {term: words.get(term, bare.text) for _, term in terms}
    return _Wanted(words, tuple(phrases), tuple(without), tuple(common))


def _reading(
    text: str, analyser: Analyser, view: EngineView, spoken: str | None, languages: Iterable[str]
) -> Sequence[str]:
    """Of all that a word or phrase can be in the archive's languages what most articles have."""
    for language in (None, spoken):
        if not any(terms := analyser.terms(text, language)):
            return terms
    readings = list(filter(any, analyser.readings(text, languages)))
    if len(readings) == 1:
        return readings[0]
    return max(readings, key=lambda terms: min(view.frequency(term) for term in terms if term))


def _together(terms: Sequence[str]) -> Terms:
    """The terms with their distances from the first; stop words leave a gap."""
    places = [(place, term) for place, term in enumerate(terms) if term]
    return tuple((place - places[0][0], term) for place, term in places)


def _idf(articles: int, frequency: int) -> float:
    """How much a term tells: the idf of Lucene's and tantivy's BM25, which is never negative."""
    return math.log(1 + (articles - frequency + 0.5) / (frequency + 0.5))


def _filtered(filters: Filters, sources: Callable[[], Sequence[Source]]) -> tuple[WeightedQuery, tuple[str, ...]]:
    outlets = sources() if filters.sources or filters.without else ()
    wanted, unwanted = _keys(filters.sources, outlets), _keys(filters.without, outlets)
    notes = tuple(f"No outlet here is called “{name}”." for name, keys in [*wanted, *unwanted] if not keys)
    keys = _merged(wanted) if filters.sources else None
    return WeightedQuery(sources=keys, without=_merged(unwanted), after=filters.after, before=filters.before), notes


def _keys(names: Iterable[str], sources: Sequence[Source]) -> list[tuple[str, tuple[str, ...]]]:
    """For each name the keys of the outlets that it means: by key, by name, or by the end of the host."""
    return [(name, tuple(source.key for source in sources if _means(name, source))) for name in names]


def _means(name: str, source: Source) -> bool:
    host = name.removeprefix("www.")
    return host == source.key or source.key.endswith(f".{host}") or _folded(name) == _folded(source.name)


def _folded(name: str) -> str:
    """A name without case and accents."""
    parted = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in parted if not unicodedata.combining(character))


def _merged(found: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for _, keys in found for key in keys))

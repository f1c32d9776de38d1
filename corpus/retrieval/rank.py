"""Which articles answer a question, and in what order: words become weighted terms, copies fold under one hit."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import Scored, Source, Terms, WeightedQuery
from corpus.retrieval.query import Phrase, Query, Without

EXACT_TO = 10_000  # articles counted one by one; beyond it a count may be a lower bound
_ALL_OF_AT_MOST = 8  # words that must all be there to match; of more words, most of their weight
_SHARE = 0.6
_FIRST_DEPTH = 200  # hits looked at before it is known how many fold


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as engines and passages see it. ``words`` maps each single term to how it was typed."""

    query: WeightedQuery
    words: Mapping[str, str]
    phrases: tuple[Terms, ...]
    idf: Mapping[str, float] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def terms(self) -> frozenset[str]:
        """Every term that was asked for, alone or in a phrase."""
        return frozenset(self.idf)


@dataclass(frozen=True, slots=True)
class Matched:
    """How many articles have all the words but the dropped ones; a note names words that stand in no article."""

    articles: int
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the number is not a lower bound."""
        return self.articles < EXACT_TO


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits folded into stories, the best story first; within a story the best article, then its copies.

    ``articles`` and ``stories`` count all that were ranked, also those beyond the ones that are here.
    """

    groups: tuple[tuple[Scored, ...], ...]
    articles: int
    stories: int


def weigh(query: Query, analyser: Analyser, view: EngineView, sources: Callable[[], Sequence[Source]]) -> Asked:
    """Turn what was typed into terms, and names of outlets into their keys.

    Words that say nothing and outlets that the archive lacks become notes; ``sources`` is asked only for the latter.
    """
    notes = []
    words: dict[str, str] = {}
    phrases, none_of = [], []
    for clause in query.clauses:
        without = isinstance(clause, Without)
        bare = clause.clause if isinstance(clause, Without) else clause
        terms = _together(analyser.terms(bare.text))
        if not terms:
            continue
        if without:
            none_of.append(terms)
        elif isinstance(bare, Phrase):
            phrases.append(terms)
        else:
            words |= {term: words.get(term, bare.text) for _, term in terms}
    if query.clauses and not (words or phrases or none_of):
        notes.append(f"These words are too common to search by: {_listed(map(str, query.clauses))}.")
    idf = {term: _idf(view, term) for term in [*words, *(term for phrase in phrases for _, term in phrase)]}
    outlets = sources() if query.filters.sources or query.filters.without else ()
    wanted, unwanted = _keys(query.filters.sources, outlets), _keys(query.filters.without, outlets)
    notes += [f"No outlet here is called “{name}”." for name, keys in [*wanted, *unwanted] if not keys]
    unanswerable = bool(query.clauses) and not (words or phrases or none_of)
    return Asked(
        WeightedQuery(
            any_of=tuple((term, 1.0) for term in words),
            all_of=tuple(phrases),
            none_of=tuple(none_of),
            sources=() if unanswerable else _merged(wanted) if query.filters.sources else None,
            without=_merged(unwanted),
            after=query.filters.after,
            before=query.filters.before,
        ),
        words,
        tuple(phrases),
        idf,
        tuple(notes),
    )


def count_matched(view: EngineView, asked: Asked) -> Matched:
    """Count the articles that have all the words: of more than eight, terms of 60 % of their weight.

    If no article has all, words are dropped until some have the rest: first those that stand nowhere, then the
    commonest.
    """
    if len(asked.words) > _ALL_OF_AT_MOST:
        weights = tuple((term, asked.idf[term]) for term in asked.words)
        return Matched(view.count(replace(asked.query, any_of=weights, at_least=_SHARE), EXACT_TO))
    kept = sorted(asked.words, key=lambda term: asked.idf[term], reverse=True)
    absent = [term for term in kept if not view.frequency(term)]
    found = view.count(_all_of(asked, kept), EXACT_TO) if not absent else 0
    kept = [term for term in kept if term not in absent]
    while kept and not found:
        found = view.count(_all_of(asked, kept), EXACT_TO)
        kept = kept if found else kept[:-1]
    missing = _listed(_typed(asked, absent))
    notes = (f"No article has the word {missing}.",) if absent else ()
    return Matched(found, _typed(asked, set(asked.words) - set(kept)) if found else (), notes)


def rank(view: EngineView, asked: Asked, stories: int) -> Ranking:
    """Rank every article that answers, deep enough to hold this many stories."""
    depth = max(_FIRST_DEPTH, 2 * stories)
    while True:
        hits = view.search(asked.query, depth)
        groups = fold(hits)
        if len(hits) < depth:
            return Ranking(groups, len(hits), len(groups))
        if len(groups) > stories and (not hits[-1].score or hits[-1].score < groups[stories][0].score):
            articles = view.count(asked.query, EXACT_TO)
            return Ranking(groups, articles, articles - len(hits) + len(groups))
        depth *= 4


def fold(hits: Iterable[Scored]) -> tuple[tuple[Scored, ...], ...]:
    """Gather copies under the best of them; between equals the earliest, which the others copied."""
    stories: dict[int, list[Scored]] = {}
    for hit in hits:
        stories.setdefault(hit.story, []).append(hit)
    return tuple(tuple(sorted(copies, key=lambda hit: (-hit.score, hit.moment))) for copies in stories.values())


def _together(terms: Sequence[str]) -> Terms:
    """The terms with their distances from the first; stop words leave a gap."""
    places = [(place, term) for place, term in enumerate(terms) if term]
    return tuple((place - places[0][0], term) for place, term in places)


def _idf(view: EngineView, term: str) -> float:
    """How much a term tells (the BM25 of Lucene and tantivy, which is never negative)."""
    articles, frequency = view.articles, view.frequency(term)
    return math.log(1 + (articles - frequency + 0.5) / (frequency + 0.5))


def _all_of(asked: Asked, terms: Sequence[str]) -> WeightedQuery:
    singles: tuple[Terms, ...] = tuple(((0, term),) for term in terms)
    return replace(asked.query, any_of=(), all_of=(*asked.query.all_of, *singles))


def _typed(asked: Asked, terms: Container[str]) -> tuple[str, ...]:
    """These terms as they were typed, in the order of the query."""
    return tuple(dict.fromkeys(typed for term, typed in asked.words.items() if term in terms))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _keys(names: Iterable[str], sources: Sequence[Source]) -> list[tuple[str, tuple[str, ...]]]:
    """For each name the keys of the outlets that it means: by key, by name, or by the end of the host."""
    return [(name, tuple(source.key for source in sources if _means(name, source))) for name in names]


def _means(name: str, source: Source) -> bool:
    host = name.removeprefix("www.")
    return host in {source.key, source.name.lower()} or source.key.endswith(f".{host}")


def _merged(found: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for _, keys in found for key in keys))

"""What a search has to find, found slowly: each article is read word by word, and each clause held against it.

Written from what README and the design promise, without the index: only the analysis of words is the product's own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from corpus import Article, Either, Field, Filters, In, Must, Phrase, Prefix, Query, Sort, Together, Without, Word
from corpus.analysis import Analyser

ALL_OF_AT_MOST = 8
SHARE = 0.6
UNKNOWN = "und"
ROUNDING = 1e-3

Parts = dict[str, list[list[str]]]
Holds = Callable[["Read"], bool]


@dataclass
class Read:
    """An article, its place among those that came in, and the terms of its parts: a phrase stands within one list."""

    article: Article
    place: int
    parts: Parts
    spellings: set[str]
    terms: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.terms = {term for terms in self.parts["text"] for term in terms}


@dataclass
class Wanted:
    """A word that an article should have: as it was typed, whether an article has it, how much it tells."""

    typed: str
    holds: Holds
    idf: float
    absent: bool


@dataclass
class Answer:
    """What has to be found: by their places, all that must be ranked, and all that are counted."""

    ranked: set[int]
    matched: set[int]
    dropped: tuple[str, ...]
    unsure: bool = False  # about enough of the words' weight, or a phrase that may be meant


class Oracle:
    """Every article of an archive, read."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.analyser = Analyser()
        self.read = [self._read(place, article) for place, article in enumerate(articles)]
        counts = Counter(article.language or UNKNOWN for article in articles)
        self.languages = sorted(counts, key=lambda language: (-counts[language], language))

    def _read(self, place: int, article: Article) -> Read:
        def terms(text: str | None) -> list[str]:
            return self.analyser.terms(text or "", article.language)

        headline = "" if article.headline_derived else article.headline
        title, body, author = terms(headline), terms(article.text), terms(article.byline)
        credit = terms(article.source_name) + author
        parts = {
            "text": [title, body, credit],
            "title": [title],
            "body": [body],
            "author": [author],
            "section": [terms(article.section)],
        }
        shown = [headline, article.text, article.source_name, article.byline or ""]
        spelt = {word for text in shown for word in self.analyser.spellings(text)}
        return Read(article, place, parts, spelt)

    def answer(self, query: Query) -> Answer:
        """What has to be found."""
        answer = Question(self, query).answer()
        answer.unsure |= Question(self, query, lax=True).answer() != answer
        return answer


class Question:
    """One query, held against every article."""

    def __init__(self, oracle: Oracle, query: Query, *, lax: bool = False) -> None:
        self.lax = lax
        self.oracle, self.query, self.analyser = oracle, query, oracle.analyser
        self.languages = query.filters.languages or oracle.languages
        typed = " ".join(map(str, query.clauses))
        spoken = self.analyser.spoken(typed, self.languages)
        self.main = spoken or next(iter(self.languages), None)
        self.terms: set[str] = set()  # of words that are asked for
        self.free: set[str] = set()  # of those that are no part of a phrase
        self.forms: list[set[str]] = []  # of each word of a phrase
        self.beginnings: set[str] = set()  # of words that are asked for by them
        self.phrases: list[tuple[list[tuple[int, str]], int]] = []
        self.words: list[Wanted] = []
        self.demands: list[Holds] = []
        self.common = False
        for clause in query.clauses:
            self._take(clause)

    @property
    def alike(self) -> set[str]:
        """The free terms, and other forms of the same words in phrases."""
        return self.free.union(*(forms for forms in self.forms if forms & self.free))

    def _take(self, clause) -> None:
        if isinstance(clause, Word):
            self.words += list(self._word(clause.text))
        elif isinstance(clause, Prefix):
            beginning = self._beginning(clause)
            self.beginnings.add(beginning)
            forms = {word for read in self.oracle.read for word in read.spellings if begins(word, beginning)}
            often = sum(self._often(lambda read, form=form: form in read.spellings) for form in forms)
            self.words.append(Wanted(str(clause), self._begins(beginning), self._idf(often), not forms))
        elif (demand := self._demand(clause, wished=True)) is not None:
            self.demands.append(demand)

    # What a clause demands; None where nothing of it is left.

    def _demand(  # noqa: PLR0911  # a table: a kind of clause, what it demands
        self, clause, *, wished: bool, part: str = "text"
    ) -> Holds | None:
        match clause:
            case Must(inner):
                return self._demand(inner, wished=wished)
            case Without(inner):
                self.lax = not self.lax  # what may be unwanted may be missing
                unwanted = self._demand(inner, wished=False)
                self.lax = not self.lax
                return unwanted and (lambda read: not unwanted(read))
            case Either(inner):
                ways = [way for each in inner if (way := self._demand(each, wished=wished))]
                return (lambda read: any(way(read) for way in ways)) if ways else None
            case Together(inner):
                needs = [need for each in inner if (need := self._demand(each, wished=wished))]
                return (lambda read: all(need(read) for need in needs)) if needs else None
            case In(name, inner):
                return self._demand(inner, wished=wished, part=Field(name).value)
            case Prefix():
                return self._prefix(clause, wished=wished, part=part)
            case Phrase(text, slop):
                return self._phrase(text, slop, wished=wished, part=part)
            case Word(text):
                return self._phrase(text, 0, wished=wished, part=part)
        raise AssertionError(clause)

    def _phrase(self, text: str, slop: int, *, wished: bool, part: str) -> Holds | None:
        readings = self._readings(text)
        if not any(any(reading) for reading in readings) or not any(self.analyser.terms(text, self.main)):
            self.common = True
            return None
        ways = [together(reading) for reading in readings if any(reading)]
        ways = list(map(once, ways)) if slop else ways
        if wished and part in {"text", "title", "body"}:
            self.terms |= {term for reading in readings for term in reading if term}
            self.phrases += [(way, slop) for way in ways if len(way) > 1]
            self.forms += [set(forms) - {""} for forms in zip(*readings, strict=False)]
            if all(len(way) == 1 for way in ways):
                self.free |= {term for reading in readings for term in reading if term}
        lax = self.lax
        most = max(map(len, ways))
        own = {language: together(self.analyser.terms(text, language)) for language in (None, *self.languages)}
        own = {language: once(way) if slop else way for language, way in own.items()}

        def holds(read: Read) -> bool:
            # A reading that leaves out words is that of the languages in which they are small.
            meant = [
                way
                for way in ways
                if len(way) == most or own.get(read.article.language) == way or way not in own.values()
            ]
            return any(stands(terms, way, slop, lax=lax) for way in meant for terms in read.parts[part])

        return holds

    def _prefix(self, prefix: Prefix, *, wished: bool, part: str) -> Holds:
        beginning = self._beginning(prefix)
        if part == "text":
            if wished:
                self.beginnings.add(beginning)
            return self._begins(beginning)
        # A part is known by terms alone: words of the same stem as one of the archive that begins so.
        spelt = {word for read in self.oracle.read for word in read.spellings if begins(word, beginning)}
        terms = {term for word in spelt for reading in self._readings(word) for term in reading if term}
        return lambda read: any(term in terms for found in read.parts[part] for term in found)

    def _word(self, text: str) -> Iterator[Wanted]:
        readings = self._readings(text)
        first = readings[0]
        alike = [reading for reading in readings if len(reading) == len(first)]
        apart = [reading for reading in readings if len(reading) != len(first)]
        main = self.analyser.terms(text, self.main)
        found = False
        for place in range(len(first)):
            forms = {reading[place] for reading in alike} - {""}
            if not main[place] or not forms:
                continue
            found = True
            self.terms |= forms
            self.free |= forms
            ways = [together(reading) for reading in apart if any(reading)] if len(first) == 1 else []
            often = sum(self._often(lambda read, form=form: form in read.terms) for form in forms)

            def holds(read: Read, forms=forms, ways=ways) -> bool:
                whole = any(stands(terms, way, 0) for way in ways for terms in read.parts["text"])
                return whole or bool(forms & read.terms)

            yield Wanted(text, holds, self._idf(often), not often and not ways)
        if found and apart:
            self.terms |= {term for reading in apart for term in reading if term}
            self.free |= {term for reading in apart for term in reading if term}
        self.common |= not found

    def _begins(self, beginning: str) -> Holds:
        return lambda read: any(begins(word, beginning) for word in read.spellings)

    def _beginning(self, prefix: Prefix) -> str:
        return "".join(self.analyser.spellings(prefix.text))

    def _readings(self, text: str) -> list[list[str]]:
        return self.analyser.readings(text, self.languages)

    def _often(self, holds: Holds) -> int:
        return sum(map(holds, self.oracle.read))

    def _idf(self, often: int) -> float:
        every = len(self.oracle.read)
        often = min(often, every)
        return math.log(1 + (every - often + 0.5) / (often + 0.5))

    # What has to be found.

    def has_any(self, read: Read) -> bool:
        """Whether an article has any asked word."""
        return bool(self.terms & read.terms) or any(self._begins(each)(read) for each in self.beginnings)

    def answer(self) -> Answer:
        passing = [read for read in self.oracle.read if passes(read, self.query.filters)]
        if self.common and not self.words and not self.demands and self.query.filters == Filters():
            return Answer(set(), set(), ())
        holding = [read for read in passing if all(demand(read) for demand in self.demands)]
        if not self.words:
            every = {read.place for read in holding}
            return Answer(every, every, ())
        ranked = [read for read in holding if self.has_any(read)]
        matched = self._matched(ranked)
        if self.query.sort is not Sort.RELEVANCE:
            return Answer(matched.matched, matched.matched, matched.dropped, matched.unsure)
        matched.ranked = {read.place for read in ranked}
        return matched

    def _matched(self, ranked: list[Read]) -> Answer:
        """Those with all the words; words are dropped, the rarest kept longest."""
        present = sorted((word for word in self.words if not word.absent), key=lambda word: -word.idf)
        absent = self._typed([word for word in self.words if word.absent])
        if len(present) > ALL_OF_AT_MOST:
            whole = sum(word.idf for word in present)
            shares = {read.place: sum(w.idf for w in present if w.holds(read)) / whole for read in ranked}
            unsure = any(abs(share - SHARE) < ROUNDING for share in shares.values())
            found = {place for place, share in shares.items() if share >= SHARE}
            if found or unsure:
                return Answer(set(), found, absent, unsure)
        elif found := {read.place for read in ranked if all(word.holds(read) for word in present)}:
            return Answer(set(), found, absent)
        present = [word for word in present if any(map(word.holds, ranked))][:ALL_OF_AT_MOST]
        while True:
            found = {read.place for read in ranked if all(word.holds(read) for word in present)}
            if found or not present:
                kept = list(map(id, present))
                dropped = self._typed([word for word in self.words if id(word) not in kept])
                return Answer(set(), found, dropped if found else ())
            present = present[:-1]

    def _typed(self, dropped: list[Wanted]) -> tuple[str, ...]:
        kept = {word.typed for word in self.words if not any(word is each for each in dropped)}
        return tuple(dict.fromkeys(word.typed for word in dropped if word.typed not in kept))


def passes(read: Read, filters: Filters) -> bool:
    article = read.article

    def named(name: str) -> bool:
        host = name.removeprefix("www.")
        return host == article.source or article.source.endswith(f".{host}") or name == article.source_name.lower()

    day = article.published.day
    return (
        (not filters.sources or any(map(named, filters.sources)))
        and not any(map(named, filters.without))
        and (not filters.languages or (article.language or UNKNOWN) in filters.languages)
        and (article.language or UNKNOWN) not in filters.without_languages
        and (filters.after is None or day >= filters.after)
        and (filters.before is None or day < filters.before)
    )


def begins(word: str, beginning: str) -> bool:
    return bool(beginning) and word.startswith(beginning)


def together(terms: Sequence[str]) -> list[tuple[int, str]]:
    """Terms with their distances from the first; any word may stand where a stop word was asked."""
    places = [(place, term) for place, term in enumerate(terms) if term]
    return [(place - places[0][0], term) for place, term in places]


def once(way: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The terms of a phrase with a slop, each where it comes first: one that comes twice is near itself."""
    return [(far, term) for place, (far, term) in enumerate(way) if term not in {each for _, each in way[:place]}]


def stands(terms: Sequence[str], way: list[tuple[int, str]], slop: int, *, lax: bool = False) -> bool:
    """Whether terms stand at their distances; with a slop, within so many moves of that, and of two in any order.

    What a slop means for three terms or more the index decides, within bounds: they are found where they stand next to
    one another, or if ``lax`` wherever they are so close that some order could be meant.
    """
    if slop and len(way) > 2 and lax:
        reach = way[-1][0] + slop * (len(way) - 1) + 1
        return any({term for _, term in way} <= set(terms[start : start + reach]) for start in range(len(terms)))
    if not slop or len(way) != 2:
        return any(
            all(start + far < len(terms) and terms[start + far] == term for far, term in way)
            for start in range(len(terms))
        )
    found = [[place for place, each in enumerate(terms) if each == term] for _, term in way]
    reach = way[1][0] + slop
    return any(abs(other - one) <= reach for one, other in product(*found))

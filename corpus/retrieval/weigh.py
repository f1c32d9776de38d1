"""A query as engines and passages see it: what was typed becomes words with their forms, weights and conditions.

A word has a form for each language of the archive that treats it in a way of its own; names of outlets become their
keys. Whatever is found here is what is counted, ranked and marked in excerpts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.model import AllOf, AnyOf, Condition, Near, Not, Part, Source, Terms, WeightedQuery
from corpus.retrieval.idf import idf
from corpus.retrieval.outlets import filtered
from corpus.retrieval.query import (
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
    Without,
    Word,
)
from corpus.retrieval.similar import Telling, likeness
from corpus.told import Told

_PARTS = {Field.TITLE: Part.HEADLINE, Field.BODY: Part.BODY, Field.AUTHOR: Part.AUTHOR, Field.SECTION: Part.SECTION}
_RANKED = {Part.TEXT, Part.HEADLINE, Part.BODY}  # what words score from: not who wrote, nor under which heading
_EXPANDED, _EXPANDED_IN_ALL = 200, 400  # words that a prefix stands for at most, and all of them: the commonest


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, in terms.

    ``words`` are those that an article should have, ``terms`` maps each form of every word that scores to the number of
    its word, and ``idf`` says how much each word tells. ``phrases`` are marked whole where they stand, and their words,
    the ``bound`` ones, only there; ``prefixes`` says of the words that were typed as one how they begin. ``typed`` is
    each word as it was typed, ``scorers`` of which word each term is that the query scores.
    """

    query: WeightedQuery
    words: tuple[AskedWord, ...]
    terms: Mapping[str, int]
    idf: Sequence[float]
    phrases: tuple[Near, ...] = ()
    bound: frozenset[int] = frozenset()
    prefixes: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[Told, ...] = ()
    typed: Sequence[str] = ()
    scorers: Sequence[int] = ()

    @property
    def mass(self) -> float:
        """How much all words together tell."""
        return sum(self.idf)


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word that an article should have: as it was typed, when an article has it, how much it tells."""

    typed: str
    condition: Condition
    idf: float
    absent: bool = False


def weigh(query: Query, analyser: Analyser, view: EngineView, sources: Callable[[], Sequence[Source]]) -> Asked:
    """Turn what was typed into terms, and names of outlets into their keys.

    Words too common to search by fall away, as in any question; where nothing else was asked, a note says so. Outlets
    that the archive lacks become notes; ``sources`` is asked for only where the query names one.
    """
    weigher = _Weigher(analyser, view, query)
    for clause in query.clauses:
        weigher.take(clause)
    if query.similar:
        weigher.liken(query.similar)
    base, notes = filtered(query.filters, sources)
    notes += tuple(weigher.notes)
    common = weigher.common and not (weigher.words or weigher.conditions)
    if common:
        notes += (Told("These words are too common to search by: {words}.", words=tuple(weigher.common)),)
    if (common and query.filters == Filters()) or (weigher.words and not weigher.scores) or weigher.lost:
        base = WeightedQuery(sources=())  # not every article, which is what no word at all would mean
    asked = WeightedQuery(
        score=tuple(term for _, term in weigher.scores),
        optional=not weigher.words,
        conditions=tuple(weigher.conditions),
        sources=base.sources,
        without=base.without,
        languages=query.filters.languages or None,
        without_languages=query.filters.without_languages,
        without_story=weigher.without_story,
        after=query.filters.after,
        before=query.filters.before,
    )
    return Asked(
        asked,
        tuple(weigher.words),
        weigher.terms,
        weigher.idf,
        tuple(weigher.phrases),
        frozenset(weigher.bound),
        weigher.prefixes,
        notes,
        weigher.typed,
        [word for word, _ in weigher.scores],
    )


@dataclass(slots=True)
class _Weigher:
    """Takes one clause after the other, and gathers what they mean."""

    analyser: Analyser
    view: EngineView
    query: Query
    words: list[AskedWord] = field(default_factory=list)
    scores: list[tuple[int, tuple[Part, str, float]]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    terms: dict[str, int] = field(default_factory=dict)
    idf: list[float] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    phrases: list[Near] = field(default_factory=list)
    bound: set[int] = field(default_factory=set)
    prefixes: dict[int, str] = field(default_factory=dict)
    scored: set[str] = field(default_factory=set)
    common: list[str] = field(default_factory=list)
    notes: list[Told] = field(default_factory=list)
    without_story: int | None = None
    lost: bool = False
    languages: Sequence[str] = field(init=False)
    main: str | None = field(init=False)
    expanded: int = field(init=False)

    def __post_init__(self) -> None:
        self.languages = self.query.filters.languages or self.view.languages
        spoken = self.analyser.spoken(" ".join(map(str, self.query.clauses)), self.languages)
        self.main = spoken or next(iter(self.languages), None)
        self._foresee()
        prefixes = sum(map(_prefixes, self.query.clauses)) or 1
        self.expanded = min(_EXPANDED, _EXPANDED_IN_ALL // prefixes)

    def _foresee(self) -> None:
        """What is typed will be asked for word by word, and whether it is spelt so."""
        typed = " ".join(map(str, self.query.clauses))
        terms = {term for reading in self.analyser.readings(typed, self.languages) for term in reading if term}
        spelt = {word for word in self.analyser.spellings(typed) if word}
        self.view.foresee([*((Part.TEXT, term) for term in terms), *((Part.SPELLING, word) for word in spelt)])

    def take(self, clause: Clause) -> None:
        """Take a clause of the query itself: words are ranked, everything else must hold."""
        match clause:
            case Word(text):
                found = list(self._word(text))
                self.words += found
                if not found:
                    self.common.append(text)
            case Prefix():
                tells, forms = self._prefix(clause)
                self.words.append(AskedWord(str(clause), AnyOf(_each(Part.SPELLING, forms)), tells, absent=not forms))
            case _:
                condition = self._condition(clause, scoring=True)
                if condition is not None:
                    self.conditions.append(condition)

    def liken(self, article_id: str) -> None:
        """Take the article that others are to be like: its most telling words score, and enough of them must stand."""
        like = likeness(self.view, self.analyser, article_id)
        self.lost = like is None or not like.words
        if like is None:
            self.notes.append(Told("No article here has the id “{id}”.", id=article_id))
        elif not like.words:
            self.notes.append(Told("Nothing else in the archive has words of the article “{id}”.", id=article_id))
        else:
            self.scores += [(self._numbered(word), (Part.TEXT, word.term, word.weight)) for word in like.words]
            self.conditions.append(like.condition)
            self.without_story = like.story

    def _numbered(self, word: Telling) -> int:
        """The number of a word that makes others like an article; it may have been typed as well."""
        if word.term not in self.terms:
            self.terms[word.term] = self._known(word.typed, word.idf)
        self.bound.discard(self.terms[word.term])
        return self.terms[word.term]

    def _condition(  # noqa: PLR0911  # a table: a kind of clause, what it demands
        self, clause: Clause | Together, *, scoring: bool, part: Part = Part.TEXT
    ) -> Condition | None:
        """What a clause demands; None where nothing is left of it but words too common to search by."""
        match clause:
            case Must(inner):
                return self._condition(inner, scoring=scoring)
            case Without(inner):
                unwanted = self._condition(inner, scoring=False)
                return None if unwanted is None else Not(unwanted)
            case Either(alternatives):
                return _any_of([self._condition(each, scoring=scoring) for each in alternatives])
            case Together(clauses):
                return _all_of([self._condition(each, scoring=scoring) for each in clauses])
            case In(name, inner):
                return self._condition(inner, scoring=scoring, part=_PARTS[name])
            case Prefix():
                return self._prefixed(clause, part, scoring=scoring)
            case Phrase() | Word():
                return self._phrase(clause, part, scoring=scoring and part in _RANKED)

    def _phrase(self, clause: Phrase | Word, part: Part, *, scoring: bool) -> Condition | None:
        """Words that stand together, in any language of the archive that knows them."""
        slop = clause.slop if isinstance(clause, Phrase) else 0
        readings = self.analyser.readings(clause.text, self.languages)
        places = [together(reading, slop) for reading in readings]
        if not any(places) or self._is_common(clause.text):
            self.common.append(str(clause))
            return None
        nears = [Near(terms, part, slop) for terms in dict.fromkeys(filter(None, places))]
        if scoring:
            whole = [replace(near, part=Part.TEXT) for near in nears if len(near.terms) > 1]
            self.phrases += whole
            for typed, forms in [*self._aligned(clause.text, readings), *self._parted(clause.text, readings)]:
                self._score(typed, forms, bound=bool(whole))
        most = max(map(len, places))
        ways = [near if len(near.terms) == most else self._where_read_so(clause.text, near) for near in nears]
        return AnyOf(tuple(ways)) if len(ways) > 1 else ways[0]

    def _where_read_so(self, text: str, near: Near) -> Condition:
        """A reading that leaves out words which another one keeps, for articles of the languages that read it so.

        “War” is a small word in German: there “war dogs” is any dogs, and nowhere else.
        """
        read = {language: self.analyser.terms(text, language) for language in (None, *self.languages)}
        so = {language for language, terms in read.items() if any(terms) and near.terms == together(terms, near.slop)}
        if None in so:
            others = [language for language in read if language not in so]
            return AllOf((near, Not(AnyOf(_each(Part.LANGUAGE, filter(None, others)))))) if others else near
        return AllOf((near, AnyOf(_each(Part.LANGUAGE, filter(None, so))))) if so else near

    def _prefixed(self, prefix: Prefix, part: Part, *, scoring: bool) -> Condition:
        if part is Part.TEXT:
            forms = self._prefix(prefix)[1] if scoring else self._expanded(prefix)
            return AnyOf(_each(Part.SPELLING, forms))
        readings = (self.analyser.readings(form, self.languages) for form in self._expanded(prefix))
        terms = {term for found in readings for reading in found for term in reading if term}
        return AnyOf(_each(part, sorted(terms)))

    def _word(self, text: str) -> Iterator[AskedWord]:
        """The words that something typed in one piece is: ``2023-09-05`` is three."""
        readings = self.analyser.readings(text, self.languages)
        first, apart = readings[0], _apart(readings)
        stops = [not term for term in self.analyser.terms(text, self.main)]
        for stop, (typed, forms) in zip(stops, self._aligned(text, readings), strict=True):
            if stop or not forms:
                continue
            tells, absent = self._score(typed, forms)
            condition = [*_each(Part.TEXT, forms)]
            if len(first) == 1:
                condition += [Near(together(parts)) for parts in apart if any(parts)]
                absent = absent and not apart
            yield AskedWord(text, AnyOf(tuple(condition)), tells, absent)
        for typed, forms in self._parted(text, readings):
            self._score(typed, forms)

    def _aligned(self, text: str, readings: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
        """Each word of a text, with its forms."""
        return zip(self.analyser.words(text), _aligned(readings), strict=True)

    def _parted(self, text: str, readings: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
        """Each part of a word that was put together by capitals, with its forms."""
        apart = _apart(readings)
        return zip(self.analyser.parts(text), _aligned(apart), strict=True) if apart else iter(())

    def _prefix(self, prefix: Prefix) -> tuple[float, Sequence[str]]:
        """How much a prefix tells, and the words that it stands for."""
        forms = self._expanded(prefix)
        self.view.foresee((Part.SPELLING, form) for form in forms)
        tells = idf(self.view, Part.SPELLING, *forms)
        number = self._known(str(prefix), tells)
        self.scores += [(number, (Part.SPELLING, form, tells / idf(self.view, Part.SPELLING, form))) for form in forms]
        for form in forms:
            for reading in self.analyser.readings(form, self.languages):
                self.terms |= {term: number for term in reading if term and term not in self.terms}
        self.prefixes[number] = self._beginning(prefix)
        return tells, forms

    def _expanded(self, prefix: Prefix) -> Sequence[str]:
        beginning = self._beginning(prefix)
        found = self.view.spellings(beginning, self.expanded + 1) if beginning else ()
        if len(found) > self.expanded:
            self.notes.append(_widened(prefix, self.expanded))
        return found[: self.expanded]

    def _beginning(self, prefix: Prefix) -> str:
        return "".join(self.analyser.spellings(prefix.text))

    def _score(self, typed: str, forms: Sequence[str], *, bound: bool = False) -> tuple[float, bool]:
        """Let a word score by its forms as if they were one; say how much it tells, and whether it is absent.

        A ``bound`` one was asked for as a part of a phrase only.
        """
        if not forms:
            return 0.0, True
        tells = idf(self.view, Part.TEXT, *forms)
        present = [form for form in forms if self.view.frequency(Part.TEXT, form)]
        new = [form for form in forms if form not in self.scored]
        if new:
            self.scored.update(new)
            number = self._known(typed, tells)
            self.terms |= dict.fromkeys(new, number)
            self.scores += [
                (number, (Part.TEXT, form, tells / idf(self.view, Part.TEXT, form))) for form in present if form in new
            ]
            self.bound |= {self.terms[form] for form in new} if bound else set()
        if not bound:
            self.bound -= {self.terms[form] for form in forms}
        return tells, not present

    def _known(self, typed: str, tells: float) -> int:
        self.typed.append(typed)
        self.idf.append(tells)
        return len(self.idf) - 1

    def _is_common(self, text: str) -> bool:
        return not any(self.analyser.terms(text, self.main))


def _widened(prefix: Prefix, words: int) -> Told:
    return Told.counted(
        "“{prefix}” was read as the {number} word of the most articles that begins so.",
        "“{prefix}” was read as the {number} words of the most articles that begin so.",
        words,
        prefix=str(prefix),
    )


def _prefixes(clause: Clause | Together) -> int:
    """How many prefixes a clause has."""
    match clause:
        case Prefix():
            return 1
        case Must(inner) | Without(inner) | In(_, inner):
            return _prefixes(inner)
        case Either(parts) | Together(parts):
            return sum(map(_prefixes, parts))
        case Word() | Phrase():
            return 0


def _aligned(readings: Sequence[Sequence[str]]) -> list[list[str]]:
    """For each word the forms that it has in readings of as many words as the first; stop words have none."""
    alike = [reading for reading in readings if len(reading) == len(readings[0])]
    return [[form for form in dict.fromkeys(forms) if form] for forms in zip(*alike, strict=True)]


def _apart(readings: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The readings of another number of words than the first: what was put together by capitals, in its parts."""
    return [reading for reading in readings if len(reading) != len(readings[0])]


def _each(part: Part, forms: Iterable[str]) -> tuple[Near, ...]:
    return tuple(Near(((0, form),), part) for form in forms)


def _any_of(found: Sequence[Condition | None]) -> Condition | None:
    known = [condition for condition in found if condition is not None]
    return AnyOf(tuple(known)) if known else None


def _all_of(found: Sequence[Condition | None]) -> Condition | None:
    known = [condition for condition in found if condition is not None]
    return AllOf(tuple(known)) if known else None


def together(terms: Sequence[str], slop: int = 0) -> Terms:
    """The terms with their distances from the first; stop words leave a gap.

    With a slop each comes once: where a word stands it is near itself.
    """
    places = [(place, term) for place, term in enumerate(terms) if term and not (slop and term in terms[:place])]
    return tuple((place - places[0][0], term) for place, term in places)

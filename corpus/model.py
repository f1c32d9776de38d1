"""The values that pass between the steps: frozen, without I/O. Imports nothing of ours but ``Told``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from corpus.told import Told


@dataclass(frozen=True, slots=True)
class RawArticle:
    """What a reader found: the fields as they were written, and where they stood.

    ``fields`` maps lower-case field names to the values of the file (text, number, list or mapping);
    ``origin`` is what a person needs to find the place again, such as ``news.jsonl:12``.
    """

    fields: Mapping[str, object]
    origin: str


@dataclass(frozen=True, slots=True)
class PubDate:
    """A publication date with the precision that was given: a day, a time of day, an offset from UTC.

    Prints as it was known (ISO 8601); a date without a time never grows one.
    """

    day: date
    time: time | None = None
    offset: timedelta | None = None

    @classmethod
    def from_iso(cls, text: str) -> PubDate:
        """Read ``2023-09-05``, ``2023-09-05T11:47:52`` or ``2023-09-05T11:47:52+02:00``.

        Raises:
            ValueError: the text is none of these.
        """
        if len(text) == len("2023-09-05"):
            return cls(date.fromisoformat(text))
        return cls.from_datetime(datetime.fromisoformat(text))

    @classmethod
    def from_datetime(cls, moment: datetime) -> PubDate:
        """Keep what a datetime knows: its day, its time to the second, its offset if it has one."""
        return cls(moment.date(), moment.time().replace(microsecond=0), moment.utcoffset())

    @property
    def seconds(self) -> int:
        """Seconds since 1970 for putting articles in order; a missing time is midnight, a missing offset is UTC."""
        zone = UTC if self.offset is None else timezone(self.offset)
        return int(datetime.combine(self.day, self.time or time.min, zone).timestamp())

    def __str__(self) -> str:
        """The date in ISO 8601, to the precision that is known."""
        if self.time is None:
            return self.day.isoformat()
        zone = None if self.offset is None else timezone(self.offset)
        return datetime.combine(self.day, self.time, zone).isoformat()


@dataclass(frozen=True, slots=True)
class Article:
    """One news item. ``id`` is ten characters, the same after every ingest and in every engine.

    ``source`` is the key of the outlet (host without ``www.``, or the folded name), ``source_name`` what to show.
    ``headline_derived`` says that the headline is the beginning of the text, because none was given. ``updated`` is
    when a later ingest last put it in the place of what was kept, in UTC, to the second; None if none ever did.
    ``limited`` says that no more of its text may be shown than is here.
    """

    id: str
    headline: str
    text: str
    source: str
    source_name: str
    published: PubDate
    url: str | None = None
    byline: str | None = None
    section: str | None = None
    language: str | None = None
    headline_derived: bool = False
    updated: datetime | None = None
    limited: bool = False

    @property
    def attribution(self) -> Attribution:
        """The credit that every excerpt of this article carries."""
        return Attribution(self.headline, self.source, self.source_name, self.published, self.url, self.byline)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said it, when and where: the credit without which no excerpt can be built."""

    headline: str
    source: str
    source_name: str
    published: PubDate
    url: str | None = None
    byline: str | None = None


class Span(NamedTuple):
    """A half-open range of Unicode code points. A tuple of spans is sorted and disjoint."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of an article, verbatim: ``text`` is exactly ``article.text[span.start:span.stop]``.

    ``highlights`` are the matched words, counted from the start of the excerpt. ``begins_inside`` and ``ends_inside``
    say that a sentence was cut there, which whoever shows it marks with an ellipsis.
    """

    text: str
    span: Span
    highlights: tuple[Span, ...]
    attribution: Attribution
    begins_inside: bool = False
    ends_inside: bool = False


_FEW = 24  # terms that are looked for one by one
GAP = 20
"""Words between a headline and the text, so that none of one is near any of the other."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """An article as the one analysis sees it.

    ``terms`` are those of the headline and, after a gap, of the text, in the order of their words, with one space
    before and after each. A stop word, and each word of the gap, is a term of no letters, so every word has its place:
    the number of words before it. ``credit`` are the terms of outlet and byline.

    Of each sentence of the text ``begins`` and ``ends`` say between which characters it stands, and ``starts`` at which
    place it begins; the last of the starts is where the text has ended. The text of a ``torn`` one breaks off in its
    last sentence.
    """

    terms: str
    credit: str
    begins: Sequence[int]
    ends: Sequence[int]
    starts: Sequence[int]
    torn: bool = False

    @property
    def length(self) -> int:
        """How many words the text has."""
        return self.starts[-1] - self.starts[0]

    def standing(self, wanted: Collection[str]) -> dict[str, list[int]]:
        """Where those of these terms stand that the headline or the text has, in order."""
        if len(wanted) > _FEW:
            present = set(self.terms.split())
            wanted = [term for term in wanted if term in present]
        standing = {term: self._places(f" {term} ") for term in wanted}
        return {term: places for term, places in standing.items() if places}

    def used(self) -> Counter[str]:
        """How often each term stands in the headline or the text."""
        return Counter(self.terms.split())

    def _places(self, spaced: str) -> list[int]:
        """Found and counted in one string, this takes a fifth of the time that taking it apart would."""
        found = list[int]()
        place, counted, at = 0, 0, self.terms.find(spaced)
        while at >= 0:
            place, counted = place + self.terms.count(" ", counted, at), at
            found.append(place)
            at = self.terms.find(spaced, at + len(spaced) - 1)
        return found


Terms = tuple[tuple[int, str], ...]
"""Terms that stand together: each with its distance in words from the first. One pair is a single word."""


class Part(StrEnum):
    """What of an article a term may stand in.

    ``TEXT`` is all that is ranked: headline, body, outlet and byline. ``SPELLING`` holds the same words as they are
    spelt, without stems: the archive's vocabulary. ``HEADLINE_SPELLING`` holds those of the headline, small words too.
    ``LANGUAGE`` holds the code of the article's language.
    """

    TEXT = "text"
    HEADLINE = "headline"
    BODY = "body"
    AUTHOR = "author"
    SECTION = "section"
    SPELLING = "spelling"
    HEADLINE_SPELLING = "headline_spelling"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Near:
    """Terms that stand together in a part, at their distances; with a ``slop``, within so many words of that.

    With a slop no term comes twice. Two stand in any order; of more an engine may find some orders only, and may let
    each be so far from the one before it.
    """

    terms: Terms
    part: Part = Part.TEXT
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Begins:
    """A term of a part begins so; however many of its terms do, all of them count. ``beginning`` has a letter."""

    beginning: str
    part: Part


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these must hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these must hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This must not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Enough:
    """So many of these must hold that their votes, each a small number, come to ``at_least`` together."""

    votes: tuple[tuple[Condition, int], ...]
    at_least: int


Condition = Near | Begins | AnyOf | AllOf | Not | Enough
"""What must hold of an article, in terms: it decides who is found, and scores nothing."""


class Order(StrEnum):
    """In what order an engine gives articles; among equal scores the newest first."""

    SCORE = "score"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """What an engine is asked, in terms of the one analysis: it never sees typed text.

    ``score`` are terms that count by BM25 times their weight, of which one must stand in the article, unless that is
    ``optional``. All ``conditions`` must hold, and of ``most`` so many that their weights make ``at_least`` of all of
    these weights.
    ``sources`` and ``languages`` are keys (None: all), no article may be of ``without_story``, ``after`` is the first
    day that passes and ``before`` the first that does not.
    """

    score: tuple[tuple[Part, str, float], ...] = ()
    optional: bool = False
    conditions: tuple[Condition, ...] = ()
    most: tuple[tuple[Condition, float], ...] = ()
    at_least: float = 0.0
    sources: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    languages: tuple[str, ...] | None = None
    without_languages: tuple[str, ...] = ()
    without_story: int | None = None
    after: date | None = None
    before: date | None = None

    @property
    def scored(self) -> Condition:
        """That one of the terms which count stands in the article."""
        return AnyOf(tuple(Near(((0, term),), part) for part, term, _ in self.score))


class Scored(NamedTuple):
    """An article as an engine ranks it: its key in the store, its story (copies share one), its time and its score.

    ``published`` is in seconds since 1970, ``key`` counts up with every article that came in: of two that are otherwise
    equal, the one that came in first is the original, and comes first.
    """

    key: int
    story: int
    published: int
    score: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the articles that answer a query each outlet has, by its key, and each day. Nothing stands with 0.

    The outlet with the most articles comes first, and of several the one whose key does; days are in order. Of a yearly
    tally they are the first days of years, each with all that the year has.
    """

    outlets: tuple[tuple[str, int], ...]
    days: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article that bears the same text as a hit."""

    id: str
    source: str
    source_name: str
    published: PubDate
    url: str | None


@dataclass(frozen=True, slots=True)
class Headline:
    """What one picks an article by: its id and headline, which outlet has it, and since when."""

    id: str
    headline: str
    source: str
    source_name: str
    published: PubDate


@dataclass(frozen=True, slots=True)
class Quoted:
    """An article that has a passage, at ``span`` of its text.

    ``verbatim`` says that it has the same words in the same order, and of such it is the earliest. Otherwise
    ``likeness`` is the share of the words that need not be changed, left out or put in to make the passage of it.
    ``others`` is how many more articles have the passage, verbatim or as nearly as that is asked for.
    """

    article: Article
    span: Span
    verbatim: bool
    likeness: float
    others: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole article as it is read for a question.

    ``highlights`` are the matched words of its text and ``headline`` those of its headline, ``best`` is where the
    passage stands that answers best; in an article that has none of the words there is nothing of these. ``copies`` are
    the other articles of its story, the earliest first; of very many only the first hundred.
    """

    article: Article
    highlights: tuple[Span, ...] = ()
    headline: tuple[Span, ...] = ()
    best: Span | None = None
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked article with its excerpts. ``rank`` counts from 1 over all pages; a higher ``score`` is better."""

    rank: int
    score: float
    article: Article
    excerpts: tuple[Excerpt, ...]
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What one asked word gave an article.

    ``word`` is as it was typed; ``points`` are BM25's, all forms of the word together, a headline counting three times.
    ``headline``, ``text`` and ``credit`` (outlet and byline) say how often it stands there, ``tells`` is its idf.
    """

    word: str
    points: float
    headline: int
    text: int
    tells: float
    credit: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """Why an article is where it is in an answer: the parts, in points, of its ``score``.

    ``passage`` is for its best passage, ``closeness`` for asked words that stand together, ``feedback`` for words that
    it shares with the best articles; each is 0 where the article was not among those that are read.
    """

    words: tuple[Given, ...]
    passage: float
    closeness: float
    feedback: float
    score: float


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What an answer would be without one of the things that were asked: the thing as it is typed, and the articles."""

    without: str
    matched: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of an answer.

    ``query`` is the canonical text of what was asked: parsed again it is the same query. ``notes`` say how it was
    read where that is not what was typed. ``matched`` counts the articles that have all the words but the ``dropped``
    ones (words are dropped only where no article has all), ``ranked`` those that have any (both exact where
    ``matched_exact``), ``searched`` all that the index has: what is stored this moment is not in it yet. ``pages`` is
    how many pages the ranked ones fill, an estimate unless ``pages_exact``.

    Where a word stands in no article, ``did_you_mean`` are queries with the nearest spellings in its place, the
    likeliest first. Where nothing was found, ``relaxed`` says how many articles there would be without each filter.
    """

    query: str
    notes: tuple[Told, ...]
    hits: tuple[Hit, ...]
    matched: int
    matched_exact: bool
    ranked: int
    searched: int
    page: int
    pages: int
    pages_exact: bool = True
    dropped: tuple[str, ...] = ()
    did_you_mean: tuple[str, ...] = ()
    relaxed: tuple[Relaxed, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """The articles that match a query, to be kept as a file.

    ``query``, ``notes`` and ``dropped`` are as in an answer. ``matched`` counts all articles that match, always
    exactly; ``hits`` are the first of them, copies folded as the query says.
    """

    query: str
    notes: tuple[Told, ...]
    dropped: tuple[str, ...]
    matched: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """An outlet of the archive: its key, its name, how many articles it has and from when to when."""

    key: str
    name: str
    articles: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CorpusStatus:
    """What the archive holds. ``indexed_at`` is when the index last took something in, in UTC."""

    articles: int
    sources: int
    first: date | None
    last: date | None
    indexed_at: datetime | None
    index_articles: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something that could not be taken in: where it stood, and the reason in words a keeper understands.

    ``passing`` says that the reason goes by itself, so that the same is to be read again: its day has not come yet, as
    far as the clock of this machine can be trusted, or the disk did not give it.
    """

    origin: str
    reason: str
    passing: bool = False


class Fate(StrEnum):
    """What became of an article: by being read, by being read no longer, or by its keeper's word."""

    ADDED = "added"
    UPDATED = "updated"
    COPY = "copy"
    REMOVED = "removed"
    VANISHED = "vanished"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of what an ingest changed, or would change. Of a rejection only ``origin`` and ``reason`` are known.

    ``published`` is ISO 8601 to the precision that is known; ``origin`` is where the article stood, if it was read.
    """

    fate: Fate
    id: str | None = None
    source: str | None = None
    published: str | None = None
    headline: str | None = None
    url: str | None = None
    origin: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of everything that was read: ``read`` is the sum of the first five, in articles.

    What an unchanged file gave when it was read counts as it would if it were read again; ``skipped`` is how many files
    were passed over so. ``vanished`` articles are in no file any more and still in the archive, ``removed`` ones were
    in none and have been taken out. ``held_back`` says that the archive would have shrunk by more than a fifth, so that
    its keeper is asked first. A ``rehearsal`` changed nothing.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    copies: int = 0
    rejected: tuple[Rejection, ...] = ()
    removed: int = 0
    vanished: int = 0
    skipped: int = 0
    held_back: bool = False
    rehearsal: bool = False

    @property
    def read(self) -> int:
        """All articles that were read, whatever became of them."""
        return self.added + self.updated + self.unchanged + self.copies + len(self.rejected)


class Doing(StrEnum):
    """What a keeper is at."""

    FETCHING = "fetching"
    READING = "reading"
    INDEXING = "indexing"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a keeper has come: so much of a ``total`` (0: not known), in articles or, when reading, in bytes.

    ``articles`` is how many were read or indexed until now.
    """

    doing: Doing
    done: int
    total: int
    articles: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """An article that was taken down and stays down, until it is restored.

    ``story`` is the number of its own text, ``key`` that which it had; ``article`` has its parts by name, or is None
    where they were erased. ``at`` is in UTC, ``published`` ISO 8601.
    """

    id: str
    source: str
    story: int
    at: datetime
    why: str
    key: int
    headline: str
    published: str
    article: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many characters of an article of this source are shown; 0: its headline, credit and link alone."""

    source: str
    characters: int


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did to the archive: when (UTC), who, what, about which things, and how it ended.

    An act without an ``outcome`` is still going on; where its process was killed, it is "cut off" as soon as the next
    keeper comes.
    """

    key: int
    at: datetime
    who: str
    what: str
    about: str
    outcome: str | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class InputStatus:
    """What was read from an input: how many files and articles, how many files are gone since, and when (UTC)."""

    files: int
    articles: int
    gone: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of an archive in one file: where it is, how many articles and bytes it has, and how long it took."""

    path: Path
    articles: int
    bytes: int
    seconds: float


class Trouble(StrEnum):
    """Which part of an archive something is wrong with."""

    DATABASE = "database"
    ARTICLE = "article"
    BOOKS = "books"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with an archive, or was, where it has been mended."""

    kind: Trouble
    what: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking through an archive gave: how many articles it has, and all that is or was wrong with it."""

    articles: int
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        return all(each.mended for each in self.problems)

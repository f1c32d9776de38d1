"""Where a quote comes from: the earliest article that has it word for word, or the one that has it most nearly.

The index names articles that may have it, and their texts decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus import words
from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.errors import QuoteTooShort
from corpus.model import AllOf, AnyOf, Condition, Near, Order, Part, Quoted, Scored, Span, WeightedQuery
from corpus.retrieval.likeness import nearest, stands_in
from corpus.retrieval.passages import CHARACTERS_READ
from corpus.retrieval.quoting import LEAST, Quote, quotes
from corpus.retrieval.weigh import together

_READ = 200  # articles that the index says have it word for word; it does not tell "a" from "the"
_DIFFERING = 5  # one word in so many may differ where an article nearly has a quote
_READ_NEARLY = 50  # articles that have most of its words
_TELLING = 40  # words by which these are found, the rarest
_BATCH = 20  # articles whose texts are fetched at once
_CHARACTERS = 1_000_000  # of all texts that are read for a quote, at some fifteen a microsecond


def quoted(view: EngineView, text: str, analyser: Analyser) -> Quoted | None:
    """The article that what is quoted in a message comes from.

    Raises:
        QuoteTooShort: there are fewer than four words.
    """
    found = quotes(text, analyser)
    if not found:
        raise QuoteTooShort(LEAST)
    finder = _Finder(view, analyser)
    return next(filter(None, map(finder.verbatim, found)), None) or finder.nearly(found[-1])


class _Finder:
    """Looks for quotes in one state of an archive."""

    def __init__(self, view: EngineView, analyser: Analyser) -> None:
        self._view = view
        self._analyser = analyser

    def verbatim(self, quote: Quote) -> Quoted | None:
        """The earliest article that has a quote word for word.

        Of articles beyond those that are read, which are later, the index says how many have it.
        """
        query = WeightedQuery(conditions=self._conditions(quote))
        read = list(self._read(self._view.search(query, _READ, Order.OLDEST)))
        having = [hit for hit, spelt in read if stands_in(quote.words, spelt)]
        if not having:
            return None
        unread = self._view.count(query, self._view.articles) - len(read)
        return self._quoted(quote, min(having, key=_earliest), len(having) - 1 + unread)

    def nearly(self, quote: Quote) -> Quoted | None:
        """The article that has a quote most nearly, of several the earliest, among those with the most of its words."""
        most = _most(quote)
        near = [
            (found.distance, *_earliest(hit), hit)
            for hit, spelt in self._read(self._likely(quote))
            if _lacking(quote, spelt) <= most and (found := nearest(quote.words, spelt)).distance <= most
        ]
        return self._quoted(quote, min(near)[-1], len(near) - 1) if near else None

    def _likely(self, quote: Quote) -> Sequence[Scored]:
        """The articles that have the most of the words of a quote, each as much as it tells, and a run of them."""
        text = " ".join(quote.parts)
        terms = {term for code in self._view.languages for term in self._analyser.terms(text, code) if term}
        self._view.foresee((Part.BODY, term) for term in terms)
        known = [(articles, term) for term in terms if (articles := self._view.frequency(Part.BODY, term))]
        score = tuple((Part.BODY, term, 1.0) for _, term in sorted(known)[:_TELLING])
        runs = AnyOf(tuple(dict.fromkeys(self._runs(quote))))
        return self._view.search(WeightedQuery(score, conditions=(runs,)), _READ_NEARLY) if score else []

    def _runs(self, quote: Quote) -> Iterator[Near]:
        """Runs of words, one more than may differ: an article that nearly has the quote has one of them whole."""
        longest = quote.length // (_most(quote) + 1)
        for part in quote.parts:
            tokens = self._analyser.spelt(part)
            size = min(longest, len(tokens))
            for first in range(0, len(tokens) - size + 1, size):
                run = part[tokens[first].start : tokens[first + size - 1].stop]
                for code in self._view.languages:
                    terms = self._analyser.terms(run, code)
                    if any(terms):
                        yield Near(together(terms), Part.BODY)

    def _conditions(self, quote: Quote) -> tuple[Condition, ...]:
        """What holds of every article that has the quote: its words in order, small ones anywhere.

        In which order they are is known by their terms, which depend on the language of the article.
        """
        pieces = [piece for part in quote.parts for piece in words.pieces(part)]
        spelt = dict.fromkeys(word for piece in pieces for word in self._analyser.spellings(piece) if word)
        ways: dict[tuple[Near, ...], list[Near]] = {}
        for code in self._view.languages:
            terms = (self._analyser.terms(piece, code) for piece in pieces)
            nears = tuple(Near(together(each), Part.BODY) for each in terms if any(each))
            ways.setdefault(nears, []).append(Near(((0, code),), Part.LANGUAGE))
        return (
            *(Near(((0, word),), Part.SPELLING) for word in spelt),
            AnyOf(tuple(AllOf((*nears, AnyOf(tuple(codes)))) for nears, codes in ways.items())),
        )

    def _read(self, hits: Sequence[Scored]) -> Iterator[tuple[Scored, list[str]]]:
        """The words of each of these articles as they are spelt, as far as so much may be read."""
        left = _CHARACTERS
        for first in range(0, len(hits), _BATCH):
            batch = hits[first : first + _BATCH]
            for hit, text in zip(batch, self._view.texts(batch), strict=True):
                if left <= 0:
                    return
                beginning = (text or "")[:CHARACTERS_READ]
                left -= len(beginning)
                yield hit, self._analyser.wording(beginning)

    def _quoted(self, quote: Quote, hit: Scored, others: int) -> Quoted | None:
        """The article with the place where it has the quote; None where it has gone meanwhile."""
        (found,) = self._view.fetch([hit])
        if found is None:
            return None
        article, _ = found
        tokens = self._analyser.spelt(article.text[:CHARACTERS_READ])
        place = nearest(quote.words, [token.term for token in tokens])
        if place.start == place.stop:
            return None
        span = Span(tokens[place.start].start, tokens[place.stop - 1].stop)
        return Quoted(article, span, not place.distance, 1 - place.distance / quote.length, others)


def _earliest(hit: Scored) -> tuple[int, int]:
    """Of one second, the article that came in first is the earlier one."""
    return hit.published, hit.key


def _most(quote: Quote) -> int:
    """How many words of a quote may differ."""
    return quote.length // _DIFFERING


def _lacking(quote: Quote, spelt: Sequence[str]) -> int:
    """How many words of a quote an article lacks: each makes them differ."""
    present = set(spelt)
    return sum(word not in present for part in quote.words for word in part)

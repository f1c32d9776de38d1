"""Which passage of an article answers best: sentence-aligned windows, ranked by BM25 through rank-bm25.

The windows of many articles are ranked together, with the archive's own idf: over a few hundred passages rank-bm25's
would be noise. Matches are decided by terms; the score only puts them in order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rank_bm25 import BM25Okapi

from corpus.model import Analysed, Near, Span
from corpus.retrieval.weigh import Asked

WINDOW = 300  # characters that an excerpt shows at most
_READ = 100_000  # characters of an article that are read for passages; the longest news is a tenth of that
_K1, _B = 1.2, 0.75
_TYPICAL = 45  # words of a window: a fixed number, so that what a passage scores does not depend on the others


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences of one article that has asked words (by their numbers), and its score.

    A ``torn`` one holds the last sentence of a text that breaks off: it is chosen where there is no other.
    """

    span: Span
    words: frozenset[int]
    score: float
    torn: bool = False


@dataclass(frozen=True, slots=True)
class _Window:
    """Sentences from ``first`` up to ``last``, their asked words with how often each stands there, and all words."""

    article: int
    span: Span
    words: Counter[int]
    length: int
    phrases: float
    torn: bool


class _PassageBM25(BM25Okapi):  # type: ignore[misc]  # rank-bm25 ships no types
    """BM25 over passages that takes from the archive how much each word tells."""

    def __init__(self, windows: Sequence[_Window], idf: Sequence[float]) -> None:
        self._windows = windows
        self._archive_idf = idf
        super().__init__(windows, k1=_K1, b=_B)

    def _initialize(self, corpus: Sequence[_Window]) -> None:
        """Take what was counted: of the words of a passage only those that were asked for matter."""
        self.doc_freqs = [window.words for window in corpus]
        self.doc_len = [window.length for window in corpus]
        self.corpus_size = len(corpus)
        self.avgdl = _TYPICAL

    def _calc_idf(self, _: object) -> None:
        self.idf = dict(enumerate(self._archive_idf))


def best_passages(articles: Sequence[Analysed], asked: Asked) -> list[list[Passage]]:
    """For each article its passages that have asked words, the best first; none where it has none of the words."""
    windows = [window for number, article in enumerate(articles) for window in _windows(number, article, asked)]
    if not windows:
        return [[] for _ in articles]
    scores = _PassageBM25(windows, asked.idf).get_scores(range(len(asked.idf)))
    found: dict[int, list[Passage]] = {
        number: [
            Passage(window.span, frozenset(window.words), float(score) + window.phrases, window.torn)
            for window, score in own
        ]
        for number, own in groupby(zip(windows, scores, strict=True), key=lambda pair: pair[0].article)
    }
    return [sorted(found.get(number, []), key=_best_first) for number in range(len(articles))]


def phrase_places(terms: Sequence[str], phrase: Near) -> Iterator[tuple[int, int]]:
    """Every place where the phrase stands: its first and its last term.

    With a slop its terms stand, in any order, within that many words more than they need side by side.
    """
    wanted = [term for _, term in phrase.terms]
    reach = phrase.terms[-1][0]
    for place, term in enumerate(terms):
        if not phrase.slop:
            if term == wanted[0] and terms[place : place + reach + 1] and all(
                place + distance < len(terms) and terms[place + distance] == other for distance, other in phrase.terms
            ):
                yield place, place + reach
        elif term in wanted:
            near = terms[place : place + reach + phrase.slop + 1]
            if not Counter(wanted) - Counter(near):
                yield place, place + max(near.index(other) for other in wanted)


def _windows(number: int, article: Analysed, asked: Asked) -> Iterator[_Window]:
    """Every run of sentences that fits an excerpt and begins with one that has an asked word, or just before it."""
    terms, body, spans = asked.terms, article.body, article.sentences
    readable = bisect_left(spans, Span(_READ, 0))
    matches = [(place, terms[term]) for place, term in enumerate(body) if term in terms]
    if not matches:
        return
    starts = [*article.starts, len(body)]
    own = _by_sentence(matches, starts)
    phrases = [
        (first, last, sum(asked.idf[asked.terms[term]] for _, term in phrase.terms))
        for phrase in asked.phrases
        for first, last in phrase_places(body, phrase)
    ]
    whole = min(readable, len(spans) - 1 if article.torn and len(spans) > 1 else len(spans))
    for first in range(whole):
        if first not in own and first + 1 not in own:
            continue
        last = first
        while last + 1 < whole and spans[last + 1].stop - spans[first].start <= WINDOW:
            last += 1
        words = Counter(word for sentence in range(first, last + 1) for word in own.get(sentence, ()))
        if words:
            begin, end = starts[first], starts[last + 1]
            bonus = sum(worth for start, stop, worth in phrases if begin <= start and stop < end)
            yield _Window(number, Span(spans[first].start, spans[last].stop), words, end - begin, bonus, torn=False)
    if article.torn and (last_words := own.get(len(spans) - 1)) and whole < len(spans) <= readable:
        length = starts[-1] - starts[-2]
        yield _Window(number, spans[-1], Counter(last_words), length, 0.0, torn=True)


def _by_sentence(matches: Sequence[tuple[int, int]], starts: Sequence[int]) -> dict[int, list[int]]:
    """The asked words of each sentence that has any."""
    found: dict[int, list[int]] = {}
    sentence = 0
    for place, word in matches:
        while starts[sentence + 1] <= place:
            sentence += 1
        found.setdefault(sentence, []).append(word)
    return found


def _best_first(passage: Passage) -> tuple[bool, float, int]:
    return passage.torn, -passage.score, passage.span.start

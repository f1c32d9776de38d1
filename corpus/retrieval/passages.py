"""Which passage of an article answers best: sentence-aligned windows, ranked by BM25 through rank-bm25.

The windows of many articles are ranked together, with the archive's own idf: over a few hundred passages rank-bm25's
would be noise. Matches are decided by terms; the score only puts them in order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import sqrt
from typing import NamedTuple

from rank_bm25 import BM25Okapi

from corpus.model import Analysed, Near, Span
from corpus.retrieval.weigh import Asked

WINDOW = 300  # characters that an excerpt shows at most
CHARACTERS_READ = 100_000
"""Characters of an article that are read for passages; the longest news is a tenth of that."""

_K1, _B = 1.2, 0.75
_LONGEST_RUN = 6  # sentences with asked words; more short ones seldom fit
_TYPICAL = 45  # words of a window: a fixed number, so that what a passage scores does not depend on the others


Standing = Mapping[int, Sequence[int]]
"""The asked words that a headline or text has, by their numbers, each with the places where it stands."""


class Passage(NamedTuple):
    """A run of sentences of one article that has asked words (by their numbers), and its score.

    A ``torn`` one holds the last sentence of a text that breaks off: it is chosen where there is no other.
    """

    span: Span
    words: AbstractSet[int]
    score: float
    torn: bool = False


class _Window(NamedTuple):
    """Sentences of an article, their asked words with how often each stands there, and how many words there are."""

    article: int
    span: Span
    words: dict[int, int]
    length: int
    phrases: float = 0.0
    torn: bool = False


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
        """Let words tell less unevenly than over an archive: a passage should have many of them, not the rarest."""
        self.idf = {word: sqrt(tells) for word, tells in enumerate(self._archive_idf)}


def best_passages(articles: Sequence[Analysed], standing: Sequence[Standing], asked: Asked) -> list[list[Passage]]:
    """For each article its passages that have asked words, the best first; none where it has none of the words."""
    windows = [
        window
        for number, (article, own) in enumerate(zip(articles, standing, strict=True))
        for window in _windows(number, article, own, asked)
    ]
    if not windows:
        return [[] for _ in articles]
    scores = _PassageBM25(windows, asked.idf).get_scores(range(len(asked.idf))).tolist()
    found: list[list[Passage]] = [[] for _ in articles]
    for window, score in zip(windows, scores, strict=True):
        passage = Passage(window.span, window.words.keys(), score + window.phrases, window.torn)
        found[window.article].append(passage)
    for own in found:
        own.sort(key=_best_first)
    return found


def standing(article: Analysed, asked: Asked) -> Standing:
    """Where the asked words stand in an article, in whichever of their forms."""
    found: dict[int, list[int]] = {}
    for term, places in article.standing(asked.terms.keys()).items():
        word = asked.terms[term]
        found[word] = sorted([*found[word], *places]) if word in found else places
    return found


def phrase_places(where: Mapping[str, Sequence[int]], phrase: Near) -> Iterator[tuple[int, int]]:
    """Every place where a phrase stands, by where its terms do: its first and its last word.

    With a slop its terms stand, in any order, within that many words more than they need side by side.
    """
    own = [(distance, where.get(term, ())) for distance, term in phrase.terms]
    reach = phrase.terms[-1][0]
    if not phrase.slop:
        firsts = set.intersection(*({place - distance for place in places} for distance, places in own))
        yield from ((first, first + reach) for first in sorted(firsts))
        return
    for first in sorted({place for _, places in own for place in places}):
        nexts = [places[at] for _, places in own if (at := bisect_left(places, first)) < len(places)]
        if len(nexts) == len(own) and max(nexts) <= first + reach + phrase.slop:
            yield first, max(nexts)


def _windows(number: int, article: Analysed, standing: Standing, asked: Asked) -> Iterator[_Window]:
    """Every run of sentences that fits an excerpt, and begins and ends with one that has an asked word."""
    begins, ends, starts = article.begins, article.ends, article.starts
    own = _by_sentence(standing, starts)
    phrases = _phrases(article, asked) if asked.phrases else ()
    count = bisect_left(begins, CHARACTERS_READ)
    whole = min(count, len(begins) - 1) if article.torn and len(begins) > 1 else count
    matching = sorted(sentence for sentence in own if sentence < whole)
    for turn, first in enumerate(matching):
        words: dict[int, int] = {}
        for last in matching[turn : turn + _LONGEST_RUN]:
            if last > first and ends[last] - begins[first] > WINDOW:
                break
            for word in own[last]:
                words[word] = words.get(word, 0) + 1
            begin, end = starts[first], starts[last + 1]
            bonus = sum(worth for start, stop, worth in phrases if begin <= start and stop < end) if phrases else 0.0
            yield _Window(number, Span(begins[first], ends[last]), dict(words), end - begin, bonus)
    if whole < count and whole in own:
        span = Span(begins[whole], ends[whole])
        yield _Window(number, span, Counter(own[whole]), starts[whole + 1] - starts[whole], torn=True)


def _by_sentence(standing: Standing, starts: Sequence[int]) -> dict[int, list[int]]:
    """The asked words of each sentence that has any."""
    found: dict[int, list[int]] = defaultdict(list)
    for word, places in standing.items():
        for place in places:
            if place >= starts[0]:  # not in the headline
                found[bisect_right(starts, place) - 1].append(word)
    return found


def _phrases(article: Analysed, asked: Asked) -> list[tuple[int, int, float]]:
    """Where the asked phrases stand, each with what its words tell."""
    where = article.standing({term for phrase in asked.phrases for _, term in phrase.terms})
    return [
        (first, last, sum(sqrt(asked.idf[asked.terms[term]]) for _, term in phrase.terms))
        for phrase in asked.phrases
        for first, last in phrase_places(where, phrase)
    ]


def _best_first(passage: Passage) -> tuple[bool, float, Span]:
    return passage.torn, -passage.score, passage.span

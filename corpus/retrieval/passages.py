"""Which passage of an article answers best: sentence-aligned windows, ranked by BM25 through rank-bm25.

The windows of all articles of a page are ranked together, with the archive's own idf: over a few dozen passages
rank-bm25's would be noise. Matches are decided by terms; the score only puts them in order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from rank_bm25 import BM25Okapi

from corpus.analysis import Analyser
from corpus.model import Article, Span, Terms
from corpus.retrieval.weigh import Asked

WINDOW = 300  # characters that an excerpt shows at most
_READ = 100_000  # characters of an article that are read for passages: 50 ms; the longest news is a tenth of that
_K1, _B = 1.2, 0.75

_BORDER = re.compile(r"[.!?…。！？؟۔।]+[\"'”’»)\]」』]*\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Sr|Sra|Jr|St|Mt|Gen|Col|Lt|Capt|Sgt|Sen|Rep|Gov|Pres|Hon|Rev|Inc|Ltd|Co|Corp|"
    r"No|vs|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)|\.[A-Za-z])$"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences of one article (by its place in the page) that has asked words, and its score.

    A ``torn`` one holds the last sentence of a text that breaks off: it is chosen where there is no other.
    """

    article: int
    span: Span
    terms: frozenset[str]
    score: float
    torn: bool = False


@dataclass(frozen=True, slots=True)
class _Window:
    article: int
    span: Span
    terms: list[str]
    torn: bool = False


class _PassageBM25(BM25Okapi):  # type: ignore[misc]  # rank-bm25 ships no types
    """BM25 over passages that takes from the archive how much each term tells."""

    def __init__(self, passages: Sequence[Sequence[str]], idf: Mapping[str, float]) -> None:
        self._archive_idf = idf
        super().__init__(passages, k1=_K1, b=_B)

    def _initialize(self, corpus: Sequence[Sequence[str]]) -> None:
        """Count the words of all passages: what the library does word by word, at a third of the time."""
        self.doc_freqs = [Counter(passage) for passage in corpus]
        self.doc_len = [len(passage) for passage in corpus]
        self.corpus_size = len(corpus)
        self.avgdl = sum(self.doc_len) / self.corpus_size

    def _calc_idf(self, _: object) -> None:
        self.idf = dict(self._archive_idf)


def best_passages(articles: Sequence[Article], asked: Asked, analyser: Analyser) -> list[list[Passage]]:
    """For each article its passages that have asked words, the best first; none where it has none of the words."""
    windows = asked.terms and [
        window for place, article in enumerate(articles) for window in _windows(place, article, asked.terms, analyser)
    ]
    if not windows:
        return [[] for _ in articles]
    scores = _PassageBM25([window.terms for window in windows], asked.idf).get_scores(sorted(asked.terms))
    passages = [_passage(window, float(score), asked) for window, score in zip(windows, scores, strict=True)]
    found = {place: list(own) for place, own in groupby(passages, key=lambda passage: passage.article)}
    return [sorted(found.get(place, []), key=_best_first) for place in range(len(articles))]


def sentences(text: str) -> Iterator[Span]:
    """The sentences of a text, without the white space between; a line end always ends one."""
    offset = 0
    for line in text.split("\n"):
        start = 0
        for border in _BORDER.finditer(line):
            end = border.end()
            if _ends_sentence(line, border.start(), end):
                yield Span(offset + start, offset + border.start() + len(border.group().rstrip()))
                start = end
        if start < len(line):
            yield Span(offset + start, offset + len(line))
        offset += len(line) + 1


def _ends_sentence(line: str, mark: int, after: int) -> bool:
    """Whether a mark ends a sentence: not within a word, before a small letter, or as the dot of an abbreviation."""
    if line[mark] in "。！？" or after == len(line):
        return True
    if not line[after - 1].isspace() or line[after].islower():
        return False
    return line[mark] != "." or not _ABBREVIATION.search(line, max(0, mark - 12), mark)


def _windows(place: int, article: Article, wanted: frozenset[str], analyser: Analyser) -> Iterator[_Window]:
    """Every run of sentences that fits an excerpt and begins with one that has a wanted term, or just before it."""
    text = article.text[:_READ]
    spans = list(sentences(text))
    terms = [analyser.terms(text[span.start : span.stop], article.language) for span in spans]
    matching = [not wanted.isdisjoint(own) for own in terms]
    whole = len(spans) - 1 if len(spans) > 1 and text.rstrip().endswith("…") else len(spans)
    for first, span in enumerate(spans[:whole]):
        if True not in matching[first : min(first + 2, whole)]:
            continue
        last = first
        while last + 1 < whole and spans[last + 1].stop - span.start <= WINDOW:
            last += 1
        if matching[first] or last > first:
            yield _Window(place, Span(span.start, spans[last].stop), list(chain.from_iterable(terms[first : last + 1])))
    if whole < len(spans) and matching[-1]:
        yield _Window(place, spans[-1], terms[-1], torn=True)


def _passage(window: _Window, score: float, asked: Asked) -> Passage:
    score += sum(_weight(phrase, asked.idf) for phrase in asked.phrases if has_phrase(window.terms, phrase))
    return Passage(window.article, window.span, asked.terms & frozenset(window.terms), score, window.torn)


def _weight(phrase: Terms, idf: Mapping[str, float]) -> float:
    return sum(idf[term] for _, term in phrase)


def has_phrase(terms: Sequence[str], phrase: Terms) -> bool:
    """Whether the terms of the phrase stand at their distances somewhere among these."""
    return next(phrase_places(terms, phrase), None) is not None


def phrase_places(terms: Sequence[str], phrase: Terms) -> Iterator[int]:
    """Every place where the phrase begins."""
    length = phrase[-1][0]
    for place in range(len(terms) - length):
        if all(terms[place + distance] == term for distance, term in phrase):
            yield place


def _best_first(passage: Passage) -> tuple[bool, float, int]:
    return passage.torn, -passage.score, passage.span.start

"""From passages to excerpts: verbatim text of the right length, the matched words, the credit.

Nothing is rewritten or joined: an excerpt is one range of the article's text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import regex

from corpus.analysis import Analyser, Token
from corpus.model import Article, Excerpt, Span
from corpus.retrieval.passages import WINDOW, Passage, phrase_places, sentences
from corpus.retrieval.weigh import Asked

SECOND = 150  # characters of a second excerpt
_LEAD = 20  # sentences looked at for how an article begins
_BEFORE = 60  # characters of what comes before the first match in an excerpt that cuts a sentence
_ROUNDING = 1e-9
_WORD_START = re.compile(r"(?<=\s)\S")
_GRAPHEME = regex.compile(r"\X")  # Python's own re does not know them


def excerpts(article: Article, passages: Sequence[Passage], asked: Asked, analyser: Analyser) -> tuple[Excerpt, ...]:
    """The best excerpt of an article, and a shorter second one where it has words that the first lacks.

    An article without any of the words shows how it begins.
    """
    cutter = _Cutter(article, asked, analyser)
    if not passages:
        return (cutter.cut(_lead(article.text), WINDOW, asked.terms),)
    first = cutter.cut(passages[0].span, WINDOW, asked.terms)
    lacking = asked.terms - frozenset(analyser.terms(first.text, article.language))
    passage = _beside(passages[1:], first.span, lacking, asked)
    if passage is None:
        return (first,)
    second = cutter.cut(passage.span, SECOND, lacking)
    return tuple(sorted([first, second], key=lambda excerpt: excerpt.span))


def _lead(text: str) -> Span:
    """How a text begins: its first sentences, as many as an excerpt shows."""
    first, *others = islice(sentences(text), _LEAD)
    fitting = [span for span in others if span.stop - first.start <= WINDOW]
    return Span(first.start, fitting[-1].stop if fitting else first.stop)


def _beside(passages: Sequence[Passage], first: Span, lacking: frozenset[str], asked: Asked) -> Passage | None:
    """The passage apart from the first excerpt that has the most of the words which that one lacks, if any has one."""
    apart = [each for each in passages if each.span.stop <= first.start or each.span.start >= first.stop]
    useful = [each for each in apart if each.terms & lacking]
    return max(useful, key=lambda each: sum(asked.idf[term] for term in each.terms & lacking), default=None)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts excerpts out of one article for one question."""

    article: Article
    asked: Asked
    analyser: Analyser

    def cut(self, whole: Span, limit: int, wanted: frozenset[str]) -> Excerpt:
        """The part of a passage, at most ``limit`` characters, that holds the most of the wanted terms.

        It begins at a word, at the passage's own beginning where that costs nothing, and never ends inside a grapheme.
        """
        span = self._fit(whole, limit, wanted)
        text = self.article.text[span.start : span.stop]
        credit = self.article.attribution
        return Excerpt(text, span, self._highlights(text), credit, span.start > whole.start, span.stop < whole.stop)

    def _highlights(self, text: str) -> tuple[Span, ...]:
        """The asked words as they stand there: each whole word, each phrase from its first word to its last."""
        tokens = self.analyser.tokens(text, self.article.language)
        terms = [token.term for token in tokens]
        found = [Span(token.start, token.stop) for token in tokens if token.term in self.asked.words]
        for phrase in self.asked.phrases:
            found += [
                Span(tokens[place].start, tokens[place + phrase[-1][0]].stop) for place in phrase_places(terms, phrase)
            ]
        return _disjoint(sorted(found))

    def _fit(self, whole: Span, limit: int, wanted: frozenset[str]) -> Span:
        if whole.stop - whole.start <= limit:
            return whole
        part = self.article.text[whole.start : whole.stop]
        start = self._best_start(part, limit, wanted)
        return Span(whole.start + start, whole.start + _word_end(part, start, start + limit))

    def _best_start(self, part: str, limit: int, wanted: frozenset[str]) -> int:
        """Where the window begins that holds matches of the most idf: at the beginning, or a little before a match.

        One walk with two ends over the matches, since a passage without sentences can be as long as an article.
        """
        idf = self.asked.idf
        matches = [token for token in self.analyser.tokens(part, self.article.language) if token.term in wanted]
        worth = sum(idf[term] for term in {token.term for token in matches if token.stop <= limit})
        best: Token | None = None
        held: Counter[str] = Counter()
        last = 0
        for match in matches:
            while last < len(matches) and matches[last].stop <= match.start - _BEFORE + limit:
                held[matches[last].term] += 1
                last += 1
            now = sum(idf[term] for term, times in held.items() if times)
            if now > worth + _ROUNDING:
                best, worth = match, now
            held[match.term] -= 1
        if best is None:
            return 0
        word = _WORD_START.search(part, max(best.start - _BEFORE, 0), best.start)
        return word.start() if word else best.start


def _word_end(text: str, start: int, stop: int) -> int:
    """The last place up to ``stop`` at which a word has ended; inside a word where there is no such place."""
    if stop >= len(text):
        return len(text)
    if text[stop].isspace():
        return start + len(text[start:stop].rstrip())
    space = max(text.rfind(" ", start, stop), text.rfind("\n", start, stop))
    if space > start:
        return start + len(text[start:space].rstrip())
    ends = (grapheme.end() for grapheme in _GRAPHEME.finditer(text, start, stop + 1))
    return max((end for end in ends if end <= stop), default=stop)


def _disjoint(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(span.stop, joined[-1].stop))
        else:
            joined.append(span)
    return tuple(joined)

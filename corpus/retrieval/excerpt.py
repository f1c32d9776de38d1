"""From passages to excerpts: verbatim text of the right length, the matched words, the credit.

Nothing is rewritten or joined: an excerpt is one range of the article's text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import regex

from corpus.analysis import Analyser, Token
from corpus.model import Analysed, Article, Excerpt, Span
from corpus.retrieval.highlight import Marker
from corpus.retrieval.passages import WINDOW, Passage
from corpus.retrieval.weigh import Asked

SECOND = 150  # characters of a second excerpt, and what the first leaves of its own
_SHORTEST = 80  # characters of an excerpt that is understood by itself
_LEAD = 20  # sentences looked at for how an article begins
_BEFORE = 60  # characters of what comes before the first match in an excerpt that cuts a sentence
_ROUNDING = 1e-9
_WORD_START = re.compile(r"(?<=\s)\S")
_GRAPHEME = regex.compile(r"\X")  # Python's own re does not know them


def excerpts(
    article: Article, analysed: Analysed, passages: Sequence[Passage], asked: Asked, analyser: Analyser
) -> tuple[Excerpt, ...]:
    """The best excerpt of an article, and a second one where the article has words that the first lacks.

    An excerpt is whole sentences; what the first leaves of its room the second may have. An article without any of the
    words shows how it begins.
    """
    cutter = _Cutter(article, Marker(asked, analyser, article.language))
    everything = frozenset(range(len(asked.idf)))
    if not passages:
        return (cutter.cut(_lead(analysed), WINDOW, everything)[0],)
    first, words = cutter.cut(_readable(passages[0].span, analysed), WINDOW, everything)
    lacking = everything - words
    room = min(SECOND + WINDOW - len(first.text), WINDOW)
    passage = _beside(passages[1:], first.span, lacking, room)
    if passage is None:
        return (first,)
    second, _ = cutter.cut(passage.span, room, lacking)
    return tuple(sorted([first, second], key=lambda excerpt: excerpt.span))


def best_span(
    article: Article, analysed: Analysed, passages: Sequence[Passage], asked: Asked, analyser: Analyser
) -> Span | None:
    """Where the best excerpt of an article stands; None where it has no passage with any of the words."""
    if not passages:
        return None
    cutter = _Cutter(article, Marker(asked, analyser, article.language))
    return cutter.fit(_readable(passages[0].span, analysed), WINDOW, frozenset(range(len(asked.idf))))


def _lead(analysed: Analysed) -> Span:
    """How a text begins: its first sentences, as many as an excerpt shows."""
    begin = analysed.begins[0]
    fitting = [end for end in analysed.ends[:_LEAD] if end - begin <= WINDOW]
    return Span(begin, fitting[-1] if fitting else analysed.ends[0])


def _readable(span: Span, analysed: Analysed) -> Span:
    """A passage that is long enough to be understood: a short one with what follows it, or else comes before it."""
    if span.stop - span.start >= _SHORTEST:
        return span
    after, whole = bisect_left(analysed.begins, span.stop), len(analysed.ends) - analysed.torn
    if after < whole and analysed.ends[after] - span.start <= WINDOW:
        return Span(span.start, analysed.ends[after])
    before = bisect_left(analysed.begins, span.start) - 1
    if before >= 0 and span.stop - analysed.begins[before] <= WINDOW:
        return Span(analysed.begins[before], span.stop)
    return span


def _beside(passages: Sequence[Passage], first: Span, lacking: frozenset[int], room: int) -> Passage | None:
    """The best passage apart from the first excerpt that has words which that one lacks; one that fits, if there is."""
    apart = [each for each in passages if each.span.stop <= first.start or each.span.start >= first.stop]
    useful = [each for each in apart if each.words & lacking]
    fitting = (each for each in useful if each.span.stop - each.span.start <= room)
    return next(fitting, useful[0] if useful else None)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts excerpts out of one article for one question."""

    article: Article
    marker: Marker

    def cut(self, whole: Span, limit: int, wanted: frozenset[int]) -> tuple[Excerpt, AbstractSet[int]]:
        """The part of a passage, at most ``limit`` characters, that holds the most of the wanted words; its words.

        It begins at a word, at the passage's own beginning where that costs nothing, and never ends inside a grapheme.
        """
        span = self.fit(whole, limit, wanted)
        text = self.article.text[span.start : span.stop]
        tokens = self.marker.tokens(text)
        matches = self.marker.matches(tokens, text)
        highlights = self.marker.highlights(tokens, matches)
        credit = self.article.attribution
        excerpt = Excerpt(text, span, highlights, credit, span.start > whole.start, span.stop < whole.stop)
        return excerpt, {word for word, _ in matches}

    def fit(self, whole: Span, limit: int, wanted: frozenset[int]) -> Span:
        """Where that part stands."""
        if whole.stop - whole.start <= limit:
            return whole
        part = self.article.text[whole.start : whole.stop]
        start = self._best_start(part, limit, wanted)
        return Span(whole.start + start, whole.start + word_end(part, start, start + limit))

    def _best_start(self, part: str, limit: int, wanted: frozenset[int]) -> int:
        """Where the window begins that holds matches of the most idf: at the beginning, or a little before a match.

        One walk with two ends over the matches, since a passage without sentences can be as long as an article.
        """
        idf = self.marker.asked.idf
        found = self.marker.matches(self.marker.tokens(part), part)
        matches = [(word, token) for word, token in found if word in wanted]
        worth = sum(idf[word] for word in {word for word, token in matches if token.stop <= limit})
        best: Token | None = None
        held: Counter[int] = Counter()
        last = 0
        for word, match in matches:
            while last < len(matches) and matches[last][1].stop <= match.start - _BEFORE + limit:
                held[matches[last][0]] += 1
                last += 1
            now = sum(idf[other] for other, times in held.items() if times)
            if now > worth + _ROUNDING:
                best, worth = match, now
            held[word] -= 1
        if best is None:
            return 0
        word_start = _WORD_START.search(part, max(best.start - _BEFORE, 0), best.start)
        return word_start.start() if word_start else best.start


def word_end(text: str, start: int, stop: int) -> int:
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

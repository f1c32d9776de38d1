"""From passages to excerpts: verbatim text of the right length, the matched words, the credit.

Nothing is rewritten or joined: an excerpt is one range of the article's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import regex

from corpus.analysis import Analyser, Token
from corpus.model import Article, Excerpt, Span
from corpus.retrieval.passages import WINDOW, Passage, phrase_places, sentences
from corpus.retrieval.rank import Asked

SECOND = 150  # characters of a second excerpt
_WORD_START = re.compile(r"(?<=\s)\S")
_GRAPHEME = regex.compile(r"\X")  # Python's own re does not know them


def excerpts(article: Article, passages: Sequence[Passage], asked: Asked, analyser: Analyser) -> tuple[Excerpt, ...]:
    """The best excerpt of an article, and a shorter second one where it has words that the first lacks.

    An article without any of the words shows how it begins.
    """
    if not passages:
        return (_lead(article, asked, analyser),)
    first = _excerpt(article, passages[0].span, WINDOW, asked, analyser)
    second = _second(passages, first, asked, analyser)
    if second is None:
        return (first,)
    return tuple(sorted([first, _excerpt(article, second, SECOND, asked, analyser)], key=lambda excerpt: excerpt.span))


def _lead(article: Article, asked: Asked, analyser: Analyser) -> Excerpt:
    whole = list(sentences(article.text))
    fitting = [span for span in whole if span.stop - whole[0].start <= WINDOW] or whole[:1]
    return _excerpt(article, Span(whole[0].start, fitting[-1].stop), WINDOW, asked, analyser)


def _second(passages: Sequence[Passage], first: Excerpt, asked: Asked, analyser: Analyser) -> Span | None:
    """The passage beside the first that has the most of the words which the first lacks."""
    lacking = asked.terms - frozenset(analyser.terms(first.text))
    apart = [
        passage
        for passage in passages[1:]
        if passage.span.stop <= first.span.start or passage.span.start >= first.span.stop
    ]
    best = max(apart, key=lambda passage: sum(asked.idf[term] for term in passage.terms & lacking), default=None)
    return best.span if best and best.terms & lacking else None


def _excerpt(article: Article, whole: Span, limit: int, asked: Asked, analyser: Analyser) -> Excerpt:
    span = fit(article.text, whole, limit, asked, analyser)
    text = article.text[span.start : span.stop]
    marked = highlights(text, asked, analyser)
    return Excerpt(text, span, marked, article.attribution, span.start > whole.start, span.stop < whole.stop)


def highlights(text: str, asked: Asked, analyser: Analyser) -> tuple[Span, ...]:
    """The asked words as they stand in a text: each whole word, each phrase from its first word to its last."""
    tokens = analyser.tokens(text)
    terms = [token.term for token in tokens]
    found = [Span(token.start, token.stop) for token in tokens if token.term in asked.words]
    for phrase in asked.phrases:
        found += [
            Span(tokens[place].start, tokens[place + phrase[-1][0]].stop) for place in phrase_places(terms, phrase)
        ]
    return _disjoint(sorted(found))


def fit(text: str, span: Span, limit: int, asked: Asked, analyser: Analyser) -> Span:
    """The part of a passage, at most ``limit`` characters, that holds the most of what was asked.

    It begins at a word, at the passage's own beginning where that costs nothing, and never ends inside a grapheme.
    """
    if span.stop - span.start <= limit:
        return span
    part = text[span.start : span.stop]
    matches = [token for token in analyser.tokens(part) if token.term in asked.terms]
    starts = [0, *(word.start() for word in _WORD_START.finditer(part))]
    start = max(starts, key=lambda place: (_held(matches, place, place + limit, asked), -place)) if matches else 0
    stop = _word_end(part, start, start + limit)
    return Span(span.start + start, span.start + stop)


def _held(matches: Sequence[Token], start: int, stop: int, asked: Asked) -> float:
    return sum(
        asked.idf[term] for term in {token.term for token in matches if start <= token.start and token.stop <= stop}
    )


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

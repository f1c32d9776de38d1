"""Which words of a text were asked for, and what is marked of it: the same in an excerpt and in a whole article."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.analysis import Analyser, Token
from corpus.model import Span
from corpus.retrieval.passages import phrase_places
from corpus.retrieval.weigh import Asked

MARKED = 200_000
"""Characters of an article in which words are marked; the longest news is a twentieth of that."""

Match = tuple[int, Token]
"""A word of a text that was asked for, with the number of the word that it stands for."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds what was asked in texts of one language."""

    asked: Asked
    analyser: Analyser
    language: str | None

    def tokens(self, text: str) -> list[Token]:
        """The terms of a text with their places."""
        return self.analyser.tokens(text, self.language)

    def matches(self, tokens: Sequence[Token], text: str) -> list[Match]:
        """Those of the text's tokens that were asked for."""
        terms = self.asked.terms
        asked = ((self._asked(token, text), token) for token in tokens if token.term in terms)
        return [(word, token) for word, token in asked if word is not None]

    def counted(self, text: str) -> Counter[int]:
        """How often each of the asked words stands at the beginning of a text, and each prefix, by their numbers."""
        asked, counted = self.asked, Counter[int]()
        beginning = text[:MARKED]
        for token in self.tokens(beginning):
            word = asked.terms.get(token.term)
            if word is not None and word not in asked.prefixes:
                counted[word] += 1
            if word is not None and asked.prefixes:
                spelt = self._spelt(token, beginning)
                counted.update(number for number, start in asked.prefixes.items() if spelt.startswith(start))
        return counted

    def highlights(self, tokens: Sequence[Token], matches: Sequence[Match]) -> tuple[Span, ...]:
        """Where the asked words stand: each whole word, each phrase from its first word to its last.

        What was asked for only as a part of a phrase is marked by itself where nothing else is.
        """
        spans = [(word, Span(token.start, token.stop)) for word, token in matches]
        found = [span for word, span in spans if word not in self.asked.bound]
        if self.asked.phrases:
            where: dict[str, list[int]] = defaultdict(list)
            for number, token in enumerate(tokens):
                where[token.term].append(number)
            found += [
                Span(tokens[first].start, max(token.stop for token in tokens[first : last + 1]))  # C++ is one and C
                for phrase in self.asked.phrases
                for first, last in phrase_places(where, phrase)
            ]
        return _disjoint(sorted(found or (span for _, span in spans)))

    def _asked(self, token: Token, text: str) -> int | None:
        """The word that a term stands for; of words of one stem a prefix means those that begin so."""
        word = self.asked.terms[token.term]
        prefixes, bound = self.asked.prefixes, self.asked.bound
        if not prefixes or (word not in prefixes and word not in bound):
            return word
        spelt = self._spelt(token, text)
        begun = (number for number, beginning in prefixes.items() if spelt.startswith(beginning))
        return next(begun, word if word in bound else None)

    def _spelt(self, token: Token, text: str) -> str:
        """A token as it is spelt there: folded, but no stem."""
        return "".join(self.analyser.spellings(text[token.start : token.stop]))


def _disjoint(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(span.stop, joined[-1].stop))
        else:
            joined.append(span)
    return tuple(joined)

"""One analysis of text for everything: index, query, passages, highlights and copies see the same terms.

A word is looked up by how it is written, so each distinct spelling is folded and stemmed once. Knows nothing of
engines: they are given terms, one a word, in the order of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import tantivy

# Letters and digits, joined by inner apostrophes (Cuba's), dots of acronyms (U.S.), separators of numbers (76,000).
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+|[.,]\d+|\.[^\W\d_](?![^\W_]))*")
_LONGEST_WORD = 60  # characters; what is longer is an address or a digest, and nobody types it
_MEMORY = 120_000  # spellings in each of two memories, together about 40 MB

# English words that say how a sentence is built and not what it is about.
STOP_WORDS = frozenset(
    """
    a an the this that these those such same own each every either neither some any all both few more most other
    another much many no nor not none only very too so than
    i me my mine myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves one's
    what which who whom whose when where why how whether
    am is are was were be been being have has had having do does did doing done can could may might must shall should
    will would ought
    and or but if because as until while although though unless since
    of at by for with about against between into through during before after above below to from up down in out on off
    over under again further then once here there upon within without among toward towards via per
    just also however thus hence therefore yet still
    i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll
    he'll she'll we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't
    shan't shouldn't can't cannot couldn't mustn't let's that's who's what's here's there's when's where's why's how's
    """.split()
)


class Token(NamedTuple):
    """A word of a text: its term ('' for a stop word) and where it stands, in code points, half open."""

    term: str
    start: int
    stop: int


class _Memory(dict[str, str]):
    """Spelling -> term, of those seen last: a full memory becomes the old one, from which what is used returns."""

    def __init__(self, learn: Callable[[str], str]) -> None:
        super().__init__()
        self._learn = learn
        self._old: dict[str, str] = {}

    def __missing__(self, word: str) -> str:
        if len(word) > _LONGEST_WORD:  # not worth remembering
            return ""
        if len(self) >= _MEMORY:
            self._old = dict(self)
            self.clear()
        known = self._old.get(word)
        term = self[word] = self._learn(word) if known is None else known
        return term


class Analyser:
    """Turns text into terms: lower case, accents folded, English stems, stop words left out.

    Safe to share between threads: a lost race costs one more look-up.
    """

    def __init__(self) -> None:
        self._stem = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
            .filter(tantivy.Filter.ascii_fold())
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.custom_stopword(sorted(STOP_WORDS)))
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        self._term = _Memory(self._learn)

    def terms(self, text: str) -> list[str]:
        """The terms of a text in order, one a word, '' where a stop word stands."""
        return list(map(self._term.__getitem__, _WORD.findall(text)))

    def tokens(self, text: str) -> list[Token]:
        """The same terms with their places."""
        return [Token(self._term[word.group()], word.start(), word.end()) for word in _WORD.finditer(text)]

    def _learn(self, word: str) -> str:
        separator = "," if word[0].isdigit() else "."
        found = self._stem.analyze(word.replace("’", "'").replace(separator, ""))
        return found[0] if found else ""

"""One analysis of text for everything: index, query, passages, highlights and copies see the same terms.

A word is looked up by how it is written, so each distinct spelling is folded and stemmed once. Knows nothing of
engines: they are given terms, one a word, in the order of the text. Where words are is in ``words``, what becomes of
one in ``stems``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain
from typing import NamedTuple

from corpus import words
from corpus.model import GAP, Analysed, Article
from corpus.sentences import sentences
from corpus.stems import DEFAULT, Kind, kind_of, spelling, stem

_LONGEST_WORD = 60  # characters; what is longer is an address or a digest, and nobody types it
_REMEMBERED = 20_000  # spellings of all languages in each of two memories, together about 6 MB

_GAP = [""] * GAP


class Token(NamedTuple):
    """A word of a text: its term ('' for a stop word), or its spelling; where it stands, in code points, half open."""

    term: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Words:
    """The terms of an article's parts, '' for stop words; its spellings, once each; and what a question reads.

    ``spellings`` are those of all its words, ``opening`` those of its headline.
    """

    headline: Sequence[str]
    text: Sequence[str]
    credit: Sequence[str]
    author: Sequence[str]
    section: Sequence[str]
    spellings: Sequence[str]
    opening: Sequence[str]
    analysed: Analysed


class _Memory(dict[str, str]):
    """Spelling -> what was learnt of it."""

    def __init__(self, learn: Callable[[str], str], make_room: Callable[[], None]) -> None:
        super().__init__()
        self._learn = learn
        self._make_room = make_room
        self._old: dict[str, str] = {}

    def __missing__(self, word: str) -> str:
        if len(word) > _LONGEST_WORD:  # not worth remembering
            return ""
        self._make_room()
        known = self._old.get(word)
        found = self[word] = self._learn(word) if known is None else known
        return found

    def age(self) -> None:
        """Become the old memory, from which what is used returns."""
        self._old = dict(self)
        self.clear()


class Analyser:
    """Turns text into terms: case and accents folded, stemmed by the text's language, stop words left out.

    ``language`` is a code of two or three letters; None stands for a language that is not known, and is read as
    English. A word in another script than its text's language is read by the language that script usually stands for.

    Safe to share between threads: a lost race costs one more look-up.
    """

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        """Remember what so many spellings are, in each of two memories: many are for whoever reads a whole archive."""
        self._remembered = remembered
        self._terms: dict[Kind, _Memory] = {}
        self._spellings = _Memory(spelling, self._make_room)

    def words(self, text: str) -> list[str]:
        """The words of a text as they stand there: one a term."""
        return words.words(text)

    def parts(self, text: str) -> list[str]:
        """The parts of a word that was put together by capitals (BlackLivesMatter): one a term of such a reading."""
        return words.humps(text)

    def terms(self, text: str, language: str | None = None) -> list[str]:
        """The terms of a text in order, one a word, '' where a stop word stands."""
        return list(map(self._memory(kind_of(language)).__getitem__, words.words(text)))

    def tokens(self, text: str, language: str | None = None) -> list[Token]:
        """The same terms with their places."""
        memory = self._memory(kind_of(language))
        return [Token(memory[word], start, stop) for word, start, stop in words.places(text)]

    def article(self, article: Article) -> Words:
        """All words of an article. A headline that is only the beginning of the text is none."""
        spans = list(sentences(article.text))
        by_sentence = list(words.words_of(article.text, spans))
        spelt_headline = [] if article.headline_derived else words.words(article.headline)
        spelt_text = list(chain.from_iterable(by_sentence))
        outlet, byline = words.words(article.source_name), words.words(article.byline or "")
        term = self._memory(kind_of(article.language)).__getitem__
        headline, text, author = list(map(term, spelt_headline)), list(map(term, spelt_text)), list(map(term, byline))
        credit = [*map(term, outlet), *author]
        analysed = Analysed(
            terms=_spaced([*headline, *_GAP, *text]),
            credit=_spaced(credit),
            begins=[begin for begin, _ in spans],
            ends=[end for _, end in spans],
            starts=list(accumulate(map(len, by_sentence), initial=len(headline) + GAP)),
            torn=article.text.endswith("…"),
        )
        section = self.terms(article.section or "", article.language)
        spelt = self._vocabulary([*spelt_headline, *spelt_text, *outlet, *byline])
        return Words(headline, text, credit, author, section, spelt, self._vocabulary(spelt_headline), analysed)

    def spellings(self, text: str) -> list[str]:
        """The same words folded but not stemmed, stop words too: for a vocabulary, whatever the language.

        '' stands for a word that is too long to be one.
        """
        return list(map(self._spellings.__getitem__, words.words(text)))

    def wording(self, text: str) -> list[str]:
        """The words of a text as they are spelt, each once: where words are not spaced, every character is one.

        Two texts say the same in the same words if these are the same, whatever their capitals, accents and commas.
        """
        return list(filter(None, map(self._spellings.__getitem__, words.apart(text))))

    def spelt(self, text: str) -> list[Token]:
        """The same words with their places."""
        found = ((self._spellings[word], start, stop) for word, start, stop in words.places_apart(text))
        return [Token(word, start, stop) for word, start, stop in found if word]

    def readings(self, text: str, languages: Iterable[str | None]) -> list[list[str]]:
        """What a typed word or phrase can be in an archive that has these languages: distinct analyses of it.

        Each is a list of terms as ``terms`` gives it, '' for stop words, the one of an unknown language first. Most
        words have one reading or two; languages that treat a word alike share theirs. A word that was put together by
        capitals (BlackLivesMatter) can also be its parts. An article has the word if it has all terms of a reading at
        their distances. A reading without any term says that the word is a stop word in some language: whether it is
        one here, ``spoken`` tells.
        """
        kinds = dict.fromkeys([DEFAULT, *map(kind_of, languages)])
        found = [tuple(map(self._memory(kind).__getitem__, words.words(text))) for kind in kinds]
        if parts := words.humps(text):
            found += [tuple(map(self._memory(kind).__getitem__, parts)) for kind in kinds]
        return [list(reading) for reading in dict.fromkeys(found)]

    def spoken(self, text: str, languages: Iterable[str | None]) -> str | None:
        """In which of these languages something was typed, as far as its stop words tell: None unless clearly.

        Clearly is two stop words more than the text has in English: "war" alone does not make a question German.
        """
        by_kind = {kind_of(language): language for language in languages}
        counts = {language: self.terms(text, language).count("") for language in by_kind.values()}
        best = max(counts, key=counts.__getitem__, default=None)
        return best if best and counts[best] >= self.terms(text).count("") + 2 else None

    def _vocabulary(self, found: Sequence[str]) -> list[str]:
        """The distinct spellings of these words. Of most words it is their lower case, which needs no memory."""
        spelt = dict.fromkeys(map(str.lower, found))
        others = [w for w in spelt if not (w.isascii() and w.isalnum() and len(w) <= _LONGEST_WORD)]
        for word in others:
            del spelt[word]
        spelt.update(dict.fromkeys(map(self._spellings.__getitem__, others)))
        spelt.pop("", None)
        return list(spelt)

    def _memory(self, kind: Kind) -> _Memory:
        memory = self._terms.get(kind)
        if memory is None:
            memory = self._terms[kind] = _Memory(partial(stem, kind=kind), self._make_room)
        return memory

    def _make_room(self) -> None:
        """Let all memories age when they are full together."""
        memories = [self._spellings, *self._terms.values()]
        if sum(map(len, memories)) >= self._remembered:
            for memory in memories:
                memory.age()


def _spaced(terms: Iterable[str]) -> str:
    return f" {' '.join(terms)} "

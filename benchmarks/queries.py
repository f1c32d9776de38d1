"""Makes the questions out of the articles, so that every question has an answer. Knows nothing of engines.

The mix: 40 % one to three words, 30 % questions of 8 to 15 words, 20 % with a phrase or a filter, 10 % newest first.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from benchmarks.ask import STOP_WORDS, Ask

MIX = ("words",) * 4 + ("question",) * 3 + ("narrowed",) * 2 + ("newest",)

_LONGEST_SUBJECT = 3  # words
_FEWEST_WORDS = 30  # that an article must have to be asked about, stop words aside

_WORD = re.compile(r"[^\W\d_]{3,}")
_SENTENCE_BORDERS = re.compile(r"[.,:;\"\n]+")

# With the words that fill them these have 8 to 15 words, counted with their stop words.
_QUESTIONS = (
    "What did {} say about the {} of {} in {}?",
    "Why was the {} of {} not {} before {} and {}?",
    "How many {} of the {} were {} in {} since the {}?",
    "Who was behind the {} {} and what happened to the {} in {}?",
    "Is there any {} between {} and the {} {}?",
    "When will {} and the {} of {} be {}?",
)


class QuestionMaker:
    """Asks about articles that it is shown; the same questions in the same order for the same seed.

    An article is a mapping with ``title``, ``text``, ``source`` and ``published_at``.
    """

    def __init__(self, articles: Sequence[Mapping[str, str]], *, seed: int) -> None:
        self._articles = articles
        self._chance = random.Random(seed)

    def asks(self, count: int) -> list[Ask]:
        """``count`` questions, the kinds mixed in every ten."""
        kinds = [kind for _ in range(-(-count // len(MIX))) for kind in self._chance.sample(MIX, len(MIX))]
        return [self._ask(kind) for kind in kinds[:count]]

    def _ask(self, kind: str) -> Ask:
        article = self._article()
        if kind == "words":
            return Ask(kind, self._subject(article, self._chance.randint(1, _LONGEST_SUBJECT)))
        if kind == "question":
            return Ask(kind, self._question(article))
        return self._narrowed(article) if kind == "narrowed" else self._newest(article)

    def _article(self) -> Mapping[str, str]:
        while True:
            article = self._chance.choice(self._articles)
            if len(_content(article["title"])) >= _LONGEST_SUBJECT and len(_content(article["text"])) >= _FEWEST_WORDS:
                return article

    def _subject(self, article: Mapping[str, str], count: int) -> tuple[str, ...]:
        """Words of the headline; readers type them in lower case as often as not."""
        words = self._chance.sample(_content(article["title"]), count)
        return tuple(self._chance.choice((word, word.lower())) for word in words)

    def _question(self, article: Mapping[str, str]) -> tuple[str, ...]:
        pattern = self._chance.choice(_QUESTIONS)
        known = list(dict.fromkeys(_content(article["title"]) + _content(article["text"])[:60]))
        return tuple(pattern.format(*self._chance.sample(known, pattern.count("{}"))).split())

    def _narrowed(self, article: Mapping[str, str]) -> Ask:
        phrase, word = self._phrase(article["text"]), self._subject(article, 1)
        day = article["published_at"][:10]
        after, before = f"{int(day[:4]) - 1}{day[4:7]}-01", f"{int(day[:4]) + 1}{day[4:7]}-01"
        return self._chance.choice(
            (
                Ask("narrowed", phrases=phrase),
                Ask("narrowed", word, phrases=phrase),
                Ask("narrowed", self._subject(article, 2), source=article["source"]),
                Ask("narrowed", self._subject(article, 2), after=after, before=before),
                Ask("narrowed", self._subject(article, 2), without=(self._chance.choice(_content(article["text"])),)),
            )
        )

    def _newest(self, article: Mapping[str, str]) -> Ask:
        month = article["published_at"][:8] + "01"
        return self._chance.choice(
            (
                Ask("newest", source=article["source"]),
                Ask("newest", after=month),
                Ask("newest", source=article["source"], before=month),
            )
        )

    def _phrase(self, text: str) -> tuple[str, ...]:
        """Two or three neighbouring words as they stand in the text, no stop word first or last."""
        parts = [part.split() for part in _SENTENCE_BORDERS.split(text)]
        while True:
            part, length = self._chance.choice(parts), self._chance.choice((2, 2, 3))
            at = self._chance.randrange(max(1, len(part) - length + 1))
            words = part[at : at + length]
            if len(words) == length and all(_content(word) == [word] for word in (words[0], words[-1])):
                return (" ".join(words),)


def _content(text: str) -> list[str]:
    """The words of a text that are no stop words, in order, each once."""
    words = dict.fromkeys(_WORD.findall(text))
    return [word for word in words if word.lower() not in STOP_WORDS]

"""Invents a news archive: articles of about 300 words, the same for the same seed. Knows nothing of engines.

Every article has a topic and a few words of its own that keep returning, so that a question about it has an answer that
is better than the others; the rest follows Zipf's law, so that document frequencies look like those of a newspaper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.sentences import HEADLINES, SENTENCES, Codes, Lexicon, Patterns
from benchmarks.words import Kind, vocabulary

CHUNK = 1_000  # articles made at once; article n is the same whatever number is asked for

_TOPICS = 600
_TOPIC_WORDS = {"noun": 80, "verb": 30, "adjective": 30, "person": 14, "place": 8, "body": 5}
_OWN_WORDS = 5  # of each kind, that one article keeps returning to
_OWN_FROM_TOPIC = 0.7  # share of them that belongs to the topic
_OWN_SHARE, _TOPIC_SHARE = 0.30, 0.20  # of the slots; the rest is the language at large
_SENTENCES_MEDIAN, _SENTENCES_SPREAD = 21, 0.35  # log-normal, about 300 words
_PARAGRAPHS = 0.33  # share of sentences that end one
_COPIES = 0.03  # share of articles that repeat another one
_FIRST_DAY, _DAYS = date(2004, 1, 1), 7_305  # twenty years
_EXPONENTS = {"place": 0.7, "body": 0.6, "person": 0.7, "day": 0.0}  # of Zipf's law; 1 for all others
_TABLE = 2**18

HOSTS = tuple(
    f"{place}{paper}.example"
    for paper in ("post", "tribune", "wire", "courier", "observer")
    for place in ("harbour", "northern", "valley", "morning", "capital", "lakeside", "meridian", "union")
)


@dataclass(frozen=True, slots=True)
class Invented:
    """One article of the invented archive; ``published`` is ISO 8601, a day or a day with a time."""

    title: str
    text: str
    source: str
    published: str
    url: str
    author: str

    def fields(self) -> dict[str, str]:
        """The article under the names that JSON Lines archives use."""
        return {
            "title": self.title,
            "text": self.text,
            "source": self.source,
            "published_at": self.published,
            "url": self.url,
            "author": self.author,
        }


def articles(count: int, *, seed: int) -> Iterator[Invented]:
    """``count`` articles in no order of date; about 10,000 a second."""
    press = _Press(seed)
    for chunk in range(-(-count // CHUNK)):
        yield from press.chunk(chunk)[: count - chunk * CHUNK]


class _Press:
    """What all articles share: words, patterns, topics."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        kinds = vocabulary(seed)
        lexicon = Lexicon(kinds)
        self._slots = lexicon.slots
        self._sentences, self._headlines = lexicon.compile(SENTENCES), lexicon.compile(HEADLINES)
        self._pieces = np.array(lexicon.pieces, dtype=object)
        chance = np.random.default_rng([seed, 0])
        self._words = {name: _Words(kind, chance) for name, kind in kinds.items()}
        self._authors = kinds["person"].forms[0]

    def chunk(self, number: int) -> list[Invented]:
        """The articles from ``number * CHUNK`` on."""
        chance = np.random.default_rng([self._seed, 1, number])
        layout = _Layout.draw(self._headlines, self._sentences, chance)
        topics = _zipf(_TOPICS, 0.8)[chance.integers(0, _TABLE, CHUNK)]
        pieces = layout.codes.copy()
        for name, words in self._words.items():
            slots = [number for number, slot in enumerate(self._slots) if slot.kind == name]
            places = np.flatnonzero(np.isin(layout.codes, [-1 - slot for slot in slots]))
            firsts = np.array([slot.first_piece for slot in self._slots])[-1 - layout.codes[places]]
            drawn = words.draw(topics, layout.article[places], layout.in_headline[places], chance)
            pieces[places] = firsts + 2 * drawn
        pieces[layout.second_of_pair] += 1
        return self._bind(layout.texts(self._pieces[pieces].tolist()), chance, number)

    def _bind(self, texts: list[tuple[str, str]], chance: np.random.Generator, number: int) -> list[Invented]:
        days = (_DAYS * np.sqrt(chance.random(CHUNK))).astype(int).tolist()
        hosts = _zipf(len(HOSTS), 0.7)[chance.integers(0, _TABLE, CHUNK)].tolist()
        seconds = chance.integers(0, 86_400, CHUNK).tolist()
        copied = chance.random(CHUNK).tolist()
        bound: list[Invented] = []
        for index, (own_title, own_text) in enumerate(texts):
            title, text, day, host = own_title, own_text, days[index], HOSTS[hosts[index]]
            if bound and copied[index] < _COPIES:
                other = seconds[index] % len(bound)
                title, text, day = bound[other].title, _altered(bound[other].text, text, index), days[other] + index % 3
            moment = datetime.combine(_FIRST_DAY + timedelta(days=day), time.min) + timedelta(seconds=seconds[index])
            published = moment.date().isoformat() if index % 10 == 0 else moment.isoformat()
            slug = "-".join(word for word in title.lower().split() if word.isalnum())
            url = f"https://{host}/{moment:%Y/%m/%d}/{slug}-{number * CHUNK + index}"
            bound.append(Invented(title, text, host, published, url, self._authors[seconds[index] % 2_000]))
        return bound


class _Words:
    """Draws words of one kind, as indexes into the kind: an article's own, its topic's, or any."""

    def __init__(self, kind: Kind, chance: np.random.Generator) -> None:
        size = _TOPIC_WORDS.get(kind.name, 0)
        self._any = _zipf(len(kind), _EXPONENTS.get(kind.name, 1.0))
        self._topical: Codes | None = None
        if size:
            ranks = 20 * (len(kind) / 20) ** chance.random((_TOPICS, size))
            self._topical = np.minimum(ranks.astype(np.int64), len(kind) - 1)
            self._within = _zipf(size, 0.8)

    def draw(self, topics: Codes, article: Codes, in_headline: NDArray[np.bool_], chance: np.random.Generator) -> Codes:
        """One word for each slot; ``article`` and ``in_headline`` say where each slot stands."""
        anything = self._any[chance.integers(0, _TABLE, len(article))]
        if self._topical is None:
            return anything
        of_topic = self._topical[topics[article], self._within[chance.integers(0, _TABLE, len(article))]]
        own = self._own(self._topical, topics, chance)[article, chance.integers(0, _OWN_WORDS, len(article))]
        luck = np.where(in_headline, 0.0, chance.random(len(article)))
        return np.select([luck < _OWN_SHARE, luck < _OWN_SHARE + _TOPIC_SHARE], [own, of_topic], anything)

    def _own(self, topical: Codes, topics: Codes, chance: np.random.Generator) -> Codes:
        shape = (len(topics), _OWN_WORDS)
        of_topic = topical[topics[:, None], self._within[chance.integers(0, _TABLE, shape)]]
        anything = self._any[chance.integers(0, _TABLE, shape)]
        return np.where(chance.random(shape) < _OWN_FROM_TOPIC, of_topic, anything)


@dataclass(frozen=True, slots=True)
class _Layout:
    """The patterns of a chunk laid end to end: for each code its article and whether it stands in the headline."""

    codes: Codes
    article: Codes
    in_headline: NDArray[np.bool_]
    second_of_pair: Codes
    """The codes that take the second piece of their pair: capitals in front, ends of paragraphs."""
    bounds: Codes
    """For every article where its headline starts, its text starts, and its text ends."""

    @classmethod
    def draw(cls, headlines: Patterns, sentences: Patterns, chance: np.random.Generator) -> _Layout:
        """A headline and some sentences for every article, a new paragraph after every two to four."""
        spread = np.exp(chance.normal(0, _SENTENCES_SPREAD, CHUNK))
        counts = np.clip(_SENTENCES_MEDIAN * spread, 4, 60).astype(np.int64) + 1
        article = np.repeat(np.arange(CHUNK), counts)
        heads = np.cumsum(counts) - counts
        is_head = np.zeros(len(article), dtype=bool)
        is_head[heads] = True
        chosen = np.where(
            is_head, chance.integers(0, len(headlines), len(article)), chance.integers(0, len(sentences), len(article))
        )
        lengths = np.where(is_head, headlines.lengths[chosen % len(headlines)], sentences.lengths[chosen])
        from_start = np.where(is_head, headlines.starts[chosen % len(headlines)], sentences.starts[chosen])
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        at, headed = np.repeat(from_start, lengths) + within, np.repeat(is_head, lengths)
        codes = np.where(headed, headlines.codes[at % len(headlines.codes)], sentences.codes[at])
        breaks = ends[~is_head & (chance.random(len(ends)) < _PARAGRAPHS)] - 1
        lasts = ends[np.append(heads[1:], len(ends)) - 1]
        bounds = np.stack([ends[heads] - lengths[heads], ends[heads], lasts], axis=1)
        return cls(codes, np.repeat(article, lengths), headed, np.concatenate([ends - lengths, breaks]), bounds)

    def texts(self, pieces: list[str]) -> list[tuple[str, str]]:
        """Headline and text of every article."""
        join = "".join
        return [
            (join(pieces[start:middle]).strip(), join(pieces[middle:end]).strip())
            for start, middle, end in self.bounds.tolist()
        ]


def _altered(text: str, other: str, index: int) -> str:
    """A text as another outlet prints it: as it was, cut short, or with a paragraph of its own."""
    if index % 3 == 0:
        return text
    if index % 3 == 1:
        return text.rpartition("\n\n")[0] or text
    return f"{text}\n\n{other.partition('. ')[0]}."


def _zipf(size: int, exponent: float) -> Codes:
    """A table to draw ranks from: rank r takes a share of 1 / (r + 2.7) ** exponent of it (Mandelbrot's form)."""
    weights = 1 / (np.arange(size) + 2.7) ** exponent
    return np.searchsorted(np.cumsum(weights / weights.sum()), (np.arange(_TABLE) + 0.5) / _TABLE).clip(0, size - 1)

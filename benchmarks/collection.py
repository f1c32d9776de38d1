"""A news collection in place of invented articles, repeated with changes until there are enough. Knows no engine."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.generate import HOSTS, Invented

_CHANGED = 0.3  # share of the words that a repetition exchanges, so that it is no near-copy
_SHORTEST = 30  # words; shorter items are placeholders


def repeated(collection: Path, count: int, *, seed: int) -> Iterator[Invented]:
    """``count`` articles: the dated ones of the collection, then again with other words, a year later each round.

    ``collection`` is JSON Lines, gzipped or not, with title, text and date. Sources are dealt out evenly, because
    a collection often has one only.
    """
    records = [record for record in _read(collection) if record["date"] and len(record["text"].split()) >= _SHORTEST]
    words = [word for record in records for word in record["text"].split()]
    chance = random.Random(seed)
    for number in range(count):
        turn, index = divmod(number, len(records))
        record = records[index]
        text = record["text"] if turn == 0 else _changed(record["text"], words, chance)
        host = HOSTS[number % len(HOSTS)]
        published = _later(record["date"], turn)
        title = record.get("title") or " ".join(text.split()[:8])
        yield Invented(title, text, host, published, f"https://{host}/{number}", "Staff")


def _read(collection: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if collection.suffix == ".gz" else open
    with opened(collection, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _changed(text: str, words: list[str], chance: random.Random) -> str:
    """The text with some words exchanged for others of the collection; line breaks stay where they are."""
    draw, last = chance.random, len(words)
    return "\n".join(
        " ".join(word if draw() >= _CHANGED else words[int(draw() * last)] for word in line.split(" "))
        for line in text.split("\n")
    )


def _later(published: str, years: int) -> str:
    """The date some years on; the 29th of February becomes the 28th."""
    day = date.fromisoformat(published[:10])
    return day.replace(year=day.year + years, day=min(day.day, 28)).isoformat() + published[10:]

"""How nearly a text has a quote: word by word, by how few words would have to be changed, left out or put in.

Myers, A fast bit-vector algorithm for approximate string matching (Journal of the ACM, 1999), with words in the place
of letters: a column of the table of distances is one number, so a text costs a few operations a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a text nearly has a quote, from one word to another, half open; how many words differ."""

    distance: int
    start: int
    stop: int


def stands_in(parts: Sequence[Sequence[str]], words: Iterable[str]) -> bool:
    """Whether a text of these words has all parts of a quote, one after the other."""
    text, at = f" {' '.join(words)} ", 0
    for part in parts:
        wanted = f" {' '.join(part)} "
        at = text.find(wanted, at)
        if at < 0:
            return False
        at += len(wanted) - 1
    return True


def nearest(parts: Sequence[Sequence[str]], words: Sequence[str]) -> Alignment:
    """Where a text of these words has a quote most nearly: each part the first time that it is nearest."""
    distance, starts, stop = 0, list[int](), 0
    for part in parts:
        found = _nearest(part, words, stop)
        distance += found.distance
        if found.start < found.stop:
            starts.append(found.start)
            stop = found.stop
    return Alignment(distance, starts[0] if starts else 0, stop)


def _nearest(part: Sequence[str], words: Sequence[str], begin: int) -> Alignment:
    """The nearest run of words from a place on; the part's length away where that has none of it."""
    distance, length = min(_distances(part, words[begin:]))
    stop = begin + length
    before = words[max(stop - len(part) - distance, begin) : stop]
    back = next(length for each, length in _distances(part[::-1], before[::-1]) if each == distance)
    return Alignment(distance, stop - back, stop)


def _distances(part: Sequence[str], words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """For each number of words, from none on, how far the nearest run that ends there is from the part.

    Of each row of the table, ``more`` and ``fewer`` have the bits where it is one higher, or lower, than the row above.
    """
    whole = (1 << len(part)) - 1
    last = 1 << (len(part) - 1)
    standing: dict[str, int] = {}
    for place, word in enumerate(part):
        standing[word] = standing.get(word, 0) | 1 << place
    more, fewer, distance = whole, 0, len(part)
    yield distance, 0
    for length, word in enumerate(words, start=1):
        equal = standing.get(word, 0)
        across = (((equal & more) + more) ^ more) | equal
        rises, falls = fewer | (whole & ~(across | more)), more & across
        distance += bool(rises & last) - bool(falls & last)
        down = equal | fewer
        rises, falls = rises << 1, falls << 1
        more, fewer = (falls | ~(down | rises)) & whole, rises & down & whole
        yield distance, length

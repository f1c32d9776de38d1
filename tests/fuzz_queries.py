"""Hostile queries by the million: `python tests/fuzz_queries.py` (make fuzz). The suite runs a few thousand of them.

Each input is made of scraps of operators, words of several scripts, odd characters and whole queries, from a seed, so
that a failure is found again.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date

from bot.markdown import code
from corpus import Either, In, Must, Phrase, Prefix, Query, Together, Without

TODAY = date(2024, 2, 29)
INPUTS = 1_000_000
SLOWEST = 0.05  # seconds of processor time for the longest input

_OPERATORS = """
    OR AND NOT | || ( ) (( )) " “ ” 「 」 « » - + -- -+ * ** ~ ~5 ~0 ~99999 "~3 : ： （ ） , ; ` ' . .. / // < > = @ # %
    _ \\ ^ & { } [ ] title: headline: intitle: body: text: author: byline: by: section: lang: language: source: site:
    tag: after: before: on: date: last: sort: copies: Title: SOURCE: sort:newest sort:oldest sort:relevance sort:x
    copies:all copies:x -source: -title: -lang: +title: -after: source:a,b source:" lang:es,en lang:zh-hant lang:x
    similar: similar:abcdefghij similar:x -similar:abcdefghij similar:jihgfedcba Similar:"ABCDEFGHIJ"
""".split()
_DATES = """
    2023 2023-06 2023-06-31 2023-02-29 2024-02-29 0000 0001 0001-01-01 9999 9999-12 9999-12-31 2023-Q3 9999-Q4 2023-W36
    9999-W52 9999-W53 0001-W01 2023/09/05 20230905 05/09/2023 25/09/2023 31/31/2023 today yesterday 0d 7d 2w 3m 1y 9999y
    9999m 7h week month year day .. 2023-06.. ..2023-08 2023-06..2023-08 9999..0001 P3M P2W P9999Y P99999M P999999D
    2023-06-01/P3M P2W/2023-09-05 2023-06-01/2023-08-31 P1D/P1D / 2023/2024 9999-12-31/P1D P1D/0001-01-01 sep-2023
    "Sep 2023" "5 September 2023" "Sep 5, 2023" "31 Feb 2023" may-2023 ma-2023 ٢٠٢٣ ２０２３
""".split()
_WORDS = """
    cuba Havana recruits a b c x AND or not mercen* m* *x* C++ c# 5% it's U.S. 76,000 12:30 http://x.example/a:b x_y _x_
    Álvaro Ελλάς ΑΣ İstanbul ǆ ß ﬁ हिन्दी نص العربية 東京 中国* ไทย 한국 e\u0301 x\u0302 \u0301 ❤\ufe0f 👩\u200d👧
    葛\U000e0100城 \u212a
""".split()
_ODD = [
    *" \t\n\0\xa0\xad\u2028\u200b\u200d\u202e\u2065\u3164\u034f\ufeff\ud800\u1fef\u037e\u2126\u0344\u1100\u1161\u0958"
]
_ODD += ["\u0315\u0323", "\u09c7\u09be"]
_LONG = [
    *'()-"|+', "))", "-(", "a ", "a OR ", "(a AND (b OR ", "((a OR b) AND ", "NOT ", "title:", "a:", "a*", "a* ", "-a ",
    "\u0301", "\u0315\u0323", '"a" ', "source:xyz ", "source:", "lang:es ", "after:1d ", "~5",
]  # fmt: skip


def scraps() -> list[str]:
    """What inputs are made of."""
    return [*_OPERATORS, *_WORDS, *_ODD, *(f"on:{written}" for written in _DATES)]


def inputs(seed: int, number: int) -> Iterator[str]:
    """So many inputs; every thousandth is long."""
    source = random.Random(seed)
    for place in range(number):
        yield long(source) if place % 1_000 == 0 else typed(source)


def typed(source: random.Random) -> str:
    """Scraps in any order, mostly with spaces in between, or a query that is nearly well formed."""
    if source.random() < 0.3:
        return built(source, 4)
    space = source.choice(["", " ", " ", " "])
    return space.join(_scrap(source) for _ in range(source.choice([1, 2, 2, 3, 3, 4, 5, 8, 13])))


def built(source: random.Random, depth: int) -> str:
    """A query as a person might build it, groups in groups; now and then a character is missing."""
    if not depth or source.random() < 0.3:
        quoted = f'"{source.choice(_WORDS)} {source.choice(_WORDS)}"{source.choice(["", "~5"])}'
        return source.choice(["", "", "-", "+", "title:", "-author:", "NOT "]) + source.choice(
            [source.choice(_WORDS), quoted]
        )
    parts = [built(source, depth - 1) for _ in range(source.randint(1, 3))]
    joined = source.choice([" OR ", " AND ", " ", " | ", " AND NOT "]).join(parts)
    text = source.choice(["{}", "({})", "({})", "-({})", "+({})", "NOT ({})", "body:({})"]).format(joined)
    return text if source.random() < 0.97 else text.replace(source.choice('()" '), "", 1)


def long(source: random.Random) -> str:
    """As long as is read, and longer: one scrap over and over, a few in turn, or many."""
    scraps = [source.choice([*_LONG, _scrap(source)]) for _ in range(source.choice([1, 2, 3, 500]))]
    return ("".join(scraps) * 6_100)[: source.randint(5_000, 6_100)]


def _scrap(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.1:
        return "".join(
            chr(source.choice([source.randrange(0x250), source.randrange(0x11_0000)]))
            for _ in range(source.randint(1, 6))
        )
    if kind < 0.25:
        name = source.choice(["after", "before", "on", "date", "last", "-on"])
        between, other = source.choice(["", "", "", "..", "/"]), source.choice(["", "", source.choice(_DATES)])
        return f"{name}:{source.choice(_DATES)}{between}{other}"
    return source.choice(source.choice([_OPERATORS, _WORDS, _WORDS, _ODD]))


def check(text: str) -> None:
    """What every text keeps to, typed and pasted."""
    typed, pasted = Query.parse(text, today=TODAY), Query.words(text)
    assert all(type(clause).__name__ == "Word" for clause in pasted.clauses)
    for query in (typed, pasted):
        canonical = str(query)
        again = Query.parse(canonical)
        assert again == query, f"{text!r}: {canonical!r} reads back as {str(again)!r}"
        assert str(again) == canonical
        assert not (again.notes and not any("No day lies" in note for note in again.notes)), again.notes
        assert len(canonical) <= 300
        assert code(canonical) == f"`{canonical or ' '}`", "a message shows another text"
        assert len(query.notes) <= 8
        assert all(len(note) < 200 for note in query.notes)
        assert len(query.filters.sources) <= 10 >= len(query.filters.without)
        assert max(map(depth, query.clauses), default=0) <= 3
        assert sum(map(heavy, query.clauses)) <= 8


def depth(clause) -> int:
    """How many groups lie within one another."""
    match clause:
        case Must(inner) | Without(inner):
            return depth(inner)
        case Either(parts) | Together(parts):
            assert len(parts) > 1
            assert not any(isinstance(part, type(clause) | Must) for part in parts)
            return 1 + max(map(depth, parts))
        case _:
            return 0


def heavy(clause, *, excluded: bool = False) -> int:
    """How many phrases, prefixes and exclusions there are."""
    match clause:
        case Must(inner):
            return heavy(inner, excluded=excluded)
        case Without(inner):
            return heavy(inner, excluded=True)
        case Either(parts) | Together(parts):
            return sum(heavy(part, excluded=excluded) for part in parts)
        case In(_, inner):
            return heavy(inner, excluded=excluded)
        case _:
            return excluded or isinstance(clause, Phrase | Prefix)


def run(seed: int, number: int) -> float:
    """Check so many inputs; returns the longest time that one took to be read, in seconds of the processor."""
    slowest = 0.0
    for place, text in enumerate(inputs(seed, number)):
        try:
            check(text)
        except Exception as error:
            raise AssertionError(f"seed {seed}, input {place}: {text[:500]!r}") from error
        if len(text) > 5_000:
            slowest = max(slowest, min(seconds(text) for _ in range(3)))  # other processes slow a single one down
    return slowest


def seconds(text: str) -> float:
    """How long it takes to read a text, in seconds of the processor."""
    began = time.process_time()
    Query.parse(text, today=TODAY)
    return time.process_time() - began


def main() -> None:
    """Run them all over both cores."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(1_000_000)
    parts = 100
    print(f"{INPUTS:,} inputs, seed {seed}")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        slowest = max(pool.map(run, range(seed, seed + parts), [INPUTS // parts] * parts))
    print(f"All read back as they were read. The slowest of the long ones took {slowest * 1000:.1f} ms.")
    assert slowest < SLOWEST


if __name__ == "__main__":
    main()

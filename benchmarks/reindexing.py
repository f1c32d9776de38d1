"""What readers notice of a reindex: ``python -m benchmarks.reindexing ARTICLES``, a file of JSON Lines.

The same questions are asked through ``AsyncCorpus`` of an archive that is left alone, then while a keeper reindexes it
again and again, as the bot has it done. Prints the median and the 99th percentile of each, and their ratio.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.queries import QuestionMaker
from corpus import AsyncCorpus, Corpus, Keeper, Query, parse_inputs

_ASKED = 1_000  # questions of a turn
_MOST = 120.0  # seconds that are asked meanwhile at most
_SHOWN = 5_000  # articles that questions are made of


def main(arguments: Sequence[str]) -> None:
    """Build the archive, then ask."""
    articles = Path(arguments[0])
    inputs = f"news={articles.resolve()}"
    with articles.open(encoding="utf-8") as lines:
        shown = [json.loads(line) for line, _ in zip(lines, range(_SHOWN), strict=False)]
    queries = [Query.parse(ask.typed) for ask in QuestionMaker(shown, seed=1).asks(_ASKED)]
    with TemporaryDirectory() as folder:
        with Keeper.open(Path(folder)) as keeper:
            keeper.ingest(parse_inputs(inputs))
        asyncio.run(_compare(AsyncCorpus(Corpus.open(Path(folder)), timeout=30), inputs, queries))


async def _compare(archive: AsyncCorpus, inputs: str, queries: Sequence[Query]) -> None:
    try:
        await _asked(archive, queries)  # warm
        quiet = _told("quiet", await _asked(archive, queries))
        for flags in (("--index-only",), ("--again",)):
            keeping = asyncio.create_task(archive.keep("reindex", *flags, inputs=inputs, by="benchmark"))
            began, times = perf_counter(), list[float]()
            while not keeping.done() and perf_counter() - began < _MOST:
                times += await _asked(archive, queries[:100])
            during = _told(f"during reindex {' '.join(flags)}", times)
            sys.stdout.write(f"p99 at {during / quiet:.2f} times the quiet one, in {perf_counter() - began:.0f} s\n")
            keeping.cancel()
            await asyncio.wait({keeping})
    finally:
        await archive.close()


async def _asked(archive: AsyncCorpus, queries: Sequence[Query]) -> list[float]:
    """Milliseconds of each answer; an error ends the measurement."""
    times = []
    for query in queries:
        start = perf_counter()
        await archive.ask(Corpus.search, query)
        times.append((perf_counter() - start) * 1000)
    return times


def _told(what: str, times: Sequence[float]) -> float:
    """Print the figures, and give the 99th percentile."""
    parts = quantiles(times, n=100)
    sys.stdout.write(f"{what}: p50 {parts[49]:.1f} ms, p99 {parts[98]:.1f} ms, of {len(times)} answers\n")
    sys.stdout.flush()
    return parts[98]


if __name__ == "__main__":
    main(sys.argv[1:])

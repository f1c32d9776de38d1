"""``python -m benchmarks.growth``: one archive grows to a million articles; writes GROWTH.md, with JSON and a picture.

At each size it is measured what the stretch before took, what a page takes, and what it takes to add one article. What
is built lies in a temporary folder, which goes in the end. Stops early where time or disk run out, and says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from shutil import disk_usage
from statistics import median
from time import perf_counter, sleep

from rich.console import Console

from benchmarks.ask import Ask
from benchmarks.chart import drawn
from benchmarks.engines.protocol import read_articles
from benchmarks.figures import Pages
from benchmarks.generate import articles
from benchmarks.growth_table import Growth, Step, as_json, markdown
from benchmarks.machine import described
from benchmarks.process import started
from benchmarks.queries import QuestionMaker
from benchmarks.tree import Memory, memory
from corpus import Corpus, Query
from corpus.analysis import Analyser
from corpus.engine.local import LocalEngine
from corpus.retrieval.weigh import weigh

_HERE = Path(__file__).parent
_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_ASKED = 10_000  # of the first articles the questions are made, so that they have answers at every size
_WARM_UP = 40  # questions that are asked and not counted
_PAGE = 5  # hits
_ADDED = 5  # times that one article is added; the median counts
_PATIENCE = 60.0  # seconds for an article to be found
_LOOK = 0.25  # seconds between two looks at memory
_BYTES = 10_000  # of disk that an article may take, its line of JSON and what a merge takes for a while included


@dataclass(frozen=True, slots=True)
class _Options:
    sizes: tuple[int, ...]
    queries: int
    minutes: float
    seed: int
    articles: Path | None
    folder: Path | None
    output: Path


class _Stopped(Exception):
    """The text says why it went no further."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Grow an archive and write down what that took; 1 when nothing could be measured."""
    options, console = _options(arguments), Console(stderr=True)
    steps: list[Step] = []
    with tempfile.TemporaryDirectory(prefix="dateline-growth-", dir=options.folder) as folder:
        try:
            for step in _steps(options, Path(folder), console):
                console.print(f"{step.articles:,}: {step.rate:,.0f} articles/s, page {step.pages.p50:.1f} ms")
                steps.append(step)
                _write(steps, options, "")
        except _Stopped as reason:
            console.print(str(reason))
            if steps:
                _write(steps, options, str(reason))
    return 0 if steps else 1


def _write(steps: Sequence[Step], options: _Options, stopped: str) -> None:
    """Write down what was measured until now: a run takes long, and may be cut off."""
    growth = Growth(described(), f"invented, about 300 words each (seed {options.seed})", tuple(steps), stopped)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "GROWTH.md").write_text(markdown(growth), encoding="utf-8")
    (options.output / "growth.json").write_text(as_json(growth), encoding="utf-8")
    (options.output / "growth.svg").write_text(drawn(growth), encoding="utf-8")


def _steps(options: _Options, folder: Path, console: Console) -> Iterator[Step]:
    place, part = folder / "archive", folder / "part.jsonl"
    ended = perf_counter() + options.minutes * 60
    asks: list[Ask] = []
    lines, before, taken = _lines(options), 0, 0.0
    for size in options.sizes:
        if disk_usage(folder).free < (size - before) * _BYTES:
            raise _Stopped(f"There is no room on the disk for {size:,} articles.")
        if taken and perf_counter() + taken * size / before > ended:
            raise _Stopped(f"{size:,} articles would take longer than {options.minutes:g} minutes.")
        console.print(f"{size:,} …")
        with part.open("w", encoding="utf-8") as written:
            written.writelines(islice(lines, size - before))
        asks = asks or _asks(part, options)
        seconds, most = _ingested(place, part)
        part.unlink()
        yield replace(_measured(place, size, asks), added=size - before, ingest_seconds=seconds, ingest_memory=most)
        before, taken = size, taken + seconds


def _lines(options: _Options) -> Iterator[str]:
    if options.articles:
        with options.articles.open(encoding="utf-8") as lines:
            yield from lines
        return
    for article in articles(max(options.sizes), seed=options.seed):
        yield json.dumps(article.fields(), ensure_ascii=False) + "\n"


def _asks(file: Path, options: _Options) -> list[Ask]:
    return QuestionMaker(list(islice(read_articles(file), _ASKED)), seed=options.seed).asks(options.queries + _WARM_UP)


def _command(place: Path, file: Path) -> list[str]:
    return [sys.executable, "-m", "corpus", "--data-dir", str(place), "ingest", str(file), "--json"]


def _ingested(place: Path, file: Path) -> tuple[float, Memory]:
    """Seconds that the ingest of a file took, and the most memory that its processes had together."""
    start, most = perf_counter(), Memory(0, 0)
    with subprocess.Popen(_command(place, file), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = Memory(*map(max, most, memory(process.pid)))
            sleep(_LOOK)
    if process.returncode:
        raise _Stopped("The ingest failed.")
    return perf_counter() - start, most


def _measured(place: Path, size: int, asks: Sequence[Ask]) -> Step:
    first = next(ask for ask in asks if ask.kind == "words")
    begun = perf_counter()
    with started("benchmarks.worker", "dateline", "first", place, json.dumps(first.fields())) as worker:
        worker.hear()
        start = perf_counter() - begun
    with Corpus.open(place) as corpus:
        added = [_added(corpus, place, size + number) for number in range(_ADDED)]
        pages = _pages(corpus, asks)
    return Step(
        articles=size,
        added=0,
        ingest_seconds=0.0,
        ingest_memory=Memory(0, 0),
        disk_megabytes=sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / 1e6,
        start_seconds=start,
        add_seconds=median(added),
        pages=pages,
        plain=_plain(place, asks),
    )


def _added(corpus: Corpus, place: Path, number: int) -> float:
    """Seconds from the start of a process that adds one article until an open archive finds it."""
    file = place.parent / "one.jsonl"
    word = f"kelpwharf{number}"  # that no other article has
    (article,) = articles(1, seed=number)
    file.write_text(json.dumps({**article.fields(), "title": word, "url": f"https://kelp.example/{word}"}))
    query, start = Query.parse(word), perf_counter()
    query, start = Query.parse(word), perf_counter()
    with subprocess.Popen(_command(place, file), stdout=subprocess.DEVNULL):
        while not corpus.search(query).matched:
            if perf_counter() - start > _PATIENCE:
                raise _Stopped("An article that was added is not found.")
            sleep(0.005)
        return perf_counter() - start


def _pages(corpus: Corpus, asks: Sequence[Ask]) -> Pages:
    times: list[float] = []
    found: list[int] = []
    for ask in asks:
        start = perf_counter()
        hits = corpus.search(Query.parse(ask.typed), limit=_PAGE).hits
        times.append((perf_counter() - start) * 1000)
        found.append(len(hits))
    return Pages(tuple(ask.kind for ask in asks[_WARM_UP:]), tuple(times[_WARM_UP:]), tuple(found[_WARM_UP:]))


def _plain(place: Path, asks: Sequence[Ask]) -> Pages:
    """The same questions by BM25 alone: the engine's first ranking, cut to a page, without anything around it."""
    analyser = Analyser()
    engine = LocalEngine(place, analyser)
    times: list[float] = []
    found: list[int] = []
    for ask in asks:
        query = Query.parse(ask.typed)
        asked = engine.ask(lambda view, query=query: weigh(query, analyser, view, engine.sources))  # type: ignore[misc]  # mypy cannot infer it
        start = perf_counter()
        hits = engine.ask(lambda view, asked=asked: view.search(asked.query, _PAGE))  # type: ignore[misc]  # as above
        times.append((perf_counter() - start) * 1000)
        found.append(len(hits))
    engine.close()
    return Pages(tuple(ask.kind for ask in asks[_WARM_UP:]), tuple(times[_WARM_UP:]), tuple(found[_WARM_UP:]))


def _options(arguments: Sequence[str] | None) -> _Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(_SIZES), help="articles (default: %(default)s)")
    parser.add_argument("--queries", type=int, default=400, help="questions at each size (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=45.0, help="that it may take (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of articles and questions (default: %(default)s)")
    parser.add_argument("--articles", type=Path, help="JSON Lines as benchmarks.generate makes them, to save a minute")
    parser.add_argument("--folder", type=Path, help="where to build, 10 GB (default: the temporary folder)")
    parser.add_argument("--output", type=Path, default=_HERE, help="where the three files go")
    read = parser.parse_args(arguments)
    return _Options(
        sizes=tuple(sorted(read.sizes)),
        queries=read.queries,
        minutes=read.minutes,
        seed=read.seed,
        articles=read.articles,
        folder=read.folder,
        output=read.output,
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""``python -m benchmarks``: measure, and write RESULTS.md and results.json. Assembles the rest."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.ask import Ask
from benchmarks.collection import repeated
from benchmarks.engines.protocol import read_articles
from benchmarks.engines.registry import NAMES, UNASKED, installed
from benchmarks.figures import EngineFigures, InteractionFigures
from benchmarks.generate import Invented, articles
from benchmarks.machine import described
from benchmarks.measure import WARM_UP, Bounds, interaction_measured, measured
from benchmarks.process import WorkerEnded
from benchmarks.queries import QuestionMaker
from benchmarks.table import Report, as_json, markdown

_HERE = Path(__file__).parent
_INTERACTIONS = 500  # questions put to the bot
_COLLECTION = _HERE.parent.parent / "shared/collections/reuters21578/corpus.jsonl.gz"


@dataclass(frozen=True, slots=True)
class _Options:
    sizes: tuple[int, ...]
    queries: int
    engines: tuple[str, ...]
    bounds: Bounds
    seed: int
    collection: Path | None
    folder: Path | None
    output: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; 0 when it came to its end, 1 when nothing can be measured."""
    options, console = _options(arguments), Console(stderr=True)
    engines = [name for name in options.engines if name in installed()]
    if missing := set(options.engines) - set(engines):
        console.print(f"Not installed, so not measured: {', '.join(sorted(missing))}.")
    if options.collection and not options.collection.exists():
        console.print(f"There is no collection at {options.collection}: skipped.")
        return 0
    if not engines:
        return 1
    with tempfile.TemporaryDirectory(prefix="dateline-bench-", dir=options.folder) as folder:
        report = _measure(options, engines, Path(folder), console)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "RESULTS.md").write_text(markdown(report), encoding="utf-8")
    (options.output / "results.json").write_text(as_json(report), encoding="utf-8")
    console.print(f"Written: {options.output / 'RESULTS.md'} and results.json beside it.")
    return 0


def _measure(options: _Options, engines: Sequence[str], folder: Path, console: Console) -> Report:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    figures: list[EngineFigures] = []
    with Progress(*columns, console=console) as progress:
        files = _written(options, folder, progress)
        first = files[min(files)]
        asks = _asks(first, options)
        for size, file in files.items():
            figures += measured(engines, file, size, asks, bounds=options.bounds, progress=progress)
        added = _interaction(files, asks, progress) if "dateline" in engines else None
    return Report(described(), _origin(options), figures, added)


def _interaction(files: dict[int, Path], asks: Sequence[Ask], progress: Progress) -> InteractionFigures | None:
    """What the bot adds, over the largest archive; nothing where the bot cannot be driven."""
    size = max(files)
    task = progress.add_task("interactions", total=1)
    try:
        added = interaction_measured(files[size], size, asks[:_INTERACTIONS])
    except WorkerEnded:
        progress.console.print("The bot could not be driven: its figures are left out.")
        return None
    progress.advance(task)
    return added


def _written(options: _Options, folder: Path, progress: Progress) -> dict[int, Path]:
    """A file of JSON Lines for every size, smallest first; each begins like the next larger one."""
    files = {size: folder / f"{size}.jsonl" for size in sorted(options.sizes)}
    task = progress.add_task("articles", total=max(files))
    open_files = {size: file.open("w", encoding="utf-8") for size, file in files.items()}
    for number, article in enumerate(_articles(options, max(files))):
        line = json.dumps(article.fields(), ensure_ascii=False) + "\n"
        for size, file in open_files.items():
            if number < size:
                file.write(line)
        progress.advance(task)
    for file in open_files.values():
        file.close()
    return files


def _articles(options: _Options, count: int) -> Iterator[Invented]:
    if options.collection:
        return repeated(options.collection, count, seed=options.seed)
    return articles(count, seed=options.seed)


def _asks(file: Path, options: _Options) -> list[Ask]:
    return QuestionMaker(list(islice(read_articles(file), 10_000)), seed=options.seed).asks(options.queries + WARM_UP)


def _origin(options: _Options) -> str:
    if options.collection:
        return f"a collection of {options.collection.parent.name}, repeated with changes (seed {options.seed})"
    return f"invented, about 300 words each (seed {options.seed})"


def _options(arguments: Sequence[str] | None) -> _Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    sizes = [10_000, 100_000]
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, help="articles (default: %(default)s)")
    parser.add_argument("--queries", type=int, default=1_000, help="questions (default: %(default)s)")
    usual = list(UNASKED)
    parser.add_argument("--engines", nargs="+", choices=NAMES, default=usual, help="default: all but opensearch")
    parser.add_argument("--repetitions", type=int, default=5, help="of ingest and start (default: %(default)s)")
    parser.add_argument(
        "--page-seconds", type=float, default=60.0, help="seconds an engine may answer for (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of articles and questions (default: %(default)s)")
    parser.add_argument(
        "--collection",
        type=Path,
        nargs="?",
        const=_COLLECTION,
        help="JSON Lines to repeat with changes instead of invented articles; without a path the shared newswire",
    )
    parser.add_argument("--folder", type=Path, help="where to build, about 2 GB (default: the temporary folder)")
    parser.add_argument("--output", type=Path, default=_HERE, help="where RESULTS.md and results.json go")
    read = parser.parse_args(arguments)
    bounds = Bounds(repetitions=read.repetitions, page_seconds=read.page_seconds)
    return _Options(
        sizes=tuple(read.sizes),
        queries=read.queries,
        engines=tuple(read.engines),
        bounds=bounds,
        seed=read.seed,
        collection=read.collection,
        folder=read.folder,
        output=read.output,
    )


if __name__ == "__main__":
    raise SystemExit(main())

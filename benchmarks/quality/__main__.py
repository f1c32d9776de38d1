"""``python -m benchmarks.quality``: measure rankings and excerpts, and write QUALITY.md and quality.json beside it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.machine import described
from benchmarks.quality.excerpts import ExcerptFigures, excerpts_compared
from benchmarks.quality.hidden import hidden
from benchmarks.quality.known_items import known_items
from benchmarks.quality.rankings import compared
from benchmarks.quality.table import Quality, as_json, markdown
from corpus import CorpusError
from corpus.evaluation import Collection, read_collection
from corpus.show import progress

_HERE = Path(__file__).parent.parent
_LANGUAGES = "languages"  # a folder of articles without judgements
_SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything that is found; 0 also where there is nothing to measure, 1 when something cannot be read."""
    options, console = _options(arguments), Console(stderr=True)
    if not options.collections.is_dir():
        console.print(f"There are no collections in {options.collections}: nothing was measured.")
        return 0
    try:
        quality = _measure(options.collections, options.only, console)
    except CorpusError as error:
        console.print(str(error))
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "QUALITY.md").write_text(markdown(quality), encoding="utf-8")
    (options.output / "quality.json").write_text(as_json(quality), encoding="utf-8")
    console.print(f"Written: {options.output / 'QUALITY.md'} and quality.json beside it.")
    return 0


def _measure(folder: Path, only: Sequence[str], console: Console) -> Quality:
    chosen = [each for each in sorted(folder.iterdir()) if not only or each.name in only]
    judged = [read_collection(each) for each in chosen if (each / "qrels.tsv").exists()]
    named = [each for place in chosen if place.name == _LANGUAGES for each in known_items(place)]
    console.print(f"Measuring {', '.join(each.name for each in [*judged, *named]) or 'nothing'}.")
    return Quality(
        machine=described(),
        collections=[compared(each, progress) for each in judged],
        known_items=[compared(each, progress) for each in named],
        excerpts=next((_excerpts(each) for each in judged if each.facts), []),
    )


def _excerpts(collection: Collection) -> list[ExcerptFigures]:
    with progress("Asking for hidden facts") as asking:
        return excerpts_compared(hidden(collection, seed=_SEED), asking)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    default = _HERE.parent.parent / "shared/collections"
    parser.add_argument("--collections", type=Path, default=default, help="folders as `dateline eval` reads them")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="of them, by name (default: all)")
    parser.add_argument("--output", type=Path, default=_HERE, help="where QUALITY.md and quality.json go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())

"""``python -m benchmarks.load``: asks the bot so many times a second; ``--table`` writes LOAD.md with load.json.

The table has three turns over one worker: quiet, more than it can answer, and while the owner has everything read again
and again, which takes three times as long, so that an index is switched meanwhile.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.load import options
from benchmarks.load.stage import Stage, stage
from benchmarks.load.table import Load, as_json, line, markdown
from benchmarks.load.turn import Turn
from benchmarks.machine import described

_HERE = Path(__file__).parents[1]
_QUIET, _MUCH = 50.0, 200.0  # interactions a second
_LONGER = 3  # times that a reindex is looked at as long as the rest


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask and tell; 1 where a turn had an error, or the bot ended under it."""
    read, console = _read(arguments), Console(stderr=True)
    turns: list[Turn] = []
    archive = options.archive(read)
    with stage(archive, options.audience(read), port=read.port, log=read.log) as worker:
        worker.warm_up(min(_QUIET, read.rate))
        for turn in _table(worker, read) if read.table else _one(worker, read):
            console.print(line(turn))
            turns.append(turn)
        alive = worker.exit_code is None
    load = Load(described(), read.articles, read.people, read.servers, tuple(turns))
    print(as_json(load), end="")
    if read.table:
        (read.output / "LOAD.md").write_text(markdown(load), encoding="utf-8")
        (read.output / "load.json").write_text(as_json(load), encoding="utf-8")
    return 0 if alive and not any(turn.errors for turn in turns) else 1


def _one(worker: Stage, read: argparse.Namespace) -> Iterator[Turn]:
    if read.reindex:
        worker.reindex()
    yield worker.turn("during reindex" if read.reindex else "quiet", read.rate, read.seconds)


def _table(worker: Stage, read: argparse.Namespace) -> Iterator[Turn]:
    yield worker.turn("quiet", _QUIET, read.seconds)
    yield worker.turn("excess", _MUCH, read.seconds)
    worker.reindex()
    yield worker.turn("during reindex", _QUIET, read.seconds * _LONGER)


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser("benchmarks.load", __doc__)
    parser.add_argument("--rate", type=float, default=_QUIET, help="interactions a second (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="that a turn takes (default: %(default)s)")
    parser.add_argument("--reindex", action="store_true", help="have everything read again meanwhile")
    parser.add_argument("--table", action="store_true", help="play the three turns, and write the table")
    parser.add_argument("--output", type=Path, default=_HERE, help="where the table goes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())

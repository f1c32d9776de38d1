"""``python -m benchmarks.load.soak``: half a million interactions; 1 where memory grew, anything failed or was refused.

Growth is the slope of a line through all looks at the worker's private memory after the first tenth, times their span.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import linear_regression

from rich.console import Console

from benchmarks.load import options
from benchmarks.load.stage import stage
from benchmarks.load.table import line
from benchmarks.load.turn import Turn
from benchmarks.load.watch import Look

_MOST = 5.0  # 10**6 bytes that memory may have grown by
_WARM = 0.1  # share of the time that is not counted
_EVERY = 10.0  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Soak:
    """What came of it; ``growth`` in 10**6 bytes, ``looks`` as seconds since the beginning and 10**6 bytes."""

    turn: Turn
    growth: float
    looks: tuple[tuple[float, float], ...]

    @property
    def steady(self) -> bool:
        """Whether memory stayed, and everybody had an answer."""
        return self.growth < _MOST and not self.turn.errors and not self.turn.refused


def soaked(turn: Turn, looks: Sequence[Look]) -> Soak:
    """The growth over these looks."""
    began = looks[0].moment
    seen = tuple((round(look.moment - began, 1), round(look.own, 2)) for look in looks)
    return Soak(turn, growth(seen), seen)


def growth(looks: Sequence[tuple[float, float]]) -> float:
    """How much higher the line through these looks, seconds and memory, is at the end than after the warm-up."""
    counted = [look for look in looks if look[0] >= _WARM * looks[-1][0]]
    if len(counted) < 2:  # noqa: PLR2004  # there is no line through a point
        return 0.0
    moments, memory = zip(*counted, strict=True)
    return round(float(linear_regression(moments, memory).slope * (moments[-1] - moments[0])), 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask for as long as it takes."""
    read, console = _read(arguments), Console(stderr=True)
    seconds = read.interactions / read.rate
    console.print(f"{read.interactions:,} interactions at {read.rate:g} a second take {seconds / 60:.0f} minutes …")
    with stage(options.archive(read), options.audience(read), port=read.port, log=read.log) as worker:
        worker.warm_up(read.rate)
        soak = soaked(*worker.watched("soak", read.rate, seconds, every=read.every))
        alive = worker.exit_code is None
    console.print(line(soak.turn))
    console.print(f"private memory grew by {soak.growth:g} MB after the first tenth; it may grow by {_MOST:g}")
    print(json.dumps(asdict(soak), indent=1, ensure_ascii=False))
    return 0 if alive and soak.steady else 1


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser("benchmarks.load.soak", __doc__)
    parser.add_argument("--interactions", type=int, default=500_000, help="in all (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=64.0, help="interactions a second (default: %(default)s)")
    parser.add_argument("--every", type=float, default=_EVERY, help="seconds between looks (default: %(default)s)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())

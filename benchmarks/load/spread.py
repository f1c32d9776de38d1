"""How times are spread: the few numbers that tell of thousands. Knows nothing of what took so long."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles
from typing import NamedTuple


class Spread(NamedTuple):
    """Milliseconds that 50, 95 and 99 of 100 stay below, and the longest."""

    p50: float
    p95: float
    p99: float
    most: float


def spread(times: Sequence[float]) -> Spread:
    """The spread of these times; noughts where there are none."""
    if len(times) < 2:  # noqa: PLR2004  # a percentile lies between two
        return Spread(*[round(each, 3) for each in [*times, 0.0][:1] * 4])
    parts = quantiles(times, n=100, method="inclusive")
    return Spread(*(round(each, 3) for each in (parts[49], parts[94], parts[98], max(times))))

"""How late the bot's event loop was: as a probe beside the bot noted it, and as the bot itself counts it.

The probe is exact; the bot's own histogram says only between which bounds a percentile lies. Knows nothing of load.
"""

from __future__ import annotations

import re
import urllib.request
from array import array
from collections import Counter
from pathlib import Path

from benchmarks.load.spread import Spread, spread

_BUCKET = re.compile(r'^\w*lag\w*_bucket\{[^}]*le="([^"]+)"[^}]*\} (\S+)$', re.MULTILINE)


def noted(file: Path, began: float, ended: float) -> Spread:
    """Milliseconds by which the loop was late between two moments of the monotonic clock, as the probe noted."""
    pairs = array("d")
    pairs.frombytes(file.read_bytes() if file.exists() else b"")
    late = [late * 1000 for due, late in zip(pairs[::2], pairs[1::2], strict=True) if began <= due <= ended]
    return spread(late)


def buckets(port: int) -> Counter[float]:
    """How many wakings were at most so many seconds late, as the bot counts them; nothing where it counts none."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        told = page.read().decode()
    return Counter({float(bound): int(float(count)) for bound, count in _BUCKET.findall(told)})


def bound(before: Counter[float], after: Counter[float], percent: int) -> float | None:
    """Milliseconds that so many of 100 wakings stay below, between two counts; None where nothing was counted."""
    between = {limit: after[limit] - before[limit] for limit in sorted(after)}
    asked = max(between.values(), default=0) * percent / 100
    return next((limit * 1000 for limit, count in between.items() if asked and count >= asked), None)

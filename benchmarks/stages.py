"""Where the time of a page goes: a timer looks every millisecond which line of Dateline is at work.

Looking costs next to nothing and needs no names from inside the archive. A step in C or Rust counts for the line that
called it.
"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from time import perf_counter
from types import FrameType

import corpus
from benchmarks.ask import Ask
from benchmarks.engines.protocol import Engine

_EVERY = 0.001  # seconds
_ROOT = Path(corpus.__file__).parent


def sampled(opened: Engine, asks: list[Ask]) -> dict[str, object]:
    """Milliseconds a page by module and by function of the archive, and altogether, over these questions.

    A look counts for the innermost function of the archive; those that found none count for ``elsewhere``.
    """
    looks: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        looks[_place(frame)] += 1

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    start = perf_counter()
    for ask in asks:
        opened.page(ask)
    taken = (perf_counter() - start) * 1000 / len(asks)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    modules: Counter[str] = Counter()
    for place, count in looks.items():
        modules[place.partition(":")[0]] += count
    return {"milliseconds": taken, "modules": _shares(modules, taken), "functions": _shares(looks, taken)}


def _place(frame: FrameType | None) -> str:
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(_ROOT):
            return f"{file.relative_to(_ROOT).with_suffix('')}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return "elsewhere"


def _shares(looks: Counter[str], taken: float) -> dict[str, float]:
    total = looks.total() or 1
    return {place: taken * count / total for place, count in looks.most_common()}

"""Where the time of a page goes: a timer looks every millisecond which line of Dateline is at work.

Looking costs next to nothing. What happens in C, in Rust or in the engine counts for the stage that asked for it.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from time import perf_counter
from types import CodeType, FrameType

import corpus
from benchmarks.ask import Ask
from benchmarks.engines.protocol import Engine

_EVERY = 0.001  # seconds
_ROOT = Path(corpus.__file__).parent
_ELSEWHERE = "fetching five articles, and all else"
_STAGES = {
    "query": "reading the query",
    "weigh": "words to terms with their weights",
    "matched": "counting what has all the words",
    "rank": "the first ranking: BM25 over every article",
    "order": "reading fifteen stories as they were analysed",
    "passages": "their passages: BM25 again",
    "evidence": "closeness and coverage of the words",
    "feedback": "what the best stories have in common",
    "order:_found": "the second ranking: the query with these words",
    "excerpt": "excerpts and highlights",
    "suggest": "other spellings, other filters",
}
"""What happens in each module of a question's way, or in one function of it."""


def sampled(opened: Engine, asks: list[Ask]) -> dict[str, object]:
    """Milliseconds a page by stage and by function, and altogether, over these questions.

    A look counts for the innermost function of the archive, and for the stage of a question's way that it works for.
    """
    looks: Counter[str] = Counter()
    stages: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        codes = list(_codes(frame))
        looks[next(filter(None, map(_place, codes)), "elsewhere")] += 1
        stages[next(filter(None, map(_stage, codes)), _ELSEWHERE)] += 1
        signal.setitimer(signal.ITIMER_REAL, _EVERY)  # only now: a look never interrupts another

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _EVERY)
    start = perf_counter()
    for ask in asks:
        opened.page(ask)
    taken = (perf_counter() - start) * 1000 / len(asks)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    ordered = Counter({name: stages[name] for name in [*_STAGES.values(), _ELSEWHERE]})
    return {"milliseconds": taken, "stages": _shares(ordered, taken), "functions": _shares(looks, taken)}


def _codes(frame: FrameType | None) -> Iterator[CodeType]:
    """What is at work, the innermost first."""
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


@cache
def _stage(code: CodeType) -> str | None:
    """The stage that this function is a part of."""
    file = Path(code.co_filename)
    if not file.is_relative_to(_ROOT / "retrieval"):
        return None
    step = file.relative_to(_ROOT / "retrieval").parts[0].removesuffix(".py")
    return _STAGES.get(f"{step}:{code.co_name}") or _STAGES.get(step)


@cache
def _place(code: CodeType) -> str | None:
    """The name of a function of the archive."""
    file = Path(code.co_filename)
    return f"{file.relative_to(_ROOT).with_suffix('')}:{code.co_qualname}" if file.is_relative_to(_ROOT) else None


def _shares(looks: Counter[str], taken: float) -> dict[str, float]:
    total = looks.total() or 1
    return {place: taken * count / total for place, count in looks.items()}

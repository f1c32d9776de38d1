"""Where the time of a page goes: a timer looks every millisecond which line of Dateline is at work.

Looking costs next to nothing. What happens in C, in Rust or in the engine counts for the stage that asked for it.
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
        looks[_place(frame)] += 1
        stages[_stage(frame)] += 1

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    start = perf_counter()
    for ask in asks:
        opened.page(ask)
    taken = (perf_counter() - start) * 1000 / len(asks)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    ordered = Counter({name: stages[name] for name in [*_STAGES.values(), _ELSEWHERE]})
    return {"milliseconds": taken, "stages": _shares(ordered, taken), "functions": _shares(looks, taken)}


def _stage(frame: FrameType | None) -> str:
    """The stage that this frame works for: that of the innermost function that is part of one."""
    while frame is not None:
        code, file = frame.f_code, Path(frame.f_code.co_filename)
        if file.is_relative_to(_ROOT / "retrieval"):
            step = file.relative_to(_ROOT / "retrieval").parts[0].removesuffix(".py")
            found = _STAGES.get(f"{step}:{code.co_name}") or _STAGES.get(step)
            if found:
                return found
        frame = frame.f_back
    return _ELSEWHERE


def _place(frame: FrameType | None) -> str:
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(_ROOT):
            return f"{file.relative_to(_ROOT).with_suffix('')}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return "elsewhere"


def _shares(looks: Counter[str], taken: float) -> dict[str, float]:
    total = looks.total() or 1
    return {place: taken * count / total for place, count in looks.items()}

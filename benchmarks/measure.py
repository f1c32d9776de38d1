"""Runs the engines in turns, each in processes of its own, and gathers figures. Knows nothing of tables.

What disturbs the machine for a while disturbs all engines: they take turns repetition by repetition, and a few
questions at a time. Compare the engines of one run, not the runs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.progress import Progress

from benchmarks.ask import Ask
from benchmarks.figures import EngineFigures, InteractionFigures, Pages
from benchmarks.process import Worker, WorkerEnded, started

WARM_UP = 20
"""Questions at the head of the list that are asked and not counted."""

_TURN = 20  # questions an engine answers before the next one's turn
_STAGED = 300  # questions watched by stage
_WORKER = "benchmarks.worker"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is measured at most: repetitions, and the seconds after which an engine sits out a part.

    Every engine builds and starts once and answers ``fewest_pages`` questions, however slow.
    """

    repetitions: int = 5
    build_seconds: float = 15.0
    first_seconds: float = 20.0
    page_seconds: float = 60.0
    fewest_pages: int = 100


def measured(
    engines: Sequence[str], articles: Path, count: int, asks: Sequence[Ask], *, bounds: Bounds, progress: Progress
) -> list[EngineFigures]:
    """The figures of every engine that came through, over one file of ``count`` articles.

    What the engines build is left beside the file, in folders ``ENGINE-COUNT``.
    """
    contest = _Contest([_Contender(name, articles, count, bounds) for name in engines], count, progress)
    first = next(ask for ask in asks if ask.kind == "words")
    contest.each("ingest", bounds.repetitions, lambda contender, _: contender.build())
    contest.each("first answer", bounds.repetitions, lambda contender, _: contender.answer_first(first))
    with ExitStack() as stack:
        contest.each("open", 1, lambda contender, _: contender.open(stack, asks[:WARM_UP]))
        turns = [asks[start : start + _TURN] for start in range(WARM_UP, len(asks), _TURN)]
        contest.each("pages", len(turns), lambda contender, turn: contender.answer(turns[turn]))
        contest.each("memory and stages", 1, lambda contender, _: contender.finish(asks[:_STAGED]))
    return [contender.figures(asks[WARM_UP:]) for contender in contest.contenders]


def interaction_measured(articles: Path, count: int, asks: Sequence[Ask]) -> InteractionFigures:
    """What the bot adds to an interaction, over the archive that ``measured`` left beside the file.

    Raises:
        WorkerEnded: the bot could not be driven.
    """
    with started("benchmarks.interaction", articles.parent / f"dateline-{count}") as worker:
        times = worker.order("interact", asks)
    how = f"{len(asks):,} questions of the mix over {count:,} articles, one at a time, after {WARM_UP} of warming up."
    return InteractionFigures(how, tuple(times["bot"]), tuple(times["bare"]))


class _Contest:
    """The engines that are still in, and their turns."""

    def __init__(self, contenders: list[_Contender], count: int, progress: Progress) -> None:
        self.contenders = contenders
        self._count, self._progress = count, progress

    def each(self, part: str, turns: int, act: Callable[[_Contender, int], None]) -> None:
        """Let every engine act once a turn, with the number of the turn; one whose worker ends is out."""
        name = f"{self._count:,}: {part}"
        task = self._progress.add_task(name, total=turns * len(self.contenders))
        for turn in range(turns):
            for contender in tuple(self.contenders):
                self._progress.update(task, description=f"{name}, {contender.name}")
                try:
                    act(contender, turn)
                except WorkerEnded:
                    self._progress.console.print(f"{contender.name} failed at {name} and is out.")
                    self.contenders.remove(contender)
                self._progress.advance(task)
        self._progress.update(task, description=name, completed=turns * len(self.contenders) or turns)


class _Contender:
    """One engine, and what it has shown so far."""

    def __init__(self, name: str, articles: Path, count: int, bounds: Bounds) -> None:
        self.name = name
        self._articles, self._count, self._bounds = articles, count, bounds
        self._place = articles.parent / f"{name}-{count}"
        self._builds: list[float] = []
        self._firsts: list[float] = []
        self._milliseconds: list[float] = []
        self._results: list[int] = []
        self._private_megabytes: float | None = None
        self._watched: dict[str, Any] = {}
        self._serving: Worker | None = None

    def build(self) -> None:
        """Build from nothing, unless it took its time before."""
        if sum(self._builds) > self._bounds.build_seconds:
            return
        shutil.rmtree(self._place, ignore_errors=True)
        self._place.mkdir()
        with started(_WORKER, self.name, "build", self._place, self._articles) as worker:
            self._builds.append(worker.hear()["seconds"])

    def answer_first(self, ask: Ask) -> None:
        """Start a process for one question, unless it took its time before."""
        if sum(self._firsts) > self._bounds.first_seconds:
            return
        start = perf_counter()
        with started(_WORKER, self.name, "first", self._place, json.dumps(ask.fields())) as worker:
            worker.hear()
            self._firsts.append(perf_counter() - start)

    def open(self, stack: ExitStack, asks: Sequence[Ask]) -> None:
        """Start the process that answers from now on, and warm it up."""
        self._serving = stack.enter_context(started(_WORKER, self.name, "serve", self._place))
        self._serving.hear()
        self._serving.order("search", asks)

    def answer(self, asks: Sequence[Ask]) -> None:
        """Answer a few questions, unless it took its time before."""
        enough = len(self._results) >= self._bounds.fewest_pages
        if self._serving is None or (enough and sum(self._milliseconds) > self._bounds.page_seconds * 1000):
            return
        answer = self._serving.order("search", asks)
        self._milliseconds += answer["milliseconds"]
        self._results += answer["results"]

    def finish(self, asks: Sequence[Ask]) -> None:
        """Weigh the process; watch the stages of the one engine that has any."""
        if self._serving is None:
            return
        self._private_megabytes = self._serving.order("memory")["private_megabytes"]
        if self.name == "dateline":
            self._watched = self._serving.order("stages", asks)

    def figures(self, asks: Sequence[Ask]) -> EngineFigures:
        """What it has shown; ``asks`` are those that were counted."""
        kinds = tuple(ask.kind for ask in asks[: len(self._results)])
        return EngineFigures(
            engine=self.name,
            articles=self._count,
            ingest_seconds=tuple(self._builds),
            first_answer_seconds=tuple(self._firsts),
            pages=Pages(kinds, tuple(self._milliseconds), tuple(self._results)),
            private_megabytes=self._private_megabytes,
            disk_megabytes=sum(file.stat().st_size for file in self._place.rglob("*") if file.is_file()) / 1e6,
            stages=self._watched.get("stages", {}),
            functions=self._watched.get("functions", {}),
        )

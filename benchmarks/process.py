"""A worker seen from outside: orders in, lines of JSON out. Knows nothing of what is measured."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from benchmarks.ask import Ask


class WorkerEnded(Exception):
    """A worker ended before it answered; its own message stands on standard error."""


class Worker:
    """A running worker."""

    def __init__(self, orders: IO[str], answers: IO[str], pid: int) -> None:
        self._orders, self._answers = orders, answers
        self.pid = pid

    def order(self, verb: str, asks: Sequence[Ask] = (), **more: float) -> dict[str, Any]:
        """Have something done and wait for what comes of it.

        Raises:
            WorkerEnded: it ended instead.
        """
        try:
            self._orders.write(json.dumps({"do": verb, "asks": [ask.fields() for ask in asks], **more}) + "\n")
            self._orders.flush()
        except BrokenPipeError as error:
            raise WorkerEnded from error
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """The next line that the worker says.

        Raises:
            WorkerEnded: it ended instead.
        """
        line = self._answers.readline()
        if not line:
            raise WorkerEnded
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def started(module: str, *arguments: Path | str, env: Mapping[str, str] | None = None) -> Iterator[Worker]:
    """A module of this package run in a process of its own, which ends with the block."""
    command, pipe = [sys.executable, "-m", module, *map(str, arguments)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8", env=env) as process:
        if process.stdin is None or process.stdout is None:
            raise WorkerEnded
        try:
            yield Worker(process.stdin, process.stdout, process.pid)
        finally:
            process.stdin.close()  # a worker that waits for orders ends when there are none to come

"""A process beside this one, for work that needs no archive. It only saves time: whoever starts it can do without it.

It opens no file but what it is told to read, and ends when nobody takes what it makes, however the first process ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).parents[1]


def program(module: str, function: str, *arguments: str) -> list[str]:
    """The command that runs a function of ours in a process of its own, with these arguments."""
    called = f"{function}({', '.join(map(repr, arguments))})"
    return [sys.executable, "-P", "-c", f"from {module} import {function}; {called}"]


def environment() -> dict[str, str]:
    """The environment of such a process: it finds our packages wherever they were found here."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}


@contextmanager
def beside(module: str, function: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Run a function of ours in a process of its own; yield what it reads as its input, and what it writes.

    It has a group of its own: Ctrl-C is for the first process, at whose end it ends. Its input is buffered.

    Raises:
        OSError: it cannot be started.
    """
    with subprocess.Popen(  # noqa: S603  # this interpreter, with our own words
        program(module, function),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what fails there fails here again, and is told then
        env=environment(),
        process_group=0,
    ) as child:
        try:
            if child.stdin is None or child.stdout is None:
                raise OSError
            yield child.stdin, child.stdout
        finally:
            child.kill()
            if child.stdin:
                with suppress(BrokenPipeError):  # what was not yet handed over is lost on purpose
                    child.stdin.close()

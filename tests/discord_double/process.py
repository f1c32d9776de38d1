"""The bot as a process of its own, started through the launcher in a clean environment."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .core import Core
from .gateway import Gateway
from .rest import Request, Rest
from .sessions import Session
from .warm import Process, warm

_REPOSITORY = Path(__file__).resolve().parents[2]
LAUNCHER = (sys.executable, "-P", "-u", str(Path(__file__).with_name("launcher.py")))
FROM_OUTSIDE = Path(__file__).with_name("from_outside")  # in PYTHONPATH it points any `python -m bot` at the double
_ESSENTIAL = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_COVERAGE = ("COVERAGE_", "COV_CORE_")  # so that lines run in the process count, where the test run counts them
_AT_THE_START = ("PYTHON", *_COVERAGE)  # what Python reads as it starts
READY_SECONDS = 60.0
LEAVE_SECONDS = 3.0
OUTPUT_CHARACTERS = 200_000


class BotProcess:
    """A running bot. `output` is what it wrote to stdout and stderr so far."""

    def __init__(self, core: Core, gateway: Gateway, rest: Rest, number: int, process: Process) -> None:
        self._core, self._gateway, self._rest = core, gateway, rest
        self._process = process
        self.number = number
        self.output = ""
        self._reader = asyncio.create_task(self._drain())

    @classmethod
    async def start(
        cls,
        core: Core,
        gateway: Gateway,
        rest: Rest,
        number: int,
        arguments: tuple[str, ...],
        env: Mapping[str, str],
        cwd: str | os.PathLike[str] | None,
        program: Sequence[str],
        *,
        forked: bool,
    ) -> BotProcess:
        """Start `program <arguments>` with the addresses of the double in its environment."""
        kept = {key: value for key, value in os.environ.items() if key in _ESSENTIAL or key.startswith(_COVERAGE)}
        addresses = {
            "DISCORD_DOUBLE_API": f"{core.base}/launch/{number}/api/v10",
            "DISCORD_DOUBLE_GATEWAY": gateway.address(number),
        }
        environment, folder = {**kept, **env, **addresses}, cwd or _REPOSITORY
        process: Process
        if forked and not any(key.startswith(_AT_THE_START) for key in environment):
            process = await warm(tuple(program)).start(arguments, environment, folder)
        else:
            process = await asyncio.create_subprocess_exec(
                *program,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        core.transcript.add(f"bot {number} started: {' '.join(arguments)}")
        return cls(core, gateway, rest, number, process)

    async def _drain(self) -> None:
        assert self._process.stdout is not None
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while chunk := await self._process.stdout.read(65536):
            self.output = (self.output + decoder.decode(chunk))[-OUTPUT_CHARACTERS:]
            self._core.changed()
        await self._process.wait()
        self._core.transcript.add(f"bot {self.number} exited with {self.exit_code}")
        self._core.changed()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.returncode

    @property
    def sessions(self) -> list[Session]:
        """Its gateway sessions, one a shard."""
        return [session for session in self._gateway.sessions if session.launch == self.number]

    @property
    def requests(self) -> list[Request]:
        """Its REST requests, in order."""
        return [request for request in self._rest.requests if request.launch == self.number]

    async def ready(self, timeout: float = READY_SECONDS) -> None:
        """Wait until every shard has READY and is connected; AssertionError with its output if it exits first."""

        def there() -> bool:
            if self.exit_code is not None:
                raise self._core.failure(f"the bot exited with {self.exit_code}; it wrote:\n{self.output}")
            live = [session for session in self.sessions if session.socket is not None]
            return bool(live) and len(live) >= live[0].shards

        await self._core.wait(there, "the bot to be ready", timeout)

    async def wrote(self, text: str, timeout: float = READY_SECONDS) -> None:
        """Wait until its output contains a text."""
        await self._core.wait(lambda: text in self.output, f"the bot to write {text!r}", timeout)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.signal(signal.SIGTERM)

    def signal(self, number: int) -> None:
        """Send a signal to the process itself, if it still runs."""
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)  # send_signal may take the exit code from under asyncio

    async def wait(self, timeout: float = READY_SECONDS) -> int:
        """Wait for the exit and the end of the output; the exit code."""
        try:
            async with asyncio.timeout(timeout):
                await asyncio.shield(self._reader)
        except TimeoutError:
            left = "did not exit" if self.exit_code is None else "exited, but left a process that holds its output,"
            raise self._core.failure(f"the bot {left} in {timeout:g} s; it wrote:\n{self.output}") from None
        assert self.exit_code is not None
        return self.exit_code

    async def close(self) -> None:
        """End it, and whatever it started: SIGTERM, then SIGKILL to all of its process group."""
        if self.exit_code is None:
            self.terminate()
            await asyncio.wait([self._reader], timeout=LEAVE_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._reader

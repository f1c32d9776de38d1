"""A launcher that has everything imported and is forked for each bot, which so starts in a fraction of the time.

What is forked has an environment, a folder and an output of its own, leads a session and ends as any other. Only what
Python reads as it starts is that of the launcher, and so is what the system says of its command and its environment.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from typing import Protocol


class Process(Protocol):
    """What is asked of a process, of asyncio's or a forked one."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdout(self) -> asyncio.StreamReader | None: ...
    async def wait(self) -> int: ...


class Forked:
    """A forked process; it ends by itself, or by a signal."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, status: asyncio.StreamReader) -> None:
        self.pid = pid
        self.stdout: asyncio.StreamReader | None = stdout
        self.returncode: int | None = None
        self._ended = asyncio.create_task(self._end(status))

    async def _end(self, status: asyncio.StreamReader) -> int:
        self.returncode = os.waitstatus_to_exitcode(int(await status.read()))
        return self.returncode

    async def wait(self) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        return await asyncio.shield(self._ended)


class Warm:
    """The launcher that is forked; it ends with whoever started it."""

    def __init__(self, launcher: Sequence[str]) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [*launcher, "--warm", str(theirs.fileno())]
            alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # what has threads is not to be forked
            self._process = subprocess.Popen(command, env=alone, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    async def start(self, arguments: Sequence[str], env: Mapping[str, str], cwd: str | os.PathLike[str]) -> Forked:
        """Start `<launcher> <arguments>`, with this environment and no other, in this folder."""
        (stdout, output), (status, told) = os.pipe(), os.pipe()
        order = {"arguments": [*arguments], "env": {**env}, "cwd": os.fspath(cwd)}
        try:
            socket.send_fds(self._orders, [json.dumps(order).encode()], [output, told])
        finally:
            os.close(output)
            os.close(told)
        ended = await _reader(status)
        return Forked(int(await ended.readline()), await _reader(stdout), ended)


@functools.cache
def warm(launcher: tuple[str, ...]) -> Warm:
    """This launcher, warmed up once in a process."""
    return Warm(launcher)


async def _reader(pipe: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
    )
    return reader

"""A second process that answers questions, for times when many ask: there they cost the event loop nothing.

It only saves time: whoever starts it goes on without it where it cannot be started or dies. It opens the archive for
reading, answers several questions at once, and ends when its standard input closes, however the first process ended.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import pickle
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any

from corpus.beside import environment, program
from corpus.corpus import Corpus
from corpus.engine import Where

_THREADS = 4
_HEAD = struct.Struct("!QI")  # the number of a question, and the bytes of what follows
_READY = 0  # the number under which it says that it has opened the archive


class Gone(Exception):
    """The second process is not there, or not any more."""


class Answerer:
    """The second process, from the first one's event loop."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        """Use ``start``."""
        self._child = child
        self._numbers = itertools.count(_READY + 1)
        self._waiting: dict[int, asyncio.Future[Any]] = {_READY: asyncio.get_running_loop().create_future()}
        self._taking = asyncio.create_task(self._take(), name="answers")

    @classmethod
    async def start(cls, where: Where) -> Answerer:
        """Start one over the archive that lies there, and wait until it can be asked.

        Raises:
            Gone: it cannot be started.
        """
        try:
            child = await asyncio.create_subprocess_exec(
                *program(__name__, "serve"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment(),
                process_group=0,
            )
        except OSError as error:
            raise Gone from error
        answerer = cls(child)
        try:
            answerer._tell(_READY, where)  # not as an argument, which everybody on this machine could read
            await answerer._waiting[_READY]
            del answerer._waiting[_READY]
        except BaseException:
            await answerer.stop()
            raise
        return answerer

    @property
    def busy(self) -> bool:
        """Whether it is being asked."""
        return bool(self._waiting)

    async def ask(self, verb: str, args: tuple[object, ...], kwargs: dict[str, object], *, within: float) -> Any:
        """What this verb of Corpus gives; after ``within`` seconds nobody waits for it any more, and it is not begun.

        Raises:
            Gone: it died before it answered.
            CorpusError: whatever the verb raises.
        """
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._tell(number, (verb, args, kwargs, time.monotonic() + within))
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def stop(self) -> None:
        """End it; what it was asked is not answered any more."""
        with suppress(ProcessLookupError):
            self._child.kill()
        await self._child.wait()
        self._taking.cancel()

    def _tell(self, number: int, what: object) -> None:
        told = pickle.dumps(what)
        if self._child.stdin is None or self._taking.done():
            raise Gone
        self._child.stdin.write(_HEAD.pack(number, len(told)) + told)

    async def _take(self) -> None:
        """Hand its answers to those who wait for them, until it is gone."""
        output = self._child.stdout
        try:
            while output is not None:
                number, size = _HEAD.unpack(await output.readexactly(_HEAD.size))
                fine, value = pickle.loads(await output.readexactly(size))  # noqa: S301  # our own process wrote it
                answer = self._waiting.get(number)
                if answer is not None and not answer.done():
                    answer.set_result(value) if fine else answer.set_exception(value)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(Gone())


def serve() -> None:
    """Answer what is asked on standard input, until that closes; this is the second process."""
    told, threads = _told(sys.stdin.buffer), ThreadPoolExecutor(_THREADS)
    ready, where = next(told, (_READY, None))
    if where is None:
        return
    # Not through sys.stdout, which with PYTHONUNBUFFERED writes to a pipe in part, and drops the rest.
    with Corpus.open(where) as corpus, open(1, "wb", closefd=False) as out:
        answers = _Answers(out)
        answers.give(ready, lambda: None, math.inf)
        for number, asked in told:
            threads.submit(answers.give, number, *_question(corpus, *asked))
        threads.shutdown(cancel_futures=True)


def _told(asked: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """Whatever the first process tells, with its number; first where the archive lies."""
    while len(head := asked.read(_HEAD.size)) == _HEAD.size:
        number, size = _HEAD.unpack(head)
        yield number, pickle.loads(asked.read(size))  # noqa: S301  # our own process wrote it


def _question(
    corpus: Corpus, verb: str, args: tuple[object, ...], kwargs: dict[str, object], until: float
) -> tuple[Callable[[], object], float]:
    """What is asked, and until when somebody waits for it, by the clock that all processes of a machine share."""
    return lambda: getattr(Corpus, verb)(corpus, *args, **kwargs), until


class _Answers:
    """What is written back, one answer at a time."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._one = threading.Lock()

    def give(self, number: int, question: Callable[[], object], until: float) -> None:
        """Answer a question, by what it gives or by what it raises, if anybody waits for it still."""
        if time.monotonic() > until:
            return
        try:
            answer = pickle.dumps((True, question()))
        except Exception as error:  # noqa: BLE001  # whoever asked gets it, as if it had been raised there
            answer = pickle.dumps((False, error))
        with self._one, suppress(BrokenPipeError):
            self._output.write(_HEAD.pack(number, len(answer)) + answer)
            self._output.flush()

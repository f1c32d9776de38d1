"""AsyncCorpus: the verbs of Corpus off the event loop, with a time limit. No second list of them.

Questions are answered by threads, which share one interpreter with the loop; where several are asked at once, a second
process takes over those that search.
Whatever changes the archive runs in a child process, which dies with this one: killing it harms nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from corpus.answerer import Answerer, Gone
from corpus.corpus import Corpus
from corpus.engine import Where
from corpus.errors import CorpusError, SearchTimeout
from corpus.model import Progress
from corpus.plain import read_progress

_P = ParamSpec("_P")
_T = TypeVar("_T")

_LONGEST_SENTENCE = 500  # characters
_LONGEST_LINE = 64 * 2**20  # bytes: a report names all that was rejected
_FAREWELL = 1.0  # seconds for a child to write down that it was stopped
_THREADS = 4  # a slow question must not stop quick ones; more would only wait for one another
_CROWD = 8  # questions at once, from which on a second process answers: a page of one reader asks four
_QUIET = 600.0  # seconds without a crowd after which it goes
_PAUSE = 60.0  # seconds from one beginning of it to the next: one that dies of what it is asked would die again
_SEARCHING = frozenset({Corpus.search, Corpus.coverage, Corpus.headlines, Corpus.quoted, Corpus.export})
"""The verbs that it is given: they cost most, and nothing else hangs on them."""


class AsyncCorpus:
    """An archive that can be asked from an event loop."""

    def __init__(
        self, corpus: Corpus, *, timeout: float = 2.5, options: Sequence[str] = (), alone: bool = False
    ) -> None:
        """Wrap an open archive; ``timeout`` bounds each answer, in seconds.

        ``options`` are those of the shell that every command of ``keep`` is given. ``alone`` forbids a second process.
        """
        self._corpus = corpus
        self._options = tuple(options)
        self._timeout = timeout
        self._alone = alone
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="corpus")
        self._answerer: Answerer | None = None
        self._changing: asyncio.Task[None] | None = None  # begins the second process, or ends it
        self._open = 0
        self._crowded = 0.0
        self._began = -_PAUSE

    async def ask(self, verb: Callable[Concatenate[Corpus, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Ask what ``verb`` asks of a Corpus: ``await archive.ask(Corpus.search, query, page=2)``.

        Raises:
            SearchTimeout: the answer took too long.
            CorpusError: whatever the verb raises.
        """
        self._open += 1
        try:
            async with asyncio.timeout(self._timeout):
                return await self._answer(verb, args, kwargs)
        except TimeoutError as error:
            raise SearchTimeout(self._timeout) from error
        finally:
            self._open -= 1

    async def _answer(self, verb: Callable[..., _T], args: tuple[object, ...], kwargs: dict[str, object]) -> _T:
        """Have it answered by the second process, if there is one and it is a question for it, else by a thread."""
        self._heed_the_crowd()
        if self._answerer is not None and verb in _SEARCHING:
            try:
                return cast(_T, await self._answerer.ask(verb.__name__, args, kwargs, within=self._timeout))
            except Gone:
                self._answerer = None
        question = partial(verb, self._corpus, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)

    def _heed_the_crowd(self) -> None:
        """Have a second process where several ask at once, and none where nobody did for a while."""
        now = asyncio.get_running_loop().time()
        if self._open >= _CROWD and not self._alone:
            self._crowded = now
            begun = self._changing is not None and not self._changing.done()
            if self._answerer is None and not begun and now - self._began >= _PAUSE:
                self._began = now
                self._changing = asyncio.create_task(self._start(), name="second process")
        elif self._answerer is not None and not self._answerer.busy and now - self._crowded > _QUIET:
            answerer, self._answerer = self._answerer, None
            self._changing = asyncio.create_task(answerer.stop(), name="second process ends")

    async def _start(self) -> None:
        with suppress(Gone):
            self._answerer = await Answerer.start(self._corpus.where)

    async def keep(
        self, *command: str, inputs: str, by: str, progress: Callable[[Progress], None] | None = None
    ) -> Mapping[str, Any]:
        """Run a command of the shell that changes the archive in a child process, and give what it prints as JSON.

        ``command`` is as one would type it, ``inputs`` are ``name=location`` pairs, ``by`` is for the audit. To cancel
        it stops the child, and waits until it has ended.

        Raises:
            CorpusError: the child could not; its sentence says why.
        """
        lying, secrets = _said(self._corpus.where)
        own = ("--until-stdin-closes", "--lines", *lying, f"--inputs={inputs}", *self._options, f"--by={by}")
        return await _run_child(*own, *command, "--json", secrets=secrets, progress=progress)

    async def close(self) -> None:
        """Let go of the archive: no question is begun any more, and those that are being answered come to their end.

        Given up while it waits for them, it leaves the archive open to them: a connection that is closed under a
        question takes the whole process with it.
        """
        if self._changing is not None:
            self._changing.cancel()
            await asyncio.wait([self._changing])
        if self._answerer is not None:
            await self._answerer.stop()
            self._answerer = None
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._corpus.close()


def _said(where: Where) -> tuple[list[str], dict[str, str]]:
    """Where an archive lies, as options of the shell; and in the environment what no other user may read."""
    if isinstance(where, Path):
        return [f"--data-dir={where}"], {}
    options = [
        "--engine=opensearch",
        f"--data-dir={where.workplace}",
        f"--opensearch-url={' '.join(where.urls)}",
        f"--opensearch-index={where.name}",
        f"--opensearch-shards={where.shards}",
        f"--opensearch-user={where.user}",
        f"--opensearch-ca={where.ca or ''}",
    ]
    unverified = [] if where.verified else ["--opensearch-unverified"]
    return options + unverified, {"OPENSEARCH_PASSWORD": where.password}


async def _run_child(
    *arguments: str, secrets: Mapping[str, str], progress: Callable[[Progress], None] | None
) -> Mapping[str, Any]:
    child = await _child(*arguments, secrets=secrets)
    try:
        result, complaint = await _told_by(child, progress)
    finally:
        await asyncio.shield(_ended(child))
    if result is None:
        # What a child said last, and how it ended, stays English: it sends whoever keeps the archive to the shell.
        raise CorpusError(_reason(complaint, child.returncode))
    return result


async def _child(*arguments: str, secrets: Mapping[str, str]) -> asyncio.subprocess.Process:
    pipe, environment = asyncio.subprocess.PIPE, {**os.environ, **secrets}
    command = (sys.executable, "-m", "corpus", *arguments)
    try:
        return await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, limit=_LONGEST_LINE, env=environment
        )
    except ValueError as error:  # half a character, or the one with which every argument ends
        raise CorpusError("This has characters in it that no command can be given: leave them out.") from error


async def _ended(child: asyncio.subprocess.Process) -> None:
    """Let a child that is given up write down that it was stopped, then end it."""
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), _FAREWELL)
    except TimeoutError:
        child.kill()
        await child.wait()


async def _told_by(
    child: asyncio.subprocess.Process, progress: Callable[[Progress], None] | None
) -> tuple[Mapping[str, Any] | None, str]:
    """What the child prints until it ends: its last line, and its complaint.

    Its standard input stays open, by which it knows that we live.
    """
    if child.stdout is None or child.stderr is None:
        raise RuntimeError("the child was started without pipes")
    complaint = asyncio.create_task(child.stderr.read())
    result: Mapping[str, Any] | None = None
    async for printed in child.stdout:
        told = _read(printed)
        if told is not None and "progress" in told:
            if progress:
                progress(read_progress(told["progress"]))
        elif told is not None:
            result = told
    await child.wait()
    return result, (await complaint).decode(errors="replace")


def _read(printed: bytes) -> Mapping[str, Any] | None:
    """A line as the mapping that it is; None where it is none."""
    try:
        told = json.loads(printed)
    except ValueError:
        return None
    return told if isinstance(told, dict) else {"result": told}


def _reason(complaint: str, code: int | None) -> str:
    """The child's own sentence, which is the last line it wrote; or how it ended, if it could not say."""
    if code is not None and code < 0:
        killed = f"The process that did this was killed by signal {-code}, perhaps for want of memory"
        return f"{killed}: do it with `dateline` in the shell to see more."
    lines = complaint.strip().splitlines()
    return lines[-1][:_LONGEST_SENTENCE] if lines else f"This ended with code {code} and without a report."

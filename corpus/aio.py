"""AsyncCorpus: the verbs of Corpus off the event loop, with a time limit. No second list of them.

Reindexing runs in a child process, which dies with this one: killing it harms nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from corpus.corpus import Corpus
from corpus.errors import CorpusError, ReindexInProgress, SearchTimeout
from corpus.model import IngestReport, Rejection

_P = ParamSpec("_P")
_T = TypeVar("_T")

_LONGEST_SENTENCE = 500  # characters
_THREADS = 4  # a slow question must not stop quick ones; more would only wait for one another


class AsyncCorpus:
    """An archive that can be asked from an event loop."""

    def __init__(self, corpus: Corpus, *, timeout: float = 2.5) -> None:
        """Wrap an open archive; ``timeout`` bounds each answer, in seconds."""
        self._corpus = corpus
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="corpus")
        self._reindexing = False

    async def ask(self, verb: Callable[Concatenate[Corpus, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Ask what ``verb`` asks of a Corpus: ``await archive.ask(Corpus.search, query, page=2)``.

        Raises:
            SearchTimeout: the answer took too long.
            CorpusError: whatever the verb raises.
        """
        question = partial(verb, self._corpus, *args, **kwargs)
        answer = asyncio.get_running_loop().run_in_executor(self._threads, question)
        try:
            return await asyncio.wait_for(answer, self._timeout)
        except TimeoutError as error:
            raise SearchTimeout(self._timeout) from error

    async def reindex(self, inputs: str, *, index_only: bool = False) -> IngestReport:
        """Reindex in a child process; ``inputs`` are ``name=location`` pairs.

        Raises:
            ReindexInProgress: one that was started here is running already.
            CorpusError: the child could not; its sentence says why.
        """
        if self._reindexing:
            raise ReindexInProgress
        self._reindexing = True
        try:
            return await self._run_child("reindex", "--json", *(["--index-only"] if index_only else []), inputs=inputs)
        finally:
            self._reindexing = False

    async def close(self) -> None:
        """Let go of the archive: no question is begun any more, and those that are being answered come to their end.

        Given up while it waits for them, it leaves the archive open to them: a connection that is closed under a
        question takes the whole process with it.
        """
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._corpus.close()

    async def _run_child(self, *command: str, inputs: str) -> IngestReport:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "corpus",
            "--until-stdin-closes",
            f"--data-dir={self._corpus.folder}",
            f"--inputs={inputs}",
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            printed, complaint = await _printed_by(child)
        finally:
            if child.returncode is None:
                child.kill()
                await asyncio.shield(child.wait())
        if child.returncode or not printed:
            # What a child said last, and how it ended, stays English: it sends whoever keeps the archive to the shell.
            raise CorpusError(_reason(complaint, child.returncode))
        try:
            return _report(json.loads(printed))
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError("The reindex ended without a report: run `dateline reindex` in the shell.") from error


async def _printed_by(child: asyncio.subprocess.Process) -> tuple[str, str]:
    """What the child prints until it ends; its standard input stays open, by which it knows that we live."""
    if child.stdout is None or child.stderr is None:
        raise RuntimeError("the child was started without pipes")
    printed, complaint = await asyncio.gather(child.stdout.read(), child.stderr.read())
    await child.wait()
    return printed.decode(errors="replace"), complaint.decode(errors="replace")


def _reason(complaint: str, code: int | None) -> str:
    """The child's own sentence, which is the last line it wrote; or how it ended, if it could not say."""
    if code is not None and code < 0:
        killed = f"The reindex was killed by signal {-code}, perhaps for want of memory"
        return f"{killed}: run `dateline reindex` in the shell to see more."
    lines = complaint.strip().splitlines()
    return lines[-1][:_LONGEST_SENTENCE] if lines else f"The reindex ended with code {code}: run it in the shell."


def _report(plain: dict[str, object]) -> IngestReport:
    counts = {name: int(str(plain[name])) for name in ("added", "updated", "unchanged", "copies")}
    rejected = plain["rejected"]
    if not isinstance(rejected, list):
        raise TypeError("the child's report has no list of rejections")
    return IngestReport(**counts, rejected=tuple(Rejection(each["origin"], each["reason"]) for each in rejected))

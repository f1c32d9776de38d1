"""Makes entries of articles: of few here, of many in a process beside this one, while this one stores the next.

The analysis is a third of what an ingest has to do, and most of what a rebuild has. Only what goes into the index is
analysed: of a file that grows nobody looks at the words of what was there before.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import IO, Self

from corpus.analysis import Analyser
from corpus.beside import beside
from corpus.engine.entry import Entry, entry
from corpus.model import Article

AT_ONCE = 500
"""Articles that are handed over together, which two processes hold then with all that was made of them.

For fewer no process is started: that costs half a second.
"""

_SPELLINGS = 120_000  # in each of two memories, together about 40 MB: with a third of them it takes a quarter longer

_LOG = logging.getLogger(__name__)

Made = Callable[[], list[Entry]]
"""Waits for the entries of some articles, in their order."""


class Analyst:
    """Analyses articles as long as it is open. For one thread."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._alone = False
        self._pipes: tuple[IO[bytes], IO[bytes]] | None = None
        self._opened = ExitStack()
        self._exchange = ThreadPoolExecutor(1)

    def begin(self, articles: Sequence[Article]) -> Made:
        """Begin to make entries of these articles."""
        if self._pipes is None and len(articles) >= AT_ONCE and not self._alone:
            self._start()
        if self._pipes is None:
            return lambda: self._here(articles)
        coming = self._exchange.submit(_exchanged, *self._pipes, articles)

        def made() -> list[Entry]:
            try:
                return coming.result()
            except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
                self._go_on_alone(error)
                return self._here(articles)

        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()
        self._exchange.shutdown()

    def _here(self, articles: Sequence[Article]) -> list[Entry]:
        return [entry(self._analyser.article(article)) for article in articles]

    def _start(self) -> None:
        try:
            self._pipes = self._opened.enter_context(beside(__name__, "serve_entries"))
        except OSError as error:
            self._go_on_alone(error)

    def _go_on_alone(self, error: Exception) -> None:
        if not self._alone:
            _LOG.warning("the process that analyses is gone (%r); this one does it", error)
        self._alone, self._pipes = True, None


def _exchanged(told: IO[bytes], made: IO[bytes], articles: Sequence[Article]) -> list[Entry]:
    pickle.dump(articles, told, pickle.HIGHEST_PROTOCOL)
    told.flush()
    found: list[Entry] = pickle.load(made)  # noqa: S301  # it comes from ``serve_entries``
    return found


def serve_entries() -> None:
    """Be the other process: read articles from standard input, and write their entries to standard output."""
    analyser = Analyser(_SPELLINGS)
    # Not through sys.stdout, which with PYTHONUNBUFFERED writes to a pipe in part, and drops the rest.
    with suppress(BrokenPipeError, EOFError), open(1, "wb", closefd=False) as out:
        while True:
            articles = pickle.load(sys.stdin.buffer)  # noqa: S301  # it comes from ``Analyst``
            pickle.dump([entry(analyser.article(article)) for article in articles], out, pickle.HIGHEST_PROTOCOL)
            out.flush()
    os._exit(0)  # nothing is left to be flushed where nobody takes it

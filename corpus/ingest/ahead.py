"""Read, parse and mark; of many articles, in a second process that is ahead of the first. Knows no archive.

All this is a third of what an ingest has to do, and needs nothing of the archive. The second process only saves time:
where it cannot be started or dies, the first goes on by itself from where it was. It opens no file but what is to be
read, and ends when nobody takes its articles any more, however the first process ended.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import IO, NamedTuple

from corpus.ingest.dates import DateOrder
from corpus.ingest.marks import Marked, marked
from corpus.ingest.parse import parse
from corpus.ingest.read import read
from corpus.model import Article, Rejection

_AT_ONCE = 2_000
"""Articles that are handed over together, and for so few no second process is started: that costs half a second."""

_COMMAND = ("-P", "-c", "from corpus.ingest.ahead import serve; serve()")
_ROOT = Path(__file__).parents[2]
_LOG = logging.getLogger(__name__)

Incoming = Marked | Rejection


class _Order(NamedTuple):
    """What is to be read, and how it is to be parsed."""

    paths: Sequence[Path]
    source: str | None
    dates: DateOrder | None

    def batches(self, start: int = 0) -> Iterator[list[Incoming]]:
        """Every article from this one on."""
        items = islice(read(self.paths), start, None)
        while raw := list(islice(items, _AT_ONCE)):
            parsed = [
                item if isinstance(item, Rejection) else parse(item, source=self.source, dates=self.dates)
                for item in raw
            ]
            articles = iter(marked([item for item in parsed if isinstance(item, Article)]))
            yield [item if isinstance(item, Rejection) else next(articles) for item in parsed]


def incoming(
    paths: Sequence[Path], *, source: str | None = None, dates: DateOrder | None = None
) -> Generator[Incoming, None, None]:
    """Every article in files and folders, in their order. Whoever stops before the end has to close it.

    Raises:
        UnreadableInput: as ``read`` does, before the first article.
    """
    order = _Order(paths, source, dates)
    first = next(order.batches(), [])
    return _ahead(order, first) if len(first) == _AT_ONCE else (item for item in first)


def _ahead(order: _Order, first: list[Incoming]) -> Generator[Incoming, None, None]:
    done = 0
    try:
        with _second_process(order, start=len(first)) as others:
            for batch in chain([first], others):
                yield from batch
                done += len(batch)
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        _LOG.warning("the process that reads ahead is gone (%r); this one reads on", error)
        yield from chain.from_iterable(order.batches(done))


@contextmanager
def _second_process(order: _Order, start: int) -> Iterator[Iterator[list[Incoming]]]:
    """Yield the batches of a process of its own group: Ctrl-C is for the first, at whose end the second ends."""
    with subprocess.Popen(  # noqa: S603  # this interpreter, with our own words
        [sys.executable, *_COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what fails there fails here again, and is told then
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
        process_group=0,
    ) as child:
        try:
            if child.stdin is None or child.stdout is None:
                raise EOFError
            with child.stdin as told:
                pickle.dump((order, start), told)
            yield _handed_over(child.stdout)
        finally:
            child.kill()


def _handed_over(stream: IO[bytes]) -> Iterator[list[Incoming]]:
    """The batches; an empty one tells the end from a death."""
    while batch := pickle.load(stream):  # noqa: S301  # it comes from ``serve``
        yield batch


def serve() -> None:
    """Be the second process: read the order from standard input, and write batches to standard output."""
    order, start = pickle.load(sys.stdin.buffer)  # noqa: S301  # it comes from ``_second_process``
    # Not through sys.stdout, which with PYTHONUNBUFFERED writes to a pipe in part, and drops the rest.
    with suppress(BrokenPipeError), open(1, "wb", closefd=False) as out:
        for batch in chain(order.batches(start), [[]]):
            pickle.dump(batch, out, pickle.HIGHEST_PROTOCOL)
            out.flush()
    os._exit(0)  # nothing is left to be flushed where nobody takes it

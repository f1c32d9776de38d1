"""Read, parse and mark; of many articles, in a second process that is ahead of the first. Knows no archive.

All this is a third of what an ingest has to do, and needs nothing of the archive. The second process only saves time:
where it cannot be started or dies, the first goes on by itself from where it was. It opens no file but what is to be
read, and ends when nobody takes its articles any more, however the first process ended.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import IO, NamedTuple

from corpus.beside import beside
from corpus.ingest.files import Found
from corpus.ingest.marks import Marked, marked
from corpus.ingest.parse import parse
from corpus.ingest.read import Begun, Ended, Item, Reader
from corpus.ingest.way import Way
from corpus.model import Article, RawArticle, Rejection

_AT_ONCE = 500
"""Articles that are handed over together, which both processes hold then."""

_FEW = 2_000
"""Articles for which no second process is started: that costs half a second."""

_LOG = logging.getLogger(__name__)


class Reached(NamedTuple):
    """So many bytes of all files were read until here."""

    done: int


Incoming = Marked | Rejection | Begun | Ended | Reached


class _Order(NamedTuple):
    """What is to be read, and how."""

    files: Sequence[Found]
    way: Way

    def batches(self, start: int = 0, size: int = _AT_ONCE) -> Iterator[list[Incoming]]:
        """Everything from this item on; how far that is in bytes stands at the end of each batch."""
        reader = Reader(self.files, self.way)
        # Parsed one by one, as they are read: what is refused since it is too long is not held until a batch is full.
        made = (_made(*each) for each in islice(self._by_the_way(reader), start, None))
        while batch := list(islice(made, size)):
            yield [*_signed(batch), Reached(reader.done)]

    def _by_the_way(self, reader: Reader) -> Iterator[tuple[Item, Way]]:
        """Each item, with the way of its file."""
        way = self.way
        for item in reader:
            if isinstance(item, Begun):
                way = self.way.of(self.files[item.number])
            yield item, way


def as_incoming(raw: Sequence[tuple[Item, Way]]) -> list[Marked | Rejection | Begun | Ended]:
    """What was read, each in its way, parsed and marked."""
    return _signed([_made(each, way) for each, way in raw])


class _Parsed(NamedTuple):
    """An article, and where it stood."""

    article: Article
    origin: str


def _made(item: Item, way: Way) -> _Parsed | Rejection | Begun | Ended:
    if not isinstance(item, RawArticle):
        return item
    parsed = parse(item, source=way.source, dates=way.dates)
    return _Parsed(parsed, item.origin) if isinstance(parsed, Article) else parsed


def _signed(made: Sequence[_Parsed | Rejection | Begun | Ended]) -> list[Marked | Rejection | Begun | Ended]:
    articles = [each for each in made if isinstance(each, _Parsed)]
    signed = iter(marked([each.article for each in articles], [each.origin for each in articles]))
    return [next(signed) if isinstance(each, _Parsed) else each for each in made]


def incoming(files: Sequence[Found], way: Way) -> Generator[Incoming, None, None]:
    """Everything that stands in these files, in their order. Whoever stops before the end has to close it."""
    order = _Order(files, way)
    first = next(order.batches(size=_FEW), [])
    return _ahead(order, first) if len(first) > _FEW else (item for item in first)


def _ahead(order: _Order, first: list[Incoming]) -> Generator[Incoming, None, None]:
    done = 0
    try:
        with _second_process(order, start=_FEW) as others:
            for batch in chain([first], others):
                yield from batch
                done += len(batch) - 1  # without ``Reached``
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        _LOG.warning("the process that reads ahead is gone (%r); this one reads on", error)
        yield from chain.from_iterable(order.batches(done))


@contextmanager
def _second_process(order: _Order, start: int) -> Iterator[Iterator[list[Incoming]]]:
    """Yield the batches of a second process."""
    with beside(__name__, "serve") as (told, made):
        with told:
            pickle.dump((order, start), told)
        yield _handed_over(made)


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

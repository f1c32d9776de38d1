"""Files on the web that inputs name, on the disk for as long as they are read, and only where they have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from corpus.engine import Book
from corpus.errors import CorpusUnwritable, FetchFailed
from corpus.fetch import Fetched, Fetching, Validators
from corpus.ingest import Found
from corpus.inputs import Input
from corpus.keeping.intake import Planned, Watch
from corpus.keeping.plan import summed
from corpus.model import Doing, Progress, Rejection

if TYPE_CHECKING:
    from corpus.fetch.fetcher import Fetcher  # aiohttp takes longer than a search does

LARGEST = 20 * 2**30
"""Bytes of a file that is fetched: an archive of millions of articles has less."""


def downloaded(
    wanted: Sequence[tuple[Input, Book | None]], place: Path, fetching: Fetching, watch: Watch
) -> list[Planned | Rejection]:
    """The files at the addresses of these inputs, in ``place``; one that cannot be had is told, and stops no other.

    What has not changed since it was read as its book says is not fetched.

    Raises:
        CorpusUnwritable: the disk does not take them.
    """
    try:
        place.mkdir(parents=True)
        return asyncio.run(_all(wanted, place, fetching, watch))
    except OSError as error:
        raise CorpusUnwritable(str(place.parent), error.strerror or str(error)) from error


async def _all(
    wanted: Sequence[tuple[Input, Book | None]], place: Path, fetching: Fetching, watch: Watch
) -> list[Planned | Rejection]:
    from corpus.fetch.fetcher import Fetcher  # noqa: PLC0415  # aiohttp takes 0.2 s that other inputs do not owe

    async with Fetcher(fetching.also(each.location for each, _ in wanted)) as fetcher:
        return [
            await _downloaded(each, place / str(number), book, fetcher, watch)
            for number, (each, book) in enumerate(wanted)
        ]


async def _downloaded(
    wanted: Input, path: Path, book: Book | None, fetcher: Fetcher, watch: Watch
) -> Planned | Rejection:
    known = Validators(book.etag, book.modified) if book and book.checksum else Validators()
    try:
        answer = await fetcher.download(wanted.location, path, known, most_bytes=LARGEST, progress=_told(watch))
    except FetchFailed as error:
        return Rejection(wanted.location, error.reason)
    return _planned(wanted, path, answer, book)


def _planned(wanted: Input, path: Path, answer: Fetched, book: Book | None) -> Planned | Rejection:
    url = wanted.location
    name = PurePosixPath(urlsplit(answer.final_url).path).name or PurePosixPath(urlsplit(url).path).name
    validators = (answer.validators.etag, answer.validators.modified)
    if answer.unchanged:
        return Planned(Found(path, url, url, url, name, 0), book.checksum if book else None, validators)
    file = summed(Found(path, url, url, url, name, path.stat().st_size))
    return file if isinstance(file, Rejection) else file._replace(validators=validators)


def _told(watch: Watch) -> Callable[[int, int], None]:
    return lambda done, total: watch(Progress(Doing.FETCHING, done, total, 0))

"""Files on the web that inputs name, on the disk for as long as they are read, and only where they have changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from corpus.engine.local import Book, Ledger
from corpus.errors import CorpusUnwritable, FetchFailed
from corpus.fetch import Fetched, Fetching, Validators
from corpus.ingest import Found
from corpus.inputs import Input
from corpus.keeping.intake import Planned, Watch
from corpus.keeping.plan import summed
from corpus.model import Doing, Progress, Rejection

LARGEST = 20 * 2**30
"""Bytes of a file that is fetched: an archive of millions of articles has less."""

_NOT_MODIFIED = 304


@contextmanager
def place_for_downloads(folder: Path) -> Iterator[Path]:
    """A folder beside the archive, empty at first, which goes with all that is in it."""
    place = folder / "downloads"
    try:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        yield place
    except OSError as error:
        raise CorpusUnwritable(str(folder), error.strerror or str(error)) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


async def downloaded(
    inputs: Sequence[Input], place: Path, ledger: Ledger, fetching: Fetching, watch: Watch, *, again: bool
) -> list[Planned | Rejection]:
    """The files at the addresses of these inputs; one that cannot be had is told, and stops no other."""
    from corpus.fetch.fetcher import Fetcher  # noqa: PLC0415  # aiohttp takes 0.2 s that other inputs do not owe

    found: list[Planned | Rejection] = []
    async with Fetcher(fetching.also(each.location for each in inputs)) as fetcher:
        for number, each in enumerate(inputs):
            book = ledger.book(each.location)
            known = Validators() if again or book is None or not book.checksum else Validators(book.etag, book.modified)
            try:
                answer = await fetcher.download(
                    each.location, place / str(number), known, most_bytes=LARGEST, progress=_told(watch)
                )
                found.append(_planned(each, place / str(number), answer, book))
            except FetchFailed as error:
                found.append(Rejection(each.location, error.reason))
    return found


def _planned(wanted: Input, path: Path, answer: Fetched, book: Book | None) -> Planned | Rejection:
    url = wanted.location
    name = PurePosixPath(urlsplit(answer.final_url).path).name or PurePosixPath(urlsplit(url).path).name
    validators = (answer.validators.etag, answer.validators.modified)
    if answer.status == _NOT_MODIFIED:
        return Planned(Found(path, url, url, url, name, 0), book.checksum if book else None, validators)
    file = summed(Found(path, url, url, url, name, path.stat().st_size))
    return file if isinstance(file, Rejection) else file._replace(validators=validators)


def _told(watch: Watch) -> Callable[[int, int], None]:
    return lambda done, total: watch(Progress(Doing.FETCHING, done, total, 0))

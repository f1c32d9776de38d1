"""The values that pass between an archive and its engine, whichever it is: frozen, without I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from corpus.model import Article

Counted = Callable[[int, int], None]
"""Told how many articles are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where an archive lies that is kept in an OpenSearch cluster.

    ``urls`` are its nodes, of which any can be asked, ``name`` is how the archive's indices begin. ``user`` and
    ``password`` are for HTTP's basic authentication; ``ca`` is a file with the certificates that are trusted beside
    those that the system trusts, and without ``verified`` none is asked for. ``patience`` is how many seconds a
    question waits for the cluster in all, ``shards`` in how many parts an archive is divided that is made, and an
    index that is built anew. ``workplace`` is a folder of this machine for what lies there only while it is needed.
    """

    urls: tuple[str, ...]
    name: str = "dateline"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    verified: bool = True
    patience: float = 10.0
    shards: int = 1
    workplace: Path = Path("data")

    def __str__(self) -> str:
        """The archive as people know it."""
        return f"{self.name} at {self.urls[0]}"


def addresses(text: str) -> tuple[str, ...]:
    """The addresses of a cluster's nodes, which are separated by spaces or commas; none where there is no text.

    Raises:
        ValueError: one is no address of HTTP, or has a password in it, which everybody would read.
    """
    found = tuple(filter(None, re.split(r"[\s,]+", text)))
    read = [_ADDRESS.fullmatch(each) for each in found]
    if not all(each and int(each[1] or 1) <= _LAST_PORT for each in read):
        raise ValueError(text)
    return found


_LAST_PORT = 65_535
_ADDRESS = re.compile(r"https?://(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?(?:/[\w./~-]*)?")

Where = Path | Cluster
"""Where an archive lies: in a folder of this machine, or in a cluster."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it is kept: its key, its story, its checksum and the number of its last change."""

    key: int
    story: int
    checksum: bytes
    seq: int
    article: Article


@dataclass(frozen=True, slots=True)
class Change:
    """An article to be saved under its key: new, or in the place of the one that has it."""

    article: Article
    story: int
    checksum: bytes
    key: int


def numbered(changes: Sequence[Change], last: int) -> list[Stored]:
    """These changes as they are stored, each with its number, which goes on from the ``last``."""
    return [
        Stored(change.key, change.story, change.checksum, seq, change.article)
        for seq, change in enumerate(changes, start=last + 1)
    ]


@dataclass(frozen=True, slots=True)
class Signed:
    """What changes in the tables by which copies are found; a band is given with the key that stands under it."""

    signatures: Mapping[int, bytes]
    into: Collection[tuple[int, int]]
    left: Collection[int]
    out_of: Collection[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of a file that was read: ``checksum`` is None where it was not read to its end.

    ``way`` is all that decided how it was read, ``articles`` how many it gave; the validators are HTTP's.
    """

    key: int
    checksum: bytes | None
    way: str | None
    articles: int
    gone: bool
    etag: str | None = None
    modified: str | None = None


class Barred(NamedTuple):
    """By what an article that was taken down is known again."""

    id: str
    source: str
    story: int
    key: int


@dataclass(frozen=True, slots=True)
class Built:
    """What an index holds: the layout of its fields, the archive's name, the last change it took in, and when (UTC)."""

    layout: int
    archive: str
    seq: int
    at: str

    def is_of(self, layout: int, archive: str, seq: int) -> bool:
        """Whether it was built in this layout of this archive, whose last change is ``seq``."""
        return (self.layout, self.archive) == (layout, archive) and self.seq <= seq


def counted(articles: Iterable[Stored], total: int, progress: Counted | None) -> Iterator[Stored]:
    """Hand on articles, and tell now and then how many there were."""
    for done, stored in enumerate(articles, start=1):
        yield stored
        if progress and done % 1_000 == 0:
            progress(done, total)

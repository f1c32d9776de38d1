"""Files made raw articles: opens archives, picks the form. Knows no field and judges no article.

Whatever cannot be read of a file becomes a rejection with its place and reason; the rest of the input goes on.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.ingest.field_map import FieldMap
from corpus.ingest.files import PASSED_OVER, Found
from corpus.ingest.forms import binary_form, form_of
from corpus.ingest.stream import Unread, as_utf8
from corpus.ingest.unpack import PACKED, Allowance, is_packed, is_zip, members, unpacked
from corpus.ingest.way import Way
from corpus.model import RawArticle, Rejection

_HEAD = 65536
"""Bytes by which a form is known: pages begin with long comments, tables with long header rows."""

_TAR = slice(257, 262)
"""Where a tar archive says what it is (POSIX.1-1988, ustar)."""

_NOTHING: frozenset[str] = frozenset()
_ZIP_NAMES = ("", ".zip")
"""Other names of zip files are those of documents (.docx, .epub), which are no archives of articles."""


class Begun(NamedTuple):
    """What follows is in the file of this number, counted from 0."""

    number: int


class Ended(NamedTuple):
    """The file is at its end; ``whole`` says that all of it could be read."""

    whole: bool


Item = RawArticle | Rejection | Begun | Ended


class Reader:
    """Reads files one after the other, in the order given; says how far it has come."""

    def __init__(self, files: Sequence[Found], way: Way) -> None:
        self._files = files
        self._way = way
        self._before = 0
        self._open: io.BufferedReader | None = None

    @property
    def done(self) -> int:
        """How many bytes of all the files were read until now."""
        return self._before + (self._open.tell() if self._open and not self._open.closed else 0)

    def __iter__(self) -> Iterator[Item]:
        for number, file in enumerate(self._files):
            yield Begun(number)
            whole = yield from self._read(file)
            self._before += file.size
            yield Ended(whole)

    def _read(self, file: Found) -> Generator[RawArticle | Rejection, None, bool]:
        """What a file holds; returns whether all of it could be read."""
        field_map = self._way.of(file).field_map
        known = field_map.known if field_map else _NOTHING
        try:
            with file.path.open("rb") as self._open:
                content = _content(self._open, file.name, file.origin, Allowance.of(file.size), known)
                return (yield from (_mapped(content, field_map) if field_map else content))
        except OSError as error:
            yield Rejection(file.origin, f"cannot be read ({error.strerror or error})", passing=True)
            return False


def _mapped(
    content: Generator[RawArticle | Rejection, None, bool], field_map: FieldMap
) -> Generator[RawArticle | Rejection, None, bool]:
    """The same by the names of a map."""
    while True:
        try:
            item = next(content)
        except StopIteration as ended:
            return bool(ended.value)
        if isinstance(item, Rejection):
            yield item
        else:
            yield from field_map.articles(item)


def _content(
    stream: io.BufferedReader,
    name: str,
    origin: str,
    allowance: Allowance,
    known: Collection[str],
    *,
    in_zip: bool = False,
) -> Generator[RawArticle | Rejection, None, bool]:
    """What a stream holds; what cannot be read of it is one rejection at its end. Returns whether all could be.

    A zip archive may hold packed files, as collections do; any other archive in an archive is a trap.
    """
    try:
        packed = is_packed(stream.peek(16))
        if packed:
            stream = unpacked(stream, allowance)
            name = name.removesuffix(next((each for each in PACKED if name.endswith(each)), ""))
        head = stream.peek(16)
        if (packed and is_packed(head)) or ((packed or in_zip) and is_zip(head)):
            raise Unread("an archive inside of an archive")  # noqa: TRY301  # ends like what readers below raise
        if stream.peek(_TAR.stop)[_TAR].startswith(b"ustar"):
            raise Unread("a tar archive: unpack it, and name the folder")  # noqa: TRY301  # as above
        if form := binary_form(head):
            yield from form(stream, origin)
            return True
        if is_zip(head) and Path(name).suffix.lower() in _ZIP_NAMES:
            return (yield from _archive(stream, origin, allowance, known))
        stream = as_utf8(stream)
        form = form_of(name, stream.peek(_HEAD)[:_HEAD], known)
        yield from form(stream, origin)
    except Unread as error:
        yield Rejection(origin if error.line is None else f"{origin}:{error.line}", error.reason)
        return False
    return True


def _archive(
    stream: io.BufferedReader, origin: str, allowance: Allowance, known: Collection[str]
) -> Generator[RawArticle | Rejection, None, bool]:
    empty, whole = True, True
    for member in members(stream, origin, allowance):
        empty = False
        if isinstance(member, Rejection):
            yield member
        elif not PASSED_OVER.match(Path(member[0]).name):
            name, content = member
            whole &= yield from _content(content, name, f"{origin}/{name}", allowance, known, in_zip=True)
            if allowance.left < 0:  # that was told with the member; of every other one it would be told again
                return False
    if empty:
        raise Unread("an empty archive")
    return whole

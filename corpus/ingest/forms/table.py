"""CSV and TSV with a header row. Knows field names only well enough to find the delimiter.

A row that is broken is refused by itself; a quote that is never closed swallows the rest of the file, which is then
reported as unread.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from corpus.ingest.fields import is_known
from corpus.ingest.stream import MAX_BLANK, MAX_LINE, NOT_TEXT, Unread, all_blank, is_escaped, numbered_lines
from corpus.model import RawArticle, Rejection

_DELIMITERS = ",;\t|"
_FEWEST_NAMES = 2
"""Known names that make a first line a header row: one may be a word of a sentence."""

_LONGEST_CELL = 8 * 2**20
"""Characters of a cell, each of which ``csv`` holds in four bytes."""

_MOST_CELLS = 300_000
"""Delimiters of a row, those in its texts among them."""

_MOST_LINES = 200_000
"""Lines of a row: behind a quote that is never closed, all of the file is one."""

_END = "\x00end of file\x00"
"""A last row of our own: if it does not come back as a row, a quote was still open when the file ended."""


def looks_tabular(head: bytes, known: Collection[str] = ()) -> bool:
    """Whether the first line of a text reads as a header row that names a text or a date, or what is ``known``."""
    line = head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace")
    return max(_known_names(line, delimiter, known) for delimiter in _DELIMITERS) >= _FEWEST_NAMES


def read_table(stream: io.BufferedReader, origin: str, known: Collection[str] = ()) -> Iterator[RawArticle | Rejection]:
    """The rows as articles; the origin of each is the line where it begins. ``known`` are names of its fields.

    Raises:
        Unread: no header row, a cell longer than ``_LONGEST_CELL``, a row of too many, or a quote that is never closed.
    """
    first = next(numbered_lines(stream), None)
    if first is None:
        raise Unread("empty")
    number, line = first
    header_line = line.decode("utf-8", "surrogateescape")
    delimiter = max(_DELIMITERS, key=lambda candidate: _known_names(header_line, candidate, known))
    if not _known_names(header_line, delimiter, known):
        raise Unread("the first row names no known field (title, text, date, source, url, ...)", number)
    csv.field_size_limit(_LONGEST_CELL)  # process-wide, and at first 128 KiB: too short for an article in HTML
    lines = _Lines(stream, header_line, number, delimiter)
    yield from _articles(csv.reader(lines, delimiter=delimiter), lines, origin)


def _articles(rows: Iterator[list[str]], lines: _Lines, origin: str) -> Iterator[RawArticle | Rejection]:
    names: list[str] | None = None
    begin = lines.number + 1
    try:
        for row in rows:
            here, begin = begin, lines.number + 1
            lines.row_ends()
            if row == [_END]:
                return
            if row and row[-1].endswith(_END):
                raise Unread("a quote is opened and never closed: the rest of the file was not read", here)
            if names is None:
                names = [name.strip().lower() for name in row]
            elif any(cell.strip() for cell in row):
                yield _article(names, row, f"{origin}:{here}")
    except csv.Error as error:
        raise Unread(f"broken CSV ({error}): it and the rest of the file were not read", begin) from error


def _article(names: list[str], row: list[str], origin: str) -> RawArticle | Rejection:
    if any(row[len(names) :]):  # a stray delimiter moves every cell behind it: the date might be another's
        return Rejection(origin, f"{len(row)} cells under a header of {len(names)}")
    if any(not cell.isascii() and is_escaped(cell) for cell in row):
        return Rejection(origin, NOT_TEXT)
    return RawArticle({name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}, origin)


def _known_names(line: str, delimiter: str, known: Collection[str]) -> int:
    try:
        row = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0
    return sum(is_known(name) or name.strip().lower() in known for name in row)


class _Lines:
    """The lines of a file for ``csv``, which would read a line of any length, and the number of the last one given."""

    def __init__(self, stream: io.BufferedReader, first: str, number: int, delimiter: str) -> None:
        self.number = number - 1
        self._stream = stream
        self._first: str | None = first
        self._ended = False
        self._last = number
        self._delimiter = delimiter.encode()
        self._cells, self._begin = first.count(delimiter), number

    def __iter__(self) -> _Lines:
        return self

    def row_ends(self) -> None:
        """What follows is of another row."""
        self._cells, self._begin = 0, self.number

    def __next__(self) -> str:
        self.number += 1
        if self._first is not None:
            line, self._first = self._first, None
            return line
        data = self._stream.readline(MAX_LINE + 1)
        if len(data) > MAX_LINE:
            raise Unread("the line is longer than 16 MiB: it and the rest of the file were not read", self.number)
        self._cells += data.count(self._delimiter)
        if self.number - self._begin > _MOST_LINES:
            reason = f"a row of more than {_MOST_LINES:,} lines: it and the rest of the file were not read"
            raise Unread(reason, self._begin + 1)
        if self._cells > _MOST_CELLS:
            raise Unread(
                f"a row of more than {_MOST_CELLS:,} cells: it and the rest of the file were not read", self.number
            )
        if data:
            if not data.isspace():
                self._last = self.number
            elif self.number - self._last > MAX_BLANK:
                raise all_blank(self.number)
            return data.decode("utf-8", "surrogateescape")
        if self._ended:
            raise StopIteration
        self._ended = True
        return _END

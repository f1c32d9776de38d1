"""All that an act of keeping changed, as a table, with the first few of each kind. Knows nothing of Discord."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Self

from corpus import Difference, Fate, inert

NAMED = 3
"""So many of each kind are kept to be named."""

LARGEST = 10 * 2**20
"""Bytes that a bot may attach without the boost of a server (Discord's documentation, file uploads)."""

_PLAIN = 8 * 2**20  # bytes up to which a table is not compressed
_PART = 5_000  # lines that are compressed together, and read between two looks at how much that is
_COLUMNS = ("what", "id", "source", "published", "headline", "url", "origin", "reason")
_REST = tuple(field.name for field in fields(Difference) if field.name != "fate")


@dataclass(frozen=True, slots=True)
class Changes:
    """The table as the bytes of a file of this name: so many ``lines``, beside those that were ``left_out`` of it."""

    name: str
    data: bytes
    lines: int
    left_out: int
    first: Mapping[Fate, tuple[Difference, ...]]

    @property
    def all_named(self) -> bool:
        """Whether the first few are all there are."""
        return not self.left_out and self.lines <= sum(map(len, self.first.values()))

    @classmethod
    def read(cls, file: Path, plain: int = _PLAIN, largest: int = LARGEST) -> Self:
        """What ``--changes`` wrote: as CSV of ``largest`` bytes at most, compressed if it is more than ``plain``.

        Raises:
            OSError: the file cannot be read.
        """
        first: dict[Fate, list[Difference]] = defaultdict(list)
        with file.open(encoding="utf-8") as written:
            table, lines, left = _table(_noted(written, first), plain, largest)
            left += sum(1 for _ in _noted(written, first))
        packed = table[:2] == b"\x1f\x8b"
        named = {fate: tuple(each) for fate, each in first.items()}
        return cls("changes.csv.gz" if packed else "changes.csv", table, lines, left, named)


def _noted(written: Iterable[str], first: dict[Fate, list[Difference]]) -> Iterator[str]:
    """Hand on the lines, and keep the first few of each kind; only those are understood."""
    for line in written:
        fate = Fate(line.split('"', 4)[3])  # the kind stands first: {"what": "added", …
        if len(first[fate]) < NAMED:
            told = json.loads(line)
            first[fate].append(Difference(fate, **{name: told[name] for name in _REST}))
        yield line


def _table(lines: Iterator[str], plain: int, largest: int) -> tuple[bytes, int, int]:
    """The table within ``largest`` bytes, how many lines it has, and how many were read that it has not.

    A compressed one is made of parts that are compressed one by one, as gzip allows (RFC 1952, 2.2): so it can end
    after any of them.
    """
    parts, packed, size, count = [_rows([_COLUMNS])], False, 0, 0
    while part := list(islice(lines, _PART)):
        rows = _rows(_cells(line) for line in part)
        if not packed and len(rows) + sum(map(len, parts)) > plain:
            parts, packed = [gzip.compress(b"".join(parts))], True
            size = len(parts[0])
        if packed:
            rows = gzip.compress(rows)
            size += len(rows)
            if size > largest:
                return b"".join(parts), count, len(part)
        parts.append(rows)
        count += len(part)
    return b"".join(parts), count, 0


def _cells(line: str) -> tuple[str, ...]:
    told = json.loads(line)
    return tuple(inert(str(told[name] or "")) for name in _COLUMNS)


def _rows(rows: Iterable[tuple[str, ...]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()

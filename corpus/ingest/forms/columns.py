"""Parquet: a table by its columns, read a few rows at a time. pyarrow reads it, which few archives need."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from corpus.ingest.stream import NOT_TEXT, Unread, is_escaped
from corpus.ingest.unpack import Allowance
from corpus.model import RawArticle, Rejection

_ROWS = 200  # that are held at once
_FRACTION = re.compile(r"\.\d+")
_MISSING = 'a Parquet file, for which pyarrow is missing: `pip install "dateline[parquet]"`'


def is_columns(head: bytes) -> bool:
    """Whether a file that begins so is Parquet."""
    return head.startswith(b"PAR1")


def read_columns(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The rows of a table; the origin of each is its number.

    Raises:
        Unread: it is damaged, cannot be read from its end, or nobody is there to read it.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  # an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise Unread(_MISSING) from error
    if not stream.seekable():
        raise Unread("a Parquet file inside of an archive: unpack it first")
    number = 0
    allowance = Allowance.of(stream.seek(0, io.SEEK_END))
    try:
        limits = {"pre_buffer": False, "thrift_container_size_limit": 1_000_000}
        schema = parquet.ParquetFile(stream, **limits).schema
        # What stands in many rows is held once, as in the file: one long value, a million times, is a few kilobytes.
        often = [each.path for each in map(schema.column, range(len(schema))) if _is_text(each)]
        table = parquet.ParquetFile(stream, read_dictionary=often, **limits)
        for batch in table.iter_batches(batch_size=_ROWS, use_threads=False):
            for at in range(len(batch)):
                row = {str(name).lower(): _value(column.slice(at, 1)) for name, column in _columns(batch)}
                number += 1
                allowance.spend(sum(len(value) for value in row.values() if isinstance(value, str | bytes | list)))
                here = f"{origin}:{number}"
                yield Rejection(here, NOT_TEXT) if any(map(_is_no_text, row.values())) else RawArticle(row, here)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise Unread("a damaged Parquet file: the rest was not read", number + 1) from error


def _columns(batch: Any) -> Iterator[tuple[str, Any]]:
    return zip(batch.schema.names, batch.columns, strict=True)


def _value(cell: Any) -> object:
    """What stands in a cell: a date as ISO 8601 writes it, to the second, since Python's hold fewer; bytes as text."""
    import pyarrow as pa  # noqa: PLC0415  # as above

    if pa.types.is_temporal(cell.type):
        told = cell.cast(pa.string()).to_pylist()[0]
        return told and _FRACTION.sub("", told)
    value = cell.to_pylist()[0]
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _is_no_text(value: object) -> bool:
    return isinstance(value, str) and not value.isascii() and is_escaped(value)


def _is_text(column: Any) -> bool:
    """Whether a column has a text in each row, and no list of them."""
    return bool(column.physical_type == "BYTE_ARRAY" and column.max_repetition_level == 0)

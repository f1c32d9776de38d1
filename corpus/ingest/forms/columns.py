"""Parquet: a table by its columns, read a few rows at a time. pyarrow reads it, which few archives need."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from corpus.ingest.stream import Unread
from corpus.ingest.unpack import Allowance
from corpus.model import RawArticle, Rejection

_ROWS = 200  # that are held at once
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
                row = batch.slice(at, 1).to_pylist()[0]
                number += 1
                allowance.spend(sum(len(value) for value in row.values() if isinstance(value, str | bytes | list)))
                yield RawArticle({str(name).lower(): value for name, value in row.items()}, f"{origin}:{number}")
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise Unread("a damaged Parquet file: the rest was not read", number + 1) from error


def _is_text(column: Any) -> bool:
    """Whether a column has a text in each row, and no list of them."""
    return bool(column.physical_type == "BYTE_ARRAY" and column.max_repetition_level == 0)

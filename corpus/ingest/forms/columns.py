"""Parquet: a table by its columns, read a few rows at a time. pyarrow reads it, which few archives need."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from corpus.ingest.stream import Unread
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
    try:
        table = parquet.ParquetFile(stream, pre_buffer=False, thrift_container_size_limit=1_000_000)
        for batch in table.iter_batches(batch_size=_ROWS, use_threads=False):
            for row in _as_text(batch).to_pylist():
                number += 1
                yield RawArticle({str(name).lower(): value for name, value in row.items()}, f"{origin}:{number}")
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise Unread("a damaged Parquet file: the rest was not read", number + 1) from error


def _as_text(batch: Any) -> Any:
    """The same rows with dates as ISO 8601 writes them, to the second, and bytes as text: Python's dates hold fewer."""
    import pyarrow as pa  # noqa: PLC0415  # as above

    columns = []
    for column in batch.columns:
        if pa.types.is_temporal(column.type):
            told = column.cast(pa.string()).to_pylist()
            columns.append(pa.array([each and _FRACTION.sub("", each) for each in told], pa.string()))
        elif pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            columns.append(
                pa.array([each and each.decode("utf-8", "replace") for each in column.to_pylist()], pa.string())
            )
        else:
            columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

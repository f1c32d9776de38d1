"""Parquet: a table by its columns, read a few rows at a time. pyarrow reads it, which few archives need."""

from __future__ import annotations

import io
from collections.abc import Iterator

from corpus.ingest.stream import Unread
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
    try:
        table = parquet.ParquetFile(stream, pre_buffer=False, thrift_container_size_limit=1_000_000)
        for batch in table.iter_batches(batch_size=_ROWS, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                yield RawArticle({str(name).lower(): value for name, value in row.items()}, f"{origin}:{number}")
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise Unread("a damaged Parquet file: the rest was not read", number + 1) from error

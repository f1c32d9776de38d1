"""Bytes into lines and text, within limits. Knows no form and no field.

Only UTF-8 and UTF-16 with a byte order mark are read as text. A file in cp1252 or latin-1 is refused, line by line
where it has lines: nothing in the bytes says which of the single-byte encodings it is, and a wrong guess would put
spoilt letters into quotations. HTML pages declare theirs and are read through that (see ``forms/page.py``).
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

MAX_LINE = 16 * 2**20
"""Bytes a line, a cell or a text file may have: anything longer is no article, and has to be held in memory."""

MAX_BLANK = 20_000
"""Blank lines in a row: more are no text, and cost time without end where a packed file has gigabytes of them."""

_CHUNK = 2**18
NOT_TEXT = "not UTF-8 text: save it as UTF-8"

SHIFTING = frozenset({"iso2022_jp", "iso2022_kr", "hz"})
"""Encodings whose bytes are those of ASCII throughout: read as UTF-8 they are no words, and no fault."""

_CODECS = SHIFTING | {
    "utf-8", "utf-16", "utf-16-be", "utf-16-le", "koi8-r", "koi8-u", "mac-cyrillic", "mac-roman", "tis-620",
    "big5", "big5hkscs", "gb2312", "gbk", "gb18030", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949",
    *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{page}" for page in (866, 874, *range(1250, 1259))),
}  # fmt: skip
_LATIN = {"iso8859-1", "ascii"}  # mean cp1252 on the web: WHATWG Encoding, 4.2


class Unread(Exception):
    """The rest of a file cannot be read. What came before it stays."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def buffered(raw: io.RawIOBase) -> io.BufferedReader:
    """A stream that can be peeked into, with a buffer that suits long lines."""
    return io.BufferedReader(raw, _CHUNK)


def text_codec(name: str) -> str | None:
    """Python's name of an encoding that the web declares; None where it is none for text, as WHATWG lists them.

    Python has others under such names: ``punycode`` takes hours for a megabyte.
    """
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return "cp1252" if codec in _LATIN else codec if codec in _CODECS else None


def is_escaped(text: str) -> bool:
    """Whether decoding met bytes that are not UTF-8 (PEP 383 keeps them as lone surrogates)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def as_utf8(stream: io.BufferedReader) -> io.BufferedReader:
    """The same text as UTF-8 without a byte order mark.

    Raises:
        Unread: UTF-16 without a byte order mark, or no text at all.
    """
    head = stream.peek(4096)[:4096]
    if head.startswith(codecs.BOM_UTF32_LE):  # whose first half is the mark of UTF-16
        raise Unread(NOT_TEXT)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return buffered(_Utf16AsUtf8(stream))
    if head.count(0) * 10 > len(head):  # one stray NUL is mess to be cleaned, every tenth byte is another encoding
        raise Unread(NOT_TEXT)
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    return stream


def numbered_lines(stream: BinaryIO, start: int = 1) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers, counted from ``start``.

    Raises:
        Unread: a line is longer than ``MAX_LINE``, or too many in a row are blank.
    """
    number = start
    last = start - 1
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise Unread("the line is longer than 16 MiB: it and the rest of the file were not read", number)
        if not line.isspace():
            last = number
            yield number, line
        elif number - last > MAX_BLANK:
            raise all_blank(number)
        number += 1


def all_blank(number: int) -> Unread:
    """The error that ends a file at a line before which there was nothing for too long."""
    return Unread(f"more than {MAX_BLANK:,} blank lines: the rest of the file was not read", number)


def whole(stream: BinaryIO, longest: int = MAX_LINE) -> bytes:
    """All of a stream that holds one article.

    Raises:
        Unread: it has more than ``longest`` bytes.
    """
    data = stream.read(longest + 1)
    if len(data) > longest:
        raise Unread(f"longer than {longest // 2**20} MiB, which no article is")
    return data


def text_of(data: bytes) -> str:
    """The bytes as text.

    Raises:
        Unread: they are not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unread(NOT_TEXT) from error


def chunks_of_text(stream: BinaryIO, first: bytes = b"") -> Iterator[str]:
    """``first`` and then the stream, as text in pieces.

    Raises:
        Unread: somewhere it is not UTF-8; the pieces before were given.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    ready = io.BytesIO(first)
    chunk = ready.read(_CHUNK) or stream.read(_CHUNK)
    try:
        while chunk:
            yield decoder.decode(chunk)
            chunk = ready.read(_CHUNK) or stream.read(_CHUNK)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unread(NOT_TEXT) from error


class _Utf16AsUtf8(io.RawIOBase):
    """Reads UTF-16 with a byte order mark and gives UTF-8, so that no form has to know of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants Buffer (3.12)
        while not self._ready:
            chunk = self._stream.read(_CHUNK)
            self._ready = self._as_utf8(chunk)
            if not chunk:
                break
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _as_utf8(self, chunk: bytes) -> bytes:
        try:
            return self._decoder.decode(chunk, final=not chunk).encode()
        except UnicodeError as error:
            raise Unread(NOT_TEXT) from error

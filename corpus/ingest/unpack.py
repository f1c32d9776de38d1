"""Opens .gz, .bz2, .zst and .zip as streams, within limits. Nothing is ever written to disk; knows no form of article.

The limits are for archives that unpack to a million times their size, or that hold themselves: real collections of
news pack 3 to 20 times, and generated ones below 100 times.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

import zstandard

from corpus.ingest.stream import Unread, buffered
from corpus.model import Rejection

MAX_RATIO = 200
"""How many times its own size a file may unpack to, beyond the first ``FREE_BYTES``."""

FREE_BYTES = 32 * 2**20
"""Bytes that any file may unpack to: small files of repeated text pack better than ``MAX_RATIO``."""

MAX_MEMBERS = 200_000
"""Files of an archive: the directory of so many takes some 90 MB to be read."""

PACKED = (".gz", ".bz2", ".zst")
"""How the names of packed files end."""

_WIDEST = 2**25  # bytes that a frame of Zstandard may want to look back: its own levels up to 19 want 8 MiB
_ENTRY = b"PK\x01\x02"  # APPNOTE.TXT 4.3.12: so begins what a directory says of a file
_DIRECTORY = 2**24  # bytes from the end in which more than the most entries stand, if their names are of usual length
_CHUNK = 2**16
_MAGIC = 10  # bytes by which a packing is known
_SIP = 128  # packed bytes that Zstandard is given at once: a block of four may become 128 KiB
_DAMAGED = (zlib.error, lzma.LZMAError, EOFError, zipfile.BadZipFile, gzip.BadGzipFile, zstandard.ZstdError)


@dataclass(slots=True)
class Allowance:
    """The bytes that one file on disk may still unpack to, over all its members."""

    left: int

    @classmethod
    def of(cls, size: int) -> Allowance:
        """The allowance of a file of ``size`` bytes."""
        return cls(FREE_BYTES + MAX_RATIO * size)

    def spend(self, count: int) -> None:
        """Count unpacked bytes.

        Raises:
            Unread: more than the file may unpack to.
        """
        self.left -= count
        if self.left < 0:
            raise Unread(f"unpacks to more than {MAX_RATIO} times its size: it and the rest were not read")


def is_packed(head: bytes) -> bool:
    """Whether a file that begins so is one packed by gzip, bzip2 or Zstandard."""
    return _is_gzip(head) or _is_bzip2(head) or _is_zstandard(head)


def is_zip(head: bytes) -> bool:
    """Whether a file that begins so is a zip archive (or a form built on one, such as .docx)."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpacked(stream: io.BufferedReader, allowance: Allowance) -> io.BufferedReader:
    """What a packed stream holds; however often it was packed anew and appended, all of it."""
    head = stream.peek(_MAGIC)
    if _is_gzip(head):
        return buffered(_Unpacked(gzip.GzipFile(fileobj=stream, mode="rb"), allowance))
    return buffered(_Unpacked(_Bzip2(stream) if _is_bzip2(head) else _Zstandard(stream), allowance))


def _is_gzip(head: bytes) -> bool:
    return head.startswith(b"\x1f\x8b")


def _is_bzip2(head: bytes) -> bool:
    return head.startswith(b"BZh") and head[4:10] in {b"1AY&SY", b"\x17rE8P\x90"}


def _is_zstandard(head: bytes) -> bool:
    """RFC 8878, 3.1.1 and 3.1.2: a frame, or one to be skipped."""
    return head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50)  # noqa: PLR2004  # 16 magics


def members(stream: BinaryIO, origin: str, allowance: Allowance) -> Iterator[tuple[str, io.BufferedReader] | Rejection]:
    """The files of a zip archive in its own order, each as ``(name, stream)``; what is hidden is passed over.

    A stream is closed when the next one is asked for.

    Raises:
        Unread: no zip archive, or one with too many members.
    """
    with _opened(stream) as archive:
        infos = archive.infolist()
        for info in infos:
            name = _plain_name(info.filename)
            if not name or info.is_dir() or _is_hidden(name):  # is_dir() fails on a name that is empty
                continue
            refusal = _refusal(info)
            if refusal:
                yield Rejection(f"{origin}/{name}", refusal)
                continue
            try:
                member = cast("zipfile.ZipExtFile", archive.open(info))
            except (*_DAMAGED, ValueError, NotImplementedError, RuntimeError):  # their texts quote bytes of the archive
                yield Rejection(f"{origin}/{name}", "damaged in the archive")
                continue
            with member:
                yield name, buffered(_Unpacked(member, allowance))


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    if _has_too_many_members(stream):
        raise Unread(f"an archive of more than {MAX_MEMBERS:,} files: unpack it first")
    try:
        return zipfile.ZipFile(stream)
    except (*_DAMAGED, ValueError, NotImplementedError, OSError) as error:
        raise Unread("a damaged zip archive") from error


def _has_too_many_members(stream: BinaryIO) -> bool:
    """Whether the directory at the end has more entries than one may have, whatever it says of itself.

    They are counted where they stand, since ``zipfile`` holds half a kilobyte of each before it can be asked.
    """
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - _DIRECTORY))
    return stream.read(_DIRECTORY).count(_ENTRY) > MAX_MEMBERS


def _plain_name(name: str) -> str:
    """A member's name as part of an origin: relative, without steps upwards or characters that no screen shows."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name.replace("\\", "/"))
    return "/".join(part for part in shown.split("/") if part not in {"", ".", ".."})


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _refusal(info: zipfile.ZipInfo) -> str | None:
    """Why a member is not opened: bzip2 and LZMA unpack by blocks of up to 80 MB, which the allowance sees too late."""
    if info.flag_bits & 0x1:  # APPNOTE.TXT 4.4.4: bit 0 says encrypted
        return "encrypted"
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "packed by another method than deflate: pack it again as a usual zip"
    return None


class _Packed(Protocol):
    def read1(self, size: int, /) -> bytes:
        """Up to so many unpacked bytes; none at the end."""


class _Bzip2:
    """A bzip2 stream: a block that becomes 45 MB is never held."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._unpack = bz2.BZ2Decompressor()

    def read1(self, size: int) -> bytes:
        """Up to so many bytes; none at the end.

        Raises:
            EOFError: it is damaged or cut off.
        """
        try:
            return self._read(size)
        except (OSError, ValueError) as error:
            raise EOFError from error

    def _read(self, size: int) -> bytes:
        while True:
            more = self._stream.read(_CHUNK) if self._unpack.needs_input or self._unpack.eof else b""
            if self._unpack.eof:
                more = self._unpack.unused_data + more
                if not more:
                    return b""
                self._unpack = bz2.BZ2Decompressor()
            elif self._unpack.needs_input and not more:
                raise EOFError
            if data := self._unpack.decompress(more, size):
                return data


class _Zstandard:
    """A stream of Zstandard's frames, by sips; the library's own reader takes what is cut off for whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._frames = zstandard.ZstdDecompressor(max_window_size=_WIDEST)
        self._frame = self._frames.decompressobj()
        self._begun = False
        self._rest = b""
        self._ready = b""

    def read1(self, size: int) -> bytes:
        """Up to so many bytes; none at the end.

        Raises:
            EOFError: it is cut off.
        """
        while not self._ready:
            packed = self._rest[:_SIP] or self._stream.read(_CHUNK)
            if not packed:
                if self._begun:
                    raise EOFError
                return b""
            self._rest = self._rest[_SIP:] if self._rest else packed[_SIP:]
            self._take(packed[:_SIP])
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def _take(self, packed: bytes) -> None:
        self._begun = True
        try:
            self._ready = self._frame.decompress(packed)
        except zstandard.ZstdError as error:
            if "memory" in str(error):
                wide = f"packed so that {_WIDEST // 2**20} MiB and more must be held: pack it again without --long"
                raise Unread(wide) from error
            raise
        if self._frame.eof:
            self._rest = self._frame.unused_data + self._rest
            self._frame, self._begun = self._frames.decompressobj(), False


class _Unpacked(io.RawIOBase):
    """Counts what comes out of a decompressor and gives its many errors one name."""

    def __init__(self, stream: _Packed, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants Buffer (3.12)
        try:
            data = self._stream.read1(len(buffer))  # what there is before a fault, and the fault with the next call
        except _DAMAGED as error:
            raise Unread("damaged or cut off: the rest was not read") from error
        self._allowance.spend(len(data))
        buffer[: len(data)] = data
        return len(data)

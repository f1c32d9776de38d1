"""Opens .gz and .zip as streams, within limits. Nothing is ever written to disk; knows no form of article.

The limits are for archives that unpack to a million times their size, or that hold themselves: real collections of
news pack 3 to 20 times, and generated ones below 100 times.
"""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from corpus.ingest.stream import Unread, buffered
from corpus.model import Rejection

MAX_RATIO = 200
"""How many times its own size a file may unpack to, beyond the first ``FREE_BYTES``."""

FREE_BYTES = 32 * 2**20
"""Bytes that any file may unpack to: small files of repeated text pack better than ``MAX_RATIO``."""

MAX_MEMBERS = 500_000

_DAMAGED = (zlib.error, lzma.LZMAError, EOFError, zipfile.BadZipFile, gzip.BadGzipFile)


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


def is_gzip(head: bytes) -> bool:
    """Whether a file that begins so is compressed by gzip."""
    return head.startswith(b"\x1f\x8b")


def is_zip(head: bytes) -> bool:
    """Whether a file that begins so is a zip archive (or a form built on one, such as .docx)."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unzipped(stream: BinaryIO, allowance: Allowance) -> io.BufferedReader:
    """What a gzip stream holds."""
    return buffered(_Unpacked(gzip.GzipFile(fileobj=stream, mode="rb"), allowance))


def members(stream: BinaryIO, origin: str, allowance: Allowance) -> Iterator[tuple[str, io.BufferedReader] | Rejection]:
    """The files of a zip archive in its own order, each as ``(name, stream)``; what is hidden is passed over.

    A stream is closed when the next one is asked for.

    Raises:
        Unread: no zip archive, or one with too many members.
    """
    with _opened(stream) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise Unread(f"an archive of more than {MAX_MEMBERS:,} files")
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
            except (*_DAMAGED, NotImplementedError, RuntimeError):  # their texts quote bytes of the archive
                yield Rejection(f"{origin}/{name}", "damaged in the archive")
                continue
            with member:
                yield name, buffered(_Unpacked(member, allowance))


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (*_DAMAGED, ValueError, NotImplementedError, OSError) as error:
        raise Unread("a damaged zip archive") from error


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


class _Unpacked(io.RawIOBase):
    """Counts what comes out of a decompressor and gives its many errors one name."""

    def __init__(self, stream: zipfile.ZipExtFile | gzip.GzipFile, allowance: Allowance) -> None:
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

"""Bombs and liars: each is refused within a second and 50 MB; what came before the bad part of a good file stays."""

# ruff: noqa: E501  # a table: each row is one file
from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import sqlite3
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

_QUIET = 0.03  # seconds of the processor for a million turns of an empty loop
MEGABYTES = 50
SECONDS = 1.0
AS_ZIPFILE_SAYS = -1
"""Newer Pythons find members that overlap and refuse each (gh-109858), older ones come to the end of the allowance."""

EACH_IS_TOLD = 9.0
"""Where each of a hundred thousand pieces is a rejection of its own, that is work and no bomb: it must not hang."""

MB = 2**20
WORDS = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane."
ARTICLE = {"title": "Council", "text": WORDS, "source": "harbourpost.example", "date": "2023-09-05"}
LINE = json.dumps(ARTICLE).encode() + b"\n"
HEADER = b"title,text,source,date\n"
ROW = f'Council,"{WORDS}",harbourpost.example,2023-09-05\n'.encode()
ZST = zstandard.ZstdCompressor(level=3)

NEWS_ITEM = f"""<newsItem guid="urn:newsml:wire.example:1" version="3" xml:lang="en"><rightsInfo>
<copyrightHolder literal="Meridian Wire"/></rightsInfo><itemMeta><provider><name>Meridian Wire</name></provider>
<firstCreated>2023-09-05T11:47:52+02:00</firstCreated></itemMeta><contentMeta><headline>Council</headline></contentMeta>
<contentSet><inlineXML><p>{WORDS}</p></inlineXML></contentSet></newsItem>""".encode()
MESSAGE = b'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
END_OF_MESSAGE = b"</itemSet></newsMessage>"
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
NITF = f"""<nitf><head><title>Council</title><docdata><date.issue norm="20230905"/></docdata><pubdata name="Post"/></head>
<body><body.content><p>{WORDS}</p></body.content></body></nitf>""".encode()
PAGE = f"""<html><head><title>Council</title><meta property="article:published_time" content="2023-09-05">
<link rel="canonical" href="https://harbourpost.example/1"></head><body><article><p>{WORDS * 4}</p></article>""".encode()
RSS = b'<rss version="2.0"><channel><title>The Harbour Post</title>'
FEED_ITEM = f"<item><title>Council</title><description>{WORDS}</description><guid>1</guid></item>".encode()
END_OF_RSS = b"</channel></rss>"
LAUGHS = (
    b'<!DOCTYPE nitf [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]>"
)


RAW = f"{WORDS}\n2023-09-05\nOriginal from harbourpost.example\n".encode()


# How they are made.


def with_text(text: str) -> bytes:
    """A line of JSON with this text."""
    return json.dumps({**ARTICLE, "text": text}).encode() + b"\n"


def zeros_in_gzip(megabytes: int, first: bytes = b"", fill: bytes = bytes(MB)) -> bytes:
    """One member; its end, which nobody may come to, is missing."""
    packer = zlib.compressobj(9, wbits=31)
    begun = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    return begun + (packer.compress(fill) + packer.flush(zlib.Z_FULL_FLUSH)) * 1 + _again(fill) * (megabytes - 1)


def _again(fill: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(fill) + packer.flush(zlib.Z_FULL_FLUSH)


def zeros_in_bzip2(megabytes: int, first: bytes = b"", fill: bytes = bytes(32 * MB)) -> bytes:
    return (bz2.compress(first) if first else b"") + bz2.compress(fill) * (megabytes // 32)


def zeros_in_zstandard(megabytes: int, first: bytes = b"", fill: bytes = bytes(MB)) -> bytes:
    packer = ZST.compressobj()
    return b"".join([packer.compress(first), *(packer.compress(fill) for _ in range(megabytes)), packer.flush()])


def in_zip(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def many_members(count: int) -> bytes:
    """An archive that says of each of its members that it is one and the same: its directory alone is large."""
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 8, 0)
    out = [local, b"a000.txt"]
    start = sum(map(len, out))
    for number in range(count):
        name = f"{number:08x}".encode()
        out += [struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0), name]
    size = sum(map(len, out)) - start
    ends = start + size
    out += [
        struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start),
        struct.pack("<4sIQI", b"PK\x06\x07", 0, ends, 1),
        struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0),
    ]
    return b"".join(out)


def overlapping(count: int, fill: bytes = bytes(8 * MB)) -> bytes:
    """A kernel of zeros that every member shares, as in https://www.bamsoftware.com/hacks/zipbomb/, by full overlap."""
    packer = zlib.compressobj(9, wbits=-15)
    kernel = packer.compress(fill) + packer.flush()
    sizes = (zlib.crc32(fill), len(kernel), len(fill))
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, *sizes, 5, 0) + b"a.txt" + kernel
    one = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, *sizes, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(one) * count, len(local), 0)
    return local + one * count + end


def record(body: bytes, length: object = None, extra: bytes = b"", kind: bytes = b"text/html") -> bytes:
    http = b"HTTP/1.0 200 OK\r\nContent-Type: " + kind + b"\r\n" + extra + b"\r\n" + body
    told = len(http) if length is None else length
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://harbourpost.example/1\r\n"
        b"WARC-Date: 2023-09-06T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        b"Content-Type: application/http; msgtype=response\r\n" + f"Content-Length: {told}\r\n\r\n".encode()
        + http + b"\r\n\r\n"
    )  # fmt: skip


def columns(rows: int = 3, **more: object) -> bytes:
    out = io.BytesIO()
    table = pa.table({**{name: [value] * rows for name, value in ARTICLE.items()}, **more})
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def one_value_often(count: int, size: int) -> bytes:
    out = io.BytesIO()
    values = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array(["x" * size]))
    parquet.write_table(pa.table({"text": values}), out, compression="zstd", dictionary_pagesize_limit=2**30)
    return out.getvalue()


def claims(length: int) -> bytes:
    whole = columns()
    return whole[:-8] + struct.pack("<I", length) + b"PAR1"


def lying_footer() -> bytes:
    """A list in the footer that says that it has two thousand million items (thrift's compact protocol)."""
    footer = b"\x15\x02\x19\xfc\xff\xff\xff\xff\x07"
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"


def database(folder: Path) -> bytes:
    path = folder / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table article (text)")
        connection.executemany("insert into article values (?)", [(WORDS,)] * 99)
    connection.close()
    return path.read_bytes()


def in_tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            told = tarfile.TarInfo(name)
            told.size = len(content)
            archive.addfile(told, io.BytesIO(content))
    return out.getvalue()


PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + bytes(range(256))
)
MIXED = LINE + LINE.replace(b"Council", "Café".encode("latin-1")) + LINE.replace(b"Council", "Café".encode())


# What they are.


@dataclass(frozen=True, slots=True)
class Bomb:
    """A file by its name, how many good articles it has before the bad part, and words of the reason that is told."""

    name: str
    made: Callable[[], bytes]
    reason: str
    kept: int = 0
    rejected: int = 1
    seconds: float = SECONDS


BOMBS = {
    # Packed.
    "a zip of a thousand to one": Bomb("a.zip", lambda: in_zip(("0.jsonl", LINE), ("a.txt", bytes(300 * MB))), "UTF-8", 1),
    "a zip of small bombs": Bomb("a.zip", lambda: in_zip(("0.jsonl", LINE), *((f"{n}.csv", HEADER + b"\n" * 8 * MB) for n in range(9))), "blank", 1, 9, seconds=EACH_IS_TOLD),
    "half a million members": Bomb("a.zip", lambda: many_members(500_000), "files"),
    "a million members": Bomb("a.zip", lambda: many_members(1_000_000), "files"),
    "overlapping members": Bomb("a.zip", lambda: overlapping(1_000, b"ab cd ef" * MB), "", 0, AS_ZIPFILE_SAYS),
    "overlapping members of text": Bomb("a.zip", lambda: overlapping(1_000, b"ab \n" * 2 * MB), "", 0, AS_ZIPFILE_SAYS),
    "a zip in a zip": Bomb("a.zip", lambda: in_zip(("0.jsonl", LINE), ("a.zip", in_zip(("a.txt", bytes(99 * MB))))), "archive inside", 1),
    "a gzip in a gzip": Bomb("a.jsonl.gz", lambda: gzip.compress(gzip.compress(LINE)), "archive inside"),
    "a zst in a zst": Bomb("a.jsonl.zst", lambda: ZST.compress(ZST.compress(LINE)), "archive inside"),
    "a zip in a gzip": Bomb("a.zip.gz", lambda: gzip.compress(in_zip(("a.txt", LINE))), "archive inside"),
    "gigabytes of zeros in gzip": Bomb("a.jsonl.gz", lambda: zeros_in_gzip(4096, LINE * 99), "16 MiB", 99),
    "gigabytes of zeros in gzip and nothing else": Bomb("a.gz", lambda: zeros_in_gzip(4096), "UTF-8"),
    "gigabytes of zeros in bzip2": Bomb("a.jsonl.bz2", lambda: zeros_in_bzip2(4096, LINE), "16 MiB", 1),
    "gigabytes of zeros in zst": Bomb("a.jsonl.zst", lambda: zeros_in_zstandard(2048, LINE * 99), "16 MiB", 99),
    "gigabytes of blank lines in gzip": Bomb("a.jsonl.gz", lambda: zeros_in_gzip(4096, LINE, b"\n" * MB), "blank", 1),
    "gigabytes of blank lines in zst": Bomb("a.jsonl.zst", lambda: zeros_in_zstandard(2048, LINE, b"\n" * MB), "blank", 1),
    "gigabytes of blank lines in a packed table": Bomb("a.csv.gz", lambda: zeros_in_gzip(4096, HEADER + ROW, b"\n" * MB), "blank", 1),
    "nothing but blank lines": Bomb("a.jsonl", lambda: b"\n" * 64 * MB, "blank"),
    "gigabytes of spaces in an array": Bomb("a.json.gz", lambda: zeros_in_gzip(4096, b"[\n" + LINE + b",", b" " * MB), "", 1),
    "gigabytes of breaks in an array": Bomb("a.json.gz", lambda: zeros_in_gzip(4096, b"[\n" + LINE + b",", b"\n" * MB), "", 1),
    "gigabytes of XML comments in gzip": Bomb("a.xml.gz", lambda: zeros_in_gzip(4096, XML + MESSAGE + NEWS_ITEM, b"<!-- -->" * (MB // 8)), "", 1),
    "gigabytes of XML text in gzip": Bomb("a.xml.gz", lambda: zeros_in_gzip(4096, XML + MESSAGE + NEWS_ITEM, b"a b " * (MB // 4)), "", 1),
    "gigabytes of XML elements in gzip": Bomb("a.xml.gz", lambda: zeros_in_gzip(4096, XML + MESSAGE + NEWS_ITEM, b"<a></a>\n" * (MB // 8)), "", 1),
    "a window of 2 GB": Bomb("a.jsonl.zst", lambda: b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x02\x00\x08" * 1000, "must be held"),
    # Lines.
    "a line without an end": Bomb("a.jsonl", lambda: LINE + b'{"text": "' + b"a" * 100 * MB, "16 MiB", 1),
    "a line without an end in gzip": Bomb("a.jsonl.gz", lambda: gzip.compress(LINE + b'{"text": "' + b"a" * 100 * MB, 1), "16 MiB", 1),
    "a first line without an end": Bomb("a.jsonl", lambda: b'{"text": "' + b"a" * 100 * MB, "16 MiB"),
    "a raw line without an end": Bomb("a.txt", lambda: b"a" * 100 * MB, "16 MiB"),
    "a line of 15 MB of brackets": Bomb("a.jsonl", lambda: LINE + b"[" + b"{}," * 5 * MB + b"{}]\n", "", 1),
    "a line of 15 MB of empty lists": Bomb("a.jsonl", lambda: LINE + b'{"a":[' + b"[]," * 5 * MB + b"[]]}\n", "", 1),
    # JSON.
    "arrays a million deep": Bomb("a.json", lambda: b"[" * MB, "nested too deeply"),
    "arrays a million deep over lines": Bomb("a.json", lambda: b"[\n" * MB, "nested too deeply"),
    "objects a million deep": Bomb("a.jsonl", lambda: LINE + b'{"a":' * MB + b"\n", "values", 1),
    "objects a million deep over lines": Bomb("a.json", lambda: b'{"a":\n' * MB, "nested too deeply"),
    "an array that is never closed": Bomb("a.json", lambda: b"[\n" + LINE * 3 + b",\n", "broken JSON", 1),
    "a long array that is never closed": Bomb("a.json", lambda: b"[\n" + b",\n".join([LINE] * 99), "broken JSON", 99),
    "an item of an array that is never closed": Bomb("a.json", lambda: b"[\n" + LINE + b',\n{"text": ["' + b'a", "' * 12 * MB, "values", 1),
    "a string that is never closed": Bomb("a.json", lambda: b"[\n" + LINE + b',\n{"text": "' + b"a" * 100 * MB, "16 MiB", 1),
    "a number of a million digits": Bomb("a.jsonl", lambda: LINE + b'{"id": ' + b"7" * MB + b"}\n", "digits", 1),
    "a number of a million digits in an array": Bomb("a.json", lambda: b"[\n" + LINE + b',\n{"id": ' + b"7" * MB + b"}]", "number", 1),
    "a float of a million digits": Bomb("a.jsonl", lambda: LINE + b'{"id": 0.' + b"7" * MB + b"}\n", "no text", 1),
    "a power of a million digits": Bomb("a.jsonl", lambda: LINE + b'{"id": 1e' + b"7" * MB + b"}\n", "no text", 1),
    "a million escapes": Bomb("a.jsonl", lambda: LINE + b'{"text": "' + b"\\u0000" * MB + b'"}\n', "no text", 1),
    "100,000 empty objects": Bomb("a.jsonl", lambda: LINE + b"{}\n" * 100_000, "no text", 1, 100_000, EACH_IS_TOLD),
    # Tables.
    "scraps behind a raw origin": Bomb("a.txt", lambda: RAW + b"\\n" * 40 + b"\nx", "", 1, 0),
    "halves of line ends behind a raw origin": Bomb("a.txt", lambda: RAW + b"rn" * (MB // 2) + b"x", "", 1, 0),
    "dots behind a raw origin": Bomb("a.txt", lambda: RAW + b"." * MB + b"x", "", 1, 0),
    "dots as a raw origin": Bomb("a.txt", lambda: RAW.rstrip() + b"." * MB + b"x", "", 1, 0),
    "a tag of equals signs": Bomb("a.jsonl", lambda: with_text(f"{WORDS} <a {'=' * MB}"), "", 1, 0),
    "scraps at the end that are none": Bomb("a.jsonl", lambda: with_text(WORDS + "\\t" * (MB // 2) + "x\\t"), "", 1, 0),
    "a quote that is never closed": Bomb("a.csv", lambda: HEADER + ROW + b'Council,"' + b"a b c\n" * 9 * MB, "", 1),
    "a quote that is never closed on one line": Bomb("a.csv", lambda: HEADER + ROW + b'Council,"' + b"a b c " * 9 * MB, "16 MiB", 1),
    "a row of a million cells": Bomb("a.csv", lambda: HEADER + ROW + b"a," * 10**6 + b"\n", "cells", 1),
    "a row of cells without an end": Bomb("a.csv", lambda: HEADER + ROW + b"a," * 7 * MB + b"\n", "cells", 1),
    "a header of a million cells": Bomb("a.csv", lambda: b"title,text," * 10**5 + b"\n" + ROW, ""),
    "a quoted row over a million lines": Bomb("a.csv", lambda: HEADER + ROW + b'"a\n",' * 10**6, "", 1),
    # XML.
    "billion laughs": Bomb("a.xml", lambda: XML + LAUGHS + b"<nitf><p>&j;</p></nitf>", "entities"),
    "billion laughs behind a comment": Bomb("a.xml", lambda: XML + b"<!--" + b"a" * 1900 + b"-->" + LAUGHS + NITF, "entities"),
    "billion laughs behind many comments": Bomb("a.xml", lambda: XML + (b"<!--" + b"a" * 1900 + b"-->") * 50 + LAUGHS + NITF.replace(b"<p>", b"<p>&j;"), ""),
    "billion laughs behind spaces": Bomb("a.xml", lambda: XML + b" " * 70_000 + LAUGHS + NITF.replace(b"<p>", b"<p>&j;"), ""),
    "billion laughs in UTF-16": Bomb("a.xml", lambda: (XML.replace(b"UTF-8", b"UTF-16") + LAUGHS + NITF).decode().encode("utf-16"), "entities"),
    "quadratic blow-up": Bomb("a.xml", lambda: XML + b'<!DOCTYPE nitf [<!ENTITY a "' + b"a" * 50_000 + b'">]><nitf><p>' + b"&a;" * 50_000 + b"</p></nitf>", "entities"),
    "an entity that is a local file": Bomb("a.xml", lambda: XML + b'<!DOCTYPE nitf [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + NITF.replace(b"<p>", b"<p>&a;"), "entities"),
    "a DTD that is a local file": Bomb("a.xml", lambda: XML + b'<!DOCTYPE nitf SYSTEM "file:///etc/hostname">' + NITF.replace(b"<p>", b"<p>&a;"), "", 1, 0),
    "elements nested 100,000 deep": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<a>" * 100_000, "broken XML", 1),
    "elements nested 100,000 deep in an item": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + NEWS_ITEM.replace(b"<p>", b"<p>" + b"<a>" * 100_000), "broken XML", 1),
    "an attribute of 20 MB": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b'<newsItem guid="' + b"a" * 20 * MB + b'"/>' + END_OF_MESSAGE, "no news item comes to its end", 1),
    "a million attributes": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<newsItem " + b" ".join(b'a%d=""' % n for n in range(10**6)) + b"/>" + END_OF_MESSAGE, "no news item comes to its end", 1),
    "a text of 100 MB": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<newsItem><headline>" + b"a" * 100 * MB + b"</headline></newsItem>" + END_OF_MESSAGE, "broken XML", 1),
    "lines of text of 100 MB": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<newsItem><headline>" + b"a b c d\n" * 12 * MB + b"</headline></newsItem>" + END_OF_MESSAGE, "broken XML", 1),
    "an item of a million elements": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<newsItem>" + b"<p>a</p>\n" * 10**6 + b"</newsItem>" + END_OF_MESSAGE, "", 1),
    "a comment of 20 MB": Bomb("a.xml", lambda: XML + b"<!--" + b"a" * 20 * MB + b"-->" + NITF, ""),
    "a comment of 20 MB of hyphens": Bomb("a.xml", lambda: XML + b"<!--" + b"<!-- -" * 3 * MB + b"-->" + NITF, ""),
    "a comment before the text of 20 MB": Bomb("a.txt", lambda: b" " * 30_000 + b"<!--" * 5 * MB, ""),
    "ten thousand comments": Bomb("a.html", lambda: b"<!---->" * 9_000 + b"<!--" + b" " * 20 * MB, ""),
    "a message of 100,000 empty items": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<newsItem/>\n" * 100_000 + END_OF_MESSAGE, "nothing in it", 1, 100_000, EACH_IS_TOLD),
    "a message of a million strange elements": Bomb("a.xml", lambda: XML + MESSAGE + NEWS_ITEM + b"<a/>\n" * 10**6 + END_OF_MESSAGE, "", 1),
    # Pages.
    "a page of 5 MB": Bomb("a.html", lambda: PAGE + b"a" * 5 * MB, "4 MiB"),
    # Web archives.
    "a record longer than its length": Bomb("a.warc", lambda: record(PAGE) + record(PAGE, 90) + record(PAGE), "damaged", 1, 2),
    "a record shorter than its length": Bomb("a.warc", lambda: record(PAGE) + record(PAGE, 9999999), "", 1),
    "a record of negative length": Bomb("a.warc", lambda: record(PAGE) + record(PAGE, -5), "damaged", 1),
    "a record of huge length": Bomb("a.warc", lambda: record(PAGE) + record(b"a" * 64 * MB, 10**30), "damaged", 1),
    "a record of a length that is none": Bomb("a.warc", lambda: record(PAGE) + record(PAGE, "many"), "damaged", 1),
    "a packed body that is a bomb": Bomb("a.warc", lambda: record(PAGE) + record(zeros_in_gzip(4096, PAGE), extra=b"Content-Encoding: gzip\r\n"), "", 1),
    "a body packed by deflate that is a bomb": Bomb("a.warc", lambda: record(PAGE) + record(zlib.compress(bytes(999 * MB)), extra=b"Content-Encoding: deflate\r\n"), "", 1),
    "a header of 20 MB": Bomb("a.warc", lambda: record(PAGE) + record(PAGE, extra=b"X: " + b"a" * 20 * MB + b"\r\n"), "", 1),
    "a header of a million lines": Bomb("a.warc", lambda: record(PAGE) + record(PAGE, extra=b"X: a\r\n" * 10**6), "", 1),
    "a record header of 100 MB": Bomb("a.warc", lambda: record(PAGE) + b"WARC/1.0\r\nX: " + b"a" * 100 * MB, "", 1),
    "a packed record header of gigabytes": Bomb("a.warc.gz", lambda: gzip.compress(record(PAGE)) + zeros_in_gzip(2048, b"WARC/1.0\r\nX: "), "", 1),
    # Columns.
    "columns that are cut off": Bomb("a.parquet", lambda: columns()[:-20], "damaged Parquet"),
    "columns that are cut off early": Bomb("a.parquet", lambda: columns()[:100], "damaged Parquet"),
    "a footer of 2 GB": Bomb("a.parquet", lambda: claims(2**31 - 1), "damaged Parquet"),
    "a footer of 4 GB": Bomb("a.parquet", lambda: claims(2**32 - 1), "damaged Parquet"),
    "a footer with a list of 2,000 million": Bomb("a.parquet", lying_footer, "damaged Parquet"),
    "a value of 1 MB a million times": Bomb("a.parquet", lambda: one_value_often(10**6, MB), "times its size", 0, 33),
    # Encodings.
    "UTF-16 without a mark": Bomb("a.txt", lambda: WORDS.encode("utf-16-le"), "UTF-8"),
    "UTF-16 JSON without a mark": Bomb("a.jsonl", lambda: LINE.decode().encode("utf-16-be"), "UTF-8"),
    "UTF-32": Bomb("a.txt", lambda: WORDS.encode("utf-32"), "UTF-8"),
    "half a letter of UTF-16": Bomb("a.jsonl", lambda: (LINE.decode() * 3).encode("utf-16") + b"a", "UTF-8", 3),
    "latin-1": Bomb("a.txt", lambda: f"Café {WORDS}".encode("latin-1"), "UTF-8"),
    "latin-1 JSON": Bomb("a.jsonl", lambda: MIXED, "UTF-8", 2),
    "a latin-1 table": Bomb("a.csv", lambda: HEADER + ROW + ROW.replace(b"Council", b"Caf\xe9"), "UTF-8", 1),
    "EBCDIC": Bomb("a.txt", lambda: WORDS.encode("cp500"), "UTF-8"),
    "EBCDIC JSON": Bomb("a.jsonl", lambda: LINE.decode().encode("cp500"), "UTF-8"),
    "latin-1 XML": Bomb("a.xml", lambda: XML + NITF.replace(b"<p>", b"<p>Caf\xe9 "), "broken XML"),
    # Names that lie.
    "a picture called JSON": Bomb("a.json", lambda: PNG, "UTF-8", 0, 4),
    "a picture called text": Bomb("a.txt", lambda: PNG, "UTF-8"),
    "a picture called a table": Bomb("a.csv", lambda: PNG, ""),
    "a picture called a page": Bomb("a.html", lambda: PNG, ""),
    "a picture called a zip": Bomb("a.zip", lambda: PNG, ""),
    "a picture called gzip": Bomb("a.json.gz", lambda: PNG, ""),
    "a picture called Parquet": Bomb("a.parquet", lambda: PNG, ""),
    "a picture called WARC": Bomb("a.warc", lambda: PNG, ""),
    "a tar called text": Bomb("a.txt", lambda: in_tar(("a.jsonl", LINE)), ""),
    "a tar of pictures called JSON": Bomb("a.json", lambda: in_tar(("a.png", PNG * 99)), ""),
    "a text called JSON": Bomb("a.json", WORDS.encode, "broken JSON"),
    "a text called XML": Bomb("a.xml", WORDS.encode, "no form"),
    # Feeds.
    "a feed of billion laughs": Bomb("a.feed", lambda: XML + LAUGHS + RSS + b"&j;" + END_OF_RSS, "entities"),
    "a feed of billion laughs in UTF-16": Bomb("a.feed", lambda: (XML.replace(b"UTF-8", b"UTF-16") + LAUGHS + RSS).decode().encode("utf-16"), "entities"),
    "a feed of 9 MB": Bomb("a.feed", lambda: XML + RSS + FEED_ITEM * 60_000 + END_OF_RSS, "larger than"),
    "a feed of 8 MB of empty elements": Bomb("a.feed", lambda: XML + RSS + b"<a/>" * 2_000_000 + END_OF_RSS, ""),
    "a feed of a million empty items": Bomb("a.feed", lambda: XML + RSS + b"<item/>" * 10**6 + END_OF_RSS, ""),
    "a feed of comments": Bomb("a.feed", lambda: b"<!---->" * MB + RSS, ""),
    "a JSON feed a million deep": Bomb("a.feed", lambda: b'{"a":' * MB, "values"),
    "a JSON feed of 8 MB of empty lists": Bomb("a.feed", lambda: b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + b"[]," * 2_700_000 + b"[]]}", ""),
    "a JSON feed with a number of a million digits": Bomb("a.feed", lambda: b'{"version": ' + b"7" * MB + b"}", "broken"),
    "a page called a feed": Bomb("a.feed", lambda: PAGE, "page"),
    "a picture called a feed": Bomb("a.feed", lambda: PNG, "no feed"),
    "a gzip called a feed": Bomb("a.feed", lambda: zeros_in_gzip(2048), ""),
    "zeros called a feed": Bomb("a.feed", lambda: bytes(8 * MB), ""),
    # Maps.
    "a map of 100 MB": Bomb("mapping.toml", lambda: b'[fields]\ntext = "' + b"a" * 100 * MB + b'"\n', ""),
    "a map of 100 MB of tables": Bomb("mapping.toml", lambda: b'[fields]\ntext = "a"\n' + b"# a\n" * 25 * MB, ""),
    "a map of 64 KB of nested lists": Bomb("mapping.toml", lambda: b"dates = " + b"[" * 60_000, ""),
    "a map of 64 KB of dotted names": Bomb("mapping.toml", lambda: b"a." * 30_000 + b"a = 1", ""),
}  # fmt: skip

GOOD = {
    ".jsonl": LINE, ".json": b"[" + LINE + b"]", ".csv": HEADER + ROW, ".txt": WORDS.encode(), ".xml": XML + NITF,
    ".html": PAGE, ".warc": record(PAGE), ".parquet": columns(), ".toml": b'[fields]\ntext = "a"',
    ".feed": XML + RSS + FEED_ITEM + END_OF_RSS,
}  # fmt: skip


def slowness():
    """How much longer work takes now than on a machine that has nothing else to do; at least 1."""
    began = time.process_time()
    for _ in range(1_000_000):
        pass
    return max(1.0, (time.process_time() - began) / _QUIET)


@pytest.fixture(scope="module")
def cost():
    """What a file comes to and costs, in a process that reads nothing else."""
    root = Path(__file__).parents[1]
    command = [sys.executable, str(root / "tests/bomb_reader.py")]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:

        def asked(path):
            suffix = next((each for each in reversed(path.suffixes) if each in GOOD), ".jsonl")
            good = path.with_name(f"good{suffix}" if suffix != ".toml" else "good.mapping.toml")
            good.write_bytes(GOOD[suffix])
            child.stdin.write(json.dumps([str(path), str(good)]) + "\n")
            child.stdin.flush()
            return json.loads(child.stdout.readline())

        yield asked
        child.stdin.close()


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_within_a_second_and_fifty_megabytes(tmp_path, cost, name):
    bomb = BOMBS[name]
    path = tmp_path / bomb.name
    path.write_bytes(bomb.made())
    told = cost(path)
    path.unlink()  # some are of a hundred megabytes, and several runs are kept
    assert told is not None, "it took ten seconds, or ended the process"
    rejected = told["rejected"] if bomb.rejected is AS_ZIPFILE_SAYS and told["rejected"] else bomb.rejected
    assert (told["articles"], told["rejected"]) == (bomb.kept, rejected), told["reason"]
    assert bomb.reason in told["reason"]
    assert told["seconds"] < bomb.seconds * slowness()
    assert told["megabytes"] < MEGABYTES


@pytest.mark.parametrize("suffix", GOOD)
def test_an_empty_file_is_one_rejection_whatever_it_is_called(tmp_path, cost, suffix):
    path = tmp_path / f"empty{suffix}" if suffix != ".toml" else tmp_path / "empty.mapping.toml"
    path.write_bytes(b"")
    told = cost(path)
    assert (told["articles"], told["rejected"]) == (0, 1)
    assert told["reason"]


def test_a_database_called_text_is_no_text(tmp_path, cost):
    path = tmp_path / "a.txt"
    path.write_bytes(database(tmp_path))
    assert "UTF-8" in cost(path)["reason"]

"""The inverted index of one archive, in tantivy: opened, written, checked. Derived from the store, so it may be lost.

It keeps no text: only terms with their positions, the few numbers that filters and ties need, and for each article what
the analysis made of it, so that no question has to analyse it again.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import tantivy

from corpus.engine import forward
from corpus.engine.entry import HEADLINE_WEIGHT, STOP, UNKNOWN, Entry
from corpus.engine.local.view import TIE_BITS, IndexFault, IndexView, faults_told
from corpus.engine.values import Stored
from corpus.model import GAP, Article, Part

LAYOUT = 4
"""Counts up whenever the fields below or the analysis change: an index of another layout is built anew."""

_GAP = f" {' '.join([STOP] * GAP)} "  # no phrase spans headline and body
_HEAP = 40_000_000  # bytes that the writer may fill before it writes a segment
_FOOTER = 8  # bytes at the end of each of tantivy's files: the length of the footer before them, and a magic number

_WHOLE = "whole.json"  # which files were whole, beside them

_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
"""The files of each of tantivy's segments, by their endings."""


class SearchIndex:
    """One index in one folder. ``view`` is its state when it was last refreshed."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the index, or make an empty one.

        Raises:
            IndexFault: the folder holds no index that can be read.
        """
        self._folder = folder
        if create:
            with faults_told():
                folder.mkdir(parents=True)
        self._schema = _schema()
        with faults_told():
            self._index = tantivy.Index(self._schema, path=str(folder)) if create else tantivy.Index.open(str(folder))
            self._index.register_tokenizer("terms", _words_as_given())
            self._index.config_reader(reload_policy="manual")
        self.refresh()

    def refresh(self) -> None:
        """See what was committed since, by this process or another."""
        with faults_told():
            self._stamp = _stamp(self._folder)
            self._index.reload()
            self.view = IndexView(self._schema, self._index.searcher())

    @property
    def outdated(self) -> bool:
        """Whether something was committed that this index does not see yet."""
        with faults_told():
            return _stamp(self._folder) != self._stamp

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        """Change the index: everything that was put is searchable, and on the disk, when the block has ended.

        Also when it ends early: what was put until then stays, and putting it again does no harm. What is merged then
        was searchable before. Where the disk did not take something, all is as it was: what could be committed then are
        the articles to be replaced going out, without those that replace them.

        Raises:
            IndexFault: the disk does not take it.
        """
        with faults_told():
            before = set(_files_of(self._folder))
            writer = IndexWriter(self._index.writer(heap_size=_HEAP, num_threads=1))
            writer.sweep()
            _sweep_drafts(self._folder)
        try:
            yield writer
        except IndexFault:
            writer.abandon()
            raise
        except BaseException:
            _ended(writer)
            raise
        _ended(writer)
        self._remember_new(before)
        self.refresh()

    def _remember_new(self, before: set[str]) -> None:
        """What was just written is whole; of what was there before nobody knows more than they did."""
        with suppress(OSError):
            known = _read_whole(self._folder)
            found = {name: _touched(self._folder / name) for name in _files_of(self._folder)}
            whole = {name: at for name, at in found.items() if name not in before or known.get(name) == at}
            _write_whole(self._folder, whole)


class IndexWriter:
    """Puts articles into an index; an article that is there already is replaced."""

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer
        self._changed = True  # an index has a first commit of its own

    def put(self, stored: Stored, entry: Entry, *, known: bool) -> None:
        """Add an article with what was made of its words; ``known`` if it may be in the index already."""
        if known:
            self._writer.delete_documents_by_term("key", stored.key)
        article = stored.article
        document = tantivy.Document()
        text = _GAP.join([*[entry.headline] * HEADLINE_WEIGHT, entry.body, entry.credit])
        document.add_text(Part.TEXT, text)
        document.add_text(Part.HEADLINE, entry.headline)
        document.add_text(Part.BODY, entry.body)
        document.add_text(Part.AUTHOR, entry.author)
        document.add_text(Part.SECTION, entry.section)
        document.add_text(Part.SPELLING, entry.spellings)
        document.add_text(Part.HEADLINE_SPELLING, entry.opening)
        document.add_text("source", article.source)
        document.add_text("language", article.language or UNKNOWN)
        document.add_integer("key", stored.key)
        document.add_integer("story", stored.story)
        document.add_integer("seq", stored.seq)
        document.add_integer("day", article.published.day.toordinal())
        document.add_integer("moment", _moment(article, stored.key))
        for name, value in entry.forward.items():
            document.add_bytes(name, value)
        with faults_told():
            self._writer.add_document(document)
        self._changed = True

    def drop(self, key: int) -> None:
        """Take out the article with this key, if it is there."""
        self._writer.delete_documents_by_term("key", key)
        self._changed = True

    def commit(self) -> None:
        """Make everything that was put searchable and durable; merging goes on beside it.

        Raises:
            IndexFault: the disk does not take it.
        """
        if self._changed:
            with faults_told():
                self._writer.commit()
            self._changed = False

    def sweep(self) -> None:
        """Remove what a killed writer left: tantivy would give the next files the same names, and refuse to."""
        self._writer.garbage_collect_files()

    def close(self) -> None:
        """Wait until the segments are merged, and let go of the folder."""
        self._writer.wait_merging_threads()

    def abandon(self) -> None:
        """Forget what was put since the last commit, and let go of the folder."""
        with suppress(IndexFault), faults_told():
            self._writer.rollback()
        with suppress(IndexFault), faults_told():
            self.close()


def _ended(writer: IndexWriter) -> None:
    """Make durable what was put; where the disk does not take it, nothing of it."""
    try:
        writer.commit()
        with faults_told():
            writer.close()
    except IndexFault:
        writer.abandon()
        raise


def damage(folder: Path, *, anew: bool = False, remember: bool = True) -> str | None:
    """Say what is wrong with the files of an index, or None: each is held to the checksum at its end.

    Unless that is to be done ``anew``, it is done once: files are never changed once they are written, and which one
    was whole is remembered, until the system says that it was touched; unless nothing is to be written (``remember``).
    Of a million articles they have four gigabytes, which take seconds to read.
    The footer's form is tantivy's (``directory/footer.rs``): JSON with ``crc``, its length, a magic number.
    """
    try:
        files = _files_of(folder)
        remembered = _read_whole(folder)
        known = {} if anew else remembered
        found = {name: _touched(folder / name) for name in files}
        for name in files:
            if known.get(name) != found[name] and not _whole(folder / name):
                return f"{name} does not match its checksum"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{folder.name} cannot be read ({error})"
    if remember and found.items() - remembered.items():
        _write_whole(folder, found)
    return None


def _files_of(folder: Path) -> list[str]:
    segments = json.loads((folder / "meta.json").read_text())["segments"]
    return [name for segment in segments for name in _files(segment)]


def _touched(file: Path) -> tuple[int, int]:
    """Changes with whatever is done to a file, also where its time was set back."""
    status = file.stat()
    return status.st_size, status.st_ctime_ns


def _read_whole(folder: Path) -> dict[str, tuple[int, int]]:
    """The files that were whole, as they were then."""
    try:
        return {name: (int(size), int(at)) for name, (size, at) in json.loads((folder / _WHOLE).read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write_whole(folder: Path, files: dict[str, tuple[int, int]]) -> None:
    """Remember these, if that can be written: else they are looked at again."""
    draft = folder / f"{_WHOLE}.{os.getpid()}"
    with suppress(OSError):
        draft.write_text(json.dumps(files))
        draft.replace(folder / _WHOLE)


def _sweep_drafts(folder: Path) -> None:
    """Remove what was left by who was ended while it wrote; what somebody writes now is only looked at again."""
    for draft in folder.glob(f"{_WHOLE}.*"):
        draft.unlink(missing_ok=True)


def _files(segment: dict[str, Any]) -> list[str]:
    name, deletes = segment["segment_id"].replace("-", ""), segment["deletes"]
    deleted = [f"{name}.{deletes['opstamp']}.del"] if deletes else []
    return [f"{name}.{part}" for part in _PARTS] + deleted


def _whole(file: Path) -> bool:
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        end = len(content) - _FOOTER
        length = int.from_bytes(content[end : end + 4], "little")
        if not 0 < length <= end:
            return False
        with memoryview(content) as view, view[: end - length] as body:
            return bool(json.loads(content[end - length : end])["crc"] == zlib.crc32(body))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for part in (Part.TEXT, Part.HEADLINE, Part.BODY, Part.AUTHOR, Part.SECTION):
        builder.add_text_field(part, tokenizer_name="terms", index_option="position")
    for part in (Part.SPELLING, Part.HEADLINE_SPELLING):
        builder.add_text_field(part, tokenizer_name="terms", index_option="basic")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("key", indexed=True, fast=True)
    builder.add_integer_field("story", fast=True)
    builder.add_integer_field("seq", fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_integer_field("moment", fast=True)
    for name in forward.FIELDS:
        builder.add_bytes_field(name, stored=True)
    return builder.build()


def _words_as_given() -> tantivy.TextAnalyzer:
    """Takes terms apart at spaces and drops the places of stop words, which still count as distance."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return words.filter(tantivy.Filter.custom_stopword([STOP])).build()


def _moment(article: Article, key: int) -> int:
    """Puts the newer article first, and of two of one second the one that came in first: it is the original."""
    mask = (1 << TIE_BITS) - 1
    return (article.published.seconds << TIE_BITS) | (mask - (key & mask))


def _stamp(folder: Path) -> tuple[int, int]:
    """Changes with every commit, which puts a new file in the place of the old one."""
    status = (folder / "meta.json").stat()
    return status.st_ino, status.st_mtime_ns

"""An archive that takes everything in and keeps nothing: what a keeper would change, told exactly, without a change.

New articles lie in a database of its own, which is thrown away; what it does not have is looked up in the archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from corpus.engine import BOOKS, Change, Engine, Signed, Stored, numbered
from corpus.engine.local import ArchiveFile, LocalLedger, LocalStore
from corpus.errors import CorpusUnwritable
from corpus.keeping.passing import passing


@contextmanager
def rehearsal(engine: Engine) -> Iterator[Rehearsal]:
    """Stand for this archive as long as the block lasts; the books are a copy of its books.

    Raises:
        CorpusUnwritable: the disk does not take it.
    """
    with passing(engine.workplace / "rehearsal") as place:
        try:
            place.mkdir()
        except OSError as error:
            raise CorpusUnwritable(str(engine.workplace), error.strerror or str(error)) from error
        scratch = ArchiveFile(place / "archive.db", create=True)
        try:
            for table in BOOKS:
                scratch.fill(table, engine.rows(table))
            yield Rehearsal(engine, scratch)
        finally:
            scratch.close()


class Rehearsal:
    """The archive as it would be. An article of its own stands before that of the same key in the archive."""

    def __init__(self, engine: Engine, scratch: ArchiveFile) -> None:
        self.ledger = LocalLedger(scratch)
        self._engine = engine
        self._scratch = scratch
        self._own = LocalStore(scratch)
        self._changed: set[int] = set()
        self._out_of: set[tuple[int, int]] = set()
        self._left: set[int] = set()

    @property
    def kept(self) -> Rehearsal:
        """What the stories of new articles are looked up in."""
        return self

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles."""
        return self._engine.known(ids) | self._own.checksums(ids)

    def next_key(self) -> int:
        """The key that the next new article gets."""
        return max(self._engine.next_key(), self._own.next_key())

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing of what is changed inside."""
        return self._scratch.transaction()

    def save(self, changes: Sequence[Change], signed: Signed) -> list[Stored]:
        """Take these changes in."""
        with self.transaction():
            self._own.save(numbered(changes, self._own.seq))
            self._own.sign(signed)
        self._changed.update(change.key for change in changes)
        self._out_of.update(signed.out_of)
        self._left.update(signed.left)
        return []

    def stories(self, stories: Sequence[int], *, before: int | None = None) -> set[int]:
        """Those of these stories that are told."""
        told = self._engine.kept.stories(stories, before=before)
        if self._changed:
            told = {story for story in told if set(self._engine.kept.members(story)) - self._changed}
        return told | self._own.stories(stories, before=before)

    def members(self, story: int) -> list[int]:
        """The keys of the articles of a story, in their order."""
        kept = [key for key in self._engine.kept.members(story) if key not in self._changed]
        return sorted(kept + self._own.members(story))

    def texts(self, keys: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The stories and the texts of these articles."""
        return self._engine.kept.texts(keys) | self._own.texts(keys)

    def banded(self, bands: Sequence[int]) -> list[tuple[int, int]]:
        """Every head under one of these bands, with the band."""
        kept = (each for each in self._engine.kept.banded(bands) if each not in self._out_of)
        return sorted({*kept, *self._own.banded(bands)}, key=lambda each: each[1])

    def signatures(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The signatures of those of these articles that are heads."""
        kept = self._engine.kept.signatures([key for key in keys if key not in self._left])
        return kept | self._own.signatures(keys)

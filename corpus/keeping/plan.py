"""Which of the files that inputs hold are to be read: those that are not as they were when they were last read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.engine import Ledger
from corpus.ingest import Found, Way, file_checksum
from corpus.keeping.intake import Planned
from corpus.model import Rejection


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read, and what of the rest is known from the last time.

    ``files`` are to be read, ``refused`` cannot be or held what was refused when it was read; ``skipped`` files are
    unchanged, and gave ``unchanged`` articles.
    """

    files: tuple[Planned, ...]
    refused: tuple[Rejection, ...]
    skipped: int
    unchanged: int

    @property
    def size(self) -> int:
        """How many bytes are to be read."""
        return sum(each.file.size for each in self.files)


def planned(found: Iterable[Planned | Rejection], ledger: Ledger, way: Way, *, again: bool) -> Plan:
    """Compare files with what the books say of them; with ``again`` all are to be read."""
    files: list[Planned] = []
    refused: list[Rejection] = []
    skipped = unchanged = 0
    for each in found:
        if isinstance(each, Rejection):
            refused.append(each)
            continue
        book = ledger.book(each.file.place)
        if again or book is None or book.gone or (book.checksum, book.way) != (each.checksum, str(way.of(each.file))):
            files.append(each)
        else:
            refused += ledger.refused(book.key)
            skipped, unchanged = skipped + 1, unchanged + book.articles
    return Plan(tuple(files), tuple(refused), skipped, unchanged)


def summed(file: Found) -> Planned | Rejection:
    """A file with its checksum."""
    try:
        return Planned(file, file_checksum(file))
    except OSError as error:
        return Rejection(file.origin, f"cannot be read ({error.strerror or error})")

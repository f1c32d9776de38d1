"""What must hold within one database, asked of it: its pages, its articles, and the books that go with them."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.engine.local.database import ArchiveFile
from corpus.engine.soundness import Row
from corpus.engine.tables import TABLES, stored_in
from corpus.engine.values import Stored
from corpus.errors import CorpusDamaged

_BATCH = 500  # articles that are read at once
_MOST_FAULTS = 20  # faults of pages that are named: one is enough to know
_LEAST = -(2**63)

_OWN_INDEXES = ("missing from index", "wrong # of entries in index", "non-unique entry in index")
"""How ``PRAGMA integrity_check`` begins to say, or ends, that only an index of SQLite's own is wrong."""

_READ = "sightings.run >= files.run AND files.checksum IS NOT NULL"
_ORPHANS = {
    "sightings": (
        f"EXISTS (SELECT 1 FROM files WHERE files.key = sightings.file AND {_READ})"
        " AND sightings.key NOT IN (SELECT key FROM articles) AND sightings.key NOT IN (SELECT key FROM withheld)"
    ),
    "sightings of no file": "file NOT IN (SELECT key FROM files)",
    "refused": "file NOT IN (SELECT key FROM files)",
    "signatures": "key NOT IN (SELECT key FROM articles)",
    "bands": "key NOT IN (SELECT key FROM signatures WHERE key IN (SELECT key FROM articles))",
    "late_bands": "key NOT IN (SELECT key FROM signatures WHERE key IN (SELECT key FROM articles))",
}
"""Which rows belong to nothing: of a file that is to be read again, or was since, a sighting may."""


class LocalSoundness:
    """Looks through a database; change it under the keeper's lock alone."""

    def __init__(self, database: ArchiveFile) -> None:
        self._database = database
        self._rows = database.rows

    def faults(self, *, quick: bool = False) -> list[str]:
        """What SQLite finds wrong with its pages and, unless that is to be ``quick``, its own indexes, in its words."""
        look = "quick_check" if quick else "integrity_check"
        try:
            found = [str(told) for (told,) in self._rows(f"PRAGMA {look}({_MOST_FAULTS})")]
        except CorpusDamaged as error:
            return [str(error.__cause__ or error)]
        return [" ".join(each.split()) for each in found if each != "ok"]

    def articles(self) -> Iterator[Row]:
        """Every article, in the order of the keys."""
        key = _LEAST
        statement = f"SELECT {', '.join(TABLES['articles'])} FROM articles WHERE key > ? ORDER BY key LIMIT {_BATCH}"
        while batch := self._rows(statement, [key]):
            for row in batch:
                yield Row(row[0], str(row[4]), row[3], _read(row))
            key = batch[-1][0]

    def orphans(self) -> dict[str, int]:
        """In how many rows each of the books tells of an article or a file that there is not."""
        counted = {
            name: self._database.value(f"SELECT count(*) FROM {name.split()[0]} WHERE {where}")
            for name, where in _ORPHANS.items()
        }
        return {name: int(rows) for name, rows in counted.items() if rows}

    def drop_orphans(self) -> None:
        """Drop these rows; files that should hold articles which there are not are to be read again."""
        with self._database.transaction():
            lost = f"SELECT file FROM sightings WHERE {_ORPHANS['sightings']}"
            self._database.change(f"UPDATE files SET checksum = NULL WHERE key IN ({lost})")
            for name, where in _ORPHANS.items():
                self._database.change(f"DELETE FROM {name.split()[0]} WHERE {where}")

    def headless(self, *, least: int) -> list[int]:
        """The first article of each story that has at least so many, and that none stands for.

        Where articles of an older Dateline are still to be compared, none.
        """
        if self._rows("SELECT 1 FROM unsigned LIMIT 1"):
            return []
        found = self._rows(
            "SELECT min(key) FROM articles GROUP BY story"
            " HAVING count(*) >= ? AND max(key IN (SELECT key FROM signatures)) = 0",
            [least],
        )
        return [key for (key,) in found]

    def put_out_of_force(self, keys: list[int]) -> None:
        """Let the checksums of these articles fit no text: when their files are read again, they are replaced."""
        self._database.change_many("UPDATE articles SET checksum = x'' WHERE key = ?", ((key,) for key in keys))

    def read_all_again(self) -> None:
        """Every file is to be read again, changed or not."""
        self._database.change("UPDATE files SET checksum = NULL")

    def index_anew(self) -> None:
        """Make SQLite's own indexes anew.

        Raises:
            CorpusDamaged: the tables do not allow of it.
        """
        with self._database.transaction():
            self._database.change("REINDEX")


def in_indexes_alone(faults: list[str]) -> bool:
    """Whether these faults are such that making SQLite's own indexes anew may mend them.

    Not where the ids of articles are concerned: a second witness of what an id was is not thrown away.
    """
    return all(any(words in fault for words in _OWN_INDEXES) and "articles_id" not in fault for fault in faults)


def _read(row: list[object]) -> Stored | None:
    """An article of a row, whatever stands in that; a text that is no UTF-8 has halves of surrogates."""
    try:
        stored = stored_in(row)
        texts = (part for part in row if isinstance(part, str))
        if any(part.encode() is None for part in texts) or row[-1] != stored.article.published.day.isoformat():
            return None
    except (ValueError, TypeError, AttributeError):
        return None
    return stored

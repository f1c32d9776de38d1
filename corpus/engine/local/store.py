"""The articles themselves, in SQLite through sqlite-utils: the truth from which the index is derived.

Knows nothing of queries or of the index, but counts every change (``seq``), so that an index can catch up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from operator import itemgetter
from random import sample

from corpus.engine.local.database import ArchiveFile, marks, parts
from corpus.engine.tables import TABLES, as_row, stored_in
from corpus.engine.values import Signed, Stored
from corpus.model import Copy, Headline, PubDate, Source

_ALL_BANDS = 2**32
_BAND_PARTS = 24  # of their range, which take turns: with 12 or 48 more pages are written
_MOST_COPIES = 101  # articles of a story that are named, with the one that stands for it


@dataclass(frozen=True, slots=True)
class Outlets:
    """Every outlet, the one with the most articles first, and up to which change and which key they were counted."""

    seq: int
    key: int
    sources: tuple[Source, ...]


class LocalStore:
    """The articles of an archive and all by which their copies are found."""

    def __init__(self, database: ArchiveFile) -> None:
        self._database = database
        self._rows = database.rows
        self._settled = cycle(sample(range(_BAND_PARTS), _BAND_PARTS))

    @property
    def name(self) -> str:
        """The archive's own name: sixteen hexadecimal digits, made with it."""
        return str(self._database.value("SELECT name FROM archive"))

    @property
    def seq(self) -> int:
        """The number of the last change or removal; 0 where nothing was ever stored."""
        last = "SELECT max(coalesce((SELECT max(seq) FROM articles), 0), coalesce((SELECT max(seq) FROM removed), 0))"
        return int(self._database.value(last))

    def count(self) -> int:
        """How many articles there are."""
        return int(self._database.value("SELECT count(*) FROM articles"))

    def span(self) -> tuple[date | None, date | None]:
        """The first and the last day of publication; None twice where there is no article."""
        first, last = self._rows("SELECT min(day), max(day) FROM articles")[0]
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else (None, None)

    def sources(self, known: Outlets | None = None) -> Outlets:
        """Every outlet. Where articles only came since they were counted before, only these are counted."""
        since, last = (known.seq, known.key) if known else (0, 0)
        own = "WHERE seq > ?" if known else "WHERE ? = 0"  # without, the index alone is read
        rows = self._rows(
            "SELECT source, coalesce(max(CASE WHEN source_name <> source THEN source_name END), source), count(*),"
            " min(day), max(day), (SELECT max(seq) FROM articles), (SELECT max(key) FROM articles)"
            f" FROM articles {own} GROUP BY source",
            [since],
        )
        if known and self._rows(
            "SELECT 1 FROM removed WHERE seq > ? UNION ALL SELECT 1 FROM articles WHERE seq > ? AND key <= ? LIMIT 1",
            [since, since, last],
        ):
            return self.sources()
        found = {source.key: source for source in known.sources} if known else {}
        for key, name, articles, first, to in (row[:5] for row in rows):
            came = Source(key, name, articles, date.fromisoformat(first), date.fromisoformat(to))
            found[key] = _together(found[key], came) if key in found else came
        ranked = sorted(found.values(), key=lambda source: (-source.articles, source.key))
        since, last = rows[0][5:] if rows else (since, last)
        return Outlets(since, last, tuple(ranked))

    def find(self, article_id: str) -> Stored | None:
        """The article with this id, if there is one."""
        return next(iter(self._select("WHERE id = ?", [article_id])), None)

    def fetch(self, keys: Sequence[int]) -> dict[int, Stored]:
        """The articles with these keys; one that is gone meanwhile is left out."""
        found = (stored for part in parts(keys) for stored in self._select(f"WHERE key IN {marks(part)}", part))
        return {stored.key: stored for stored in found}

    def texts(self, keys: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The stories and the texts of the articles with these keys; one that is gone meanwhile is left out."""
        return {
            key: (story, text)
            for part in parts(keys)
            for key, story, text in self._rows(
                f"SELECT key, story, text FROM articles WHERE key IN {marks(part)}", part
            )
        }

    def headlines(self, keys: Sequence[int]) -> dict[int, Headline]:
        """What the articles with these keys are picked by: their texts stay on the disk."""
        return {
            key: Headline(article_id, headline, source, name, PubDate.from_iso(published))
            for part in parts(keys)
            for key, article_id, headline, source, name, published in self._rows(
                f"SELECT key, id, headline, source, source_name, published FROM articles WHERE key IN {marks(part)}",
                part,
            )
        }

    def copies(self, stories: Sequence[int]) -> dict[int, list[tuple[int, Copy]]]:
        """Of each of these stories that has more than one article the earliest, with their keys."""
        found: dict[int, list[tuple[int, Copy]]] = {}
        for story in (story for part in parts(stories) for story in self._told_again(part)):
            rows = self._rows(
                "SELECT key, id, source, source_name, published, url FROM articles"
                " WHERE story = ? ORDER BY day, published, id LIMIT ?",
                [story, _MOST_COPIES],
            )
            found[story] = [
                (key, Copy(article_id, source, name, PubDate.from_iso(published), url))
                for key, article_id, source, name, published, url in rows
            ]
        return found

    def _told_again(self, stories: Sequence[int]) -> list[int]:
        several = f"SELECT story FROM articles WHERE story IN {marks(stories)} GROUP BY story HAVING count(*) > 1"
        return [story for (story,) in self._rows(several, stories)]

    def checksums(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that is in the archive."""
        return {
            article_id: (key, checksum)
            for part in parts(ids)
            for article_id, key, checksum in self._rows(
                f"SELECT id, key, checksum FROM articles WHERE id IN {marks(part)}", part
            )
        }

    def stories(self, stories: Sequence[int], *, before: int | None = None) -> set[int]:
        """Those of these stories that the archive has already, or has among the articles with keys before this one."""
        return {
            story
            for part in parts(stories)
            for story, first in self._rows(
                f"SELECT story, min(key) FROM articles WHERE story IN {marks(part)} GROUP BY story", part
            )
            if before is None or first < before
        }

    def members(self, story: int) -> list[int]:
        """The keys of the articles of a story, the one that was stored first in front."""
        return [key for (key,) in self._rows("SELECT key FROM articles WHERE story = ? ORDER BY key", [story])]

    def banded(self, bands: Sequence[int]) -> list[tuple[int, int]]:
        """Every key that stands under one of these bands, with the band, in order of the keys."""
        found = [
            row
            for part in parts(sorted(set(bands)))  # near each other in the tables too
            for table in ("bands", "late_bands")
            for row in self._rows(f"SELECT band, key FROM {table} WHERE band IN {marks(part)}", part)
        ]
        return sorted(found, key=itemgetter(1))

    def signatures(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The signatures of those of these articles that stand for their story."""
        return {
            key: signature
            for part in parts(sorted(set(keys)))
            for key, signature in self._rows(f"SELECT key, signature FROM signatures WHERE key IN {marks(part)}", part)
        }

    def unsigned(self, limit: int) -> list[Stored]:
        """The first of the articles that an older Dateline stored and that were never compared."""
        return list(
            self._select(
                "WHERE key BETWEEN (SELECT first_key FROM unsigned) AND (SELECT last_key FROM unsigned)"
                " ORDER BY key LIMIT ?",
                [limit],
            )
        )

    def since(self, seq: int) -> Iterator[Stored]:
        """Every article that was added or changed after this change, in the order of the changes."""
        while batch := list(self._select("WHERE seq > ? ORDER BY seq LIMIT 500", [seq])):
            yield from batch
            seq = batch[-1].seq

    def next_key(self) -> int:
        """The key that the next new article gets; that of one that was removed is never given to another."""
        last = "SELECT max(coalesce((SELECT max(key) FROM articles), 0), coalesce((SELECT max(key) FROM removed), 0))"
        return int(self._database.value(last)) + 1

    def remove(self, keys: Sequence[int]) -> None:
        """Remove these articles, each as a change with a number of its own."""
        with self._database.transaction():
            numbered = list(enumerate(keys, start=self.seq + 1))
            self._database.change_many("INSERT INTO removed VALUES (?, ?)", numbered)
            self._database.change_many("DELETE FROM articles WHERE key = ?", ((key,) for key in keys))

    def removed_since(self, seq: int) -> list[int]:
        """The keys of the articles that were removed after this change and have not come back."""
        gone = "SELECT key FROM removed WHERE seq > ? AND key NOT IN (SELECT key FROM articles)"
        return [key for (key,) in self._rows(gone, [seq])]

    def save(self, articles: Iterable[Stored]) -> None:
        """Add these articles, or put them in the place of those with the same key."""
        self._database.fill("articles", map(as_row, articles))

    def sign(self, signed: Signed) -> None:
        """Take these articles for the first of their stories, or no longer.

        Bands are hashes: those of 2,000 articles lie on 13,000 of a million's 36,000 pages, and to write these took a
        third of an ingest. So they wait in a small table, and go among the others a part of their range at a time: of
        twelve times as many on each of its pages.
        """
        change_many = self._database.change_many
        change_many("DELETE FROM signatures WHERE key = ?", ((key,) for key in signed.left))
        for table in ("bands", "late_bands"):
            change_many(f"DELETE FROM {table} WHERE band = ? AND key = ?", sorted(signed.out_of))
        change_many("INSERT OR REPLACE INTO signatures VALUES (?, ?)", sorted(signed.signatures.items()))
        change_many("INSERT OR IGNORE INTO late_bands VALUES (?, ?)", sorted(signed.into))
        if signed.into:
            self._settle(next(self._settled))

    def _settle(self, part: int) -> None:
        """Put the late bands of one part of their range among the others."""
        ends = [part * _ALL_BANDS // _BAND_PARTS, (part + 1) * _ALL_BANDS // _BAND_PARTS]
        late = "FROM late_bands WHERE band >= ? AND band < ?"
        self._database.change(f"INSERT OR IGNORE INTO bands SELECT band, key {late} ORDER BY band, key", ends)
        self._database.change(f"DELETE {late}", ends)

    def signed_to(self, key: int) -> None:
        """Say up to which key the articles of an older Dateline were compared."""
        self._database.change("UPDATE unsigned SET first_key = ?", [key + 1])
        self._database.change("DELETE FROM unsigned WHERE first_key > last_key")

    def _select(self, where: str, values: Sequence[object]) -> Iterator[Stored]:
        return map(stored_in, self._rows(f"SELECT {', '.join(TABLES['articles'])} FROM articles {where}", values))


def _together(one: Source, other: Source) -> Source:
    """What two counts of one outlet come to; its key is its name only where nothing else was ever given."""
    names = {one.name, other.name} - {one.key} or {one.key}
    first, last = min(one.first, other.first), max(one.last, other.last)
    return Source(one.key, max(names), one.articles + other.articles, first, last)

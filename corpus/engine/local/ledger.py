"""The keeper's books: what was read, what was taken down or corrected, who did what, and what people set.

Beside the articles in their database, but no part of them: knows no text and no index.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any

from corpus.engine.ledger import remembered, storable
from corpus.engine.local.database import ArchiveFile, marks, parts
from corpus.engine.values import Barred, Book
from corpus.errors import CorpusUnwritable
from corpus.model import Act, InputStatus, Limit, Rejection, Withheld


class LocalLedger:
    """The books of one archive."""

    def __init__(self, database: ArchiveFile) -> None:
        self._database = database
        self._rows = database.rows

    # What was read.

    def book(self, place: str) -> Book | None:
        """What is known of the file at this place, if it was ever read."""
        rows = self._rows(
            "SELECT key, checksum, way, articles, gone, etag, modified FROM files WHERE place = ?", [place]
        )
        return Book(*rows[0]) if rows else None

    def open_book(self, place: str, root: str) -> int:
        """Begin to read the file at this place, which is or lies in ``root``; gives its key.

        Until ``close_book`` it counts as not read.
        """
        self._database.change(
            "INSERT INTO files (place, root, run, articles, gone, read_at) VALUES (?, ?, 0, 0, 0, ?)"
            " ON CONFLICT (place) DO UPDATE SET root = excluded.root, checksum = NULL, gone = 0",
            [place, root, _now()],
        )
        return int(self._database.value("SELECT key FROM files WHERE place = ?", [place]))

    def saw(self, sightings: Iterable[tuple[int, int, int]]) -> None:
        """These files hold these articles, as was seen in this run: file, key, run."""
        self._database.change_many("INSERT OR REPLACE INTO sightings VALUES (?, ?, ?)", sightings)

    def close_book(
        self,
        file: int,
        checksum: bytes | None,
        way: str,
        *,
        articles: int,
        refused: Sequence[Rejection],
        run: int | None,
        validators: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """A file was read; with a ``run`` to its end, so that what was not seen in it is in it no longer.

        Where something of it was refused for a reason that passes, it counts as not read.
        """
        lasting = checksum if remembered(refused) else None
        self._database.change(
            "UPDATE files SET checksum = ?, way = ?, articles = ?, run = coalesce(?, run), etag = ?, modified = ?,"
            " read_at = ? WHERE key = ?",
            [lasting, way, articles, run, *validators, _now(), file],
        )
        self._database.change("DELETE FROM refused WHERE file = ?", [file])
        if lasting:
            rows = ((file, each.origin, each.reason) for each in refused)
            self._database.change_many("INSERT INTO refused VALUES (?, ?, ?)", rows)

    def refused(self, file: int) -> list[Rejection]:
        """What was rejected of a file when it was read."""
        return [Rejection(*row) for row in self._rows("SELECT origin, reason FROM refused WHERE file = ?", [file])]

    def places(self, root: str) -> Iterator[tuple[int, str]]:
        """The key and the place of each file that was read from this root and not missed since."""
        yield from self._rows("SELECT key, place FROM files WHERE root = ? AND NOT gone ORDER BY key", [root])

    def missed(self, files: Iterable[int]) -> None:
        """These files are there no longer."""
        self._database.change_many("UPDATE files SET gone = 1 WHERE key = ?", ((file,) for file in files))

    def vanished(self, roots: Sequence[str]) -> list[int]:
        """The keys of the articles that these roots held and that no file holds any more, in order."""
        fresh = "NOT files.gone AND sightings.run >= files.run"
        stale = (
            "SELECT sightings.key FROM files JOIN sightings ON sightings.file = files.key"
            f" WHERE root IN {marks(roots)} AND NOT ({fresh})"
        )
        if not self._rows(f"{stale} LIMIT 1", roots):  # the question below looks at all sightings of the archive
            return []
        return [
            key
            for (key,) in self._rows(
                "SELECT sightings.key FROM sightings JOIN files ON files.key = sightings.file"
                f" WHERE sightings.key NOT IN (SELECT key FROM withheld) AND sightings.key IN ({stale})"
                f" GROUP BY sightings.key HAVING max({fresh}) = 0 ORDER BY sightings.key",
                roots,
            )
        ]

    def unsee(self, keys: Sequence[int]) -> None:
        """No file holds these articles any more; files that are gone are forgotten with the last of theirs."""
        for part in parts(keys):
            self._database.change(f"DELETE FROM sightings WHERE key IN {marks(part)}", part)
        self._database.change(
            "DELETE FROM files WHERE gone AND NOT EXISTS (SELECT 1 FROM sightings WHERE file = files.key)"
        )
        self._database.change("DELETE FROM refused WHERE file NOT IN (SELECT key FROM files)")

    def read_again(self, keys: Sequence[int]) -> None:
        """Whatever files held these articles are to be read again, changed or not."""
        for part in parts(keys):
            holding = f"SELECT file FROM sightings WHERE key IN {marks(part)}"
            self._database.change(f"UPDATE files SET checksum = NULL WHERE key IN ({holding})", part)

    def holding(self, key: int) -> list[str]:
        """The places of the files that held this article and are not gone."""
        return [
            place
            for (place,) in self._rows(
                "SELECT place FROM sightings JOIN files ON files.key = file"
                " WHERE sightings.key = ? AND NOT gone ORDER BY sightings.run DESC, place",
                [key],
            )
        ]

    def roots(self) -> dict[str, InputStatus]:
        """What was read from each root."""
        rows = self._rows(
            "SELECT root, count(*), sum(articles), sum(gone), max(read_at) FROM files GROUP BY root ORDER BY root"
        )
        return {
            root: InputStatus(files, articles, gone, datetime.fromisoformat(read_at))
            for root, files, articles, gone, read_at in rows
        }

    # What must not be shown.

    def withhold(self, withheld: Iterable[Withheld]) -> None:
        """Take these down."""
        self._database.change_many(
            "INSERT OR REPLACE INTO withheld VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_withheld_row, withheld)
        )

    def release(self, ids: Sequence[str]) -> None:
        """Let these come again."""
        self._database.change_many("DELETE FROM withheld WHERE id = ?", ((each,) for each in ids))

    def withheld(self, ids: Sequence[str] | None = None) -> dict[str, Withheld]:
        """What was taken down, of these ids or all, by id; the last one first."""
        if ids is None:
            return {row[0]: _withheld(row) for row in self._rows("SELECT * FROM withheld ORDER BY at DESC, id")}
        return {
            row[0]: _withheld(row)
            for part in parts(ids)
            for row in self._rows(f"SELECT * FROM withheld WHERE id IN {marks(part)}", part)
        }

    def barred(self, ids: Sequence[str], stories: Sequence[int]) -> list[Barred]:
        """What was taken down under one of these ids, or with such a text."""
        if not self._rows("SELECT 1 FROM withheld LIMIT 1"):
            return []
        wanted = [*(("id", part) for part in parts(ids)), *(("story", part) for part in parts(stories))]
        return [
            Barred(*row)
            for column, part in wanted
            for row in self._rows(f"SELECT id, source, story, key FROM withheld WHERE {column} IN {marks(part)}", part)
        ]

    # What was corrected.

    def correct(self, article_id: str, fields: dict[str, object], was: dict[str, object]) -> None:
        """Keep these fields of an article as its keeper wants them, whatever its file says, and what stood there."""
        if not fields:
            self._database.change("DELETE FROM corrections WHERE id = ?", [article_id])
        else:
            row = [article_id, json.dumps(fields), json.dumps(was)]
            self._database.change("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)", row)

    def corrections(self, ids: Sequence[str]) -> dict[str, tuple[dict[str, object], dict[str, object]]]:
        """The corrected fields of those of these articles that have any, and what stood there instead."""
        return {
            article_id: (json.loads(fields), json.loads(was))
            for part in parts(ids)
            for article_id, fields, was in self._rows(f"SELECT * FROM corrections WHERE id IN {marks(part)}", part)
        }

    # How much of a source may be shown.

    def limit(self, source: str, characters: int | None) -> None:
        """Show at most so many characters of an article of this source; None: as of any other."""
        if characters is None:
            self._database.change("DELETE FROM limits WHERE source = ?", [source])
        else:
            self._database.change("INSERT OR REPLACE INTO limits VALUES (?, ?)", [source, characters])

    def limits(self) -> tuple[Limit, ...]:
        """Every source of which only so much may be shown."""
        return tuple(Limit(*row) for row in self._rows("SELECT source, characters FROM limits ORDER BY source"))

    # Who did what.

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Hold, as long as the block lasts, a share of one lock, which falls with this process.

        Raises:
            CorpusUnwritable: the lock's file cannot be made.
        """
        with self._acts_lock() as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # waits for no more than somebody who closes what was cut off
            yield

    def begin_act(self, who: str, what: str, about: str) -> int:
        """Write down that an act has begun; gives its number, which only grows."""
        with self._database.transaction():
            told = [storable(each) for each in (who, what, about)]
            self._database.change("INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)", [_now(), *told])
            return int(self._database.value("SELECT max(key) FROM audit"))

    def end_act(self, act: int, outcome: str) -> None:
        """Write down how an act ended."""
        self._database.change("UPDATE audit SET outcome = ?, ended = ? WHERE key = ?", [storable(outcome), _now(), act])

    def cut_off(self) -> None:
        """Write down of all acts without an outcome that they were cut off, since their process was killed.

        While anybody is at an act, that cannot be told, and is left to the next one who asks.
        """
        with self._acts_lock() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self._rows("SELECT 1 FROM audit WHERE ended IS NULL LIMIT 1"):
                self._database.change("UPDATE audit SET outcome = 'cut off', ended = ? WHERE ended IS NULL", [_now()])

    def _acts_lock(self) -> IO[str]:
        folder = self._database.path.parent
        try:
            return (folder / "acts.lock").open("w")
        except OSError as error:
            raise CorpusUnwritable(str(folder), error.strerror or str(error)) from error

    def acts(self, limit: int, before: int | None = None, by: str = "") -> list[Act]:
        """The last acts, the newest first; ``before`` this one, ``by`` those whose name begins so."""
        rows = self._rows(
            "SELECT key, at, who, what, about, outcome, ended FROM audit WHERE (? IS NULL OR key < ?)"
            " AND substr(who, 1, ?) = ? ORDER BY key DESC LIMIT ?",
            [before, before, len(by), storable(by), limit],
        )
        return [
            Act(
                key,
                datetime.fromisoformat(at),
                who,
                what,
                about,
                outcome,
                datetime.fromisoformat(ended) if ended else None,
            )
            for key, at, who, what, about, outcome, ended in rows
        ]

    # Which feeds are looked at.

    def follow(self, url: str, name: str) -> None:
        """Look at this feed from now on, under this name."""
        self._database.change(
            "INSERT INTO feeds (url, name, state) VALUES (?, ?, '{}')"
            " ON CONFLICT (url) DO UPDATE SET name = excluded.name",
            [url, name],
        )

    def unfollow(self, url: str) -> bool:
        """Look at this feed no more, and forget its entries; whether it was looked at."""
        with self._database.transaction():
            self._database.change("DELETE FROM entries WHERE feed IN (SELECT key FROM feeds WHERE url = ?)", [url])
            return bool(self._database.change("DELETE FROM feeds WHERE url = ?", [url]))

    def feeds(self) -> list[tuple[int, str, str, dict[str, Any]]]:
        """Every feed that is looked at: its key, its address, its name, and how it was left, as ``leave`` was told."""
        rows = self._rows("SELECT key, url, name, state FROM feeds ORDER BY name, url")
        return [(key, url, name, json.loads(state)) for key, url, name, state in rows]

    def entries(self, feed: int) -> dict[bytes, tuple[bytes, int]]:
        """What is remembered of the entries of this feed: a checksum and a count for each."""
        rows = self._rows("SELECT entry, checksum, tries FROM entries WHERE feed = ?", [feed])
        return {entry: (checksum, tries) for entry, checksum, tries in rows}

    def put_off(self, feeds: Iterable[tuple[int, Mapping[str, object]]]) -> None:
        """Remember how each of these feeds is, by its key; its entries stay as they were left."""
        rows = ((json.dumps(state), key) for key, state in feeds)
        self._database.change_many("UPDATE feeds SET state = ? WHERE key = ?", rows)

    def leave(self, feed: int, state: Mapping[str, object], entries: Mapping[bytes, tuple[bytes, int]]) -> None:
        """Remember how this feed was left, and its entries in the place of those before."""
        with self._database.transaction():
            self._database.change("UPDATE feeds SET state = ? WHERE key = ?", [json.dumps(state), feed])
            self._database.change("DELETE FROM entries WHERE feed = ?", [feed])
            rows = ((feed, entry, checksum, tries) for entry, (checksum, tries) in sorted(entries.items()))
            self._database.change_many("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)

    # What people set.

    def documents(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the documents under these keys that there are, as they were written."""
        return {
            key: document
            for part in parts(keys)
            for key, document in self._rows(f"SELECT key, document FROM documents WHERE key IN {marks(part)}", part)
        }

    def keep(self, key: str, document: str) -> None:
        """Keep a document under this key, in the place of the one that was there."""
        self._database.change("INSERT OR REPLACE INTO documents VALUES (?, ?)", [key, document])

    def drop(self, key: str) -> None:
        """Let go of the document under this key, if there is one."""
        self._database.change("DELETE FROM documents WHERE key = ?", [key])

    def drop_all(self, prefix: str) -> int:
        """Let go of every document whose key begins like this; say how many there were."""
        begun = "substr(CAST(key AS BLOB), 1, ?) = ?"  # bytes: LIKE folds case, and texts end at a zero
        return self._database.change(f"DELETE FROM documents WHERE {begun}", [len(prefix.encode()), prefix.encode()])


def _withheld_row(withheld: Withheld) -> tuple[object, ...]:
    article = None if withheld.article is None else json.dumps(withheld.article)
    return (
        withheld.id,
        withheld.source,
        withheld.story,
        withheld.at.isoformat(),
        storable(withheld.why),
        withheld.key,
        withheld.headline,
        withheld.published,
        article,
    )


def _withheld(row: Sequence[str]) -> Withheld:
    article_id, source, story, at, why, key, headline, published, article = row
    kept = json.loads(article) if article else None
    moment = datetime.fromisoformat(at)
    return Withheld(article_id, source, int(story), moment, why, int(key), headline, published, kept)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

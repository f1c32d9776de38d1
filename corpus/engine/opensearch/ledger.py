"""The keeper's books in a cluster, and what people set: the same for every worker that asks it.

What belongs together is changed in a transaction (``state``). What each is a document of its own is changed at once,
since one document is changed whole or not at all.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from corpus.engine.ledger import remembered, storable
from corpus.engine.opensearch.connection import Conflict, Connection, Missing
from corpus.engine.opensearch.holder import Holder
from corpus.engine.opensearch.state import Open, States
from corpus.engine.opensearch.store import packed, unpacked
from corpus.engine.tables import TABLES
from corpus.engine.values import Barred, Book
from corpus.errors import StoreError
from corpus.model import Act, InputStatus, Limit, Rejection, Withheld

_AT_ONCE = 5_000  # hits, or values in one question
_RUNS_AT_ONCE = 200  # each is two conditions, which Lucene counts twice: a cluster takes 1,024
_LONGEST_KEY = 512  # bytes of a document's id that a cluster takes
_BEAT = 20.0  # seconds between two signs of life of whoever is at an act
_GONE = timedelta(minutes=2)  # without one, by clocks that are about right: nothing but a word in the audit hangs on it
_ATTEMPTS = 10  # at a document that others change too

Document = Mapping[str, Any]


class ClusterLedger:
    """The books of one archive."""

    def __init__(self, asking: Connection, keeping: Connection, states: States, name: str, holder: Holder) -> None:
        """What is asked or changed by itself waits no longer than a question; what belongs together, as a keeper."""
        self._asking = asking
        self._connection = keeping
        self._states = states
        self._books = f"{name}-books"
        self._sightings = f"{name}-sightings"
        self._state = f"{name}-state"
        self._holder = holder
        self._acting = 0
        self._beating: threading.Event | None = None
        self._one = threading.Lock()

    # What was read.

    def book(self, place: str) -> Book | None:
        """What is known of the file at this place, if it was ever read."""
        found = self._file_at(place)
        if found is None:
            return None
        checksum = None if found["checksum"] is None else unpacked(found["checksum"])
        return Book(
            int(found["key"]),
            checksum,
            found["way"],
            int(found["articles"]),
            bool(found["gone"]),
            found["etag"],
            found["modified"],
        )

    def open_book(self, place: str, root: str) -> int:
        """Begin to read the file at this place, which is or lies in ``root``; gives its key.

        Until ``close_book`` it counts as not read.
        """
        fresh = {"key": number_of(place), "place": place, "way": None, "run": 0, "articles": 0}
        fresh |= {"etag": None, "modified": None, "read_at": _now(), "refused": []}
        with self._transaction():
            found = {**(self._file_at(place) or fresh), "root": root, "checksum": None, "gone": False}
            self._put("files", str(found["key"]), found)
        return int(found["key"])

    def saw(self, sightings: Iterable[tuple[int, int, int]]) -> None:
        """These files hold these articles, as was seen in this run: file, key, run."""
        with self._transaction():
            for file, key, run in sightings:
                self._states.put("sightings", f"{file}:{key}", {"file": file, "key": key, "run": run})

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
        lasting = packed(checksum) if checksum is not None and remembered(refused) else None
        with self._transaction():
            found = self._get("files", str(file)) or {}
            change: dict[str, Any] = {"checksum": lasting, "way": way, "articles": articles, "read_at": _now()}
            change |= dict(zip(("etag", "modified"), validators, strict=True))
            change |= {} if run is None else {"run": run}
            change["refused"] = [[storable(each.origin), storable(each.reason)] for each in refused] if lasting else []
            self._put("files", str(file), {**found, **change})

    def refused(self, file: int) -> list[Rejection]:
        """What was rejected of a file when it was read."""
        found = self._get("files", str(file))
        return [Rejection(*each) for each in found["refused"]] if found else []

    def places(self, root: str) -> Iterator[tuple[int, str]]:
        """The key and the place of each file that was read from this root and not missed since."""
        for found in self._all("files", {"term": {"root": root}}, {"term": {"gone": False}}):
            yield int(found["key"]), found["place"]

    def missed(self, files: Iterable[int]) -> None:
        """These files are there no longer."""
        self._change_files([str(each) for each in files], gone=True)

    def vanished(self, roots: Sequence[str]) -> list[int]:
        """The keys of the articles that these roots held and that no file holds any more, in order."""
        stale = set(self._stale([found for root in roots for found in self._all("files", {"term": {"root": root}})]))
        if not stale:
            return []
        held = self._held(sorted(stale))
        return sorted(stale - held - {each.key for each in self.withheld().values()})

    def unsee(self, keys: Sequence[int]) -> None:
        """No file holds these articles any more; files that are gone are forgotten with the last of theirs."""
        with self._transaction():
            for hit in self._seen_of(keys):
                self._states.put("sightings", hit["_id"], None)
            unseen = self._states.open.documents if self._states.open else {}
            gone = [int(found["key"]) for found in self._all("files", {"term": {"gone": True}})]
            seen = (hit for part in _parts(gone) for hit in self._seen({"terms": {"file": part}}))
            holding = {int(hit["_source"]["file"]) for hit in seen if ("sightings", hit["_id"]) not in unseen}
            for file in gone:
                if file not in holding:
                    self._put("files", str(file), None)

    def read_again(self, keys: Sequence[int]) -> None:
        """Whatever files held these articles are to be read again, changed or not."""
        files = {str(hit["_source"]["file"]) for hit in self._seen_of(keys)}
        self._change_files(sorted(files), checksum=None)

    def read_every_file_again(self) -> None:
        """Every file is to be read again, changed or not."""
        self._change_files([str(each) for each in self.files()], checksum=None)

    def files(self) -> set[int]:
        """The keys of all files."""
        return {int(found["key"]) for found in self._all("files")}

    def runs(self) -> dict[int, int]:
        """In which run each file was last read to its end, of those that need not be read again."""
        return {int(found["key"]): int(found["run"]) for found in self._all("files") if found["checksum"] is not None}

    def holding(self, key: int) -> list[str]:
        """The places of the files that held this article and are not gone."""
        seen = [hit["_source"] for hit in self._seen_of([key])]
        books = self._many("files", [str(each["file"]) for each in seen])
        there = [(each["run"], books[str(each["file"])]) for each in seen if str(each["file"]) in books]
        known = sorted((-run, found["place"]) for run, found in there if not found["gone"])
        return [place for _, place in known]

    def roots(self) -> dict[str, InputStatus]:
        """What was read from each root."""
        found: dict[str, list[Document]] = {}
        for each in self._all("files"):
            found.setdefault(each["root"], []).append(each)
        return {
            root: InputStatus(
                len(files),
                sum(int(each["articles"]) for each in files),
                sum(bool(each["gone"]) for each in files),
                datetime.fromisoformat(max(each["read_at"] for each in files)),
            )
            for root, files in sorted(found.items())
        }

    # What must not be shown.

    def withhold(self, withheld: Iterable[Withheld]) -> None:
        """Take these down."""
        with self._transaction():
            for each in withheld:
                kept = {name: getattr(each, name) for name in TABLES["withheld"]}
                kept |= {"at": each.at.isoformat(), "why": storable(each.why)}
                self._put("withheld", each.id, kept)

    def release(self, ids: Sequence[str]) -> None:
        """Let these come again."""
        with self._transaction():
            for each in ids:
                self._put("withheld", each, None)

    def withheld(self, ids: Sequence[str] | None = None) -> dict[str, Withheld]:
        """What was taken down, of these ids or all, by id; the last one first."""
        if ids is not None:
            return {key: _withheld(found) for key, found in self._many("withheld", ids).items()}
        every = sorted(self._all("withheld"), key=lambda found: str(found["id"]))
        every.sort(key=lambda found: str(found["at"]), reverse=True)
        return {found["id"]: _withheld(found) for found in every}

    def barred(self, ids: Sequence[str], stories: Sequence[int]) -> list[Barred]:
        """What was taken down under one of these ids, or with such a text."""
        found = list(self._many("withheld", ids).values())
        for part in _parts(sorted(set(stories))):
            found += self._all("withheld", {"terms": {"story": part}})
        return [Barred(each["id"], each["source"], int(each["story"]), int(each["key"])) for each in found]

    # What was corrected.

    def correct(self, article_id: str, fields: dict[str, object], was: dict[str, object]) -> None:
        """Keep these fields of an article as its keeper wants them, whatever its file says, and what stood there."""
        kept = {"id": article_id, "fields": fields, "was": was}
        with self._transaction():
            self._put("corrections", article_id, kept if fields else None)

    def corrections(self, ids: Sequence[str]) -> dict[str, tuple[dict[str, object], dict[str, object]]]:
        """The corrected fields of those of these articles that have any, and what stood there instead."""
        return {
            key: (dict(found["fields"]), dict(found["was"])) for key, found in self._many("corrections", ids).items()
        }

    # How much of a source may be shown.

    def limit(self, source: str, characters: int | None) -> None:
        """Show at most so many characters of an article of this source; None: as of any other."""

        def limited(document: dict[str, Any]) -> dict[str, Any]:
            others = [[key, most] for key, most in document.get("limits", ()) if key != source]
            return {"limits": others if characters is None else [*others, [source, characters]]}

        self._change(f"/{self._state}/_doc/limits", limited)

    def limits(self) -> tuple[Limit, ...]:
        """Every source of which only so much may be shown."""
        found = self._asking.many(self._state, ["limits"]).get("limits", {})
        return tuple(Limit(source, int(characters)) for source, characters in sorted(found.get("limits", ())))

    # Who did what.

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Show signs of life as long as the block lasts, by which nobody takes this act for cut off."""
        with self._one:
            if not self._acting:
                self._beat_once(self._connection)
                self._beating = over = threading.Event()
            self._acting += 1
            if self._acting == 1:
                threading.Thread(target=self._beat, args=(over,), name="acting", daemon=True).start()
        try:
            yield
        finally:
            with self._one:
                self._acting -= 1
                if not self._acting and self._beating:
                    self._beating.set()
                    self._be_over(self._holder)

    def begin_act(self, who: str, what: str, about: str) -> int:
        """Write down that an act has begun; gives its number, which only grows."""
        number = self._next_act()
        row = {"key": number, "at": _now(), "who": storable(who), "what": storable(what), "about": storable(about)}
        row |= {"outcome": None, "ended": None, "going_on": True, "by": self._holder.written()}
        self._write("audit", str(number), row)
        return number

    def end_act(self, act: int, outcome: str) -> None:
        """Write down how an act ended."""
        found = self._get("audit", str(act)) or {}
        self._write("audit", str(act), {**found, "outcome": storable(outcome), "ended": _now(), "going_on": False})

    def cut_off(self) -> None:
        """Write down of all acts without an outcome that they were cut off, unless whoever is at one may be alive."""
        for found in list(self._all("audit", {"term": {"going_on": True}})):
            if self._is_cut_off(found):
                self.end_act(int(found["key"]), "cut off")
                if found["by"]:
                    self._be_over(Holder.read(found["by"]))

    def acts(self, limit: int, before: int | None = None, by: str = "") -> list[Act]:
        """The last acts, the newest first; ``before`` this one, ``by`` those whose name begins so."""
        bounds: list[Document] = [{"prefix": {"who": storable(by)}}] if by else []
        bounds += [] if before is None else [{"range": {"key": {"lt": before}}}]
        body = {"query": _all_of("audit", *bounds), "sort": [{"key": "desc"}], "size": min(limit, _AT_ONCE)}
        return [_act(hit["_source"]) for hit in self._asking.hits(self._books, body)]

    def count_acts_from(self, number: int) -> None:
        """Let the next act have a number after this one."""
        with suppress(Conflict):  # it has anyhow
            path = f"/{self._state}/_doc/acts"
            self._connection.ask("PUT", path, {}, version=max(number, 1), version_type="external")

    # Which feeds are looked at.

    def follow(self, url: str, name: str) -> None:
        """Look at this feed from now on, under this name."""
        key = number_of(url)
        fresh = booked("feeds", str(key), {"key": key, "url": url, "state": "{}", "entries": []})
        self._change(self._feed(key), lambda found: {**(found or fresh), "name": name}, refresh="true")

    def unfollow(self, url: str) -> bool:
        """Look at this feed no more, and forget its entries; whether it was looked at."""
        return self._drop("feeds", str(number_of(url)))

    def feeds(self) -> list[tuple[int, str, str, dict[str, Any]]]:
        """Every feed that is looked at: its key, its address, its name, and how it was left, as ``leave`` was told."""
        found = sorted(self._all("feeds"), key=lambda each: (each["name"], each["url"]))
        return [(int(each["key"]), each["url"], each["name"], json.loads(each["state"])) for each in found]

    def entries(self, feed: int) -> dict[bytes, tuple[bytes, int]]:
        """What is remembered of the entries of this feed: a checksum and a count for each."""
        found = self._get("feeds", str(feed))
        told = found["entries"] if found else []
        return {unpacked(entry): (unpacked(checksum), int(tries)) for entry, checksum, tries in told}

    def put_off(self, feeds: Iterable[tuple[int, Mapping[str, object]]]) -> None:
        """Remember how each of these feeds is, by its key; its entries stay as they were left."""
        for key, state in feeds:
            self._leave_so(key, {"state": json.dumps(state)})

    def leave(self, feed: int, state: Mapping[str, object], entries: Mapping[bytes, tuple[bytes, int]]) -> None:
        """Remember how this feed was left, and its entries in the place of those before."""
        told = [[packed(entry), packed(checksum), tries] for entry, (checksum, tries) in sorted(entries.items())]
        self._leave_so(feed, {"state": json.dumps(state), "entries": told})

    def _leave_so(self, feed: int, change: Document) -> None:
        """Change what is known of a feed, if it is still followed."""
        self._change(self._feed(feed), lambda found: {**found, **change} if found else found, refresh="true")

    def _feed(self, key: int) -> str:
        return f"/{self._books}/_doc/feeds:{key}"

    # What people set.

    def documents(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the documents under these keys that there are, as they were written."""
        by_id = {f"documents:{document_id(key)}": key for key in keys}
        found = self._asking.many(self._books, list(by_id))
        return {by_id[each]: str(document["document"]) for each, document in found.items()}

    def keep(self, key: str, document: str) -> None:
        """Keep a document under this key, in the place of the one that was there."""
        self._write("documents", document_id(key), {"id": key, "document": document})

    def drop(self, key: str) -> None:
        """Let go of the document under this key, if there is one."""
        self._drop("documents", document_id(key))

    def drop_all(self, prefix: str) -> int:
        """Let go of every document whose key begins like this; say how many there were."""
        begun = [{"prefix": {"id": prefix}}] if prefix else []
        ids = [f"documents:{document_id(found['id'])}" for found in self._all("documents", *begun)]
        lines = (json.dumps({"delete": {"_index": self._books, "_id": each}}) for each in ids)
        return self._asking.bulk(lines, refresh="true")

    # How the books are kept.

    def _transaction(self) -> AbstractContextManager[Open]:
        return self._states.transaction()

    def _put(self, kind: str, key: str, document: Document | None) -> None:
        """Within a transaction."""
        self._states.put("books", f"{kind}:{key}", None if document is None else booked(kind, key, document))

    def _get(self, kind: str, key: str) -> Document | None:
        return self._states.get("books", f"{kind}:{key}")

    def _many(self, kind: str, keys: Sequence[str]) -> dict[str, Document]:
        begun = len(kind) + 1
        found = (self._states.many("books", [f"{kind}:{key}" for key in part]) for part in _parts(keys))
        return {each[begun:]: document for part in found for each, document in part.items()}

    def _all(self, kind: str, *conditions: Document) -> Iterator[Document]:
        """Every document of a kind for which these hold."""
        body = {"query": _all_of(kind, *conditions), "sort": [{"ref": "asc"}]}
        return (hit["_source"] for hit in self._asking.each(self._books, body, _AT_ONCE))

    def _write(self, kind: str, key: str, document: Document) -> None:
        """At once; it can be looked up when this returns."""
        path = f"/{self._books}/_doc/{kind}:{key}"
        self._asking.ask("PUT", path, booked(kind, key, document), refresh="true")

    def _drop(self, kind: str, key: str) -> bool:
        try:
            self._asking.ask("DELETE", f"/{self._books}/_doc/{kind}:{key}", refresh="true")
        except Missing:
            return False
        return True

    def _change(self, path: str, change: Callable[[dict[str, Any]], dict[str, Any]], **params: Any) -> None:
        """Change a document by what it is now, {} where there is none, however many others do; to {}: not at all."""
        for _ in range(_ATTEMPTS):
            try:
                found = self._asking.ask("GET", path)
                since = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
            except Missing:
                found, since = {"_source": {}}, {"op_type": "create"}
            with suppress(Conflict):
                if changed := change(dict(found["_source"])):
                    self._asking.ask("PUT", path, changed, **since, **params)
                return
        raise StoreError("Others change the archive all the time: try again.")

    def _file_at(self, place: str) -> Document | None:
        """The book of a file, in this transaction's own state."""
        own = self._states.open.documents if self._states.open else {}
        for (_, key), document in own.items():
            if key.startswith("files:") and document and document["place"] == place:
                return document
        if len(place) > _MOST_PLACE:
            return self._get("files", str(number_of(place)))
        at_place = [{"term": {"ref": str(number_of(place))}}, {"term": {"place": place}}]  # one that was copied in
        return next(self._all("files", {"bool": {"should": at_place}}), None)

    def _change_files(self, keys: Sequence[str], **change: object) -> None:
        with self._transaction():
            for key, found in self._many("files", keys).items():
                self._put("files", key, {**found, **change})

    def _stale(self, files: Sequence[Document]) -> Iterator[int]:
        """The keys of the articles that these files held once."""
        by_run: dict[int | None, list[int]] = {}
        for each in files:
            by_run.setdefault(None if each["gone"] else int(each["run"]), []).append(int(each["key"]))
        lost = [_lost(run, part) for run, keys in by_run.items() for part in _parts(keys)]
        for start in range(0, len(lost), _RUNS_AT_ONCE):
            for hit in self._seen({"bool": {"should": lost[start : start + _RUNS_AT_ONCE]}}):
                yield int(hit["_source"]["key"])

    def _held(self, keys: Sequence[int]) -> set[int]:
        """Those of these articles that a file still holds."""
        seen = [hit["_source"] for hit in self._seen_of(keys)]
        files = self._many("files", sorted({str(each["file"]) for each in seen}))
        there = {int(key): found for key, found in files.items() if not found["gone"]}
        return {
            int(each["key"]) for each in seen if each["file"] in there and each["run"] >= there[each["file"]]["run"]
        }

    def _seen_of(self, keys: Sequence[int]) -> Iterator[Mapping[str, Any]]:
        for part in _parts(sorted(set(keys))):
            yield from self._seen({"terms": {"key": part}})

    def _seen(self, *conditions: Document) -> Iterator[Mapping[str, Any]]:
        body = {"query": {"bool": {"filter": list(conditions)}}, "sort": [{"file": "asc"}, {"key": "asc"}]}
        return self._connection.each(self._sightings, body, _AT_ONCE)

    def _next_act(self) -> int:
        """The next number: a document counts how often it was written, whoever wrote it."""
        return int(self._connection.ask("PUT", f"/{self._state}/_doc/acts", {})["_version"])

    def _is_cut_off(self, act: Document) -> bool:
        if act["by"] is None:
            return True
        by = Holder.read(act["by"])
        if by.name == self._holder.name:
            return not self._acting
        if by.is_dead():
            return True
        seen = self._connection.many(self._state, [f"acting-{by.name}"]).get(f"acting-{by.name}")
        return seen is None or datetime.now(UTC) - datetime.fromisoformat(seen["at"]) > _GONE

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(_BEAT):
            with self._one, suppress(StoreError):
                if not over.is_set():
                    self._beat_once(self._asking)

    def _beat_once(self, connection: Connection) -> None:
        connection.ask("PUT", f"/{self._state}/_doc/acting-{self._holder.name}", {"at": _now()})

    def _be_over(self, holder: Holder) -> None:
        with suppress(StoreError, Missing):
            self._asking.ask("DELETE", f"/{self._state}/_doc/acting-{holder.name}")


_MOST_PLACE = 8_000  # characters of a place that can be looked up; a longer one is found by its number alone


def number_of(text: str) -> int:
    """A number of 63 bits for a place or an address."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest(), "big") >> 1


def document_id(key: str) -> str:
    """The id for a document of what people set: its key, or where that does not fit into an address, a digest of it."""
    plain = key.encode()
    fits = len(plain) < _LONGEST_KEY - len("documents:") and key.isascii() and key.replace(":", "").isalnum()
    return key if fits else f"-{blake2b(plain, digest_size=16).hexdigest()}"


def booked(kind: str, key: str, document: Document) -> Document:
    """A document of the books, with what it is found by among all of them."""
    return {**document, "kind": kind, "ref": key}


def _all_of(kind: str, *conditions: Document) -> Document:
    return {"bool": {"filter": [{"term": {"kind": kind}}, *conditions]}}


def _lost(run: int | None, files: Sequence[int]) -> Document:
    """The sightings of what these files held once, which were last read in this run; all, where they are gone."""
    since = [] if run is None else [{"range": {"run": {"lt": run}}}]
    return {"bool": {"filter": [{"terms": {"file": list(files)}}, *since]}}


def _act(row: Document) -> Act:
    ended = datetime.fromisoformat(row["ended"]) if row["ended"] else None
    at = datetime.fromisoformat(row["at"])
    return Act(int(row["key"]), at, row["who"], row["what"], row["about"], row["outcome"], ended)


def _withheld(row: Document) -> Withheld:
    parts = {name: row[name] for name in TABLES["withheld"]}
    return Withheld(**{**parts, "at": datetime.fromisoformat(row["at"])})


def _parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(values[start : start + _AT_ONCE]) for start in range(0, len(values), _AT_ONCE))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

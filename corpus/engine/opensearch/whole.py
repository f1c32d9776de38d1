"""All that an archive in a cluster keeps, as the tables in which it passes from one engine to another.

Some of its documents hold what are rows of two tables: a file what was refused of it, a feed its entries, a head its
bands. They are put together as the rows come, which is in the order of their first columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from corpus.engine.opensearch.connection import Connection
from corpus.engine.opensearch.ledger import ClusterLedger, booked, document_id, number_of
from corpus.engine.opensearch.state import States
from corpus.engine.opensearch.store import document_of, packed, stored_of, unpacked
from corpus.engine.tables import TABLES, Rows, as_row, stored_in
from corpus.errors import StoreError

_AT_ONCE = 1_000  # documents

Row = Sequence[Any]
Document = Mapping[str, Any]


class Whole:
    """One archive, read or filled as a whole."""

    def __init__(self, connection: Connection, states: States, ledger: ClusterLedger, name: str) -> None:
        self._connection = connection
        self._states = states
        self._ledger = ledger
        self._name = name

    def rows(self, table: str) -> Iterator[Row]:
        """All that a table has, in its columns, in the order of its first ones."""
        read = getattr(self, f"_read_{table}", None)
        found = self._booked_rows(table) if read is None else read()
        yield from found

    def take_over(self, rows: Rows) -> None:
        """Fill this archive, which is empty, with all that another has; the state comes last, by which it counts.

        Raises:
            StoreError: the other one has articles that were never compared, which no archive in a cluster has.
        """
        if any(True for _ in rows("unsigned")):
            raise StoreError("An older Dateline wrote this archive: bring it up to date with `dateline reindex` first.")
        changes = [0]
        keys = [0]

        def counting(table: str, seq: int, key: int) -> Iterator[Row]:
            for row in rows(table):
                changes[0], keys[0] = max(changes[0], row[seq]), max(keys[0], row[key])
                yield row

        columns = TABLES["articles"]
        articles = counting("articles", columns.index("seq"), columns.index("key"))
        self._write("articles", ((row[columns.index("id")], document_of(stored_in(row))) for row in articles))
        removed = counting("removed", 0, 1)
        self._write("books", _booked("removed", ((str(seq), {"seq": seq, "key": key}) for seq, key in removed)))
        self._write("heads", _heads(rows))
        seen = rows("sightings")
        self._write("sightings", ((f"{f}:{k}", {"file": f, "key": k, "run": run}) for f, k, run in seen))
        self._write("books", _booked("files", _files(rows)))
        self._write("books", _booked("feeds", _feeds(rows)))
        for table in ("withheld", "corrections", "documents"):
            self._write("books", _booked(table, map(_KEYED[table], rows(table))))
        acts = list(rows("audit"))
        self._write("books", _booked("audit", map(_act, acts)))
        for source, characters in rows("limits"):
            self._ledger.limit(source, characters)
        self._ledger.count_acts_from(max((row[0] for row in acts), default=0))
        with self._states.transaction() as opened:
            opened.seq, opened.next_key = max(changes[0], opened.seq), max(keys[0] + 1, opened.next_key)

    # How a table is read.

    def _read_articles(self) -> Iterator[Row]:
        return (as_row(stored_of(each)) for each in self._each("articles", "key"))

    def _read_signatures(self) -> Iterator[Row]:
        return ((each["key"], unpacked(each["signature"])) for each in self._each("heads", "key"))

    def _read_bands(self) -> Iterator[Row]:
        return ((each["key"], band) for each in self._each("heads", "key") for band in sorted(each["bands"]))

    def _read_unsigned(self) -> Iterator[Row]:
        return iter(())

    def _read_sightings(self) -> Iterator[Row]:
        return (tuple(each[name] for name in TABLES["sightings"]) for each in self._each("sightings", "file", "key"))

    def _read_refused(self) -> Iterator[Row]:
        return ((each["key"], *refused) for each in self._books("files", "key") for refused in each["refused"])

    def _read_entries(self) -> Iterator[Row]:
        for each in self._books("feeds", "key"):
            for entry, checksum, tries in each["entries"]:
                yield each["key"], unpacked(entry), unpacked(checksum), tries

    def _read_limits(self) -> Iterator[Row]:
        return ((each.source, each.characters) for each in self._ledger.limits())

    def _read_documents(self) -> Iterator[Row]:
        return ((each["id"], each["document"]) for each in self._books("documents", "ref"))

    def _booked_rows(self, table: str) -> Iterator[Row]:
        """The rows of a table each of which is a document of the books."""
        order = TABLES[table][0] if TABLES[table][0] in {"key", "seq"} else "ref"
        return (tuple(_cell(name, each[name]) for name in TABLES[table]) for each in self._books(table, order))

    def _books(self, kind: str, order: str) -> Iterator[Document]:
        return self._each("books", order, query={"term": {"kind": kind}})

    def _each(self, index: str, *order: str, query: Document | None = None) -> Iterator[Document]:
        body = {"query": query or {"match_all": {}}, "sort": [{column: "asc"} for column in order]}
        return (hit["_source"] for hit in self._connection.each(f"{self._name}-{index}", body, _AT_ONCE))

    # How it is filled.

    def _write(self, index: str, documents: Iterable[tuple[str, Document]]) -> None:
        """Put these documents in; they can be looked up when it returns."""
        meta = {"_index": f"{self._name}-{index}"}
        lines = (f"{json.dumps({'index': meta | {'_id': key}})}\n{json.dumps(each)}" for key, each in documents)
        self._connection.bulk(lines)
        self._connection.ask("POST", f"/{self._name}-{index}/_refresh")


_TEXTS = {"fields", "was", "article"}  # what SQLite has as JSON


def _cell(name: str, value: Any) -> Any:
    """A value as a row has it."""
    if name in _TEXTS:
        return None if value is None else json.dumps(value)
    if name == "checksum":
        return None if value is None else unpacked(value)
    return int(value) if isinstance(value, bool) else value


def _document(table: str, row: Row) -> dict[str, Any]:
    cells = dict(zip(TABLES[table], row, strict=True))
    return {name: json.loads(value) if name in _TEXTS and value else value for name, value in cells.items()}


_KEYED: Mapping[str, Callable[[Row], tuple[str, Document]]] = {
    "withheld": lambda row: (row[0], _document("withheld", row)),
    "corrections": lambda row: (row[0], _document("corrections", row)),
    "documents": lambda row: (document_id(row[0]), {"id": row[0], "document": row[1]}),
}
"""The document of a row, and its key."""


def _act(row: Row) -> tuple[str, Document]:
    cells = _document("audit", row)
    return str(row[0]), {**cells, "going_on": cells["ended"] is None, "by": None}


def _booked(kind: str, documents: Iterable[tuple[str, Document]]) -> Iterator[tuple[str, Document]]:
    return ((f"{kind}:{key}", booked(kind, key, each)) for key, each in documents)


def _heads(rows: Rows) -> Iterator[tuple[str, Document]]:
    under = _Beside(rows("bands"))
    for key, signature in rows("signatures"):
        bands = [band for _, band in under.of(key)]
        yield str(key), {"key": key, "signature": packed(signature), "bands": bands}


def _files(rows: Rows) -> Iterator[tuple[str, Document]]:
    beside = _Beside(rows("refused"))
    for row in rows("files"):
        cells = _document("files", row)
        checksum = None if cells["checksum"] is None else packed(cells["checksum"])
        refused = [list(each[1:]) for each in beside.of(row[0])]
        yield str(row[0]), {**cells, "checksum": checksum, "gone": bool(cells["gone"]), "refused": refused}


def _feeds(rows: Rows) -> Iterator[tuple[str, Document]]:
    """A feed's number is that of its address, whatever it was before."""
    feeds = list(rows("feeds"))  # first, since by them entries are known
    beside = _Beside(rows("entries"))
    for row in feeds:
        entries = [[packed(entry), packed(checksum), tries] for _, entry, checksum, tries in beside.of(row[0])]
        key = number_of(row[1])
        yield str(key), {**_document("feeds", row), "key": key, "entries": entries}


class _Beside:
    """The rows of a table that belong to those of another, both in the order of the same key."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = ((key, list(group)) for key, group in groupby(rows, key=itemgetter(0)))
        self._next = next(self._groups, None)

    def of(self, key: int) -> list[Row]:
        """Those of this key; keys are asked for in order."""
        while self._next is not None and self._next[0] < key:
            self._next = next(self._groups, None)
        return self._next[1] if self._next is not None and self._next[0] == key else []

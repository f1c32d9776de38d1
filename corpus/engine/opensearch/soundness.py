"""What must hold within one archive of a cluster: its shards, its articles, and the books that go with them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from corpus.engine.opensearch.connection import Connection
from corpus.engine.opensearch.indices import KEPT
from corpus.engine.opensearch.ledger import ClusterLedger
from corpus.engine.opensearch.state import States
from corpus.engine.opensearch.store import ClusterStore, document_of, stored_of
from corpus.engine.soundness import Row
from corpus.engine.values import Stored

_AT_ONCE = 5_000  # hits
_COMING = "20s"
_ARTICLES_AT_ONCE = 500


class ClusterSoundness:
    """Looks through an archive; change it under the keeper's lock alone."""

    def __init__(
        self, connection: Connection, states: States, store: ClusterStore, ledger: ClusterLedger, name: str
    ) -> None:
        self._connection = connection
        self._states = states
        self._store = store
        self._ledger = ledger
        self._name = name

    def faults(self, *, quick: bool = False) -> list[str]:  # noqa: ARG002  # it is quick
        """Which indices have shards that no node holds. What a node holds it checks by itself as it reads it."""
        names = ",".join(f"{self._name}-{each}" for each in KEPT)
        # A cluster that has just started still looks for its shards. In the path: the library has a timeout of its own.
        waiting = f"level=indices&wait_for_status=yellow&timeout={_COMING}"
        health = self._connection.ask("GET", f"/_cluster/health/{names}?{waiting}", ignore=408)
        known = health.get("indices", {})
        lost = sorted(name for name in names.split(",") if known.get(name, {"status": "red"})["status"] == "red")
        return [f"shards of {', '.join(lost)} are held by no node"] if lost else []

    def articles(self) -> Iterator[Row]:
        """Every article, in the order of the keys."""
        body = {"query": {"match_all": {}}, "sort": [{"key": "asc"}]}
        for hit in self._connection.each(f"{self._name}-articles", body, _ARTICLES_AT_ONCE):
            document = hit["_source"]
            yield Row(int(hit["sort"][0]), hit["_id"], int(document.get("seq", 0)), _read(document))

    def orphans(self) -> dict[str, int]:
        """In how many documents the books tell of an article or a file that there is not."""
        found = {
            "sightings": len(self._unfounded()),
            "sightings of no file": len(self._without_file()),
            "signatures": len(self._heads() - self._keys()),
        }
        return {name: rows for name, rows in found.items() if rows}

    def drop_orphans(self) -> None:
        """Drop these; files that should hold articles which there are not are to be read again."""
        with self._states.transaction():
            unfounded = self._unfounded()
            self._ledger.read_again([key for _, key in unfounded])
            for file, key in {*unfounded, *self._without_file()}:
                self._states.put("sightings", f"{file}:{key}", None)
            for key in self._heads() - self._keys():
                self._states.put("heads", str(key), None)

    def headless(self, *, least: int) -> list[int]:
        """The first article of each story that has at least so many, and that none stands for."""
        heads = self._heads()
        found: list[int] = []
        for _, members in groupby(self._values("articles", ("story", "key")), key=lambda each: each[0]):
            keys = [key for _, key in members]
            if len(keys) >= least and not heads.intersection(keys):
                found.append(min(keys))
        return sorted(found)

    def put_out_of_force(self, keys: list[int]) -> None:
        """Let the checksums of these articles fit no text: when their files are read again, they are replaced."""
        with self._states.transaction():
            for stored in self._store.fetch(keys).values():
                self._states.put("articles", stored.article.id, {**document_of(stored), "checksum": ""})

    def read_all_again(self) -> None:
        """Every file is to be read again, changed or not."""
        self._ledger.read_every_file_again()

    def _keys(self) -> set[int]:
        return {key for (key,) in self._values("articles", ("key",))}

    def _heads(self) -> set[int]:
        return {key for (key,) in self._values("heads", ("key",))}

    def _unfounded(self) -> list[tuple[int, int]]:
        """Sightings in files that were read to their end, of articles that there are not."""
        read = self._ledger.runs()
        known = self._keys() | {each.key for each in self._ledger.withheld().values()}
        seen = self._values("sightings", ("file", "key", "run"))
        return [(file, key) for file, key, run in seen if key not in known and run >= read.get(file, run + 1)]

    def _without_file(self) -> list[tuple[int, int]]:
        files = self._ledger.files()
        return [(file, key) for file, key in self._values("sightings", ("file", "key")) if file not in files]

    def _values(self, index: str, columns: Sequence[str]) -> Iterator[array[int]]:
        """These columns of every document of an index, in their order."""
        body: Mapping[str, Any] = {
            "query": {"match_all": {}},
            "sort": [{column: "asc"} for column in columns],
            "_source": False,
        }
        for hit in self._connection.each(f"{self._name}-{index}", body, _AT_ONCE):
            yield array("q", hit["sort"])


def _read(document: Mapping[str, Any]) -> Stored | None:
    """An article of a document, whatever stands in that."""
    try:
        stored = stored_of(document)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return stored if document.get("ordinal") == stored.article.published.day.toordinal() else None

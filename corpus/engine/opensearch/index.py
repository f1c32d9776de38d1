"""The index that is searched: made, written, switched. Derived from the articles, so it may be lost.

A number in its name says which it is; the alias says which one serves, and is switched in one step. A note beside it
says what it was built from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from corpus.engine import forward
from corpus.engine.analyst import Analyst
from corpus.engine.entry import HEADLINE_WEIGHT, STOP, UNKNOWN, Entry
from corpus.engine.indexing import Indexing
from corpus.engine.opensearch.connection import Connection, Exists, Missing
from corpus.engine.opensearch.indices import LAYOUT, SERVES, searched
from corpus.engine.opensearch.store import ClusterStore, packed, unpacked
from corpus.engine.values import Built, Stored
from corpus.model import GAP, Analysed

SERVING = "serving"
"""The document that names the index that serves: whoever asks looks at it, and at what that was built from."""


class Generations:
    """The indices of one archive that are, were or will be searched."""

    def __init__(self, connection: Connection, name: str, shards: int) -> None:
        self._connection = connection
        self._alias = f"{name}-index"
        self._state = f"{name}-state"
        self._shards = shards

    def current(self) -> str | None:
        """The index that serves, or None where there is none yet."""
        try:
            return next(iter(self._connection.ask("GET", f"/_alias/{self._alias}")), None)
        except Missing:
            return None

    def make(self) -> str:
        """An empty index under a name that was never used."""
        # A document counts how often it was written, so no number comes again, whoever else makes one.
        number = self._connection.ask("PUT", f"/{self._state}/_doc/generations", {})["_version"]
        index = f"{self._alias}-{number:06d}"
        with suppress(Exists):  # an answer was lost on its way
            self._connection.ask("PUT", f"/{index}", searched(self._shards))
        return index

    def switch(self, index: str) -> None:
        """Let this index serve, in one step, and remove all others."""
        self._connection.ask("PUT", f"/{index}/_settings", SERVES)
        actions: list[dict[str, Any]] = [{"remove": {"index": f"{self._alias}-*", "alias": self._alias}}]
        if self.current() is None:
            actions = []
        actions.append({"add": {"index": index, "alias": self._alias}})
        self._connection.ask("POST", "/_aliases", {"actions": actions})
        self.settle()

    def settle(self) -> None:
        """Tell whoever asks which index serves, where a switch was cut off; and remove what serves no more."""
        serving = self.current()
        path = f"/{self._state}/_doc/{SERVING}"
        if serving and self._connection.many(self._state, [SERVING]).get(SERVING) != {"index": serving}:
            self._connection.ask("PUT", path, {"index": serving})
            self.sweep()

    def sweep(self) -> None:
        """Remove every index that does not serve, such as one whose build was killed."""
        serving = self.current()
        for index in self._all():
            if index != serving:
                for path in (f"/{self._state}/_doc/built-{index}", f"/{index}"):
                    with suppress(Missing):
                        self._connection.ask("DELETE", path)

    def remove(self) -> None:
        """Remove every index, also the one that serves."""
        for index in self._all():
            with suppress(Missing):
                self._connection.ask("DELETE", f"/{index}")

    def note(self, index: str) -> Built | None:
        """What this index was built from; None where that cannot be told."""
        return built_of(self._connection.many(self._state, [f"built-{index}"]).get(f"built-{index}"))

    def write_note(self, index: str, archive: str, seq: int) -> None:
        """Say what this index was built from."""
        note = Built(LAYOUT, archive, seq, datetime.now(UTC).isoformat(timespec="milliseconds"))
        self._connection.ask("PUT", f"/{self._state}/_doc/built-{index}", asdict(note))

    def count(self, index: str) -> int | None:
        """How many articles can be found in it; None where it is gone."""
        try:
            return self._connection.count(index)
        except Missing:
            return None

    def _all(self) -> list[str]:
        try:
            found = self._connection.ask("GET", f"/{self._alias}-*", filter_path="*.aliases", expand_wildcards="open")
        except Missing:
            return []
        return sorted(name for name in found if re.fullmatch(rf"{re.escape(self._alias)}-\d{{6,}}", name))


def built_of(document: Mapping[str, Any] | None) -> Built | None:
    """The note that was written down; None where that cannot be read."""
    try:
        return Built(**document) if document else None
    except TypeError:
        return None


class ClusterIndexing(Indexing):
    """Puts stored articles into an index: while one batch is analysed, the one before is sent."""

    def __init__(
        self,
        connection: Connection,
        index: str,
        store: ClusterStore,
        analyst: Analyst,
        *,
        note: Callable[[int], None],
        since: int,
    ) -> None:
        """The index holds everything up to the change ``since``.

        ``note`` is told the last change that the index holds whenever that is certain.
        """
        super().__init__(store, analyst, note=note, since=since)
        self._connection = connection
        self._index = index
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._sent: Future[int] | None = None

    def close(self) -> None:
        """Send nothing more."""
        self._sender.shutdown(cancel_futures=True)

    def _write(self, batch: Sequence[Stored], entries: Sequence[Entry]) -> None:
        lines = [_line(self._index, stored, entry) for stored, entry in zip(batch, entries, strict=True)]
        self._arrived()
        self._sent = self._sender.submit(self._connection.bulk, lines)

    def _end(self, removed: Iterable[int], seq: int) -> None:
        self._arrived()
        version = {"version": seq, "version_type": "external_gte"}  # what comes again has a later one
        gone = ({"delete": {"_index": self._index, "_id": str(key), **version}} for key in removed)
        self._connection.bulk(map(json.dumps, gone))
        self._connection.ask("POST", f"/{self._index}/_refresh")

    def _arrived(self) -> None:
        """Wait until the last batch has arrived, while which the next one is judged and stored."""
        if self._sent is not None:
            self._sent.result()
        self._sent = None


def _line(index: str, stored: Stored, entry: Entry) -> str:
    version = {"version": stored.seq, "version_type": "external_gte"}  # what comes late replaces nothing newer
    action = {"index": {"_index": index, "_id": str(stored.key), **version}}
    return f"{json.dumps(action)}\n{json.dumps(_document(stored, entry), ensure_ascii=False)}"


def _document(stored: Stored, entry: Entry) -> dict[str, Any]:
    """An article as the index takes it; a field that would be empty is left out."""
    article = stored.article
    fields: dict[str, Any] = {
        "weighted": [entry.headline] * HEADLINE_WEIGHT if entry.headline else None,
        "headline": entry.headline,
        "body": entry.body,
        "credit": entry.credit,
        "author": entry.author,
        "section": entry.section,
        "spelling": entry.spellings.split(),
        "headline_spelling": entry.opening.split(),
        "language": article.language or UNKNOWN,
        "source": article.source,
        "id": article.id,
        "key": stored.key,
        "story": stored.story,
        "seq": stored.seq,
        "day": article.published.day.toordinal(),
        "published": article.published.seconds,
        "marks": packed(entry.forward["marks"]),
    }
    return {name: value for name, value in fields.items() if value or value == 0}


READ = ["headline", "body", "credit", "marks"]
"""The fields of a document by which its article is read as the analysis saw it."""


def analysed_in(document: Mapping[str, Any]) -> Analysed:
    """An article as the analysis saw it, of the fields ``READ``: its terms stand there as they are searched."""
    headline, body, credit = (document.get(name, "") for name in ("headline", "body", "credit"))
    terms = " ".join([*filter(None, [headline]), *[""] * GAP, *filter(None, [body])])
    fields = "\n".join(f" {each} ".replace(STOP, "") for each in (terms, credit))
    return forward.read({"terms": fields.encode(), "marks": unpacked(document["marks"])})

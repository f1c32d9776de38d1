"""A cluster, spoken to over HTTP: one request at a time, and whatever goes wrong told in our own words.

Knows nothing of articles. Safe to share between threads.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any, cast

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import ConnectionTimeout, OpenSearchException, SSLError, TransportError

from corpus.engine.values import Cluster
from corpus.errors import CorpusIncomplete, CorpusSlow, CorpusUnreachable, CorpusUnwritable, StoreError

_ATTEMPTS = 1  # further ones, each of another node
_PINNED, _ASKED_EVERY = "10m", 60.0  # how long a state is held after it was asked; seconds after which it is again
_PUT_OFF = {429, 503}
_CHANGED, _NEWER = {200, 201}, 409
_LEFT = {404, _NEWER}
_PAUSES = (0.2, 1.0, 3.0, 9.0)  # seconds, after which what was put off is asked again
_LEAST = 0.3  # seconds, of which one attempt gets its share
_SHARE = 0.45  # of the patience, for one of two attempts
_POOL = 16  # connections to a node: more threads than that do not ask at once
_MOST_BYTES = 16 * 2**20  # of one request: nodes refuse more than 100 MB
_BLOCKED = "cluster_block_exception"  # such as: the disk of a node is full, so its indices may only be read

_LOG = logging.getLogger(__name__)

Body = Mapping[str, Any] | str


class Missing(Exception):
    """There is no such document, index or context; no fault by itself."""


class Conflict(Exception):
    """Somebody else has changed the document meanwhile."""


class Exists(Exception):
    """What was to be made is there."""


class TooBusy(CorpusIncomplete):
    """The cluster has too much to do: to ask again at once makes it worse."""


class _Held(threading.local):
    """The states that a thread has held, by their indices, and when it last asked them."""

    def __init__(self) -> None:
        self.pins: dict[str, Mapping[str, str]] = {}
        self.asked = 0.0


class Connection:
    """One cluster, asked with so much patience."""

    def __init__(
        self, cluster: Cluster, *, patience: float, client: OpenSearch | None = None, held: _Held | None = None
    ) -> None:
        """Nothing is asked yet; ``patience`` bounds each request, and all within ``in_time``, in seconds."""
        logging.getLogger("opensearch").setLevel(logging.ERROR)  # it warns of each answer; what matters is raised
        self._cluster = cluster
        self._patience = patience
        self._own = threading.local()
        self._client = client or _client(cluster)
        self._held = held or _Held()

    def patient(self, patience: float) -> Connection:
        """The same connections, which see the same states held, for whoever waits longer."""
        return Connection(self._cluster, patience=patience, client=self._client, held=self._held)

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Let all that this thread asks inside take no longer than the patience."""
        self._own.until = time.monotonic() + self._patience
        try:
            yield
        finally:
            self._own.until = None

    @property
    def left(self) -> float:
        """Seconds that this thread may still wait."""
        until = getattr(self._own, "until", None)
        return self._patience if until is None else max(until - time.monotonic(), 0.0)

    def ask(self, method: str, path: str, body: Body | None = None, **params: Any) -> Any:
        """What the cluster answers.

        Raises:
            Missing: there is no such thing.
            Conflict: it was changed meanwhile.
            CorpusIncomplete: not all of it could be answered.
            CorpusSlow: nobody answers in time.
            CorpusUnreachable: nobody answers, or refuses to.
            CorpusUnwritable: it takes nothing in.
        """
        text = body if body is None or isinstance(body, str) else json.dumps(body)  # with escapes for halves of letters
        try:
            answer = self._client.transport.perform_request(method, path, params=self._limited(params), body=text)
        except TransportError as error:
            raise self._told(error) from error
        except (OpenSearchException, TypeError, ValueError) as error:  # such as a page of some proxy
            _LOG.warning("what answers %s %s is no OpenSearch: %r", method, path, error)
            raise CorpusUnreachable("what answers there is no OpenSearch") from error
        if not isinstance(answer, dict | list):
            raise CorpusUnreachable("what answers there is no OpenSearch")
        return answer

    def _limited(self, params: dict[str, Any]) -> dict[str, Any]:
        """These parameters, and how long one node may take for what is asked."""
        left = self.left
        if left <= _LEAST:  # a healthy node that cannot do it in that would be taken for dead
            raise CorpusSlow(self._patience)
        return {"request_timeout": left * _SHARE, **params}

    def bulk(self, lines: Iterable[str], **params: Any) -> int:
        """Change many documents, in requests of a size that any node takes; gives how many were changed.

        ``lines`` are those of the bulk API, an action with its document as one. What is to go may have gone already,
        and what has a version leaves what is newer as it is.

        Raises:
            CorpusUnwritable: one was not taken; others may have been.
            TooBusy: one was put off, time and again.
        """
        params |= {"filter_path": "items.*.status,items.*.error"}
        return sum(self._is_changed(item) for part in _parts(lines) for item in self._taken(part, params))

    def _is_changed(self, item: Mapping[str, Any]) -> bool:
        ((_, done),) = item.items()
        error = done.get("error", {})
        if done["status"] in _PUT_OFF:
            raise _too_busy(str(error.get("reason", done)))
        if done["status"] not in _LEFT | _CHANGED or (error and done["status"] != _NEWER):
            raise CorpusUnwritable(str(self._cluster), str(error.get("reason", done))[:300])
        return done["status"] in _CHANGED

    def _taken(self, lines: list[str], params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What became of each of these; what a node that has too much to do put off is asked of it again."""
        items: dict[int, Mapping[str, Any]] = {}
        left = list(range(len(lines)))
        for pause in [*(each for each in _PAUSES if each <= self.left), None]:
            try:
                body = "\n".join([*(lines[place] for place in left), ""])
                items |= zip(left, self.ask("POST", "/_bulk", body, **params)["items"], strict=True)
            except TooBusy:
                if pause is None:
                    raise
            left = [place for place in left if place not in items or _status(items[place]) in _PUT_OFF]
            if not left or pause is None:
                break
            time.sleep(pause)
        return [*items.values()]

    def each(self, index: str, body: Mapping[str, Any], size: int) -> Iterator[Mapping[str, Any]]:
        """Every hit of a search that sorts by what no two documents share, fetched so many at a time."""
        after: dict[str, Any] = {}
        while True:
            found = self.hits(index, {**body, **after, "size": size})
            yield from found
            if len(found) < size:
                return
            after = {"search_after": found[-1]["sort"]}

    def hits(self, index: str, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The hits of a search of an index, in which every shard took part."""
        hits: list[Mapping[str, Any]] = self.search(body, index)["hits"]["hits"]
        return hits

    def count(self, index: str) -> int:
        """How many documents can be found in an index, in all of its shards."""
        found = self.search({"size": 0, "track_total_hits": True, "query": {"match_all": {}}}, index)
        return int(found["hits"]["total"]["value"])

    @contextmanager
    def pinned(self, index: str) -> Iterator[None]:
        """Let this thread search an index as it is now, as long as the block lasts."""
        self._held.pins[index] = pin = self.pin(index, _PINNED)
        try:
            yield
        finally:
            del self._held.pins[index]
            self.unpin(pin)

    def _hold_on(self) -> None:
        """Ask all states that this thread has held now and then, or some would end while another one is read."""
        now = time.monotonic()
        if now - self._held.asked > _ASKED_EVERY:
            self._held.asked = now
            for pin in self._held.pins.values():
                self.search({"size": 0, "pit": pin})

    def pin(self, index: str, kept_alive: str, *, unasked: str | None = None) -> Mapping[str, str]:
        """Have the cluster hold an index as it is, until so long after the last question; what a search asks it by.

        Until the first question it is held as long as ``unasked`` says: where the answer is lost, nobody lets go of it.

        Raises:
            Missing: there is no such index any more.
            CorpusIncomplete: not every shard is there.
        """
        params = {"keep_alive": unasked or kept_alive, "allow_partial_pit_creation": "false"}
        made = self.ask("POST", f"/{index}/_search/point_in_time", **params)
        pin = {"id": made["pit_id"], "keep_alive": kept_alive}
        if made["_shards"]["successful"] < made["_shards"]["total"]:
            self.unpin(pin)
            raise CorpusIncomplete("not every shard is there")
        return pin

    def unpin(self, pin: Mapping[str, str]) -> None:
        """Let the cluster forget this state, of which it holds only so many; where that fails, it does by itself."""
        with suppress(Missing, StoreError):
            self.ask("DELETE", "/_search/point_in_time", {"pit_id": [pin["id"]]})

    def search(self, body: Mapping[str, Any], index: str = "", **params: Any) -> Mapping[str, Any]:
        """A search's answer, to which every shard gave its part.

        Raises:
            CorpusIncomplete: one did not; what the others gave is no answer.
        """
        if pin := self._held.pins.get(index):
            index, body = "", {**body, "pit": pin}
        path = f"/{index}/_search" if index else "/_search"
        try:
            if pin:
                self._hold_on()
            found = self.ask("POST", path, body, **{"allow_partial_search_results": "false", **params})
        except Missing as error:
            if pin:
                raise CorpusIncomplete("it does not hold the archive as it was any more") from error
            raise
        if found["timed_out"] or found["_shards"]["failed"]:
            raise CorpusIncomplete("not every shard answered")
        return cast("Mapping[str, Any]", found)

    def many(self, index: str, ids: Sequence[str], **params: Any) -> dict[str, Mapping[str, Any]]:
        """Those of these documents that there are, as they are by now, by their ids."""
        if not ids:
            return {}
        found = self.ask("POST", f"/{index}/_mget", {"ids": list(ids)}, **params)["docs"]
        if failed := next((each["error"] for each in found if "error" in each), None):
            raise _partly(str(failed.get("reason", failed)))
        return {each["_id"]: each["_source"] for each in found if each["found"]}

    def _told(self, error: TransportError) -> Exception:  # noqa: PLR0911  # a table: an answer, what it means
        """What went wrong, in our own words."""
        if isinstance(error, NoConnection):
            return self._silence(error)
        match error.status_code, str(error.error):
            case 403 | 429, kind if kind == _BLOCKED:
                return CorpusUnwritable(str(self._cluster), f"the cluster takes nothing in: {_reason(error)}")
            case 404, _:
                return Missing(_reason(error))
            case 400, "resource_already_exists_exception":
                return Exists(_reason(error))
            case 409, _:
                return Conflict(_reason(error))
            case 401 | 403 as status, _:
                return _not_let(status, _reason(error))
            case HTTPStatus.TOO_MANY_REQUESTS, _:
                return _too_busy(_reason(error))
            case status, _:
                return _partly(f"{status}, {_reason(error)}")

    def _silence(self, error: TransportError) -> CorpusSlow | CorpusUnreachable:
        """Why nobody answered, without the names of hosts, which everybody would read; the log has all of it."""
        _LOG.warning("the cluster does not answer: %s", _inner(error))
        told = _inner(error)
        if isinstance(error, ConnectionTimeout) or "timed out" in told:
            return CorpusSlow(self._patience)
        if isinstance(error, SSLError) or "certificate" in told.lower():
            return CorpusUnreachable("its certificate is not trusted")
        said = next((reason for sign, reason in _SILENCES.items() if sign in told), "it cannot be spoken to")
        return CorpusUnreachable(said)


def _partly(reason: str) -> CorpusIncomplete:
    """What the cluster says itself names its nodes, and is for the log alone: everybody may read what is raised."""
    _LOG.warning("the cluster could not answer: %s", reason[:300])
    return CorpusIncomplete("parts of it do not answer")


def _too_busy(reason: str) -> TooBusy:
    _LOG.warning("the cluster has too much to do: %s", reason[:300])
    return TooBusy("it has too much to do")


def _not_let(status: int, reason: str) -> CorpusUnreachable:
    """Who may not do something is told what to look at; the log has what the cluster itself says."""
    _LOG.warning("the cluster does not let us do this: %s", reason)
    if status == HTTPStatus.UNAUTHORIZED:
        return CorpusUnreachable("it refuses us: check OPENSEARCH_USER and OPENSEARCH_PASSWORD")
    return CorpusUnreachable("it lets OPENSEARCH_USER do too little: docs/scale.md says what is needed")


def _client(cluster: Cluster) -> OpenSearch:
    return OpenSearch(
        hosts=list(cluster.urls),
        headers=_credentials(cluster),
        verify_certs=cluster.verified,
        ca_certs=str(cluster.ca) if cluster.ca else None,
        ssl_show_warn=False,
        max_retries=_ATTEMPTS,
        retry_on_timeout=True,  # a node that stands still is not asked again for a minute
        retry_on_status=(502, 504),  # a 503 is told at once: what is to be done about it, whoever asked knows
        pool_maxsize=_POOL,
    )


def _credentials(cluster: Cluster) -> dict[str, str]:
    """The header by which a user is known, in whatever letters (RFC 7617)."""
    if not cluster.user:
        return {}
    plain = f"{cluster.user}:{cluster.password}".encode()
    return {"authorization": f"Basic {base64.b64encode(plain).decode('ascii')}"}


def _status(item: Mapping[str, Any]) -> int:
    ((_, done),) = item.items()
    return int(done["status"])


def _parts(lines: Iterable[str]) -> Iterator[list[str]]:
    """These lines in runs of some megabytes; a single line may be longer."""
    part: list[str] = []
    size = 0
    for line in lines:
        length = len(line.encode("utf-8", "replace"))
        if part and size + length > _MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(line)
        size += length
    if part:
        yield part


def _inner(error: TransportError) -> str:
    """What the library underneath says, in one line."""
    inner = getattr(error, "info", None) or error
    return " ".join(str(getattr(inner, "reason", None) or inner).split())[:500]


_SILENCES = {
    "refused": "nobody answers there",
    "resolve": "the name of its host is not known",
    "reset": "it ended the connection",
    "unreachable": "there is no way to it",
}


def _reason(error: TransportError) -> str:
    """What the cluster says is wrong, in one line: the cause behind the others, where it names one."""
    info = error.info
    if not isinstance(info, Mapping):
        return str(info)[:200]
    told = info.get("error", info)
    if not isinstance(told, Mapping):
        return str(told)[:200]
    cause = next(iter(told.get("root_cause") or [told]))
    return str(cause.get("reason") or cause.get("type") or told)[:200]

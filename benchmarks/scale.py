"""``python -m benchmarks.scale``: what archives in a cluster take, measured on one node, as growth laws are drawn from.

Asks a cluster of one node on this machine (``OPENSEARCH_URL``) whose process it can look at, and writes ``scale.json``;
``benchmarks.scale_table`` makes ``docs/scale.md`` of that. Such a cluster is brought up by
``make opensearch OPENSEARCH="--nodes 1 --heap 4g --measured"``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.ask import Ask
from benchmarks.engines.protocol import PAGE, read_articles
from benchmarks.generate import articles
from benchmarks.machine import described
from benchmarks.queries import QuestionMaker
from corpus import Cluster, Corpus, Keeper, Query, addresses
from corpus.engine import removed

_WARM_UP = 200  # questions before it counts: a new state of the index knows no frequency yet
_COUNTED = 400
_SMALL, _COMPILED = 20_000, 5_000  # articles, and questions of them, after which a node has compiled what it does
_SEED = 1
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Size:
    """What an archive of so many articles took, on one node with so many shards.

    Bytes are on its disk; seconds of a processor are those of the node and of the process that asks or ingests; pages
    are of five results, one at a time.
    """

    articles: int
    shards: int
    index_bytes: int
    kept_bytes: int
    ingest_rate: float | None
    ingest_node_ms: float | None
    page_p50: float
    page_p99: float
    page_node_ms: float
    page_own_ms: float
    requests: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write ``scale.json`` beside this file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 300_000, 1_000_000])
    parser.add_argument("--shards", type=int, default=6, help="into which the last but one is divided once more")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("scale.json"))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="dateline-scale-") as folder:
        list(_measured([_SMALL], 1, Path(folder), warm_up=_COMPILED))  # does not count: a new node is slow
        sizes = [*_measured(options.sizes, options.shards, Path(folder))]
    report = {"machine": described(), "sizes": [asdict(size) for size in sizes]}
    options.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _measured(sizes: Sequence[int], shards: int, folder: Path, *, warm_up: int = _WARM_UP) -> Iterator[Size]:
    node = _Node(addresses(os.environ["OPENSEARCH_URL"])[0])
    for count in sizes:
        file = folder / f"{count}.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(each.fields()) + "\n" for each in articles(count, seed=_SEED))
        asks = QuestionMaker(list(islice(read_articles(file), 10_000)), seed=_SEED).asks(warm_up + _COUNTED)
        where = Cluster((node.url,), f"scale-{count}", workplace=folder)
        try:
            began, worked = time.perf_counter(), node.worked()
            with Keeper.open(where) as keeper:
                keeper.ingest([file])
            took = time.perf_counter() - began
            ingest = (count / took, (node.worked() - worked) / count * 1000)
            yield _size(node, where, count, asks, ingest)
            if shards > 1 and count == sizes[max(len(sizes) - 2, 0)]:
                divided = replace(where, shards=shards)
                with Keeper.open(divided) as keeper:
                    keeper.reindex([], index_only=True)
                yield _size(node, divided, count, asks, (None, None))
        finally:
            removed(where)
            file.unlink()


def _size(
    node: _Node, where: Cluster, count: int, asks: Sequence[Ask], ingest: tuple[float | None, float | None]
) -> Size:
    with Corpus.open(where) as corpus, _requests_counted() as requests:
        for ask in asks[:-_COUNTED]:
            corpus.search(Query.parse(ask.typed), limit=PAGE)
        before, own, worked = requests[0], time.process_time(), node.worked()
        milliseconds = sorted(_timed(corpus, ask) for ask in asks[-_COUNTED:])
        own, worked, pages = time.process_time() - own, node.worked() - worked, len(milliseconds)
        asked = (requests[0] - before) / pages
    index = node.bytes(f"{where.name}-index-*")
    return Size(
        articles=count,
        shards=where.shards,
        index_bytes=index,
        kept_bytes=node.bytes(f"{where.name}-*") - index,
        ingest_rate=ingest[0],
        ingest_node_ms=ingest[1],
        page_p50=statistics.median(milliseconds),
        page_p99=milliseconds[pages * 99 // 100],
        page_node_ms=worked / pages * 1000,
        page_own_ms=own / pages * 1000,
        requests=asked,
    )


def _timed(corpus: Corpus, ask: Ask) -> float:
    began = time.perf_counter()
    corpus.search(Query.parse(ask.typed), limit=PAGE)
    return (time.perf_counter() - began) * 1000


@contextmanager
def _requests_counted() -> Iterator[list[int]]:
    """How many requests went to the cluster, as it counts itself."""
    from corpus.engine.opensearch.connection import Connection  # noqa: PLC0415  # its library is not always there

    counted, ask = [0], Connection.ask

    def counting(self: Connection, *args: Any, **kwargs: Any) -> Any:
        counted[0] += 1
        return ask(self, *args, **kwargs)

    Connection.ask = counting  # type: ignore[method-assign]  # for as long as it is measured
    try:
        yield counted
    finally:
        Connection.ask = ask  # type: ignore[method-assign]


class _Node:
    """The one node of a cluster, and the process that it is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._process = next(iter(self._told("/_nodes/process")["nodes"].values()))["process"]["id"]

    def worked(self) -> float:
        """Seconds of a processor that its process has taken, for whatever (``proc(5)``: utime and stime)."""
        told = Path(f"/proc/{self._process}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
        return (int(told[11]) + int(told[12])) / _TICKS

    def bytes(self, indices: str) -> int:
        """How much these indices take on its disk."""
        return int(self._told(f"/{indices}/_stats/store")["_all"]["primaries"]["store"]["size_in_bytes"])

    def _told(self, path: str) -> Any:
        with urlopen(self.url + path) as answer:  # noqa: S310  # a cluster on this machine
            return json.load(answer)


if __name__ == "__main__":
    main()

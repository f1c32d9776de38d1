"""``python -m benchmarks.scale_table``: the numbers of ``docs/scale.md``, computed of what ``scale.json`` has measured.

The laws are as simple as the measurements bear: what a page takes grows with a power of the articles, and by so much
for each shard more; what is kept grows with the articles alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scale import Size

_HERE = Path(__file__).parent
DOCUMENT = _HERE.parent / "docs" / "scale.md"

COPIES = 2  # of each shard: one may be lost
BUSY = 0.5  # of its processors, at most, what a node is planned for: half is left for peaks, merges and a lost node
NODE_CORES, NODE_GB, NODE_DISK_GB = 8, 64, 1_000
SHARD_GB = 30  # of an index: 10 to 50 are what OpenSearch's own guidance names
HEAP_SHARE = 0.5  # of a node's memory, the rest is the system's for its files
WARM = 0.5  # share of all that is kept that should lie in that memory
WORKER_PAGES = 25  # a second, by one worker: half of what `make load` holds
WORKER_CORES, WORKER_GB = 2, 1
CORE_HOUR, GB_HOUR, DISK_GB_MONTH = 0.04, 0.005, 0.10  # dollars, about what big clouds ask in 2026
HOURS = 730  # of a month

SIZES = (1_000_000, 10_000_000, 100_000_000)
RATE = 1_000  # searches a second


@dataclass(frozen=True, slots=True)
class Laws:
    """What was measured, as laws.

    ``million`` is what a page of a million articles takes, in milliseconds of the nodes' processors, ``power`` with
    which power of the articles that grows, ``shard`` what each further shard adds. The ``line`` goes through the two
    largest sizes: where it begins, and how it rises with each million.
    """

    million: float
    power: float
    shard: float
    line: tuple[float, float]
    index_bytes: float
    kept_bytes: float
    own: float
    requests: float

    def page(self, articles: int, shards: int) -> float:
        """Milliseconds of all nodes' processors for one page."""
        return self.million * math.pow(articles / 1e6, self.power) + self.shard * (shards - 1)

    def at_worst(self, articles: int, shards: int) -> float:
        """The same, if from the largest measured size on it grew as a straight line."""
        begin, rise = self.line
        return begin + rise * articles / 1e6 + self.shard * (shards - 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an archive of so many articles needs, to be asked so often."""

    articles: int
    shards: int
    page_ms: float
    by_work: int
    at_worst: int
    by_memory: int
    by_disk: int
    workers: int
    index_gb: float
    kept_gb: float

    @property
    def nodes(self) -> int:
        """How many, and at least three, of which one may go."""
        return max(3, self.by_work, self.by_memory, self.by_disk)

    @property
    def dollars(self) -> float:
        """What that costs in a month."""
        cores = self.nodes * NODE_CORES + self.workers * WORKER_CORES
        memory = self.nodes * NODE_GB + self.workers * WORKER_GB
        disk = (self.index_gb + self.kept_gb) * COPIES * 1.5
        return (cores * CORE_HOUR + memory * GB_HOUR) * HOURS + disk * DISK_GB_MONTH


def laws(sizes: Sequence[Size]) -> Laws:
    """The laws that fit what was measured: the curve through undivided archives, and what their division added."""
    whole = [size for size in sizes if size.shards == 1]
    divided = next(size for size in sizes if size.shards > 1)
    same = next(size for size in whole if size.articles == divided.articles)
    shard = max((divided.page_node_ms - same.page_node_ms) / (divided.shards - 1), 0.0)
    begin, power = _line([(math.log(size.articles / 1e6), math.log(size.page_node_ms)) for size in whole])
    before, largest = whole[-2:]
    rise = (largest.page_node_ms - before.page_node_ms) / (largest.articles - before.articles) * 1e6
    return Laws(
        math.exp(begin),
        power,
        shard,
        (largest.page_node_ms - rise * largest.articles / 1e6, rise),
        largest.index_bytes / largest.articles,
        largest.kept_bytes / largest.articles,
        largest.page_own_ms,
        largest.requests,
    )


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The line that is nearest to these points: where it begins, and how it rises."""
    count = len(points)
    mean_x, mean_y = (sum(each) / count for each in zip(*points, strict=True))
    over = sum((x - mean_x) * (y - mean_y) for x, y in points)
    under = sum((x - mean_x) ** 2 for x, _ in points)
    return mean_y - over / under * mean_x, over / under


def plan(law: Laws, articles: int, rate: int = RATE) -> Plan:
    """What such an archive needs."""
    index_gb, kept_gb = law.index_bytes * articles / 1e9, law.kept_bytes * articles / 1e9
    shards = max(1, math.ceil(max(index_gb, kept_gb) / SHARD_GB))
    while COPIES * shards < _for_work(rate, law.page(articles, shards)):  # a node without a shard has no work
        shards += 1
    page, worst = law.page(articles, shards), law.at_worst(articles, shards)
    files = NODE_GB * (1 - HEAP_SHARE)
    return Plan(
        articles,
        shards,
        page,
        by_work=_for_work(rate, page),
        at_worst=_for_work(rate, worst),
        by_memory=math.ceil((index_gb + kept_gb) * COPIES * WARM / files),
        by_disk=math.ceil((index_gb + kept_gb) * COPIES * 1.5 / NODE_DISK_GB),
        workers=math.ceil(rate / WORKER_PAGES),
        index_gb=index_gb,
        kept_gb=kept_gb,
    )


def _for_work(rate: int, page: float) -> int:
    """How many nodes so many pages a second take."""
    return math.ceil(rate * page / 1000 / (NODE_CORES * BUSY))


def filled(document: str, sizes: Sequence[Size]) -> str:
    """The document with its generated parts written anew."""
    law = laws(sizes)
    for name, lines in {"measured": _measured(sizes), "laws": _laws(law), "plan": _plan(law)}.items():
        before, rest = document.split(f"<!-- {name} -->\n", 1)
        after = rest.split(f"<!-- /{name} -->", 1)[1]
        document = "\n".join([f"{before}<!-- {name} -->", *lines, f"<!-- /{name} -->{after}"])
    return document


def read(path: Path = _HERE / "scale.json") -> list[Size]:
    """What was measured."""
    return [Size(**size) for size in json.loads(path.read_text(encoding="utf-8"))["sizes"]]


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


def _measured(sizes: Sequence[Size]) -> list[str]:
    head = [
        "articles", "shards", "ingest, articles/s", "of the node, ms each", "index, KB each", "kept, KB each",
        "page p50, ms", "p99, ms", "of the node, ms", "of the worker, ms", "requests",
    ]  # fmt: skip
    rows = [
        [
            f"{size.articles:,}",
            f"{size.shards}",
            f"{size.ingest_rate:,.0f}" if size.ingest_rate else "–",
            f"{size.ingest_node_ms:.2f}" if size.ingest_node_ms else "–",
            f"{size.index_bytes / size.articles / 1000:.1f}",
            f"{size.kept_bytes / size.articles / 1000:.1f}",
            f"{size.page_p50:.0f}",
            f"{size.page_p99:.0f}",
            f"{size.page_node_ms:.1f}",
            f"{size.page_own_ms:.1f}",
            f"{size.requests:.1f}",
        ]
        for size in sizes
    ]
    return _grid(head, rows)


def _laws(law: Laws) -> list[str]:
    page = (
        f"{law.million:.0f} ms × (millions of articles) ^ {law.power:.2f} + {law.shard:.1f} ms for each further shard"
    )
    index, kept = (f"{each / 1000:.1f} KB" for each in (law.index_bytes, law.kept_bytes))
    return [
        f"- a page: {page}, of the nodes' processors;",
        f"- and {law.own:.1f} ms of the worker's at the largest of these, in {law.requests:.0f} requests at any size;",
        f"- an article: {index} of index and {kept} kept, on each copy.",
    ]


def _plan(law: Laws) -> list[str]:
    head = [
        "articles", "index + kept, GB", "shards", "of all nodes, ms a page", "nodes for the work", "at worst",
        "for the memory", "for the disk", "nodes", "their memory, GB", "workers", "their memory, GB", "a month",
    ]  # fmt: skip
    rows = []
    for articles in SIZES:
        each = plan(law, articles)
        rows.append(
            [
                f"{articles:,}",
                f"{each.index_gb:,.0f} + {each.kept_gb:,.0f}",
                f"{each.shards}",
                f"{each.page_ms:,.0f}",
                f"{each.by_work}",
                f"{each.at_worst}",
                f"{each.by_memory}",
                f"{each.by_disk}",
                f"**{each.nodes}**",
                f"{each.nodes * NODE_GB:,}",
                f"{each.workers}",
                f"{each.workers * WORKER_GB:,}",
                f"${each.dollars:,.0f}",
            ]
        )
    return _grid(head, rows)


if __name__ == "__main__":
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8"), read()), encoding="utf-8")

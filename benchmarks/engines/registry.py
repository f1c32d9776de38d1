"""Which engines there are, in the order of the table. Imports an engine only when it is asked for."""

from __future__ import annotations

import os
from importlib.util import find_spec

from benchmarks.engines.protocol import Engine

_NEEDS = {
    "dateline": ("corpus",),
    "opensearch": ("opensearchpy",),
    "tantivy": ("tantivy",),
    "fts5": ("sqlite3",),
    "bm25s": ("bm25s", "numpy", "Stemmer"),
    "rank-bm25": ("rank_bm25", "numpy", "Stemmer"),
}

NAMES = tuple(_NEEDS)
"""The engines, Dateline first."""

UNASKED = tuple(name for name in NAMES if name != "opensearch")
"""Those that are measured unless others are named: a cluster has to be started first."""


def installed() -> tuple[str, ...]:
    """The engines that can run here."""
    there = [name for name, needs in _NEEDS.items() if all(find_spec(need) for need in needs)]
    return tuple(name for name in there if name != "opensearch" or os.environ.get("OPENSEARCH_URL"))


def engine(name: str) -> type[Engine]:
    """The engine of a name, imported here and not above: a worker starts with nothing but its own engine.

    Raises:
        KeyError: there is none of this name.
    """
    match name:
        case "dateline":
            from benchmarks.engines.dateline import Dateline  # noqa: PLC0415

            return Dateline
        case "opensearch":
            from benchmarks.engines.in_a_cluster import InACluster  # noqa: PLC0415

            return InACluster
        case "tantivy":
            from benchmarks.engines.plain_tantivy import PlainTantivy  # noqa: PLC0415

            return PlainTantivy
        case "fts5":
            from benchmarks.engines.fts5 import Fts5  # noqa: PLC0415

            return Fts5
        case "bm25s":
            from benchmarks.engines.bm25s_saved import Bm25sSaved  # noqa: PLC0415

            return Bm25sSaved
        case "rank-bm25":
            from benchmarks.engines.rank_bm25_pickled import RankBm25Pickled  # noqa: PLC0415

            return RankBm25Pickled
    raise KeyError(name)

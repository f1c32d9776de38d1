"""Dateline over OpenSearch, through the same door: the cluster is one that runs already (``OPENSEARCH_URL``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from benchmarks.engines.dateline import Dateline
from corpus import Cluster, Corpus, Keeper, addresses

URL = "OPENSEARCH_URL"
"""The variable of the environment that says where the nodes answer: without it, this engine is not measured."""


class InACluster(Dateline):
    """The same, but for where the archive lies: under the name of the folder that it would have."""

    @classmethod
    def build(cls, articles: Path, place: Path) -> None:
        """The ingest that a keeper runs; what the cluster does for it takes the same processors."""
        with Keeper.open(_lying(place)) as keeper:
            report = keeper.ingest([articles])
        if report.rejected:
            raise RuntimeError(f"{len(report.rejected)} articles were rejected, first {report.rejected[0]}")

    @classmethod
    def open(cls, place: Path) -> Self:
        """The archive as the bot opens it."""
        return cls(Corpus.open(_lying(place)))


def _lying(place: Path) -> Cluster:
    name = "-".join(part.lower() for part in place.parts[-3:])
    return Cluster(addresses(os.environ[URL]), f"bench-{name}", workplace=place)

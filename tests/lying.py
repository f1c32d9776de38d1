"""Where the archives of tests lie, by the engine that is tested."""

from __future__ import annotations

import uuid
from pathlib import Path

from cluster import Cluster as Nodes

from corpus import Cluster, Where
from corpus.engine import removed


def options(where: Where) -> list[str]:
    """By which options the shell is told where an archive lies."""
    if isinstance(where, Path):
        return [f"--data-dir={where}"]
    addresses = f"--opensearch-url={' '.join(where.urls)}"
    return ["--engine=opensearch", f"--data-dir={where.workplace}", addresses, f"--opensearch-index={where.name}"]


def in_environment(cluster: Cluster) -> dict[str, str]:
    """By which settings the bot is told where an archive lies."""
    return {
        "CORPUS_ENGINE": "opensearch",
        "OPENSEARCH_URL": " ".join(cluster.urls),
        "OPENSEARCH_INDEX": cluster.name,
    }


class Lying:
    """Where the archives of a test lie: each in a folder of its own, or in a cluster under a name of its own."""

    def __init__(self, nodes: Nodes | None) -> None:
        self._nodes = nodes
        self._named: dict[Path, Cluster] = {}

    def __call__(self, folder: Path) -> Where:
        """Where the archive of this folder lies."""
        if self._nodes is None:
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        name = f"t{uuid.uuid4().hex[:12]}"
        return self._named.setdefault(folder, Cluster(tuple(self._nodes.urls), name, workplace=folder))

    def forget(self, folder: Path | None = None) -> None:
        """Remove what lies in the cluster, of this folder or of all: it would be full one day."""
        for each in [folder] if folder else list(self._named):
            if each in self._named:
                removed(self._named.pop(each))

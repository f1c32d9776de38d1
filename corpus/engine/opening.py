"""The engine of an archive, by where that lies: the one place that names both."""

from __future__ import annotations

from corpus.analysis import Analyser
from corpus.engine.engine import Engine
from corpus.engine.values import Cluster, Where
from corpus.errors import EngineMissing


def opened(where: Where, analyser: Analyser, *, create: bool = False, unfinished: bool = False) -> Engine:
    """Open the archive that lies there; imported is only the engine that is wanted.

    With ``unfinished``, also one that was only filled in part, to be filled anew.

    Raises:
        EngineMissing: the library that speaks to a cluster is not installed.
        CorpusMissing: there is none, and ``create`` does not ask for an empty one.
        StoreError: it is of a newer version, cannot be reached, or cannot be used.
    """
    if isinstance(where, Cluster):
        try:
            from corpus.engine.opensearch import ClusterEngine  # noqa: PLC0415  # its library is not always there
        except ImportError as error:
            raise EngineMissing from error
        return ClusterEngine(where, analyser, create=create, unfinished=unfinished)
    from corpus.engine.local import LocalEngine  # noqa: PLC0415  # nor is tantivy needed with a cluster

    return LocalEngine(where, analyser, create=create)


def removed(cluster: Cluster) -> None:
    """Remove an archive from a cluster, with all that it keeps; nobody may be at it."""
    from corpus.engine.opensearch import remove  # noqa: PLC0415  # as above

    remove(cluster)

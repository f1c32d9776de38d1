"""The engine for archives that outgrow one machine: a cluster of OpenSearch holds the articles, and finds them.

``connection`` speaks to it, ``indices`` says what lies there, ``state`` changes what belongs together in one step, and
``lock`` lets one keeper at a time. ``store`` is the truth and ``ledger`` the keeper's books; ``index`` is derived,
``queries`` is what it is asked, ``view`` one state of it; ``engine`` keeps them together.
"""

from corpus.engine.opensearch.engine import ClusterEngine, remove

__all__ = ["ClusterEngine", "remove"]

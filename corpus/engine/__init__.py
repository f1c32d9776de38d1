"""Where articles live and are searched: what every engine shows, and the two that there are.

``engine``, ``store``, ``ledger`` and ``view`` say what an engine promises, ``values`` what passes between it and the
archive, ``tables`` all that it keeps. ``entry`` and ``forward`` are what any index takes of an article, ``analyst``
makes it, ``indexing`` puts it in; ``tallies`` sums up what any index counts. ``local`` keeps to all that by SQLite and
tantivy, in a folder; ``opensearch`` by a cluster; ``opening`` knows them both.
"""

from corpus.engine.engine import Engine
from corpus.engine.indexing import Indexing
from corpus.engine.ledger import Ledger
from corpus.engine.opening import opened, removed
from corpus.engine.store import Store
from corpus.engine.tables import BOOKS, TABLES, stored_in
from corpus.engine.values import Barred, Book, Change, Cluster, Counted, Signed, Stored, Where, addresses, numbered
from corpus.engine.view import EngineView

__all__ = [
    "BOOKS",
    "TABLES",
    "Barred",
    "Book",
    "Change",
    "Cluster",
    "Counted",
    "Engine",
    "EngineView",
    "Indexing",
    "Ledger",
    "Signed",
    "Store",
    "Stored",
    "Where",
    "addresses",
    "numbered",
    "opened",
    "removed",
    "stored_in",
]

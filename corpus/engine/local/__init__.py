"""The engine for one machine: SQLite holds the articles, tantivy finds them.

``store`` is the truth and ``ledger`` the keeper's books, both in one ``database``; ``index`` is derived from the store,
``generations`` says which index serves, ``engine`` keeps them together.
"""

from corpus.engine.local.database import ArchiveFile
from corpus.engine.local.engine import Change, Counted, LocalEngine, exclusive, is_taken, numbered
from corpus.engine.local.ledger import Barred, Book, Ledger
from corpus.engine.local.salvage import Salvaged, salvage
from corpus.engine.local.soundness import Soundness, in_indexes_alone
from corpus.engine.local.store import Signed, Store, Stored

__all__ = [
    "ArchiveFile",
    "Barred",
    "Book",
    "Change",
    "Counted",
    "Ledger",
    "LocalEngine",
    "Salvaged",
    "Signed",
    "Soundness",
    "Store",
    "Stored",
    "exclusive",
    "in_indexes_alone",
    "is_taken",
    "numbered",
    "salvage",
]

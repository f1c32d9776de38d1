"""The engine for one machine: SQLite holds the articles, tantivy finds them.

``store`` is the truth and ``ledger`` the keeper's books, both in one ``database``; ``index`` is derived from the store,
``generations`` says which index serves, ``engine`` keeps them together.
"""

from corpus.engine.local.database import ArchiveFile
from corpus.engine.local.engine import LocalEngine, exclusive, is_taken
from corpus.engine.local.ledger import LocalLedger
from corpus.engine.local.salvage import Salvaged, salvage
from corpus.engine.local.soundness import LocalSoundness, in_indexes_alone
from corpus.engine.local.store import LocalStore

__all__ = [
    "ArchiveFile",
    "LocalEngine",
    "LocalLedger",
    "LocalSoundness",
    "LocalStore",
    "Salvaged",
    "exclusive",
    "in_indexes_alone",
    "is_taken",
    "salvage",
]

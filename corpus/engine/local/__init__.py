"""The engine for one machine: SQLite holds the articles, tantivy finds them.

``store`` is the truth, ``index`` is derived from it, ``generations`` says which index serves, ``engine`` keeps the
three together.
"""

from corpus.engine.local.engine import Change, LocalEngine, Progress
from corpus.engine.local.store import Signed, Stored

__all__ = ["Change", "LocalEngine", "Progress", "Signed", "Stored"]

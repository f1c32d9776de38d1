"""What every engine promises: to keep articles, to find them, and to change them in steps that are whole.

What is SQLite's, tantivy's or OpenSearch's own stays within the package of its engine. The promises are stated once
more by the tests that run against each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from corpus.engine.indexing import Indexing
from corpus.engine.ledger import Ledger
from corpus.engine.soundness import Held, Soundness
from corpus.engine.store import Store
from corpus.engine.tables import Rows, nothing
from corpus.engine.values import Change, Counted, Signed, Stored, Where
from corpus.engine.view import EngineView
from corpus.model import Article, Copy, CorpusStatus, Source

_T = TypeVar("_T")


class Engine(Protocol):
    """One archive: its articles, its books and its index. Safe to share between threads."""

    @property
    def where(self) -> Where:
        """Where the archive lies."""

    @property
    def workplace(self) -> Path:
        """A folder of this machine for what lies there only while it is needed."""

    @property
    def ledger(self) -> Ledger:
        """The keeper's books."""

    @property
    def kept(self) -> Store:
        """The articles by their keys, and what the stories of new ones are looked up in."""

    def close(self) -> None:
        """Let go of the archive."""

    def rows(self, table: str) -> Iterator[Sequence[Any]]:
        """All that a table of ``TABLES`` has, in its columns, in the order of its first ones."""

    def take_over(self, rows: Rows, check: Callable[[], None] = nothing) -> None:
        """Fill this archive, which is empty, with all that another has, table by table; its index is to be built.

        Where that breaks off, or the ``check`` raises, which may read it by then, it has nothing of it.

        Raises:
            CorpusThere: it is not empty.
            StoreError: it cannot keep all of that.
        """

    # What a question needs.

    def ask(self, question: Callable[[EngineView], _T]) -> _T:
        """Ask one state of the archive, whole: what is switched or committed meanwhile is not seen.

        Where that state fails under the question it is asked once more, of another.

        Raises:
            SearchIndexError: there is no index that can answer.
        """

    def find(self, article_id: str) -> Article | None:
        """The article with this id, if there is one."""

    def story(self, article_id: str) -> tuple[Article, tuple[Copy, ...]] | None:
        """The article with this id, if there is one, and the others of its story, the earliest first."""

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first."""

    @property
    def seq(self) -> int:
        """The number of the last change: the same number, the same archive."""

    def status(self) -> CorpusStatus:
        """What the archive holds."""

    # What a keeper needs.

    def exclusive(self, patience: float = 0.0) -> AbstractContextManager[None]:
        """Be the only one who changes this archive; the lock falls with the process that holds it.

        Raises:
            CorpusLocked: somebody else is still changing it after ``patience`` seconds.
        """

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The key and the checksum of each of these articles that the archive has."""

    def stored(self, ids: Sequence[str]) -> list[Stored]:
        """Those of these articles that the archive has."""

    def members(self, stories: Sequence[int]) -> list[Stored]:
        """All articles of these stories."""

    def count(self) -> int:
        """How many articles the archive has."""

    def next_key(self) -> int:
        """The key that the next new article gets; that of one that was removed is never given to another."""

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing of what is saved, removed or written into the ledger inside; one at a time.

        Raises:
            StoreError: the archive did not take it; nothing was changed.
        """

    def save(self, changes: Sequence[Change], signed: Signed, *, signed_to: int | None = None) -> list[Stored]:
        """Store these changes, all or nothing; ``signed_to`` is the last article of an older Dateline among them."""

    def remove(self, keys: Sequence[int], signed: Signed) -> None:
        """Remove these articles from the store, all or nothing; the index learns of it when it is next written."""

    def indexing(self) -> AbstractContextManager[Indexing]:
        """Yield what puts stored articles into the serving index; all is searchable when the block ends.

        What was removed since the index was last written goes out of it too.
        """

    def put(self, stored: Iterable[Stored]) -> None:
        """Put stored articles into the serving index, and take out of it what was removed."""

    # How sound it is.

    @property
    def soundness(self) -> Soundness:
        """What must hold of all that is kept."""

    def snapshot(self) -> AbstractContextManager[object]:
        """As far as that can be had, one state of what is kept for all that this thread asks inside."""

    def index_trouble(self, *, anew: bool = True) -> str | None:
        """Why the index that serves cannot be used as it is, or None: not if it is merely being written.

        With ``anew`` all of it is looked at, also what was whole when it was looked at before.
        """

    @property
    def lags(self) -> bool:
        """Whether the index that serves lacks the last changes."""

    def indexed(self) -> tuple[int, Held]:
        """The last change that the index knows of, and the index: of that change or a later one.

        Raises:
            NotIndexed: there is none.
        """

    def heal(self) -> None:
        """Bring the index up to date with the store: replay what it lacks, or build it anew. Needs the lock."""

    def heal_if_free(self) -> None:
        """Heal where it is needed, unless somebody else is changing the archive: then serve what there is."""

    def rebuild(self, progress: Counted | None = None) -> None:
        """Build the index anew beside the one that serves, then switch in one step. Needs the lock."""

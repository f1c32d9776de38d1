"""Who did what to an archive, when, and how it ended: a row for each act, written before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from corpus.engine import Ledger


class Entry:
    """An act that is going on: its number, and the outcome that it will have."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.outcome = "done"


@contextmanager
def audited(ledger: Ledger, who: str, what: str, about: str) -> Iterator[Entry]:
    """Write an act down for as long as the block lasts, with its outcome when it ends, however it ends.

    Raises:
        StoreError: it cannot be written down; then it is not begun.
    """
    with ledger.acting():
        entry = Entry(ledger.begin_act(who, what, about))
        try:
            yield entry
        except KeyboardInterrupt:
            ledger.end_act(entry.number, "stopped")
            raise
        except BaseException as error:
            ledger.end_act(entry.number, f"failed: {error}")
            raise
        ledger.end_act(entry.number, entry.outcome)

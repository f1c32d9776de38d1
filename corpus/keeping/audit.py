"""Who did what to an archive, when, and how it ended: a row for each act, written before it begins.

Every act holds a share of one lock for as long as it lasts, which falls with its process: so whoever finds that lock
free knows that the acts without an outcome were cut off.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from corpus.engine.local import Ledger
from corpus.errors import CorpusUnwritable


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
    with _lock_file(ledger) as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # waits for no more than somebody who closes what was cut off
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


def close_cut_off(ledger: Ledger) -> None:
    """Say of acts that never ended, since their process was killed, that they were cut off.

    While anybody is at an act, that cannot be told, and is left to the next one who asks.
    """
    with _lock_file(ledger) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        ledger.cut_off()


def _lock_file(ledger: Ledger) -> IO[str]:
    try:
        return (ledger.folder / "acts.lock").open("w")
    except OSError as error:
        raise CorpusUnwritable(str(ledger.folder), error.strerror or str(error)) from error

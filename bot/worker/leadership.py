"""Who serves: of several workers over one disk, one a shard. A place falls with its process, however that ends.

Where workers share no disk there is nothing to hold, and the first answer to a question decides. Knows nothing of
Discord.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
from collections.abc import Sequence
from pathlib import Path

_log = logging.getLogger(__name__)
_PAUSE = 0.25  # seconds between two looks at whether the one before has left
_TAKEN = {errno.EACCES, errno.EAGAIN}
_ALL = 0  # as a length: to the end, wherever that will be
_FILE = "worker.lock"


class Leadership:
    """The places of this worker's shards: bytes of one file, each locked by the one who serves that shard."""

    def __init__(self, folder: Path, shards: Sequence[int] = ()) -> None:
        """``shards`` are those that this worker has; none means all that there are."""
        self._path = folder / _FILE
        self._ranges = [(shard, 1) for shard in shards] or [(0, _ALL)]
        self.waits = False

    async def take(self) -> None:
        """Take all of the places, waiting for whoever has them; they are held until the process ends.

        A lock of this kind goes with the process that took it and with nothing else: no child can hold it on.
        """
        try:
            # Not closed by anyone: to close any handle of the file would give the places away.
            self._file = self._path.open("ab")
            while not self._taken():
                if not self.waits:
                    _log.info("another worker serves over this disk: standing by until it leaves")
                self.waits = True
                await asyncio.sleep(_PAUSE)
        except OSError as error:
            # The file system knows no locks, or is full: to serve twice costs less than not to serve.
            _log.warning("whether another worker serves over this disk cannot be told: %s", error)
        self.waits = False

    def _taken(self) -> bool:
        """Take the places in their order, by which no two workers wait for each other; gives whether all are taken."""
        return all(self._has(start, length) for start, length in self._ranges)

    def _has(self, start: int, length: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise
        return True


def is_led(folder: Path) -> bool | None:
    """Whether a worker serves over this disk, for a process that is none: a worker would lose its places by asking.

    None where that cannot be told. What is free is held for no longer than it takes to be let have it; a worker that
    starts just then takes it a moment later.
    """
    try:
        file = (folder / _FILE).open("rb")
    except OSError as error:
        return False if isinstance(error, FileNotFoundError) else None
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, _ALL, 0)
        except OSError as error:
            return True if error.errno in _TAKEN else None
    return False

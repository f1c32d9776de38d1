"""Whether the archive is as it was written, looked through by a keeper's process: a start can wait for it or not.

What the index lost is built anew from the articles; what the database lost, only its keeper can mend.
"""

from __future__ import annotations

import asyncio
import logging

from bot.keepers import Keepers
from bot.upkeep import WORKER, Busy, Upkeep
from corpus import CorpusError, Trouble

_log = logging.getLogger(__name__)
_LATER = 5.0  # seconds: who waited for the worker is answered first, and one that falls at once looks at nothing


class Checkup:
    """Looks through the archive once in the life of a worker."""

    def __init__(self, keepers: Keepers, upkeep: Upkeep) -> None:
        self._keepers = keepers
        self._upkeep = upkeep
        self._task: asyncio.Task[None] | None = None
        self._looked = False
        self.damage: str | None = None
        """What is wrong with the database, as far as it is known."""

    def begin(self) -> None:
        """Look through it soon, while the bot answers, unless that was done."""
        if self._task is None and not self._looked:
            self._task = asyncio.create_task(self._look_later(), name="checkup")

    def stop(self) -> None:
        """Look no further."""
        if self._task is not None:
            self._task.cancel()

    async def look(self) -> str | None:
        """Look through it; gives what is wrong with the database. Never raises."""
        try:
            found = await self._keepers.run("verify", "--quick", by=WORKER)
        except CorpusError as error:
            _log.warning("the archive was not looked through: %s", error)
            return None
        self._looked = True
        told = {problem["kind"]: str(problem["what"]) for problem in found["problems"]}
        self.damage = told.get(Trouble.DATABASE)
        if self.damage:
            _log.error("the archive is damaged: %s Stop the worker, then run `dateline verify --repair`.", self.damage)
        elif Trouble.INDEX in told:
            _log.warning("%s It is built anew.", told[Trouble.INDEX])
            self._rebuild()
        else:
            _log.info("the archive is sound")
        return self.damage

    async def _look_later(self) -> None:
        await asyncio.sleep(_LATER)
        await self.look()

    def _rebuild(self) -> None:
        try:
            self._upkeep.begin("reindex", "--index-only", by=WORKER)
        except Busy as busy:
            _log.info("%s is under way, after which the index is looked at again by whoever opens it", busy.run.what)

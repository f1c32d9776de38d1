"""What keepers do for admins who wait for it, each in a process of its own; given up when the bot leaves.

Knows nothing of Discord.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from corpus import AsyncCorpus, CorpusError, Told

_PATIENCE = 0.3  # seconds for a child to die


class Keepers:
    """Runs commands of the shell that change the archive."""

    def __init__(self, archive: AsyncCorpus, inputs: str) -> None:
        self._archive = archive
        self._inputs = inputs
        self._running: set[asyncio.Task[Mapping[str, Any]]] = set()

    async def run(self, *command: str, by: str) -> Mapping[str, Any]:
        """Have a command done in the name of somebody, and give what it prints as JSON.

        Raises:
            CorpusError: the keeper could not, or was given up; its sentence says why.
        """
        work = asyncio.create_task(self._archive.keep(*command, inputs=self._inputs, by=by), name="keeper")
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        await asyncio.wait({work})
        if work.cancelled():
            raise CorpusError(Told("This was given up, because the bot is leaving: try again in a minute."))
        return work.result()

    async def stop(self) -> None:
        """Give up what is under way; what was stored until now is whole."""
        for work in (running := set(self._running)):
            work.cancel()
        if running:
            await asyncio.wait(running, timeout=_PATIENCE)

"""The reindexes of this worker: at most one at a time, and how the last one ended. Knows nothing of Discord."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from corpus import AsyncCorpus, CorpusError, IngestReport, ReindexInProgress, read_report

_log = logging.getLogger(__name__)
_NAMED = 5  # rejections that the log names
_PATIENCE = 0.3  # seconds for a child to die of SIGKILL


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a reindex ended: with a report, or with a sentence that says what went wrong."""

    ended: datetime
    report: IngestReport | None
    trouble: str | None = None


class Upkeep:
    """Runs ``AsyncCorpus.reindex`` over the configured inputs, in the background of the worker."""

    def __init__(self, archive: AsyncCorpus, inputs: str) -> None:
        self.inputs = inputs
        self.last: Outcome | None = None
        self._archive = archive
        self._run: asyncio.Task[Outcome] | None = None

    @property
    def running(self) -> bool:
        """Whether a reindex is under way."""
        return self._run is not None and not self._run.done()

    def begin(self, *, index_only: bool = False) -> asyncio.Task[Outcome]:
        """Start a reindex. The task ends with its outcome, and fails only by being cancelled.

        Raises:
            ReindexInProgress: one is running already.
        """
        if self.running:
            raise ReindexInProgress
        self._run = asyncio.create_task(self._reindex(index_only=index_only), name="reindex")
        return self._run

    async def stop(self) -> None:
        """Give up the reindex that is under way; the archive stays as it was."""
        if self._run is not None:
            self._run.cancel()
            await asyncio.wait({self._run}, timeout=_PATIENCE)

    async def _reindex(self, *, index_only: bool) -> Outcome:
        try:
            flags = ["--index-only"] if index_only else []
            report = read_report(await self._archive.keep("reindex", *flags, inputs=self.inputs, by="worker"))
        except CorpusError as error:
            self.last = Outcome(datetime.now(UTC), None, str(error))
            _log.error("reindex failed: %s", error)
        except Exception:  # noqa: BLE001  # nobody awaits a fill: what it raises must be told here
            self.last = Outcome(datetime.now(UTC), None, "It ended unexpectedly; the log says more.")
            _log.exception("reindex failed")
        else:
            self.last = Outcome(datetime.now(UTC), report)
            _tell(report)
        return self.last


def _tell(report: IngestReport) -> None:
    counts = {name: getattr(report, name) for name in ("read", "added", "updated", "unchanged", "copies")}
    _log.info("reindex ended", extra={"fields": {**counts, "rejected": len(report.rejected)}})
    for rejection in report.rejected[:_NAMED]:
        _log.warning("rejected %s: %s", rejection.origin, rejection.reason)

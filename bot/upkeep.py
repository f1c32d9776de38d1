"""The long acts of keeping of this worker: at most one at a time, how far it has come, and how the last one ended.

A reindex, an ingest, a look at the feeds: each is done by a keeper in a process of its own. Knows nothing of Discord.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.changes import Changes
from corpus import AsyncCorpus, CorpusError, IngestReport, Progress, read_report

WORKER = "worker"
"""Who begins what nobody asked for: the fill of an empty archive, the look at feeds that are due."""

_log = logging.getLogger(__name__)
_NAMED = 5  # rejections that the log names
_PATIENCE = 0.3  # seconds for a child to die of SIGKILL
_LATELY = 60.0  # seconds over which the speed is taken
_SURE = 2.0  # seconds of which at least is known how much was done, before anything is said of what is left
_TELLS_CHANGES = ("reindex", "ingest")


class Busy(Exception):
    """Something is being done already; ``run`` is what."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.what)
        self.run = run


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, and when (UTC): with a report and all that it changed, or with what went wrong.

    ``given_up`` names who had enough of it; it is empty where the bot left.
    """

    ended: datetime
    report: IngestReport | None = None
    changes: Changes | None = None
    trouble: str | None = None
    given_up: str | None = None


class Run:
    """One act of keeping: the command of the shell that does it, who began it and when (UTC), and how far it is."""

    def __init__(self, command: tuple[str, ...], by: str) -> None:
        self.command = command
        self.by = by
        self.since = datetime.now(UTC)
        self.progress: Progress | None = None
        self.outcome: Outcome | None = None
        self.stored = False
        """Whether all of it is done, and only its outcome is still to be written down."""
        self._ended = asyncio.Event()
        self._pace: deque[tuple[float, int]] = deque()

    @property
    def what(self) -> str:
        """The verb of the shell."""
        return self.command[0]

    @property
    def key(self) -> str:
        """By what a button knows it: no two runs of a worker begin in one microsecond."""
        return f"{int(self.since.timestamp() * 1_000_000):x}"

    @property
    def name(self) -> str:
        """The name of the person who began it; empty where nobody did."""
        return self.by.partition(" ")[2]

    @property
    def ready(self) -> datetime | None:
        """When what it does now will be done at the speed of the last minute; None where that cannot be said."""
        if self.progress is None or not self.progress.total or not self._pace:
            return None
        (began, before), (now, done) = self._pace[0], self._pace[-1]
        if now - began < _SURE or done <= before:
            return None
        left = (self.progress.total - done) * (now - began) / (done - before)
        return datetime.now(UTC) + timedelta(seconds=max(left - (time.monotonic() - now), 0))

    def see(self, progress: Progress) -> None:
        """Take note of how far it has come."""
        if self.progress is None or self.progress.doing is not progress.doing:
            self._pace.clear()
        self.progress, now = progress, time.monotonic()
        self._pace.append((now, progress.done))
        while now - self._pace[0][0] > _LATELY:
            self._pace.popleft()

    def end(self, outcome: Outcome) -> None:
        """Take note of how it ended."""
        self.outcome = outcome
        self._ended.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until it has ended, so many seconds at most; gives whether it has."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self._ended.is_set()


class Upkeep:
    """Runs the keeper's commands over the configured inputs, in the background of the worker."""

    def __init__(self, archive: AsyncCorpus, inputs: str) -> None:
        self.inputs = inputs
        self.last: Run | None = None
        self._archive = archive
        self._now: Run | None = None
        self._task: asyncio.Task[None] | None = None
        self._given_up = ""

    @property
    def running(self) -> Run | None:
        """What is under way."""
        return self._now

    def begin(self, *command: str, by: str) -> Run:
        """Start a command of the shell, as one would type it; ``by`` is for the audit: ``discord:ID NAME``.

        Raises:
            Busy: something is under way already.
        """
        if self._now is not None:
            raise Busy(self._now)
        self._now, self._given_up = Run(command, by), ""
        self._task = asyncio.create_task(self._do(self._now), name=command[0])
        return self._now

    async def cancel(self, name: str) -> None:
        """Give up what is under way, in the name of a person, and wait until it has ended; the archive stays whole."""
        if self._task is not None and not self._task.done():
            if self._now is None or not self._now.stored:
                self._given_up = name
                self._task.cancel()
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """Give up what is under way, because the worker leaves."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_PATIENCE)

    async def _do(self, run: Run) -> None:
        try:
            outcome = await self._outcome(run)
        except asyncio.CancelledError:  # by cancel() or stop(): that it was given up is how it ended
            outcome = Outcome(datetime.now(UTC), given_up=self._given_up)
            _log.info("%s given up", run.what)
        except CorpusError as error:
            outcome = Outcome(datetime.now(UTC), trouble=str(error))
            _log.error("%s failed: %s", run.what, error)
        except Exception:  # noqa: BLE001  # nobody awaits a fill: what it raises must be told here
            outcome = Outcome(datetime.now(UTC), trouble="It ended unexpectedly; the log says more.")
            _log.exception("%s failed", run.what)
        self._now, self.last = None, run
        run.end(outcome)

    async def _outcome(self, run: Run) -> Outcome:
        """Have it done.

        Raises:
            CorpusError: the keeper could not.
        """
        with TemporaryDirectory(prefix="dateline-") as folder:
            file = Path(folder) / "changes.jsonl"
            asked = [f"--changes={file}"] if run.what in _TELLS_CHANGES else []
            told = await self._archive.keep(*run.command, *asked, inputs=self.inputs, by=run.by, progress=run.see)
            run.stored = True
            report = read_report(told)
            _tell(run, report)
            changes = await asyncio.to_thread(Changes.read, file) if file.exists() else None
        return Outcome(datetime.now(UTC), report, changes)


def _tell(run: Run, report: IngestReport) -> None:
    names = ("read", "added", "updated", "unchanged", "copies", "removed", "vanished")
    counts = {name: getattr(report, name) for name in names}
    _log.info("%s ended", run.what, extra={"fields": {**counts, "rejected": len(report.rejected)}})
    for rejection in report.rejected[:_NAMED]:
        _log.warning("rejected %s: %s", rejection.origin, rejection.reason)

"""What must not be done too often, remembered over restarts: to log in with a token that was refused, to IDENTIFY.

A host starts a worker that fails again and again, for days. Discord resets the token of a bot that introduces itself
a thousand times a day, and shuts out an address with ten thousand refused requests in ten minutes. So what was done
lately is written beside the archive, and the more there was of it, the longer is waited. Knows nothing of Discord.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

_log = logging.getLogger(__name__)
_HOUR, _DAY = 3600.0, 86_400.0
_FREE = 10  # IDENTIFYs of a shard in an hour that cost no waiting: deploys of a busy day
_FIRST, _LONGEST = 5.0, 600.0  # seconds of the first pause, and of the longest: some 16 IDENTIFYs an hour, 400 a day
_REFUSED = 30.0  # seconds of the first pause after a refusal
_TORN = "torn"  # in the place of the boot of a machine: it was none that goes on
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(slots=True)
class _Kept:
    """What is written down: times in seconds since 1970, tokens as the beginning of their SHA-256.

    ``running`` names the boot of the machine on which a worker runs, or ran when it was cut off.
    """

    identified: dict[str, list[float]] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)
    token: str = ""
    not_before: float = 0.0
    running: str | None = None


class Restraint:
    """The memory of one worker over its restarts. What cannot be written costs a warning, never the start."""

    def __init__(self, file: Path, token: str, *, now: Callable[[], float] = time.time) -> None:
        """``now`` tells the time in seconds since 1970."""
        self._file = file
        self._now = now
        self._token = hashlib.sha256(token.encode()).hexdigest()[:16]
        self._kept = self._read()

    def recall(self) -> None:
        """Read again what was written down: by the worker before, perhaps, for which this one stood by."""
        self._kept = self._read()

    @property
    def was_cut_off(self) -> bool:
        """Whether the machine went down under the last worker: what it had written may have been lost with it.

        A process that is killed takes nothing along that it had written, as long as its machine goes on.
        """
        return self._kept.running not in {None, _boot()}

    def started(self) -> None:
        """A worker runs from now on."""
        self._kept.running = _boot()
        self._write()

    def ended(self) -> None:
        """It ended in order, for whatever reason."""
        self._kept.running = None
        self._write()

    def before_login(self) -> float:
        """For how many seconds nothing should be asked of Discord yet."""
        pauses = [self._kept.not_before - self._now()]
        if self._kept.refused:
            pauses.append(self._kept.refused[-1] + _pause(len(self._kept.refused), _REFUSED) - self._now())
        return max(0.0, *pauses)

    def refused(self, *, seconds: float = 0.0) -> None:
        """Discord refused this token or what it asked; or wants to hear nothing for so many seconds."""
        if seconds:
            self._kept.not_before = self._now() + seconds
        else:
            self._kept.refused.append(self._now())
        self._write()

    def accepted(self) -> None:
        """Discord knows the token."""
        self._kept.refused, self._kept.not_before = [], 0.0
        self._write()

    def before_identify(self, shard: int) -> float:
        """For how many seconds this shard should not IDENTIFY."""
        times = self._lately(shard)
        over = len(times) - _FREE
        return max(times[-1] + _pause(over + 1, _FIRST) - self._now(), 0.0) if over >= 0 else 0.0

    async def wait(self, shard: int) -> None:
        """Wait until this shard may IDENTIFY once more."""
        if pause := self.before_identify(shard):
            told = "this worker introduced itself to Discord %d times within an hour: shard %d waits for %.0f seconds"
            _log.warning(told, len(self._lately(shard)), shard, pause)
            await asyncio.sleep(pause)

    async def identify(self, shard: int) -> None:
        """Wait for that, and count it."""
        await self.wait(shard)
        self._lately(shard).append(self._now())
        self._write()

    def _lately(self, shard: int) -> list[float]:
        times = self._kept.identified.setdefault(str(shard), [])
        times[:] = [each for each in times if self._now() - _HOUR < each <= self._now()]
        return times

    def _read(self) -> _Kept:
        """What was written down; nothing where it cannot be read, of another token, or of a time to come.

        It is written by one rename: what cannot be read was torn as the machine went down.
        """
        try:
            kept = _Kept(**json.loads(self._file.read_text(encoding="utf-8")))
            latest = self._now()
            kept.identified = {
                str(shard): sorted(float(each) for each in times if latest - _DAY < each <= latest)
                for shard, times in kept.identified.items()
            }
            kept.refused = sorted(float(each) for each in kept.refused if latest - _HOUR < each <= latest)
            if not latest < kept.not_before < latest + _DAY:
                kept.not_before = 0.0
            kept.running = None if kept.running is None else str(kept.running)
        except (ValueError, TypeError, AttributeError):
            return _Kept(token=self._token, running=_TORN)
        except OSError:
            return _Kept(token=self._token)
        return kept if kept.token == self._token else _Kept(token=self._token, running=kept.running)

    def _write(self) -> None:
        try:
            draft = self._file.with_suffix(".draft")
            draft.write_text(json.dumps(asdict(self._kept)), encoding="utf-8")
            draft.replace(self._file)
        except OSError as error:
            _log.warning("what this worker did lately cannot be written down: %s", error)


def _pause(times: int, first: float) -> float:
    """The pause after so many times: each is twice as long as the one before, up to the longest."""
    return min(first * 2.0 ** min(times - 1, 16), _LONGEST)


def _boot() -> str:
    """By what the running time of this machine is known, from one boot to the next."""
    with suppress(OSError):
        return _BOOT.read_text(encoding="ascii").strip()
    return "unknown"

"""Who holds something in a cluster: which process of which machine, so that what a dead one holds can be told.

Whether a process lives, only its own machine can tell; of others it is told by signs of life (``lock``).
"""

from __future__ import annotations

import os
import uuid
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Holder:
    """One open archive in one process: ``name`` is its own, ``machine`` the one on which ``process`` began then."""

    name: str
    machine: str
    process: int
    began: str

    @classmethod
    def own(cls) -> Self:
        """A new one of this process."""
        return cls(uuid.uuid4().hex[:16], _machine(), os.getpid(), _began(os.getpid()))

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """The holder that was written down."""
        return cls(str(told["name"]), str(told["machine"]), int(told["process"]), str(told["began"]))

    def written(self) -> dict[str, Any]:
        """As it is written down."""
        return asdict(self)

    def is_dead(self) -> bool:
        """Whether its process is known to have ended; of another machine that is never known."""
        if not self.machine or self.machine != _machine():
            return False
        return _is_gone(self.process) or _began(self.process) not in {"", self.began}


def _is_gone(process: int) -> bool:
    """Whether there is no such process; one of another user may be there and not be shown in /proc."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _state(process) in {"Z", "X"}


@cache
def _machine() -> str:
    """This machine since it was started, and within it the container; empty where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(process: int) -> str:
    """When the process of this number began, by the clock of the machine; empty where that is not shown."""
    told = _told(process)
    return told[19] if told else ""


def _state(process: int) -> str:
    told = _told(process)
    return told[0] if told else ""


def _told(process: int) -> list[str]:
    """What ``proc(5)`` tells of a process after its name: first its state, as the twentieth when it began."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
    except OSError:
        return []

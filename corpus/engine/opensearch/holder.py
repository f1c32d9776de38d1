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
        return bool(self.machine) and self.machine == _machine() and _began(self.process) != self.began


@cache
def _machine() -> str:
    """This machine since it was started, and within it the container; empty where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(process: int) -> str:
    """When the process of this number began, by the clock of the machine (``proc(5)``: ``starttime``); empty: none."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    after_name = told.rpartition(") ")[2].split()
    return "" if after_name[0] in {"Z", "X"} else after_name[19]

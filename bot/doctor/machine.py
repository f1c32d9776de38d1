"""What a doctor reads off the machine: disk, memory, worker, port, sign of life.

Writes nothing, and holds a port and the places of a worker for no longer than it takes to be let have them.
"""

from __future__ import annotations

import errno
import os
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.doctor.gathered import Disk, Machine
from bot.settings import Settings
from bot.worker.lasting import told
from bot.worker.leadership import is_led

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_MEMORY = Path("/proc/meminfo")


def disk(folder: Path) -> Disk:
    """The disk on which the archive lies, or will."""
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(each))
    try:
        about = os.statvfs(place)
    except OSError as error:
        return Disk(0, 0, 0, error.strerror or str(error))
    return Disk(about.f_bavail * about.f_frsize, about.f_favail, about.f_files, _fault(place), told(folder, os.environ))


def _fault(place: Path) -> str | None:
    if not place.is_dir():
        return f"{place} is no folder"
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        return f"the disk of {place} is read-only"
    return None if os.access(place, os.W_OK | os.X_OK) else f"this user may not write to {place}"


def machine(settings: Settings) -> Machine:
    """What the worker runs on, or will."""
    taken, fault = _port(settings.port) if settings.port else (False, None)
    return Machine(
        min(_memory(), default=None),
        platform.python_version(),
        is_led(settings.data_dir),
        taken,
        fault,
        _unwritable(settings.heartbeat_file) if settings.heartbeat_file else None,
        _age(settings.heartbeat_file) if settings.heartbeat_file else None,
    )


def _memory() -> Iterator[int]:
    """In bytes: what the machine has, and what the container is let have."""
    for limit in _LIMITS:
        with suppress(OSError, ValueError):
            yield int(limit.read_text())  # "max" is no number, and no limit
    with suppress(OSError, ValueError, StopIteration, IndexError):
        total = next(line for line in _MEMORY.read_text().splitlines() if line.startswith("MemTotal:"))
        yield int(total.split()[1]) * 1024


def _port(port: int) -> tuple[bool, str | None]:
    """Whether somebody has it, and why else it cannot be had."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            return taken, None if taken else error.strerror or str(error)
    return False, None


def _unwritable(file: Path) -> str | None:
    if os.access(file, os.F_OK):
        return None if file.is_file() and os.access(file, os.W_OK) else "it is no file that this user may write"
    return None if os.access(file.parent, os.W_OK | os.X_OK) else f"there is no folder {file.parent} to write to"


def _age(file: Path) -> float | None:
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return None

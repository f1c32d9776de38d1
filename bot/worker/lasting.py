"""Tells whether the archive lies on a disk that will not last. Reads where disks are mounted; opens no archive.

What a host is known by is what its documentation says that it sets. Whatever cannot be told for sure is left unsaid.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_MEMORY = frozenset({"tmpfs", "ramfs", "rootfs"})
_LAYERS = frozenset({"overlay", "fuse.fuse-overlayfs", "aufs"})
_HOSTS = {
    "DYNO": "Heroku",
    "RAILWAY_ENVIRONMENT_ID": "Railway",
    "RENDER": "Render",
    "FLY_MACHINE_ID": "Fly",
}
_ADVICE = "mount a disk that lasts there, or name in CORPUS_INPUTS what fills it anew (docs/hosting.md)"


@dataclass(frozen=True, slots=True)
class _Mount:
    """A disk, and where it is mounted."""

    place: Path
    kind: str


def told(data_dir: Path, environ: Mapping[str, str], mounts: Path = _MOUNTS) -> str | None:
    """Say in one sentence that the archive will not outlast a restart; None where nothing tells so."""
    folder = Path(os.path.realpath(data_dir))  # unlike Path.resolve it bears links that lead nowhere
    known = _mounts(mounts)
    here, program = _below(folder, known), _below(Path(__file__).resolve(), known)
    if here.kind in _MEMORY:
        why = f"lies in memory ({here.kind})"
    elif here.kind in _LAYERS:
        why = f"lies in the container itself ({here.kind}), not on a volume"
    elif (host := _host(environ)) and (here == program or here.place == Path("/")):
        # A deploy lays the program anew, and the disk that it lies on with it.
        why = f"lies beside the program, and {host} lays both anew"
    else:
        return None
    return f"The archive in {folder} {why}: it will not outlast a restart; {_ADVICE}."


def _host(environ: Mapping[str, str]) -> str | None:
    """The host that this environment is of, as far as it is known by a mark."""
    return next((name for mark, name in _HOSTS.items() if environ.get(mark)), None)


def _mounts(table: Path) -> list[_Mount]:
    """Every mount of a table such as /proc/self/mountinfo; none where there is no such table."""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError:
        return []
    return [mount for line in lines if (mount := _read(line))]


def _read(line: str) -> _Mount | None:
    """A line of the table: the place is its fifth field, the kind is the first behind a lone dash (proc(5))."""
    place, dash, disk = line.partition(" - ")
    fields = place.split(" ")
    if not dash or len(fields) < 5 or not disk:  # noqa: PLR2004  # as the docstring says
        return None
    return _Mount(Path(_unescaped(fields[4])), disk.split(" ")[0])


def _unescaped(text: str) -> str:
    """A place as it is: the table writes spaces, tabs, line ends and backslashes as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _below(path: Path, mounts: list[_Mount]) -> _Mount:
    """The mount that a path lies on: the deepest, and of several at one place the last."""
    root = _Mount(Path("/"), "")
    holding = (each for each in mounts if path.is_relative_to(each.place))
    return max(reversed([root, *holding]), key=lambda each: len(each.place.parts))

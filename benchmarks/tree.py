"""How much memory a process has together with those that it started. Knows nothing of what they do."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Memory(NamedTuple):
    """10**6 bytes: all that is mapped, what processes share counted once, and of that what no file backs."""

    megabytes: float
    private: float


def memory(pid: int) -> Memory:
    """The memory of a process and its descendants (Pss and Pss_Anon of proc(5)).

    0 without a /proc, and for what has ended.
    """
    own = [_own(each) for each in _tree(pid)]
    return Memory(*(sum(each.get(name, 0) for each in own) * 1024 / 1e6 for name in ("Pss", "Pss_Anon")))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = tasks.read_text().split()
        except OSError:
            continue
        found += [each for child in children for each in _tree(int(child))]
    return found


def _own(pid: int) -> dict[str, int]:
    """Kilobytes by what they are."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Pss")}

"""How much memory and time a process has, alone or with those that it started. Knows nothing of what they do."""

from __future__ import annotations

import os
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
    own = [_own(each) for each in family(pid)]
    return Memory(*(sum(each.get(name, 0) for each in own) * 1024 / 1e6 for name in ("Pss", "Pss_Anon")))


def private(pid: int) -> float:
    """10**6 bytes of one process that no file backs (RssAnon of proc(5)); 0 without a /proc, and for what has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("RssAnon:")), 0.0)


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors until now, without its children (stat of proc(5))."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process, and all that came of it and still runs."""
    found = [pid]
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = tasks.read_text().split()
        except OSError:
            continue
        found += [each for child in children for each in family(int(child))]
    return found


def _own(pid: int) -> dict[str, int]:
    """Kilobytes by what they are."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Pss")}

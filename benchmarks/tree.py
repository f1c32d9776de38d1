"""How much memory a process has together with those that it started. Knows nothing of what they do."""

from __future__ import annotations

from pathlib import Path


def megabytes(pid: int) -> float:
    """Memory of a process and its descendants in 10**6 bytes, what they share counted once (Pss of proc(5)).

    0 without a /proc, and for what has ended.
    """
    return sum(_own(each) for each in _tree(pid)) * 1024 / 1e6


def _tree(pid: int) -> list[int]:
    found = [pid]
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = tasks.read_text().split()
        except OSError:
            continue
        found += [each for child in children for each in _tree(int(child))]
    return found


def _own(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

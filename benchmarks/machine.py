"""Which machine and which versions the figures belong to: no names, no dates."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("tantivy", "sqlite-utils", "rank-bm25", "bm25s", "PyStemmer", "numpy", "discord.py", "ir-measures")


def described() -> dict[str, str]:
    """Processor, cores, memory, system, Python and library versions, each as people write it."""
    return {
        "processor": _after_colon("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": platform.system(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{library: _version(library) for library in _LIBRARIES},
    }


def _memory() -> str:
    kilobytes = _after_colon("/proc/meminfo", "MemTotal")
    return f"{int(kilobytes.split()[0]) / 2**20:.0f} GiB" if kilobytes else "unknown"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def _after_colon(path: str, key: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")

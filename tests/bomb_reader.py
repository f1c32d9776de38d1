"""A process that reads what is told to it, each file in a fork of its own, and says what came of it and what it cost.

Peak memory never falls, so that a process can be asked for it but once. A fork begins with the memory it has then,
reads a good file of the same form, and what it rises above that is what the file cost.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

import feedparser  # noqa: F401  # what a form loads when it is first met is not what a file costs
import lxml.html  # noqa: F401
import trafilatura  # noqa: F401
import warcio.archiveiterator  # noqa: F401
from pyarrow import parquet  # noqa: F401

from corpus import Rejection, UnreadableInput
from corpus.feeds import read_feed
from corpus.ingest import Marked, Way, found, incoming, read_field_map

_LONGEST = 10
"""Seconds of the processor after which a fork is ended: by then it has failed."""


def serve() -> None:
    """Answer each line of the input with a line."""
    for line in sys.stdin:
        bad, good = json.loads(line)
        into, out = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST, _LONGEST))
            os.write(out, json.dumps(_cost(Path(bad), Path(good))).encode())
            os._exit(0)
        os.close(out)
        with os.fdopen(into, "rb") as answer:
            told = answer.read()
        os.waitpid(child, 0)
        sys.stdout.write((told.decode() or "null") + "\n")
        sys.stdout.flush()


def _cost(bad: Path, good: Path) -> dict[str, object]:
    _read(good)
    memory, seconds = _peak(), _seconds()
    articles, rejected, last = _read(bad)
    return {
        "articles": articles,
        "rejected": rejected,
        "reason": last,
        "seconds": _seconds() - seconds,
        "megabytes": (_peak() - memory) / 2**10,
    }


def _read(path: Path) -> tuple[int, int, str]:
    """How many articles, how many rejections, and the last of those."""
    try:
        if path.suffix == ".feed":
            return len(read_feed(path.read_bytes(), "https://feeds.harbourpost.example/").entries), 0, ""
        if path.name.endswith("mapping.toml"):
            return len(read_field_map(path).names), 0, ""
    except UnreadableInput as error:
        return 0, 1, error.reason
    articles, rejected, last = 0, 0, ""
    for each in incoming([file for file in found([path]) if not isinstance(file, Rejection)], Way()):
        if isinstance(each, Rejection):
            rejected, last = rejected + 1, each.reason
        articles += isinstance(each, Marked)
    return articles, rejected, last


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def _seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    serve()

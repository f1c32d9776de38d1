"""What was measured of an archive that grows, as frozen values, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from benchmarks.figures import Pages
from benchmarks.tree import Memory

_COLUMNS = (
    "articles", "ingest, articles/s", "memory of the ingest, MB", "of it private", "on disk, MB", "start, s",
    "add one, s", "page p50, ms", "page p99, ms", "BM25 alone p50, ms", "p99, ms",
)  # fmt: skip
_NOTES = """
- One archive grows: each row adds to what the row before it had, so its rate is that of an archive of this size, not
  the mean since the beginning. Articles come as JSON Lines; `dateline ingest` reads, cleans, compares and indexes them.
- *Memory of the ingest*: the most that all its processes had together (Pss, sampled four times a second), in 10**6
  bytes; *private* is what no file backs, the rest are pages of index files that a merge reads. *On disk*: database,
  index and what a merge has not yet cleared.
- *Start*: from the start of a Python process to its first page. *Add one*: from the start of `dateline ingest` with
  one article until an archive that another process has open finds it; the median of five.
- *Page*: five hits with excerpts, in process, one question at a time, with the mix of `make bench`. *BM25 alone*: the
  first ranking of the same questions over the same index, five hits, and nothing else: no counting, no second ranking,
  no passages, no excerpts.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """An archive of so many articles; ``ingest_seconds`` are those of the articles that came since the step before."""

    articles: int
    added: int
    ingest_seconds: float
    ingest_memory: Memory
    disk_megabytes: float
    start_seconds: float
    add_seconds: float
    pages: Pages
    plain: Pages

    @property
    def rate(self) -> float:
        """Articles a second in this step."""
        return self.added / self.ingest_seconds


@dataclass(frozen=True, slots=True)
class Growth:
    """One run; ``stopped`` says why it went no further, if it did not."""

    machine: dict[str, str]
    origin: str
    steps: tuple[Step, ...]
    stopped: str


def markdown(growth: Growth) -> str:
    """The figures for people."""
    last, seconds = growth.steps[-1], sum(step.ingest_seconds for step in growth.steps)
    return "\n".join(
        [
            "# Dateline as its archive grows",
            "",
            f"Written by `make growth`. Articles: {growth.origin}.",
            "",
            f"Machine: {', '.join(f'{name} {value}' for name, value in growth.machine.items())}.",
            "",
            "![The figures below over the number of articles](growth.svg)",
            "",
            _joined(_COLUMNS),
            _joined(["--:"] * len(_COLUMNS)),
            *map(_row, growth.steps),
            "",
            f"All {last.articles:,} articles came in within {seconds / 60:.1f} minutes."
            + (f" {growth.stopped}" if growth.stopped else ""),
            "",
            f"Page p50 and p99 by kind of question at {last.articles:,} articles, milliseconds:",
            "",
            "|  | one to three words | question | phrase or filter | newest first |",
            "|---|--:|--:|--:|--:|",
            f"| page | {_kinds(last.pages)} |",
            f"| BM25 alone | {_kinds(last.plain)} |",
            _NOTES,
        ]
    )


def as_json(growth: Growth) -> str:
    """The figures for programs."""
    return json.dumps(asdict(growth), indent=1) + "\n"


def _row(step: Step) -> str:
    cells = (
        f"{step.articles:,}", f"{step.rate:,.0f}", f"{step.ingest_memory.megabytes:,.0f}",
        f"{step.ingest_memory.private:,.0f}", f"{step.disk_megabytes:,.0f}",
        f"{step.start_seconds:.2f}", f"{step.add_seconds:.2f}", f"{step.pages.p50:.1f}", f"{step.pages.p99:.1f}",
        f"{step.plain.p50:.2f}", f"{step.plain.p99:.1f}",
    )  # fmt: skip
    return _joined(cells)


def _joined(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _kinds(pages: Pages) -> str:
    kinds = [pages.of_kind(kind) for kind in ("words", "question", "narrowed", "newest")]
    return " | ".join(f"{kind.p50:.1f}, {kind.p99:.1f}" if kind.milliseconds else "–" for kind in kinds)

"""Figures as Markdown for people and as JSON for programs. Knows nothing of how they came about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from benchmarks.figures import EngineFigures, InteractionFigures
from corpus.evaluation import percentile

TITLES = {
    "dateline": "Dateline",
    "opensearch": "Dateline over OpenSearch",
    "tantivy": "tantivy, its own snippets",
    "fts5": "SQLite FTS5, `snippet()`",
    "bm25s": "bm25s",
    "rank-bm25": "rank-bm25",
}
KINDS = {
    "words": "one to three words",
    "question": "question",
    "narrowed": "phrase or filter",
    "newest": "newest first",
}
_NOTHING = "–"
_GOALS_AT = 100_000  # articles that the goals are set for

# What is compared, as something of which less is better.
_COSTS: dict[str, Callable[[EngineFigures], float | None]] = {
    "page p50": lambda row: row.pages.p50,
    "page p99": lambda row: row.pages.p99,
    "first answer": lambda row: row.first_answer,
    "private memory": lambda row: row.private_megabytes,
    "on disk": lambda row: row.disk_megabytes,
    "ingest of an article": lambda row: 1 / row.ingest_rate,
}

_NOTES = """
- Every engine gets the same articles and the same questions: 40 % one to three words, 30 % questions of 8 to 15 words,
  20 % with a phrase or a filter, 10 % a filter only, newest first. The questions are made from the first articles, so
  that they have answers at every size.
- Each figure comes from a process of its own. Engines take turns: repetition by repetition for ingest and start, twenty
  questions at a time for pages. Compare the rows of one table; times depend on the machine and on what else it did.
- *Page*: a question in, five results with headline, source, date and excerpt out, in process, one at a time, after
  some questions of warming up. An engine that used up its time limit answered fewer questions (*pages*).
- *First answer*: median from the start of a Python process to its first page from an index that is there; the files
  are in the page cache. rank-bm25 keeps nothing on disk, so it reads a pickle of itself.
- *Private memory*: RssAnon after all pages, in 10**6 bytes. Mapped files are page cache and not counted; that flatters
  tantivy and bm25s, and Dateline with them. *On disk*: indexes and the articles that are shown from them.
- *Ingest*: from JSON Lines to an index that answers, median. The peers parse and insert; Dateline also reads dates,
  makes addresses canonical, cleans, finds languages and near-copies, and keeps the articles in a database beside the
  index.
- Stop words are one list for all peers; tantivy, bm25s and rank-bm25 use the Snowball stemmer, FTS5 its Porter stemmer.
- Not everything does the same work. Dateline reads the first fifteen stories, asks once more with what the best have
  in common, ranks their passages and weighs where the words stand, picks the excerpts among whole sentences, counts
  matches and folds copies; FTS5 and tantivy cut a snippet, tantivy counts matches; bm25s and rank-bm25 have no excerpts
  and show the first 300 characters, know no phrases and read them as words, and get their filters from two arrays of
  source and date.
"""

_INTERACTION = """
The real client takes a `/search` event and answers it, in process; Discord's end of the wire answers at once, and the
search was done before, its results are handed over. What is left is dispatch, deferral, the hop to a thread and back,
rendering, the answer as JSON and the log line. A bare command of discord.py, that defers and answers with one line, is
timed in turns with it; the difference is what the bot adds.
{how}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run: the machine, the articles in words, figures by size and engine, and what the bot adds."""

    machine: dict[str, str]
    articles: str
    figures: Sequence[EngineFigures]
    interaction: InteractionFigures | None

    @property
    def sizes(self) -> list[int]:
        """The sizes measured, in articles, smallest first."""
        return sorted({figures.articles for figures in self.figures})

    def at(self, size: int) -> dict[str, EngineFigures]:
        """The figures of one size by engine, in the order they were measured."""
        return {figures.engine: figures for figures in self.figures if figures.articles == size}


def markdown(report: Report) -> str:
    """The report as a page of Markdown."""
    return "\n".join(_lines(report)) + "\n"


def as_json(report: Report) -> str:
    """The report for programs: summaries and every single time."""
    return json.dumps(
        {
            "machine": report.machine,
            "articles": report.articles,
            "figures": [_summary(figures) | asdict(figures) for figures in report.figures],
            "interaction": asdict(report.interaction) if report.interaction else None,
        }
    )


def _lines(report: Report) -> Iterator[str]:
    yield "# Dateline beside its peers\n"
    yield f"Written by `make bench`. Articles: {report.articles}.\n"
    yield "Machine: " + ", ".join(f"{name} {value}" for name, value in report.machine.items()) + "."
    yield from _goals(report)
    for size in report.sizes:
        yield from _size(size, report.at(size))
    yield from _growth(report)
    yield from _stages([figures for figures in report.figures if figures.stages])
    if report.interaction:
        yield from _interaction(report.interaction)
    yield "\n## How to read this\n"
    yield _NOTES.strip()


def _goals(report: Report) -> Iterator[str]:
    dateline = report.at(_GOALS_AT).get("dateline")
    if dateline is None:
        return
    memory, added = dateline.private_megabytes, report.interaction
    rows = [
        ["page of five results with excerpts, p50", "below 10 ms", f"{dateline.pages.p50:.1f} ms"],
        ["the same, p99", "below 40 ms", f"{dateline.pages.p99:.1f} ms"],
        ["process start to first answer", "below 1 s", f"{dateline.first_answer:.2f} s"],
        [
            f"private memory after {len(dateline.pages.results):,} searches",
            "below 150 MB",
            _NOTHING if memory is None else f"{memory:.0f} MB",
        ],
        ["ingest of JSON Lines", "above 1,500 articles/s", f"{dateline.ingest_rate:,.0f} articles/s"],
        ["what the bot adds to an interaction, p50", "below 2 ms", f"{added.p50:.2f} ms" if added else _NOTHING],
    ]
    yield f"\n## Dateline's goals at {_GOALS_AT:,} articles\n"
    yield from grid(["", "goal", "measured"], rows)


def _size(size: int, figures: dict[str, EngineFigures]) -> Iterator[str]:
    yield f"\n## {size:,} articles\n"
    yield from _engines(figures.values())
    yield "\nPage p50 by kind of question, milliseconds:\n"
    yield from _kinds(figures.values())
    if (dateline := figures.get("dateline")) and len(figures) > 1:
        yield "\nHow many times as much as Dateline (less is better):\n"
        yield from _ratios([(dateline, row) for row in figures.values() if row is not dateline])


def _engines(figures: Iterable[EngineFigures]) -> Iterator[str]:
    head = ["engine", "page p50, ms", "page p99, ms", "first answer, s", "private memory, MB", "on disk, MB"]
    rows = [
        [
            TITLES[row.engine],
            f"{row.pages.p50:.2f}",
            f"{row.pages.p99:.1f}",
            f"{row.first_answer:.2f}",
            _NOTHING if row.private_megabytes is None else f"{row.private_megabytes:,.0f}",
            f"{row.disk_megabytes:,.0f}" if row.disk_megabytes else _NOTHING,
            f"{row.ingest_rate:,.0f}",
            f"{len(row.pages.results):,}",
            f"{row.pages.mean_results:.1f}",
        ]
        for row in figures
    ]
    yield from grid([*head, "ingest, articles/s", "pages", "results a page"], rows)


def _kinds(figures: Iterable[EngineFigures]) -> Iterator[str]:
    rows = [[TITLES[row.engine], *(_median(row, kind) for kind in KINDS)] for row in figures]
    yield from grid(["engine", *KINDS.values()], rows)


def _median(figures: EngineFigures, kind: str) -> str:
    pages = figures.pages.of_kind(kind)
    return f"{pages.p50:.2f}" if pages.results else _NOTHING


def _growth(report: Report) -> Iterator[str]:
    smallest, largest = report.sizes[0], report.sizes[-1]
    if smallest == largest:
        return
    small, large = report.at(smallest), report.at(largest)
    yield f"\n## Growth from {smallest:,} to {largest:,} articles\n"
    yield f"How many times as much at {largest / smallest:g} times as many articles.\n"
    yield from _ratios([(small[engine], row) for engine, row in large.items() if engine in small])


def _ratios(pairs: Iterable[tuple[EngineFigures, EngineFigures]]) -> Iterator[str]:
    rows = [[TITLES[row.engine], *(_times(cost(base), cost(row)) for cost in _COSTS.values())] for base, row in pairs]
    yield from grid(["engine", *_COSTS], rows)


def _times(base: float | None, value: float | None) -> str:
    return f"{value / base:.2g}" if base and value and value < 10 * base else _whole(base, value)


def _whole(base: float | None, value: float | None) -> str:
    return f"{value / base:,.0f}" if base and value else _NOTHING


def _stages(watched: Sequence[EngineFigures]) -> Iterator[str]:
    if not watched:
        return
    yield "\n## Where Dateline's milliseconds go\n"
    yield "Milliseconds a page by stage, sampled every millisecond; an engine works for the stage that asks.\n"
    rows = [[stage, *(f"{figures.stages[stage]:.2f}" for figures in watched)] for stage in watched[-1].stages]
    yield from grid(["stage", *(f"{figures.articles:,} articles" for figures in watched)], rows)
    yield f"\nThe functions that take most, at {watched[-1].articles:,} articles:\n"
    most = sorted(watched[-1].functions.items(), key=lambda row: -row[1])[:10]
    yield from grid(["function", "ms a page"], [[f"`{place}`", f"{taken:.2f}"] for place, taken in most])


def _interaction(figures: InteractionFigures) -> Iterator[str]:
    yield "\n## What the bot adds to an interaction\n"
    yield _INTERACTION.strip().format(how=figures.how) + "\n"
    parts = {
        "the bot's `/search`, search aside": figures.bot,
        "a bare command of discord.py": figures.bare,
        "what the bot adds": figures.added,
    }
    rows = [[part, f"{percentile(times, 50):.2f}", f"{percentile(times, 99):.2f}"] for part, times in parts.items()]
    yield from grid(["", "p50, ms", "p99, ms"], rows)


def _summary(figures: EngineFigures) -> dict[str, object]:
    return {
        "p50": figures.pages.p50,
        "p99": figures.pages.p99,
        "first_answer": figures.first_answer,
        "ingest_rate": figures.ingest_rate,
        "mean_results": figures.pages.mean_results,
    }


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown: the first column to the left, figures to the right."""
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'--:|' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"

"""Quality as Markdown for people and as JSON for programs. Knows nothing of how it was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean

from benchmarks.quality.excerpts import ExcerptFigures
from benchmarks.quality.rankings import Compared
from benchmarks.table import grid
from corpus import plain

_ENGINES = {
    "dateline": "Dateline",
    "fts5": "SQLite FTS5, `snippet()`",
    "tantivy": "tantivy, `SnippetGenerator`",
    "whole": "whole articles: what this ranking allows",
}

_NOTES = """
- Rankings: what `dateline eval` prints for each collection. Every document goes through the product's own ingest, every
  query is asked as pasted words, a hundred deep; the measures are those of ir_measures. The baseline is tantivy over
  one field of headline and text: words in lower case without accents, tantivy's English stop words, Snowball stems, any
  of the query's terms (a word asked twice counts twice), one segment. *Unfolded* is the same with accents kept.
- These collections were in view when Dateline's constants were chosen: take the figures for an upper bound.
- *ms*: a page of five, after the deep run. Dateline's has articles and excerpts, the baseline's only five ids.
- fact-in-excerpt@5: the share of facts of which at least 90 % of the content words (distinct stems without stop words)
  stand in the excerpts of the first five hits, taken together; every fact counts the same.
- Known items: each headline that one article alone bears, as a query for that article.
- Long articles: the sentences of each short article of the collection that has facts, each at a place of its own among
  sentences of the nearest articles of its category (600 to 900 words), none of an article that shares a query with it.
  So a sentence that is a fact for one query stands in articles that no judgement names, too: *by the five hits* counts
  it wherever it is told; *in its own article* only where it was hidden, when that article is among the first five or
  hundred hits. All are limited by the ranking, so one line says what whole articles would tell.
- FTS5 and tantivy cut the articles that Dateline ranked, with the one setting (tokens, characters) for all of them that
  gives a mean length nearest to Dateline's.
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """A whole run: the machine, collections with judgements, known items, and excerpts of long articles."""

    machine: dict[str, str]
    collections: Sequence[Compared]
    known_items: Sequence[Compared]
    excerpts: Sequence[ExcerptFigures]

    @property
    def mean_ratio(self) -> float | None:
        """Dateline's nDCG@10 as a share of the baseline's, averaged over the collections."""
        return fmean(row.ratio for row in self.collections) if self.collections else None


def markdown(quality: Quality) -> str:
    """The figures as a page of Markdown."""
    return "\n".join(_lines(quality)) + "\n"


def as_json(quality: Quality) -> str:
    """The figures for programs."""
    found = {
        "machine": quality.machine,
        "mean_ratio": quality.mean_ratio,
        "collections": [_plain(row) for row in quality.collections],
        "known_items": [_plain(row) for row in quality.known_items],
        "excerpts": [asdict(row) for row in quality.excerpts],
    }
    return json.dumps(found, indent=1) + "\n"


def _lines(quality: Quality) -> Iterator[str]:
    yield "# How well Dateline answers\n"
    yield "Written by `make eval`.\n"
    yield "Machine: " + ", ".join(f"{name} {value}" for name, value in quality.machine.items()) + "."
    if quality.collections:
        yield "\n## Rankings over judged collections\n"
        yield from _rankings(quality.collections)
        yield f"\nMean ratio of nDCG@10 over {_names(quality.collections)}: **{quality.mean_ratio:.3f}**."
    if quality.known_items:
        yield "\n## Known items in other languages\n"
        yield from _known_items(quality.known_items)
    if quality.excerpts:
        yield "\n## Facts hidden in long articles\n"
        yield from _excerpts(quality.excerpts)
    yield "\n## How to read this\n"
    yield _NOTES.strip()


def _rankings(rows: Sequence[Compared]) -> Iterator[str]:
    head = ["collection", "", "nDCG@10", "MAP", "MRR@10", "Recall@100", "fact-in-excerpt@5", "ms p50", "ms p99"]
    lines = []
    for row in rows:
        figures = row.dateline
        told = "" if figures.facts_told is None else f"{figures.facts_told:.3f}"
        lines += [
            [
                figures.collection,
                "Dateline",
                *_shares(figures.measures),
                told,
                *_times(figures.p50, figures.p99),
            ],
            ["", "baseline", *_shares(row.baseline), "", *_times(row.p50, row.p99)],
            ["", "unfolded", *_shares(row.unfolded), "", "", ""],
            ["", "ratio", *(_ratio(*pair) for pair in zip(figures.measures, row.baseline, strict=True)), "", "", ""],
        ]
    yield from grid(head, lines)


def _known_items(rows: Sequence[Compared]) -> Iterator[str]:
    head = ["language", "headlines", "MRR@10, Dateline", "MRR@10, baseline", "ratio"]
    lines = [
        [
            row.dateline.collection,
            f"{row.dateline.judged:,}",
            f"{row.dateline.measures.mrr:.3f}",
            f"{row.baseline.mrr:.3f}",
            _ratio(row.dateline.measures.mrr, row.baseline.mrr),
        ]
        for row in rows
    ]
    yield from grid(head, lines)


def _excerpts(rows: Sequence[ExcerptFigures]) -> Iterator[str]:
    head = [
        "excerpts by",
        "characters an article",
        "fact-in-excerpt@5, by the five hits",
        "@5, in its own article",
        "@100, in its own article",
    ]
    lines = [
        [_ENGINES[row.engine], f"{row.length:,.0f}", f"{row.on_page:.3f}", f"{row.in_place:.3f}", f"{row.anywhere:.3f}"]
        for row in rows
    ]
    ours, *peers = (row for row in rows if row.engine != "whole")
    ratios = [
        _ratio(ours.on_page, max(row.on_page for row in peers)),
        _ratio(ours.in_place, max(row.in_place for row in peers)),
        _ratio(ours.anywhere, max(row.anywhere for row in peers)),
    ]
    yield from grid(head, [*lines, ["Dateline, times the better peer", "", *ratios]])


def _plain(row: Compared) -> dict[str, object]:
    return {
        "dateline": plain.figures(row.dateline),
        "baseline": {**row.baseline._asdict(), "p50": row.p50, "p99": row.p99},
        "unfolded": row.unfolded._asdict(),
        "ratio": row.ratio,
    }


def _shares(values: Sequence[float]) -> list[str]:
    return [f"{value:.3f}" for value in values]


def _times(p50: float, p99: float) -> list[str]:
    return [f"{p50:.2f}", f"{p99:.1f}"]


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.3f}" if theirs else "–"


def _names(rows: Sequence[Compared]) -> str:
    return ", ".join(row.dateline.collection for row in rows)

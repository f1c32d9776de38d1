"""Rankings of Dateline and of the baseline over one collection, measured alike."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from benchmarks.quality.baseline import Baseline, baseline
from corpus import PAGE
from corpus.evaluation import DEEP, Collection, Figures, Measures, Shown, evaluate, measured, percentile


@dataclass(frozen=True, slots=True)
class Compared:
    """One collection: Dateline's figures, the baseline's measures, and its milliseconds for five ids.

    ``unfolded`` are the measures of the baseline without folding of accents: the other way to build it.
    """

    dateline: Figures
    baseline: Measures
    unfolded: Measures
    p50: float
    p99: float

    @property
    def ratio(self) -> float:
        """Dateline's nDCG@10 as a share of the baseline's."""
        return self.dateline.measures.ndcg / self.baseline.ndcg if self.baseline.ndcg else 0.0


def compared(collection: Collection, shown: Shown | None = None) -> Compared:
    """Ask both everything."""
    figures, _ = evaluate(collection, shown)
    with baseline(collection.documents) as index:
        measures = _measured(index, collection)
        milliseconds = [_timed(index, text) for text in collection.queries.values()]
    with baseline(collection.documents, folds_accents=False) as index:
        unfolded = _measured(index, collection)
    return Compared(figures, measures, unfolded, percentile(milliseconds, 50), percentile(milliseconds, 99))


def _measured(index: Baseline, collection: Collection) -> Measures:
    rankings = {query: index.search(text, DEEP) for query, text in collection.queries.items()}
    return measured(rankings, collection.judgements)


def _timed(index: Baseline, text: str) -> float:
    start = perf_counter()
    index.search(text, PAGE)
    return (perf_counter() - start) * 1000

"""Answers and judgements made figures, through ir_measures, which is an extra: a worker that serves needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple

from corpus.analysis import Analyser
from corpus.engine import Cluster, Counted
from corpus.errors import MeasuresMissing, UnusableCollection
from corpus.evaluation.answers import Answers, ask
from corpus.evaluation.collection import Collection, Judgements
from corpus.evaluation.facts import share_told
from corpus.evaluation.run_file import scores
from corpus.evaluation.throwaway import Taken, throw_away

Shown = Callable[[str], AbstractContextManager[Counted | None]]
"""Shows how far something is: told what is being done, gives what is to be told how many are done."""


class Measures(NamedTuple):
    """How good rankings are, each from 0 to 1, averaged over the judged queries."""

    ndcg: float
    map: float
    mrr: float
    recall: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured over a collection. ``p50`` and ``p99`` are milliseconds of a page of five.

    ``unasked`` counts the judged queries that queries.jsonl does not have: they count as answered by nothing.
    """

    collection: str
    documents: int
    taken: Taken
    queries: int
    judged: int
    unasked: int
    measures: Measures
    facts: int
    facts_told: float | None
    p50: float
    p99: float


def evaluate(
    collection: Collection, shown: Shown | None = None, cluster: Cluster | None = None
) -> tuple[Figures, Answers]:
    """Build a throw-away archive of the collection, ask it everything, and measure the answers.

    With a ``cluster`` it lies there as long as that lasts.

    Raises:
        MeasuresMissing: ir_measures is not installed.
        UnusableCollection: no document can be taken in.
        StoreError: the temporary folder does not take the archive.
    """
    _measures_are_there()
    shown = shown or (lambda _: nullcontext())
    with ExitStack() as stack:
        with shown("Reading") as progress:
            archive = stack.enter_context(throw_away(collection.documents, progress, cluster))
        if not archive.taken.documents:
            reasons = ", ".join(archive.taken.refused) or "there is none"
            raise UnusableCollection(collection.name, f"no document could be taken in ({reasons})")
        with shown("Asking") as asking:
            answers = ask(archive, collection.queries, asking)
        return _figures(collection, archive.taken, answers), answers


def measured(rankings: Mapping[str, Sequence[str]], judgements: Judgements) -> Measures:
    """nDCG@10, MAP, MRR@10 and recall@100 of rankings; a judged query without a ranking counts as 0.

    Raises:
        MeasuresMissing: ir_measures is not installed.
    """
    _measures_are_there()
    from ir_measures import AP, RR, R, calc_aggregate, nDCG  # noqa: PLC0415  # an extra

    names = (nDCG @ 10, AP, RR @ 10, R @ 100)
    run = {query: scores(ranking) for query, ranking in rankings.items()}
    found = calc_aggregate(names, {query: dict(judged) for query, judged in judgements.items()}, run)
    return Measures(*(float(found[name]) for name in names))


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that ``percent`` of 100 stay below."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def _figures(collection: Collection, taken: Taken, answers: Answers) -> Figures:
    milliseconds = [page.milliseconds for page in answers.pages.values()]
    excerpts = {query: [text for texts in page.excerpts for text in texts] for query, page in answers.pages.items()}
    return Figures(
        collection=collection.name,
        documents=len(collection.documents),
        taken=taken,
        queries=len(collection.queries),
        judged=len(collection.judgements),
        unasked=len(collection.judgements.keys() - collection.queries.keys()),
        measures=measured(answers.rankings, collection.judgements),
        facts=len(collection.facts),
        facts_told=share_told(collection.facts, excerpts, Analyser()),
        p50=percentile(milliseconds, 50),
        p99=percentile(milliseconds, 99),
    )


def _measures_are_there() -> None:
    """Found out before hours of work, not after them."""
    try:
        import ir_measures  # noqa: F401, PLC0415  # an extra
    except ImportError as error:
        raise MeasuresMissing from error

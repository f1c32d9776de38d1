"""Whose excerpt tells the fact: Dateline's beside FTS5's and tantivy's, over the same ranking, equally long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from benchmarks.quality.snippets import MOST_TOKENS, Snippets, fitted, fts5_snippets, mean_length, tantivy_snippets
from corpus import PAGE
from corpus.analysis import Analyser
from corpus.engine import Counted
from corpus.evaluation import DEEP, Collection, ThrowAway, content_words, has_words, share_told, throw_away

Excerpts = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Query id -> document id -> what is shown of it."""

_MOST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class ExcerptFigures:
    """Shares of all facts, by who cuts the excerpts; ``length`` is the characters shown of an article, on average.

    ``on_page``: told by the first five hits together. ``in_place``: told by the excerpt of the very article that the
    fact was hidden in, when that is among the five. ``anywhere``: the same, when it is among the first hundred.
    """

    engine: str
    length: float
    on_page: float
    in_place: float
    anywhere: float


def excerpts_compared(collection: Collection, progress: Counted | None = None) -> list[ExcerptFigures]:
    """Dateline, FTS5, tantivy, and last what whole articles would tell: no excerpt of this ranking can do better."""
    with throw_away(collection.documents) as archive:
        pages, deep = _shown(archive, collection, progress)
    texts = {document.id: str(document.fields["text"]) for document in collection.documents}
    measure = partial(_figures, collection, Analyser())
    found = [measure("dateline", pages, deep)]
    wanted = found[0].length
    with TemporaryDirectory(prefix="dateline-quality-") as place, fts5_snippets(collection.documents) as of_fts5:
        peers: dict[str, tuple[Snippets, int]] = {
            "fts5": (of_fts5, MOST_TOKENS),
            "tantivy": (tantivy_snippets(collection.documents, Path(place)), _MOST_CHARACTERS),
        }
        for engine, (snippet, most) in peers.items():
            cut = partial(_cut, collection, snippet)
            setting = fitted(lambda setting, cut=cut: _length(cut(pages, setting)), wanted, most)  # type: ignore[misc]
            found.append(measure(engine, cut(pages, setting), cut(deep, setting)))
    return [*found, measure("whole", _whole(texts, pages), _whole(texts, deep))]


def _shown(archive: ThrowAway, collection: Collection, progress: Counted | None) -> tuple[Excerpts, Excerpts]:
    """Dateline's excerpts: of the first page, and of those of the first hundred that hide a fact of the query."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for fact in collection.facts:
        wanted[fact.query].add(fact.document)
    pages, deep = {}, {}
    for query, text in collection.queries.items():
        pages[query] = {each: tuple(part.text for part in hit.excerpts) for each, hit in archive.search(text, PAGE)}
        deep[query] = {
            each: tuple(part.text for part in hit.excerpts)
            for each, hit in archive.search(text, DEEP)
            if each in wanted[query]
        }
        if progress:
            progress(len(pages), len(collection.queries))
    return pages, deep


def _cut(collection: Collection, snippet: Snippets, shown: Excerpts, setting: int) -> Excerpts:
    return {
        query: {document: (snippet(collection.queries[query], document, setting),) for document in documents}
        for query, documents in shown.items()
    }


def _whole(texts: Mapping[str, str], shown: Excerpts) -> Excerpts:
    return {query: {each: (texts[each],) for each in documents} for query, documents in shown.items()}


def _figures(
    collection: Collection, analyser: Analyser, engine: str, pages: Excerpts, deep: Excerpts
) -> ExcerptFigures:
    together = {query: list(chain.from_iterable(parts.values())) for query, parts in pages.items()}
    return ExcerptFigures(
        engine=engine,
        length=_length(pages),
        on_page=share_told(collection.facts, together, analyser) or 0.0,
        in_place=_in_place(collection, analyser, pages),
        anywhere=_in_place(collection, analyser, deep),
    )


def _in_place(collection: Collection, analyser: Analyser, shown: Excerpts) -> float:
    """The share of facts that the excerpt of their own article tells."""

    def words(parts: Sequence[str]) -> frozenset[str]:
        return frozenset[str]().union(*(content_words(part, analyser) for part in parts))

    return fmean(
        has_words(content_words(fact.text, analyser), words(shown.get(fact.query, {}).get(fact.document, ())))
        for fact in collection.facts
    )


def _length(shown: Excerpts) -> float:
    return mean_length([parts for documents in shown.values() for parts in documents.values()])

"""A collection in an archive of its own, by the product's ingest and search, for as long as a block lasts.

Knows which article is which document. Knows no judgement.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.corpus import Corpus
from corpus.engine import Cluster, Counted, Where, removed
from corpus.errors import CorpusUnwritable, EmptyQuery
from corpus.evaluation.collection import Document
from corpus.ingest import parse
from corpus.keeper import Keeper
from corpus.model import Article, Hit, RawArticle, Rejection
from corpus.retrieval.query import Query

SOURCE = "placeholder.example"
"""The outlet of documents that name none: an article without one is rejected."""

Fields = Mapping[str, object]

_DATE: dict[str, object] = {"date": "2000-01-01"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the documents: how many are in the archive, how many were refused for which reason.

    ``dates``, ``sources`` and ``texts`` count the documents that had none that can be read, and got a placeholder (the
    text: their title).
    """

    documents: int
    dates: int
    sources: int
    texts: int
    refused: Mapping[str, int]


class ThrowAway:
    """An archive that holds nothing but a collection, and answers with the ids of its documents."""

    def __init__(self, corpus: Corpus, ids: Mapping[str, str], taken: Taken) -> None:
        """``ids`` gives for every article's id the document's."""
        self.taken = taken
        self._corpus = corpus
        self._ids = ids

    def search(self, text: str, limit: int) -> list[tuple[str, Hit]]:
        """The first ``limit`` hits, each with its document's id, best first; none where a query asks nothing."""
        try:
            hits = self._corpus.search(_asked(text), limit=limit).hits
        except EmptyQuery:
            return []
        return [(self._ids[hit.article.id], hit) for hit in hits]


def _asked(text: str) -> Query:
    """A query of a collection is pasted text, not typed; copies are hits of their own, as the judgements have them."""
    return replace(Query.words(text), copies_all=True)


@contextmanager
def throw_away(
    documents: Sequence[Document], progress: Counted | None = None, cluster: Cluster | None = None
) -> Iterator[ThrowAway]:
    """Build the archive, in a folder or beside another one in a cluster; remove it with the end of the block.

    Raises:
        CorpusUnwritable: the temporary folder does not take it.
    """
    with TemporaryDirectory(prefix="dateline-eval-") as place, _lying(Path(place), cluster) as where:
        ids, taken = _filled(where, Path(place), documents, progress)
        with Corpus.open(where) as corpus:
            yield ThrowAway(corpus, ids, taken)


@contextmanager
def _lying(folder: Path, cluster: Cluster | None) -> Iterator[Where]:
    """Where the archive lies, as long as the block lasts."""
    if cluster is None:
        yield folder / "archive"
        return
    where = replace(cluster, name=f"{cluster.name}-{folder.name.replace('_', '').lower()}", workplace=folder)
    try:
        yield where
    finally:
        removed(where)


def _filled(
    where: Where, folder: Path, documents: Sequence[Document], progress: Counted | None
) -> tuple[dict[str, str], Taken]:
    """Take the documents in; gives which article is which document, and what became of them all."""
    ids: dict[str, str] = {}
    changed, refused = Counter[str](), Counter[str]()
    file = folder / "corpus.jsonl"
    try:
        with file.open("w", encoding="utf-8") as lines:
            for document in documents:
                fields, placeholders, article = _parsed(document)
                if isinstance(article, Rejection):
                    refused[article.reason] += 1
                elif article.id in ids:
                    refused[f"the same article as document {ids[article.id]}"] += 1
                else:
                    ids[article.id] = document.id
                    changed.update(placeholders.keys())
                    changed["source"] += article.source == SOURCE
                    lines.write(json.dumps(fields) + "\n")
    except OSError as error:
        raise CorpusUnwritable(str(folder), error.strerror or str(error)) from error
    with Keeper.open(where) as keeper:
        if ids:
            report = keeper.ingest(
                [file], source=SOURCE, progress=progress and (lambda told: progress(told.articles, len(ids)))
            )
            refused.update(rejection.reason for rejection in report.rejected)
    taken = len(documents) - refused.total()
    return ids, Taken(taken, changed["date"], changed["source"], changed["text"], dict(refused))


def _parsed(document: Document) -> tuple[Fields, Fields, Article | Rejection]:
    """The fields with which ingest takes a document in, those of them that are placeholders, and the article they make.

    A document that no placeholder saves gives the first refusal.
    """
    written = {**{name.lower(): value for name, value in document.fields.items()}, "id": document.id}
    title = {"text": written.get("title")}
    first: Rejection | None = None
    for placeholders in ({}, _DATE, title, _DATE | title):
        fields = written | placeholders
        made = parse(RawArticle(fields, document.id), source=SOURCE)
        if isinstance(made, Article):
            return fields, placeholders, made
        first = first or made
    return written, {}, first or made

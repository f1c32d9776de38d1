"""What a throw-away archive answers to the queries of a collection: rankings, first pages, and how long they took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from corpus.corpus import PAGE
from corpus.engine import Counted
from corpus.evaluation.throwaway import ThrowAway

DEEP = 100
"""Hits of a ranking."""


@dataclass(frozen=True, slots=True)
class Page:
    """The first page of one answer: the excerpts of each of its five hits, and the milliseconds it took."""

    documents: tuple[str, ...]
    excerpts: tuple[tuple[str, ...], ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """By query id: the ids of the first hundred documents, best first, and the first page."""

    rankings: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, Page]


def ask(archive: ThrowAway, queries: Mapping[str, str], progress: Counted | None = None) -> Answers:
    """Ask every query twice: a hundred deep, and then, with everything warm, for the page that a reader sees."""
    rankings: dict[str, tuple[str, ...]] = {}
    pages: dict[str, Page] = {}
    for query, text in queries.items():
        rankings[query] = tuple(document for document, _ in archive.search(text, DEEP))
        if progress:
            progress(len(rankings), 2 * len(queries))
    for query, text in queries.items():
        pages[query] = _page(archive, text)
        if progress:
            progress(len(queries) + len(pages), 2 * len(queries))
    return Answers(rankings, pages)


def _page(archive: ThrowAway, text: str) -> Page:
    start = perf_counter()
    hits = archive.search(text, PAGE)
    milliseconds = (perf_counter() - start) * 1000
    excerpts = tuple(tuple(excerpt.text for excerpt in hit.excerpts) for _, hit in hits)
    return Page(tuple(document for document, _ in hits), excerpts, milliseconds)

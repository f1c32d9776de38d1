"""Corpus, the reading face of an archive: every verb that one may ask of it. Puts the steps together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.analysis import Analyser
from corpus.engine import EngineView
from corpus.engine.local import LocalEngine
from corpus.errors import CorpusError, EmptyQuery
from corpus.model import Article, CorpusStatus, Hit, Results, Scored, Source
from corpus.retrieval.excerpt import excerpts
from corpus.retrieval.passages import Passage, best_passages
from corpus.retrieval.query import Query
from corpus.retrieval.rank import Ranking, count_matched, rank
from corpus.retrieval.weigh import Asked, weigh

PAGE = 5
"""Hits on a page, unless asked otherwise."""

LONGEST_PAGE = 100

_LIFTED = 15  # stories whose passages are read before their order is final
_LIFT = 0.3  # what the best passage adds to its article's score, measured over news test collections


class Corpus:
    """An archive, open for reading. Safe to share between threads."""

    def __init__(self, engine: LocalEngine, analyser: Analyser) -> None:
        self._engine = engine
        self._analyser = analyser
        self._sources: tuple[int, tuple[Source, ...]] = (-1, ())

    @classmethod
    def open(cls, data_dir: Path, *, create: bool = False) -> Corpus:
        """Open the archive in this folder, and bring its index up to date.

        Raises:
            CorpusMissing: there is none, and ``create`` does not ask for an empty one.
            StoreError: it is of a newer version, locked, damaged, or cannot be written.
        """
        analyser = Analyser()
        engine = LocalEngine(data_dir, analyser, create=create)
        try:
            engine.heal_if_free()
        except CorpusError:
            engine.close()
            raise
        return cls(engine, analyser)

    @property
    def folder(self) -> Path:
        """Where the archive lies."""
        return self._engine.folder

    def search(self, query: Query, *, page: int = 1, limit: int = PAGE) -> Results:
        """One page of the answer, ``limit`` hits (1 to 100); a page past the last has no hits.

        Raises:
            EmptyQuery: nothing was asked.
            SearchIndexError: the index cannot answer.
        """
        if query.empty:
            raise EmptyQuery(query.notes)
        limit, page = min(max(limit, 1), LONGEST_PAGE), max(page, 1)
        return self._engine.ask(lambda view: self._answer(view, query, page, limit))

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        return self._engine.find(article_id.strip().lower()) if article_id.isascii() else None

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first; remembered until the archive changes."""
        seq, sources = self._sources
        if seq != (now := self._engine.seq):
            sources = self._engine.sources()
            self._sources = now, sources
        return sources

    def status(self) -> CorpusStatus:
        """What the archive holds."""
        return self._engine.status()

    def close(self) -> None:
        """Let go of the archive. No thread may be asking any more."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, view: EngineView, query: Query, page: int, limit: int) -> Results:
        asked = weigh(query, self._analyser, view, self.sources)
        ranking = rank(view, asked, max(page * limit, _LIFTED))
        matched = count_matched(view, asked, ranking)
        first = (page - 1) * limit
        wanted = self._page(view, asked, ranking, first, limit)
        return Results(
            query=str(query),
            notes=(*query.notes, *asked.notes, *matched.notes),
            hits=tuple(self._hit(view, asked, read, place) for place, read in enumerate(wanted, start=first + 1)),
            matched=matched.articles,
            matched_exact=matched.exact,
            ranked=ranking.articles,
            page=page,
            pages=-(-ranking.stories // limit),
            pages_exact=ranking.exact,
            dropped=matched.dropped,
        )

    def _page(self, view: EngineView, asked: Asked, ranking: Ranking, first: int, limit: int) -> list[_Read]:
        """The stories of a page: the first few in their lifted order, those after them as BM25 ranks them."""
        lifted = self._read(view, asked, ranking.groups[:_LIFTED], _LIFT) if first < _LIFTED else []
        lifted.sort(key=lambda read: (-read.score, -read.group[0].moment))
        rest = self._read(view, asked, ranking.groups[max(first, _LIFTED) : first + limit], 0.0)
        return lifted[first : first + limit] + rest

    def _read(self, view: EngineView, asked: Asked, groups: Sequence[Sequence[Scored]], lift: float) -> list[_Read]:
        """Fetch the articles that stand for these stories, and add what their best passages are worth."""
        articles = view.fetch([group[0].key for group in groups])
        present = [group for group in groups if group[0].key in articles]
        passages = best_passages([articles[group[0].key] for group in present], asked, self._analyser)
        return [
            _Read(group, articles[group[0].key], own, group[0].score + (lift * own[0].score if own else 0.0))
            for group, own in zip(present, passages, strict=True)
        ]

    def _hit(self, view: EngineView, asked: Asked, read: _Read, place: int) -> Hit:
        return Hit(
            rank=place,
            score=read.score,
            article=read.article,
            excerpts=excerpts(read.article, read.passages, asked, self._analyser),
            copies=view.copies(read.group[0]),
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """A story whose best article was read: its passages, and its score with what they are worth."""

    group: Sequence[Scored]
    article: Article
    passages: Sequence[Passage]
    score: float

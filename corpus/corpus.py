"""Corpus, the reading face of an archive: every verb that one may ask of it. Puts the steps together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus import documents
from corpus.analysis import Analyser
from corpus.coverage import Coverage, Share
from corpus.documents import Document
from corpus.engine import Engine, EngineView, Where, opened
from corpus.errors import CorpusError, EmptyQuery
from corpus.feeds import FeedState
from corpus.ingest import source_of
from corpus.inputs import Input, Kind
from corpus.keeping import following, withholding
from corpus.keeping.audit import audited
from corpus.keeping.backup import backup
from corpus.model import (
    Act,
    Analysed,
    Article,
    Backup,
    CorpusStatus,
    Export,
    Headline,
    Hit,
    InputStatus,
    Limit,
    Order,
    Quoted,
    Reading,
    Results,
    Source,
    Why,
    Withheld,
)
from corpus.retrieval.excerpt import excerpts
from corpus.retrieval.headlines import headlines
from corpus.retrieval.highlight import Marker
from corpus.retrieval.limiting import limited, quoted_within, within
from corpus.retrieval.matched import Matched, match
from corpus.retrieval.order import READ, Placed, in_order
from corpus.retrieval.passages import Passage, best_passages, standing
from corpus.retrieval.query import Query, Sort
from corpus.retrieval.quote import quoted
from corpus.retrieval.rank import Ranking, rank
from corpus.retrieval.reading import read
from corpus.retrieval.suggest import did_you_mean, relaxed
from corpus.retrieval.weigh import Asked, weigh
from corpus.retrieval.why import why
from corpus.told import Told

PAGE = 5
"""Hits on a page, unless asked otherwise."""

LONGEST_PAGE = 100

HEADLINES = 25
"""Headlines for what is being typed, unless asked otherwise."""

DEEPEST = 10_000
"""The last hit that any page shows: whoever is there asks too broadly, and what lies deeper costs ever more memory."""

EXPORTED = 1_000
"""Hits in an export, unless asked otherwise."""

LONGEST_EXPORT = 10_000


class Corpus:
    """An archive, open for reading. Safe to share between threads."""

    def __init__(self, engine: Engine, analyser: Analyser) -> None:
        self._engine = engine
        self._analyser = analyser
        self._sources: tuple[int, tuple[Source, ...]] = (-1, ())

    @classmethod
    def open(cls, where: Where, *, create: bool = False) -> Corpus:
        """Open the archive that lies there, and bring its index up to date.

        Raises:
            CorpusMissing: there is none, and ``create`` does not ask for an empty one.
            StoreError: it is of a newer version, locked, damaged, or cannot be written.
        """
        analyser = Analyser()
        engine = opened(where, analyser, create=create)
        try:
            engine.heal_if_free()
        except CorpusError:
            engine.close()
            raise
        return cls(engine, analyser)

    @property
    def where(self) -> Where:
        """Where the archive lies."""
        return self._engine.where

    def search(self, query: Query, *, page: int = 1, limit: int = PAGE) -> Results:
        """One page of the answer, ``limit`` hits (1 to 100); a page past the last, or the deepest, has no hits.

        Raises:
            EmptyQuery: nothing was asked.
            SearchIndexError: the index cannot answer.
        """
        if query.empty:
            raise EmptyQuery(query.notes)
        limit, page = min(max(limit, 1), LONGEST_PAGE), max(page, 1)
        return self._engine.ask(lambda view: self._answer(view, query, page, limit))

    def headlines(self, typed: str, limit: int = HEADLINES) -> tuple[Headline, ...]:
        """The newest articles whose headline has what is being typed, copies folded; ``limit`` is 1 to 100.

        The last word may be the beginning of one, unless a space follows it. Nothing that is typed is an operator.
        Where nothing is typed yet, the newest articles.

        Raises:
            SearchIndexError: the index cannot answer.
        """
        limit = min(max(limit, 1), LONGEST_PAGE)
        return self._engine.ask(lambda view: headlines(view, typed, self._analyser, limit))

    def quoted(self, text: str) -> Quoted | None:
        """The earliest article that has what is quoted in this text verbatim, or else the one that nearly has it.

        The quote is what stands in quotation marks, if that has four words; else the lines that are marked as quoted,
        or everything, with or without a name behind a dash. Its first 100 words are looked for.

        Raises:
            QuoteTooShort: there are fewer than four words.
            SearchIndexError: the index cannot answer.
        """
        found = self._engine.ask(lambda view: quoted(view, text, self._analyser))
        limit = self._limit(found.article) if found else None
        return found if found is None or limit is None else quoted_within(found, limit)

    def coverage(self, query: Query, *, yearly: bool = False) -> Coverage:
        """All articles that match, as ``Results.matched`` counts them, by outlet and by day; or by year, for less.

        A query that asks nothing counts the whole archive, of which the others are shares.

        Raises:
            SearchIndexError: the index cannot answer.
        """
        return self._engine.ask(lambda view: self._coverage(view, query, yearly=yearly))

    def export(self, query: Query, limit: int = EXPORTED) -> Export:
        """The articles that match, as they are counted, in the order that was asked for; ``limit`` is 1 to 10,000.

        Raises:
            EmptyQuery: nothing was asked.
            SearchIndexError: the index cannot answer.
        """
        if query.empty:
            raise EmptyQuery(query.notes)
        limit = min(max(limit, 1), LONGEST_EXPORT)
        return self._engine.ask(lambda view: self._export(view, query, limit))

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None; of a source that has a limit no more of its text than that."""
        article = self._engine.find(_id(article_id))
        limit = self._limit(article) if article else None
        return article if article is None or limit is None else limited(article, limit)

    def read(self, article_id: str, query: Query | None = None) -> Reading | None:
        """The article with this id as one reads it who asked this, with its copies; None where there is none.

        Words are marked, and the best passage is found, as in an excerpt; of a text of megabytes in its beginning only.
        Of a source that has a limit nothing is marked, and no more of the text is there than that.

        Raises:
            SearchIndexError: there is a query, and the index cannot tell what its words weigh.
        """
        found = self._engine.story(_id(article_id))
        if found is None:
            return None
        article, copies = found
        if (limit := self._limit(article)) is not None:
            return Reading(limited(article, limit), copies=copies)
        if query is None or query.empty:
            return Reading(article, copies=copies)
        asked = self._engine.ask(lambda view: self._weigh(view, query))
        return read(article, copies, asked, self._analyser)

    def why(self, article_id: str, query: Query) -> Why | None:
        """What each asked word gave this article, and what it got for being read; None where there is none such.

        The score is that by which ``search`` places the article for this query. An article that the query does not
        find, such as a copy that folds under another, is told what its words would give.

        Raises:
            SearchIndexError: the index cannot answer.
        """
        return self._engine.ask(lambda view: self._why(view, _id(article_id), query))

    def sources(self) -> tuple[Source, ...]:
        """Every outlet, the one with the most articles first; remembered until the archive changes."""
        seq, sources = self._sources
        if seq != (now := self._engine.seq):
            sources = self._engine.sources()
            self._sources = now, sources
        return sources

    def recall(self, keys: Sequence[str]) -> dict[str, Document]:
        """The documents under those of these keys that have one.

        Raises:
            ValueError: a key is empty or has more than 200 characters.
            StoreError: the archive cannot be read.
        """
        kept = self._engine.ledger.documents(documents.checked(keys))
        return {key: documents.read(text) for key, text in kept.items()}

    def remember(self, key: str, document: Document | None) -> None:
        """Keep a JSON object of at most 2,000 bytes under this key, in the place of the one before; None forgets it.

        When it returns, the document survives whatever happens to the process. It needs no keeper and disturbs none:
        of an ingest it waits for the batch that is being stored.

        Raises:
            DocumentTooLarge: it has more than 2,000 bytes.
            StoreError: the archive cannot be written.
            TypeError, ValueError: it is no JSON object, or the key is empty or has more than 200 characters.
        """
        documents.checked([key])
        if document is None:
            self._engine.ledger.drop(key)
        else:
            self._engine.ledger.keep(key, documents.written(document))

    def forget(self, prefix: str) -> int:
        """Forget the documents under every key that begins like this (all, if it is empty); say how many there were.

        Raises:
            StoreError: the archive cannot be written.
        """
        return self._engine.ledger.drop_all(prefix)

    def withhold(
        self, ids: Sequence[str], *, why: str = "", copies: bool = False, erase: bool = False, by: str = "unknown"
    ) -> list[Withheld]:
        """Take these articles down: from now on nobody finds or reads them, whatever is ingested again.

        With ``copies`` all articles of their stories. ``erase`` keeps no text of them, so that they come back only from
        their files. Gives all of these that are down now. It needs no keeper, and so waits for none.

        Raises:
            StoreError: the archive cannot be written.
        """
        wanted = [_id(each) for each in ids]
        with audited(self._engine.ledger, by, "remove", " ".join([*ids, *([f"({why})"] if why else [])])) as act:
            down = withholding.withhold(self._engine, wanted, why, copies=copies, erase=erase)
            act.outcome = f"{len(down)} taken down"
        self._engine.heal_if_free()
        return down

    def backup(self, destination: Path, *, by: str = "unknown") -> Backup:
        """Copy the archive as it is at this moment into a new file: at this path, or in this folder.

        It needs no keeper and hinders none. ``by`` is for the audit.

        Raises:
            BackupFailed: the file is there already, or cannot be written.
            StoreError: the archive cannot be read, or its audit not be written.
        """
        return backup(self._engine, destination, by)

    def withheld(self) -> tuple[Withheld, ...]:
        """The articles that were taken down, the last one first."""
        return tuple(self._engine.ledger.withheld().values())

    def limit(self, source: str, characters: int | None, *, by: str = "unknown") -> None:
        """Show at most so many characters of any article of this source, 0 for none of its words; None: no limit.

        ``source`` is its key or its name; where there is none such yet, the one that it will have is limited.

        Raises:
            StoreError: the archive cannot be written.
        """
        told = "no limit" if characters is None else str(characters)
        with audited(self._engine.ledger, by, "limit", f"{source} {told}"):
            self._engine.ledger.limit(self._source(source.strip()), characters)

    def limits(self) -> tuple[Limit, ...]:
        """The sources of which only so much is shown."""
        return self._engine.ledger.limits()

    def feeds(self, inputs: Sequence[Input] = ()) -> tuple[FeedState, ...]:
        """The feeds that are followed, with those of these inputs that were never looked at yet; by name."""
        known = [each.state for each in following.known(self._engine.ledger)]
        urls = {each.url for each in known}
        new = [FeedState(each.location, each.name) for each in inputs if each.kind is Kind.FEED]
        return tuple(sorted([*known, *(each for each in new if each.url not in urls)], key=lambda each: each.name))

    def follow(self, feeds: Sequence[tuple[str, str]], *, by: str = "unknown") -> None:
        """Follow these feeds, each an address and a name, from now on.

        Raises:
            StoreError: the archive cannot be written.
        """
        with audited(self._engine.ledger, by, "follow", " ".join(url for url, _ in feeds)) as act:
            for url, name in feeds:
                self._engine.ledger.follow(url, name)
            act.outcome = f"{len(feeds)} followed"

    def unfollow(self, feed: str, *, by: str = "unknown") -> bool:
        """Follow a feed no more, by its address or name; whether there is such a one. What it gave stays.

        Raises:
            StoreError: the archive cannot be written.
        """
        with audited(self._engine.ledger, by, "unfollow", feed) as act:
            named = [each for each in self.feeds() if feed in {each.url, each.name}]
            for each in named:
                self._engine.ledger.unfollow(each.url)
            act.outcome = f"{len(named)} no longer followed"
        return bool(named)

    def acts(self, limit: int, *, before: int | None = None, by: str = "") -> tuple[Act, ...]:
        """Who did what to the archive, the last act first; ``before`` the one of this number, ``by`` whom begins so."""
        return tuple(self._engine.ledger.acts(limit, before, by))

    def inputs(self, inputs: Sequence[Input]) -> tuple[tuple[Input, InputStatus | None], ...]:
        """These inputs, each with what was read from it, if anything ever was."""
        roots = self._engine.ledger.roots()
        return tuple((each, roots.get(each.root)) for each in inputs)

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
        asked = self._weigh(view, query)
        matched = match(view, asked)
        first, end = (min(stories, DEEPEST) for stories in ((page - 1) * limit, page * limit))
        placed, ranking = _placed(view, query, asked, matched, end)
        lost = not ranking.articles and page == 1
        return Results(
            query=str(query),
            notes=_notes(query, asked, matched),
            hits=tuple(self._hits(view, asked, placed[first:end], first)),
            matched=matched.articles,
            matched_exact=matched.exact,
            ranked=ranking.articles,
            searched=view.articles,
            page=page,
            pages=-(-min(ranking.stories, DEEPEST) // limit),
            pages_exact=ranking.exact or ranking.stories > DEEPEST,
            dropped=matched.dropped,
            did_you_mean=did_you_mean(query, self._analyser, view, self._trying(view)),
            relaxed=relaxed(query, self._trying(view)) if lost else (),
        )

    def _why(self, view: EngineView, article_id: str, query: Query) -> Why | None:
        hit = view.find(article_id)
        found = view.fetch([hit])[0] if hit else None
        if hit is None or found is None:
            return None
        asked = self._weigh(view, query)
        placed = _by_relevance(view, query, asked, READ)[0] if _is_ranked(query, asked) else ()
        article, _ = found
        return why(view, hit, article, placed, Marker(asked, self._analyser, article.language))

    def _coverage(self, view: EngineView, query: Query, *, yearly: bool) -> Coverage:
        asked = self._weigh(view, query)
        matched = match(view, asked)
        tally = view.tally(matched.query, yearly=yearly)
        names = {source.key: source.name for source in self.sources()}
        return Coverage(
            query=str(query),
            notes=_notes(query, asked, matched),
            dropped=matched.dropped,
            matched=sum(articles for _, articles in tally.days),
            outlets=tuple(Share(key, names.get(key, key), articles) for key, articles in tally.outlets),
            days=tally.days,
        )

    def _export(self, view: EngineView, query: Query, limit: int) -> Export:
        asked = self._weigh(view, query)
        matched = match(view, asked)
        counted = replace(matched.query, score=asked.query.score, optional=asked.query.optional)
        placed, _ = _placed(view, query, replace(asked, query=counted), matched, limit)
        return Export(
            query=str(query),
            notes=_notes(query, asked, matched),
            dropped=matched.dropped,
            matched=view.count(matched.query, view.articles),
            hits=tuple(self._hits(view, asked, placed[:limit], 0)),
        )

    def _weigh(self, view: EngineView, query: Query) -> Asked:
        return weigh(query, self._analyser, view, self.sources)

    def _trying(self, view: EngineView) -> Callable[[Query], Matched]:
        """Says how many articles match a query."""
        return lambda query: match(view, self._weigh(view, query))

    def _hits(self, view: EngineView, asked: Asked, placed: Sequence[Placed], first: int) -> Iterator[Hit]:
        """The stories of a page with their excerpts; an article that has gone meanwhile leaves its place empty."""
        found = view.fetch([each.story[0] for each in placed])
        present = [(place, each, read) for place, (each, read) in enumerate(zip(placed, found, strict=True)) if read]
        copies = view.copies([each.story[0] for _, each, _ in present])
        limits = self._limits()
        for (place, each, (article, analysed)), others in zip(present, copies, strict=True):
            shown = excerpts(article, analysed, _passages(each, analysed, asked), asked, self._analyser)
            limit = limits.get(article.source)
            yield Hit(
                rank=first + place + 1,
                score=each.score,
                article=article if limit is None else limited(article, limit),
                excerpts=shown if limit is None else within(shown, limit),
                copies=others,
            )

    def _limits(self) -> dict[str, int]:
        """How many characters of an article may be shown, for each source that has a limit."""
        return {each.source: each.characters for each in self._engine.ledger.limits()}

    def _source(self, typed: str) -> str:
        """The key of the source that is meant."""
        sources, sought = self.sources(), typed.casefold()
        if sought in {*(each.key for each in sources), *self._limits()}:
            return sought
        named = {each.name.casefold(): each.key for each in reversed(sources)}
        return named.get(sought) or (source_of(typed, "", None) or (sought, ""))[0]

    def _limit(self, article: Article) -> int | None:
        return self._limits().get(article.source)


def _notes(query: Query, asked: Asked, matched: Matched) -> tuple[Told, ...]:
    """How a question was read, weighed and matched, where that is not as it was typed."""
    return (*query.notes, *asked.notes, *matched.notes)


def _id(typed: str) -> str:
    """An id as it is kept; whatever cannot be one is no article's."""
    return typed.strip().lower() if typed.isascii() else ""


def _placed(
    view: EngineView, query: Query, asked: Asked, matched: Matched, stories: int
) -> tuple[list[Placed], Ranking]:
    """The stories that answer, in the order that was asked for: this many at least, where there are so many.

    By relevance all that have any of the words are ranked; by date those that have all of them.
    """
    if _is_ranked(query, asked):
        return _by_relevance(view, query, asked, stories)
    order = Order.OLDEST if query.sort is Sort.OLDEST else Order.NEWEST
    ranking = rank(view, matched.query, stories, order, folded=not query.copies_all)
    return [Placed(story, 0.0) for story in ranking.groups], ranking


def _is_ranked(query: Query, asked: Asked) -> bool:
    return query.sort is Sort.RELEVANCE and bool(asked.query.score)


def _by_relevance(view: EngineView, query: Query, asked: Asked, stories: int) -> tuple[list[Placed], Ranking]:
    """The first stories in their final order, whatever the depth; all that follow as the engine ranks them."""
    folded = not query.copies_all
    ranking = rank(view, asked.query, max(stories, READ), folded=folded)
    return in_order(view, asked, ranking.groups, folded=folded), ranking


def _passages(placed: Placed, analysed: Analysed, asked: Asked) -> Sequence[Passage]:
    """The passages of an article: those that put it in its place, unless it has changed, or was not read for that."""
    if placed.evidence and placed.evidence.analysed is analysed:
        return placed.evidence.passages
    return best_passages([analysed], [standing(analysed, asked)], asked)[0]

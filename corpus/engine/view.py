"""Where articles live and are searched: what every engine shows to a question's way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from corpus.model import Analysed, Article, Copy, Headline, Order, Part, Scored, Tally, WeightedQuery


class EngineView(Protocol):
    """One state of an archive: ranked keys for a query in terms, articles for keys. No typed text reaches it."""

    @property
    def articles(self) -> int:
        """How many articles can be found."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages of the articles, that of the most first; "und" where it is not known."""

    def search(self, query: WeightedQuery, limit: int, order: Order = Order.SCORE) -> list[Scored]:
        """The best ``limit`` articles, or the newest, or the oldest; the newest first also among equal scores."""

    def find(self, article_id: str) -> Scored | None:
        """The article with this id, as if it had been found; None where this view has none."""

    def points(self, hit: Scored, query: WeightedQuery) -> Sequence[float]:
        """What each of the query's terms that count gives this article, which this view found; 0 where it lacks it."""

    def count(self, query: WeightedQuery, up_to: int) -> int:
        """How many articles answer the query; beyond ``up_to`` it may say ``up_to``."""

    def tally(self, query: WeightedQuery, *, yearly: bool = False) -> Tally:
        """All articles that answer the query, counted by outlet and by day, or by year, which costs less; exact."""

    def frequency(self, part: Part, term: str) -> int:
        """In how many articles the term stands in this part."""

    def foresee(self, terms: Iterable[tuple[Part, str]]) -> None:
        """These frequencies will be asked for: where each would be a question of its own, they are asked at once."""

    def spellings(self, prefix: str, limit: int) -> Sequence[str]:
        """Words of the archive that begin like this, as they are spelt, those of the most articles first."""

    def analysed(self, hits: Sequence[Scored]) -> list[Analysed]:
        """What the analysis made of each of these articles, which this view found."""

    def fetch(self, hits: Sequence[Scored]) -> list[tuple[Article, Analysed] | None]:
        """Each of these articles, which this view found, and what the analysis makes of it; None where it has gone."""

    def texts(self, hits: Sequence[Scored]) -> list[str | None]:
        """The text of each of these articles; None where it has gone."""

    def headlines(self, hits: Sequence[Scored]) -> list[Headline | None]:
        """What each of these articles is picked by, without reading its text; None where it has gone."""

    def copies(self, hits: Sequence[Scored]) -> list[tuple[Copy, ...]]:
        """For each hit the other articles of its story, the earliest first."""

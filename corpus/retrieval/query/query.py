"""A question: what was typed, or pasted, as one Query. Never fails; says how it was read where that differs.

The canonical text ``str(query)`` reads back as the same query, so a message or a button can carry it. It holds days and
never “yesterday”, so it asks the same at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from corpus.retrieval.query.clauses import Clause, Filters, Sort, conditions, grouped
from corpus.retrieval.query.reading import Reader
from corpus.told import Told


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: clauses, filters, an order, and notes on how it was read (which do not make it another query).

    ``copies_all`` says that articles with the same text are not folded under one hit; ``similar`` is the id of an
    article, and asks for others like it.
    """

    clauses: tuple[Clause, ...] = ()
    filters: Filters = Filters()  # noqa: RUF009  # frozen, like this
    sort: Sort = Sort.RELEVANCE
    copies_all: bool = False
    similar: str | None = None
    notes: tuple[Told, ...] = field(default=(), compare=False)

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        source: str | None = None,
        after: str | None = None,
        before: str | None = None,
        sort: str | None = None,
        today: date | None = None,
    ) -> Query:
        """Read what is typed, operators and all; the keyword arguments are the options of a command.

        An option is the same as the operator of its name in the text. Whatever cannot be read becomes a note. ``today``
        is the day that ``yesterday`` and ``7d`` count from; without one it is that of UTC.
        """
        reader = Reader(today or datetime.now(UTC).date())
        reader.read(text)
        for name, value in {"source": source, "after": after, "before": before, "sort": sort}.items():
            if value is not None:
                reader.take_option(name, value)
        return cls._of(reader)

    @classmethod
    def words(cls, text: str) -> Query:
        """Read pasted text as plain words: nothing in it is an operator, each word counts once."""
        reader = Reader(date.min)
        reader.take_words(text)
        return cls._of(reader)

    @classmethod
    def _of(cls, reader: Reader) -> Query:
        clauses = reader.clauses()
        filters = reader.filters
        return cls(clauses, filters.filters, filters.sort, filters.copies_all, filters.similar, reader.notes)

    def ordered(self, sort: Sort) -> Query:
        """The same in another order."""
        return replace(self, sort=sort, notes=())

    def within(self, after: date | None, before: date | None) -> Query:
        """The same for the days from ``after`` (included) to ``before`` (not), and for no others."""
        return replace(self, filters=replace(self.filters, after=after, before=before), notes=())

    def of_sources(self, names: Sequence[str]) -> Query:
        """The same from these outlets alone, or, with none, from any; read anew, since there may be too many."""
        filters = replace(self.filters, sources=tuple(names))
        return Query.parse(str(replace(self, filters=filters))) if names else replace(self, filters=filters, notes=())

    @property
    def empty(self) -> bool:
        """Whether nothing at all was asked."""
        return not self.clauses and self.filters == Filters() and not self.similar

    def __str__(self) -> str:
        """The canonical text: one line, at most 300 characters, no backtick."""
        shown: Callable[[Clause], str] = grouped if len(self.clauses) > 1 else str
        parts = [shown(clause) for clause in self.clauses]
        others = conditions(self.filters, self.sort, copies_all=self.copies_all, similar=self.similar)
        return " ".join(filter(None, [*parts, others]))

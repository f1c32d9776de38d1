"""A question: what was typed, or pasted, as one Query. Never fails; says how it was read where that differs.

The canonical text ``str(query)`` reads back as the same query, so a message or a button can carry it. It holds days and
never “yesterday”, so it asks the same at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from corpus.retrieval.query.clauses import Clause, Either, Filters, Must, Sort, Without, conditions, grouped
from corpus.retrieval.query.reading import LONGEST_QUERY, Reader
from corpus.retrieval.query.settling import Group, must, without
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
        return _as_shown(replace(self, sort=sort, notes=()))

    def within(self, after: date | None, before: date | None) -> Query:
        """The same for the days from ``after`` (included) to ``before`` (not), and for no others."""
        return _as_shown(replace(self, filters=replace(self.filters, after=after, before=before), notes=()))

    def of_sources(self, names: Sequence[str]) -> Query:
        """The same from these outlets alone, or, with none, from any; read anew, since there may be too many."""
        filters = replace(self.filters, sources=tuple(names))
        return Query.parse(str(replace(self, filters=filters))) if names else replace(self, filters=filters, notes=())

    def requiring(self, other: Query) -> Query:
        """The same, where an article must also have all that another asks for, and pass its filters too."""
        similar = self.similar or other.similar
        return self._with(self.clauses, must(Group(other.clauses)).clauses, other.filters, similar)

    def excluding(self, other: Query) -> Query:
        """The same without articles that have anything that another asks for, or are from an outlet that it names."""
        unwanted = Filters(without=other.filters.sources)
        return self._with(self.clauses, without(Group(other.clauses)).clauses, unwanted, self.similar)

    def about(self, other: Query) -> Query:
        """The same of something else: what another asks for must hold in the place of what had to hold until now.

        Where there is but one word or phrase to stay, that is what goes, and the other is asked in its place.
        """
        kept = tuple(clause for clause in self.clauses if not isinstance(clause, Must))
        wished = [clause for clause in kept if not isinstance(clause, Without)]
        alone = len(wished) <= 1 and kept == self.clauses and not any(isinstance(each, Either) for each in wished)
        if alone or not wished:
            return self._with(other.clauses, [each for each in kept if each not in wished], other.filters)
        return self._with(kept, must(Group(other.clauses)).clauses, other.filters)

    def _with(
        self, clauses: Sequence[Clause], more: Sequence[Clause], filters: Filters, similar: str | None = None
    ) -> Query:
        """These clauses and filters, read anew, since there may be too many: then ``more`` is what goes first."""
        held = f"{conditions(self.filters, self.sort, copies_all=self.copies_all, similar=similar)} {filters}"
        query = Query.parse(f"{Query((*clauses, *more))} {held}")
        return Query.parse(f"{Query((*more, *clauses))} {held}") if query.notes else query

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


def _as_shown(query: Query) -> Query:
    """The same as its text is read back: what does not fit into that is not asked either."""
    return query if len(str(query)) <= LONGEST_QUERY else Query.parse(str(query))

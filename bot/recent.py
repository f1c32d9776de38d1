"""What people searched for lately, to be offered to them again: in memory alone, so a restart forgets it."""

from __future__ import annotations

from collections import OrderedDict

from bot.markdown import units
from bot.render.layout import OPTION

QUERIES = 10  # of one person
PEOPLE = 10_000  # with ten queries of a hundred letters each: 12 MB, and seldom a third of it


class Recent:
    """The last queries of each person that found something, by the person's id."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Of more than so many people, those who searched longest ago are forgotten."""
        self._people = people
        self._queries: OrderedDict[int, str] = OrderedDict()  # a query a line: a tuple of them takes twice as much

    def keep(self, person: int, query: str) -> None:
        """A query in canonical text is this person's latest; one that is too long to be offered is not kept."""
        if units(query) > OPTION:
            return
        others = [each for each in self.of(person) if each != query]
        self._queries[person] = "\n".join([query, *others][:QUERIES])
        self._queries.move_to_end(person)
        if len(self._queries) > self._people:
            self._queries.popitem(last=False)

    def of(self, person: int) -> tuple[str, ...]:
        """This person's queries, the latest first."""
        kept = self._queries.get(person)
        return tuple(kept.split("\n")) if kept else ()

    def forget(self, person: int) -> None:
        """Forget all of this person's queries."""
        self._queries.pop(person, None)

"""The one form of what was typed: groups dissolve where that means the same, and all of it is bounded.

What was settled settles as itself: that makes a query's own text read back as the same query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.retrieval.query.clauses import Clause, Either, In, Leaf, Must, Phrase, Prefix, Together, Without

DEEPEST = 3  # groups within one another
MOST_HEAVY = 8  # phrases, prefixes and exclusions: each reads the places of all its words, or every term it stands for


@dataclass(frozen=True, slots=True)
class Group:
    """What was read between two places: clauses side by side, or joined by AND, so that all of them must hold."""

    clauses: tuple[Clause, ...] = ()
    joined: bool = False

    @property
    def held(self) -> tuple[Leaf | Without | Either, ...]:
        """The clauses as they stand within another group, where all must hold and nothing has to say so."""
        return tuple(clause.clause if isinstance(clause, Must) else clause for clause in self.clauses)


def listed(groups: Iterable[Group]) -> Group:
    """Groups side by side: the parentheses go."""
    present = [group for group in groups if group.clauses]
    if len(present) == 1:
        return present[0]
    return Group(tuple(clause for group in present for clause in _asked(group)))


def both(groups: Iterable[Group]) -> Group:
    """What AND joins."""
    present = [group for group in groups if group.clauses]
    if len(present) == 1:
        return present[0]
    return Group(tuple(clause for group in present for clause in group.held), joined=True)


def either(groups: Iterable[Group]) -> Group:
    """What OR joins: of an alternative all must hold; alternatives of an alternative are alternatives."""
    present = [group for group in groups if group.clauses]
    if len(present) == 1:
        return present[0]
    ways = tuple(way for group in present for way in _ways(group.held))
    return Group((Either(ways),) if ways else ())


def must(group: Group) -> Group:
    """What an article must have: each of the clauses."""
    return Group(tuple(clause if isinstance(clause, Must | Without) else Must(clause) for clause in group.clauses))


def without(group: Group) -> Group:
    """What an article must not have: any of the clauses; where AND joined them, all of them together."""
    if group.joined and len(group.clauses) > 1:
        return Group((Without(Together(group.held)),))
    return listed([_excluded(clause) for clause in group.clauses])


class Room:
    """How much of a query there is room for: ``characters`` of its text, so many heavy clauses, groups so deep."""

    def __init__(self, characters: int) -> None:
        self.full = False  # where a text is cut, nothing behind it is taken
        self.too_heavy = False
        self.too_deep = False
        self._characters = characters
        self._heavy = MOST_HEAVY

    def fit(self, group: Group) -> tuple[Clause, ...]:
        """The clauses of a query that there is room for, settled anew."""
        return _asked(listed([self._fit(clause) for clause in _asked(group)]))

    def _fit(self, clause: Clause | Together, level: int = 1, *, excluded: bool = False) -> Group:
        match clause:
            case Must(inner):
                self._characters -= len("+")
                return must(self._fit(inner, level, excluded=excluded))
            case Without(inner):
                self._characters -= len("-")
                return without(self._fit(inner, level, excluded=True))
            case Either(parts):
                return either(self._fit_parts(parts, level, " OR ", excluded=excluded))
            case Together(parts):
                return both(self._fit_parts(parts, level, " AND ", excluded=excluded))
            case _:
                return self._fit_leaf(clause, excluded=excluded)

    def _fit_parts(self, parts: Sequence[Clause | Together], level: int, joint: str, *, excluded: bool) -> list[Group]:
        if level == DEEPEST:
            leaves = [leaf for part in parts for leaf in _leaves(part)]
            self.too_deep |= len(leaves) > len(parts)
            parts = leaves
        self._characters -= len("()")
        groups: list[Group] = []
        for part in parts:
            before = len(joint) - 1 if groups else 0  # a leaf brings one space along
            self._characters -= before
            group = self._fit(part, level + 1, excluded=excluded)
            if group.clauses:
                groups.append(group)
            else:
                self._characters += before
        return groups

    def _fit_leaf(self, leaf: Leaf, *, excluded: bool) -> Group:
        inner = leaf.clause if isinstance(leaf, In) else leaf
        heavy = int(excluded or isinstance(inner, Phrase | Prefix))
        heavy += isinstance(inner, Phrase) and inner.slop > 0  # looks at every pair of places: twice the work
        size = len(f"{leaf} ")
        if heavy > self._heavy:
            self.too_heavy = True
            return Group()
        self.full = self.full or size > self._characters
        if self.full:
            return Group()
        self._characters -= size
        self._heavy -= heavy
        return Group((leaf,))


def _asked(group: Group) -> tuple[Clause, ...]:
    """The clauses of a group as they stand at the top of a query."""
    return must(group).clauses if group.joined else group.clauses


def _ways(held: Sequence[Leaf | Without | Either]) -> tuple[Leaf | Without | Together, ...]:
    """The alternatives that one side of an OR stands for."""
    if len(held) > 1:
        return (Together(tuple(held)),)
    (only,) = held
    return only.alternatives if isinstance(only, Either) else (only,)


def _excluded(clause: Clause | Together) -> Group:
    match clause:
        case Must(inner):
            return _excluded(inner)
        case Without(inner):
            return Group(inner.clauses, joined=True) if isinstance(inner, Together) else Group((Must(inner),))
        case Either(ways):
            return listed([_excluded(way) for way in ways])
        case _:
            return Group((Without(clause),))


def _leaves(clause: Clause | Together) -> list[Leaf | Without]:
    """What stands in a group, however deep, with the sign of where it stands."""
    match clause:
        case Must(inner):
            return _leaves(inner)
        case Without(Together(parts)):
            return [leaf if isinstance(leaf, Without) else Without(leaf) for part in parts for leaf in _leaves(part)]
        case Either(parts) | Together(parts):
            return [leaf for part in parts for leaf in _leaves(part)]
        case _:
            return [clause]

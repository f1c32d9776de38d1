"""Which outlets a name means: by key, by name, or by the end of the host; and what it might have meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import reduce

from corpus.model import Source, WeightedQuery
from corpus.retrieval.query import Filters
from corpus.told import Told

_NEAREST = 3  # names that are offered where there is none such
_ALIKE = 0.6  # of difflib's measure, in which 1 is the same


def filtered(filters: Filters, sources: Callable[[], Sequence[Source]]) -> tuple[WeightedQuery, tuple[Told, ...]]:
    """The keys of the outlets that are asked for, or not wanted, and a note for each name that the archive lacks.

    ``sources`` is asked for only where a filter names one.
    """
    outlets = sources() if filters.sources or filters.without else ()
    wanted, unwanted = _keys(filters.sources, outlets), _keys(filters.without, outlets)
    notes = tuple(_unknown(name, outlets) for name, keys in [*wanted, *unwanted] if not keys)
    return WeightedQuery(sources=_merged(wanted) if filters.sources else None, without=_merged(unwanted)), notes


def _unknown(name: str, outlets: Sequence[Source]) -> Told:
    near = nearest(name, outlets)
    if not near:
        return Told("No outlet here is called “{name}”.", name=name)
    return Told("No outlet here is called “{name}”. Did you mean {near}?", name=name, near=_any_of(near))


def _any_of(names: Sequence[str]) -> str:
    """Names with “or” between them, each of which can be said in another language."""
    return reduce(lambda one, other: Told("{one} or {other}", one=one, other=other), names)


def nearest(name: str, outlets: Sequence[Source]) -> list[str]:
    """The keys of the outlets whose key, name or host looks most like a name that none has."""
    spelt: dict[str, str] = {}
    for outlet in outlets:
        for known in (_without_domain(outlet.key), _folded(outlet.name)):
            spelt.setdefault(known, outlet.key)
    sought = _without_domain(_folded(name.removeprefix("www.")))
    found = get_close_matches(sought, list(filter(None, spelt)), _NEAREST, _ALIKE)
    return list(dict.fromkeys(spelt[known] for known in found))


def _without_domain(name: str) -> str:
    """A host without what it ends in: ``.com`` makes no two outlets alike."""
    return (name.rpartition(".")[0] or name) if " " not in name else name


def _keys(names: Iterable[str], sources: Sequence[Source]) -> list[tuple[str, tuple[str, ...]]]:
    """For each name the keys of the outlets that it means."""
    return [(name, tuple(source.key for source in sources if _means(name, source))) for name in names]


def _means(name: str, source: Source) -> bool:
    host = name.removeprefix("www.")
    return host == source.key or source.key.endswith(f".{host}") or _folded(name) == _folded(source.name)


def _folded(name: str) -> str:
    """A name without case and accents."""
    parted = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in parted if not unicodedata.combining(character))


def _merged(found: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for _, keys in found for key in keys))

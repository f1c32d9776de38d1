"""Rankings in the TREC run format: ``query Q0 document rank score dateline``, one line a hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from corpus.errors import RunUnwritable, UnusableCollection

_TAG = "dateline"


def check_ids(ids: Iterable[str]) -> None:
    """Refuse ids that the format cannot hold, before anything is asked.

    Raises:
        UnusableCollection: an id has a space in it.
    """
    for each in ids:
        if len(each.split()) != 1:
            raise UnusableCollection(f"The id “{each}”", "a TREC run cannot hold an id with a space")


def write_run(path: Path, rankings: Mapping[str, Sequence[str]]) -> None:
    """Write all rankings.

    Raises:
        RunUnwritable: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_lines(rankings))
    except OSError as error:
        raise RunUnwritable(str(path), error.strerror or str(error)) from error


def scores(ranking: Sequence[str]) -> dict[str, float]:
    """A score for every document of a ranking, falling by one.

    Tools put a run in order by score and break ties their own way, so that ours would not be what they measure.
    """
    return {document: float(len(ranking) - place) for place, document in enumerate(ranking)}


def _lines(rankings: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for query, ranking in rankings.items():
        for rank, (document, score) in enumerate(scores(ranking).items(), start=1):
            yield f"{query} Q0 {document} {rank} {score:g} {_TAG}\n"

"""What every engine can be asked about its own soundness, and how it is mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.engine.values import Stored


@dataclass(frozen=True, slots=True)
class Row:
    """An article as it lies there: ``stored`` is None where it cannot be read as one."""

    key: int
    id: str
    seq: int
    stored: Stored | None


class Soundness(Protocol):
    """Looks through what is kept; change it under the keeper's lock alone."""

    def faults(self, *, quick: bool = False) -> list[str]:
        """What is wrong with where everything is kept, in the words of that; less thoroughly if it is to be quick."""

    def articles(self) -> Iterator[Row]:
        """Every article, in the order of the keys."""

    def orphans(self) -> dict[str, int]:
        """In how many rows each of the books tells of an article or a file that there is not."""

    def drop_orphans(self) -> None:
        """Drop these rows; files that should hold articles which there are not are to be read again."""

    def headless(self, *, least: int) -> list[int]:
        """The first article of each story that has at least so many, and that none stands for."""

    def put_out_of_force(self, keys: list[int]) -> None:
        """Let the checksums of these articles fit no text: when their files are read again, they are replaced."""

    def read_all_again(self) -> None:
        """Every file is to be read again, changed or not."""


class Held(Protocol):
    """An index that can be asked what it holds."""

    def held(self, first: int, last: int) -> Sequence[tuple[int, int]]:
        """The key and the last change of every article that has one of these keys, both included."""


def lasting(trouble: Callable[[], str | None], pauses: Iterable[float]) -> str | None:
    """What is wrong, if it still is after these pauses, in seconds: what is being written may look so for a moment."""
    found = trouble()
    for pause in pauses:
        if found is None:
            break
        time.sleep(pause)
        found = trouble()
    return found

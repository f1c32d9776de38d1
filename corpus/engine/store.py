"""What every engine tells of the articles that it keeps: the truth, from which an index is derived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from corpus.engine.values import Stored
from corpus.model import Headline


class Store(Protocol):
    """The articles of an archive, by their keys, and all by which their copies are found."""

    def fetch(self, keys: Sequence[int]) -> dict[int, Stored]:
        """The articles with these keys; one that is gone meanwhile is left out."""

    def texts(self, keys: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The stories and the texts of the articles with these keys; one that is gone meanwhile is left out."""

    def headlines(self, keys: Sequence[int]) -> dict[int, Headline]:
        """What the articles with these keys are picked by, without reading their texts."""

    def stories(self, stories: Sequence[int], *, before: int | None = None) -> set[int]:
        """Those of these stories that the archive has already, or has among the articles with keys before this one."""

    def members(self, story: int) -> list[int]:
        """The keys of the articles of a story, the one that was stored first in front."""

    def banded(self, bands: Sequence[int]) -> list[tuple[int, int]]:
        """Every key that stands under one of these bands, with the band, in order of the keys."""

    def signatures(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The signatures of those of these articles that stand for their story."""

    def removed_since(self, seq: int) -> list[int]:
        """The keys of the articles that were removed after this change and have not come back."""

    def unsigned(self, limit: int) -> list[Stored]:
        """The first of the articles that an older Dateline stored and that were never compared."""

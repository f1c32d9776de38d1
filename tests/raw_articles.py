"""What stands in files, before it is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.ingest import Reader, Way, found
from corpus.model import RawArticle, Rejection


def read(paths: Sequence[Path]) -> list[RawArticle | Rejection]:
    """Every article of files and folders, and all that is none, in their order."""
    items: list[RawArticle | Rejection] = []
    for file in found(paths):
        read_from = [file] if isinstance(file, Rejection) else Reader([file], Way())
        items += [item for item in read_from if isinstance(item, RawArticle | Rejection)]
    return items

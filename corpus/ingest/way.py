"""How files are read, where that is their keeper's word."""

from __future__ import annotations

import json
from dataclasses import dataclass

from corpus.ingest.dates import DateOrder
from corpus.ingest.field_map import FieldMap
from corpus.ingest.files import Found

READING = 1
"""Counts up whenever an unchanged file would be read in another way than before: then every file is read again."""


@dataclass(frozen=True, slots=True)
class Way:
    """How files are read, on their keeper's word.

    ``source`` is the outlet of articles that name none, ``dates`` says how 05/09/2023 is to be read, ``field_map``
    which names stand for which parts.
    """

    source: str | None = None
    dates: DateOrder | None = None
    field_map: FieldMap | None = None

    def of(self, file: Found) -> Way:
        """The way for this file, which may have a map of its own."""
        return self.beside(file.field_map)

    def beside(self, own: FieldMap | None) -> Way:
        """The way for a file that has this map of its own, or none."""
        field_map = self.field_map or own
        dates = self.dates or (field_map.dates if field_map else None)
        return Way(self.source, dates, field_map)

    def __str__(self) -> str:
        """Differs where anything differs by which a file is read, so that a file is read again by another way."""
        return json.dumps([READING, self.source, self.dates, *([str(self.field_map)] if self.field_map else [])])

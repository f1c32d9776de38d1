"""Hits as the text of a file: CSV for a spreadsheet, JSON Lines for a program. Pure; whoever writes it uses UTF-8."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from corpus import plain
from corpus.model import Hit

COLUMNS = (
    "rank",
    "id",
    "source",
    "source_name",
    "published",
    "headline",
    "byline",
    "url",
    "section",
    "language",
    "excerpt",
    "copies",
)
"""The columns of the CSV. ``excerpt`` has all excerpts of a hit, ``copies`` the ids of the folded copies."""

_ACTIVE = tuple("=+-@\t\r\n")  # what makes a spreadsheet take a cell for a formula (OWASP, CSV injection)


def as_csv(hits: Iterable[Hit]) -> str:
    """The hits as RFC 4180 has it, a header first. A cell that a spreadsheet would run has an apostrophe before it."""
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    rows.writerows(map(_row, hits))
    return written.getvalue()


def as_json_lines(hits: Iterable[Hit]) -> str:
    """The hits as ``search --json`` prints each of them, one a line."""
    return "".join(f"{json.dumps(plain.hit(hit), ensure_ascii=False)}\n" for hit in hits)


def _row(hit: Hit) -> list[str]:
    article = hit.article
    cells = (
        str(hit.rank),
        article.id,
        article.source,
        article.source_name,
        str(article.published),
        article.headline,
        article.byline,
        article.url,
        article.section,
        article.language,
        " … ".join(excerpt.text for excerpt in hit.excerpts),
        " ".join(copy.id for copy in hit.copies),
    )
    return [inert(cell or "") for cell in cells]


def inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe before it where one would."""
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell

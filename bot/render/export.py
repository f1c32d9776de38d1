"""The files of an answer, with how much of it they hold."""

from __future__ import annotations

from dataclasses import dataclass

from discord import ui

from bot.markdown import code
from bot.reader import Reader
from bot.render.layout import panel, view
from corpus import EXPORTED, Export, as_csv, as_json_lines

CSV, LINES = "results.csv", "results.jsonl"


@dataclass(frozen=True, slots=True)
class Files:
    """An answer as a table and as JSON Lines, in UTF-8: its query, so many rows, of so many articles that match.

    ``large`` says that rows were left out because the files would have been larger than they may be.
    """

    query: str
    csv: bytes
    lines: bytes
    rows: int
    matched: int
    large: bool = False

    @classmethod
    def of(cls, export: Export, size: int) -> Files:
        """The files of an export, with as many rows as are within ``size`` bytes together."""
        hits = export.hits
        while True:
            csv, lines = as_csv(hits).encode(), as_json_lines(hits).encode()
            if len(csv) + len(lines) <= size or not hits:
                large = len(hits) < len(export.hits)
                return cls(export.query, csv, lines, len(hits), export.matched, large)
            hits = hits[: len(hits) * size // (len(csv) + len(lines) + 1)]


def exported(files: Files, reader: Reader) -> ui.LayoutView:
    """The message that holds the files."""
    count, say = reader.language.count, reader.language.say
    lines = [code(files.query), count("{number} article matches.", "{number} articles match.", files.matched)]
    if files.large or files.rows >= EXPORTED:
        lines.append(
            count(
                "The files have the first {number} row only.",
                "The files have the first {number} rows only.",
                files.rows,
            )
        )
    else:
        lines.append(
            count("The files have all of it in {number} row.", "The files have all of it in {number} rows.", files.rows)
        )
    if files.large:
        lines.append(say("More is larger than what may be attached here: choose a shorter period or fewer outlets."))
    elif files.rows >= EXPORTED:
        lines.append(
            say("More than {most} are not exported at once: choose a shorter period or fewer outlets.", most=EXPORTED)
        )
    return view(panel("\n".join(lines)), *(ui.File(f"attachment://{name}") for name in (CSV, LINES)))

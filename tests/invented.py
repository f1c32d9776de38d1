"""Invented articles by their numbers, and archives as an older Dateline left them: what crash and fault tests are about."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import product
from pathlib import Path
from random import Random

_COMMON = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane."
_SYLLABLES = ("ba", "del", "fi", "gon", "hu", "kar", "li", "mos", "nu", "pel", "ra", "sor", "ti", "vun", "wa", "zeg")
_WORDS = tuple(map("".join, product(_SYLLABLES, repeat=2)))


def lines(path: Path, numbers: Iterable[int], told: str = "first") -> Path:
    """A file of articles in this order, which begin with what is ``told``; every tenth nearly repeats another."""
    path.write_text("".join(f"{json.dumps(_line(number, told))}\n" for number in numbers))
    return path


def _line(number: int, told: str) -> dict[str, object]:
    own, end = (number - 1, "again") if number % 10 == 9 else (number, "")
    text = f"{told} {_COMMON} {' '.join(Random(own).choices(_WORDS, k=40))} {end}"
    return {
        "id": number,
        "title": f"Quay {number}",
        "text": text,
        "source": "harbourpost.example",
        "date": "2023-09-05",
    }


def older(archive: Path) -> None:
    """Let an archive be as a Dateline of the second format left it, with none of the books and no stories compared."""
    with closing(sqlite3.connect(archive / "archive.db")) as database, database:
        kept = {"articles", "archive", "_sqlite_migrations", "sqlite_sequence"}
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in tables - kept:
            database.execute(f"DROP TABLE {name}")
        database.execute("ALTER TABLE articles DROP COLUMN updated")
        database.execute("UPDATE articles SET story = key")
        database.execute("DELETE FROM _sqlite_migrations WHERE name NOT IN ('articles', 'identity')")
        database.execute("PRAGMA user_version = 2")
    for note in archive.glob("index/*/built.json"):
        note.write_text(json.dumps(json.loads(note.read_text()) | {"layout": 1}))

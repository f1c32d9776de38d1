"""The index folders of one archive: one serves, another may be under construction, a switch is one rename.

A folder carries a note of what it was built from. Knows neither articles nor queries.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from corpus.engine.values import Built

_POINTER = "current"
_NOTE = "built.json"


class Generations:
    """The folder ``index`` of an archive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self) -> Path | None:
        """The folder that serves, or None where there is none yet."""
        try:
            name = (self._folder / _POINTER).read_text().strip()
        except (OSError, ValueError):
            return None
        return self._folder / name if name.isdecimal() else None

    def next(self) -> Path:
        """A name for a folder that was never used."""
        used = [int(folder.name) for folder in self._folder.glob("*") if folder.name.isdigit()]
        return self._folder / f"{max(used, default=0) + 1:06d}"

    def switch(self, folder: Path) -> None:
        """Let this folder serve, in one step that survives a power cut, and remove all others."""
        write_durably(self._folder / _POINTER, folder.name)
        self.sweep()

    def sweep(self) -> None:
        """Remove every folder that does not serve, such as one whose build was killed."""
        serving = self.current()
        for folder in self._folder.glob("*"):
            if folder.name.isdigit() and folder != serving:
                shutil.rmtree(folder, ignore_errors=True)


def read_note(folder: Path) -> Built | None:
    """What the index in this folder was built from; None where that cannot be told."""
    try:
        note = Built(**json.loads((folder / _NOTE).read_text()))
        return Built(int(note.layout), str(note.archive), int(note.seq), _utc(note.at))
    except (OSError, ValueError, TypeError):
        return None


def write_note(folder: Path, built: Built) -> None:
    """Say what the index in this folder was built from."""
    write_durably(folder / _NOTE, json.dumps(asdict(built)))


def _utc(text: str) -> str:
    """A moment as it is kept.

    Raises:
        ValueError, TypeError: it is none.
    """
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def write_durably(path: Path, text: str) -> None:
    """Put the text in the place of the file, whole or not at all, even if the power fails."""
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have what is in this file, or which names are in this folder, survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""Files that an admin has uploaded: each upload in a folder of its own, until it is taken in or discarded.

What is known of an upload lies in its folder, so it outlives the process. Knows nothing of Discord.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import string
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus import Difference, read_difference

LARGEST = 25 * 2**20
"""The largest file that is taken, in bytes."""

_KEPT = 24 * 3600  # seconds
_OFFERED = _KEPT - 3600  # what is begun with within these ends before it is swept
_LETTERS = 10  # of the name of a folder
_NAME = re.compile(rf"[a-z]{{{_LETTERS}}}")
_ODD = re.compile(r"[^\w.-]+")
_LONGEST = 60  # characters of a file's name: within 255 bytes whatever they are


@dataclass(frozen=True, slots=True)
class Upload:
    """Some files, the outlet of articles that name none ('' where it is not known), and the order of their dates."""

    folder: Path
    source: str = ""
    dates: str = ""

    @property
    def name(self) -> str:
        """By what the upload is known."""
        return self.folder.name

    @property
    def files(self) -> list[Path]:
        """The files; none once it is discarded."""
        return sorted(self._files.glob("*"))

    @property
    def changes(self) -> Path:
        """The file in which stands what would be changed, as JSON Lines."""
        return self.folder / "changes.jsonl"

    @property
    def options(self) -> list[str]:
        """How the files are to be read, as options of the shell's ``ingest``."""
        return [
            *([f"--source={self.source}"] if self.source else []),
            *([f"--dates={self.dates}"] if self.dates else []),
        ]

    @property
    def _files(self) -> Path:
        return self.folder / "files"

    def put(self, name: str, data: bytes) -> None:
        """Keep a file, under a name that harms nothing and that no other file has."""
        harmless = _ODD.sub("_", name)[-_LONGEST:].lstrip("._-") or "file"
        taken = {each.name for each in self._files.iterdir()}
        numbered = (f"{number}-{harmless}" for number in range(2, len(taken) + 3))
        free = next(each for each in (harmless, *numbered) if each not in taken)
        (self._files / free).write_bytes(data)

    def differences(self) -> Iterator[Difference]:
        """What would be changed, as it was written down; places are told by the names of the files."""
        with self.changes.open(encoding="utf-8") as lines:
            for each in lines:
                yield read_difference(json.loads(self.shown(each)))

    def shown(self, text: str) -> str:
        """A text that names files, without the folder in which they lie."""
        return text.replace(f"{self._files.absolute()}/", "").replace(f"{self._files}/", "")

    def discard(self) -> None:
        """Delete it all; it need not be there any more."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Uploads:
    """All uploads, in a folder of the archive."""

    def __init__(self, folder: Path) -> None:
        self.taking: set[str] = set()
        """Those that this worker is taking in right now: nothing else is to be done with them."""
        self._folder = folder

    def begin(self, source: str, dates: str) -> Upload:
        """A new upload, which has no file yet.

        Raises:
            OSError: it cannot be written.
        """
        upload = Upload(
            self._folder / "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS)), source, dates
        )
        (upload.folder / "files").mkdir(parents=True, mode=0o700)
        note = json.dumps({"source": source, "dates": dates})
        (upload.folder / "upload.json").write_text(note, encoding="utf-8")
        return upload

    def find(self, name: str) -> Upload | None:
        """The upload of this name; None where it was taken in, discarded, or waited for too long."""
        folder = self._folder / name
        if not _NAME.fullmatch(name) or not (folder / "files").is_dir():
            return None
        try:
            if _age(folder) > _OFFERED:
                return None
            note = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
            return Upload(folder, note["source"], note["dates"])
        except (OSError, ValueError, KeyError):
            return None

    def sweep(self) -> None:
        """Delete what has waited for more than a day."""
        for folder in self._folder.glob("*/"):
            with suppress(OSError):  # it was discarded this moment
                if _age(folder) > _KEPT:
                    Upload(folder).discard()


def _age(folder: Path) -> float:
    """For how many seconds nothing was put into a folder."""
    return time.time() - folder.stat().st_mtime

"""Which files there are to be read: walks folders, follows no link out of them. Opens files only to tell them apart."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from corpus.errors import UnreadableInput
from corpus.ingest.field_map import BESIDE, OF_FOLDER, FieldMap, field_map_for
from corpus.model import Rejection

PASSED_OVER = re.compile(r"\.|(?:readme|licen[cs]e|copying|notice|changelog)(?:\.(?:md|rst|txt))?$", re.IGNORECASE)
"""Names in a folder that are no articles: hidden ones, and the papers that collections carry with them."""

_CHUNK = 2**20
_ODD_BYTE = re.compile(r"\\udc([89a-f][0-9a-f])")  # one that is no UTF-8, as place_of writes it (PEP 383)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be read.

    ``place`` is by what it is known again, ``root`` is the place of the file, folder or address that was named,
    ``origin`` is what a person is told, ``name`` is by what its form is known, ``size`` is in bytes; ``field_map`` lies
    beside it.
    """

    path: Path
    place: str
    root: str
    origin: str
    name: str
    size: int
    field_map: FieldMap | None = None


def found(paths: Sequence[Path]) -> Iterator[Found | Rejection]:
    """Every file of these files and folders, in the order given; folders by name, without what is hidden and READMEs.

    The paths are checked before the first file is given, so that a typing error stops nothing halfway.

    Raises:
        UnreadableInput: a path that does not exist or cannot be opened, or a folder with nothing in it.
    """
    for path in paths:
        _check(path)
    each = (_found(file, folder, path) for path in paths for file, folder in _files(path))
    return (file for file in each if file is not None)


def place_of(path: Path) -> str:
    """By what a file or folder is known again, from wherever it is named; no two that differ have the same."""
    return str(path.absolute()).encode("utf-8", "backslashreplace").decode()


def is_gone(place: str) -> bool:
    """Whether what was known by this place is there no longer; a disk that cannot be asked says nothing of it."""
    return all(map(_is_missing, {place, _ODD_BYTE.sub(lambda found: chr(0xDC00 + int(found[1], 16)), place)}))


def _is_missing(place: str) -> bool:
    try:
        Path(place).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def checksum(file: Found) -> bytes:
    """Sixteen bytes that differ when the content of a file differs.

    Raises:
        OSError: it cannot be read.
    """
    digest = blake2b(digest_size=16)
    with file.path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def shown(path: Path) -> str:
    """A path as text that can be stored and printed; file names on disk may be no UTF-8."""
    return str(path).encode("utf-8", "replace").decode()


def _check(path: Path) -> None:
    try:
        if path.is_dir():
            os.scandir(path).close()
            if next(_files(path), None) is None:
                raise UnreadableInput(shown(path), "the folder is empty: there is nothing to read in it.")
        elif path.is_file():
            path.open("rb").close()
        elif not path.exists():
            raise UnreadableInput(shown(path), "there is no such file or folder.")
        else:
            raise UnreadableInput(shown(path), "it is neither a file nor a folder.")
    except OSError as error:
        raise UnreadableInput(shown(path), f"it cannot be opened ({error.strerror}).") from error


def _files(path: Path) -> Iterator[tuple[Path, Path | None]]:
    """The files to read, each with the folder it must not leave through a link.

    Folders that are not walked through, links and those that cannot be opened, stand among them to be accounted for.
    """
    if not path.is_dir():
        yield path, None
        return
    closed: list[OSError] = []
    for folder, folders, files in os.walk(path, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted(files + links):
            if not PASSED_OVER.match(name) and not name.endswith(BESIDE) and name != OF_FOLDER:
                yield Path(folder, name), path
    for error in closed:
        yield Path(error.filename), path


def _found(path: Path, folder: Path | None, root: Path) -> Found | Rejection | None:
    """A file as it is found; None where a link leads to a folder within the one that is walked through anyway."""
    origin = shown(path)
    try:
        if folder is not None and (refusal := _refusal(path, folder)):
            return Rejection(origin, refusal)
        if folder is not None and path.is_dir():
            return None
        field_map = field_map_for(path, root)
        return Found(path, place_of(path), place_of(root), origin, path.name, path.stat().st_size, field_map)
    except OSError as error:
        return Rejection(origin, f"cannot be read ({error.strerror or error})")
    except UnreadableInput as error:
        return Rejection(error.origin, error.reason)
    except RuntimeError:  # from Path.resolve, until Python 3.13
        return Rejection(origin, "a link that leads to itself")


def _refusal(path: Path, folder: Path) -> str | None:
    """Why something found in a folder is not opened, if it is not."""
    linked = path.is_symlink()
    if linked and not path.resolve().is_relative_to(folder.resolve()):
        return "a link that leads out of the folder"
    mode = path.stat().st_mode
    # The walk meets by itself what a link within the folder leads to, and gives no folder that it can open.
    if S_ISDIR(mode):
        return None if linked else "the folder cannot be opened"
    return None if S_ISREG(mode) else "neither a file nor a folder"

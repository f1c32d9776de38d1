"""Paths made raw articles: walks folders, opens archives, picks the form. Knows no field and judges no article.

Whatever cannot be read of a file becomes a rejection with its place and reason; the rest of the input goes on.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from corpus.errors import UnreadableInput
from corpus.ingest.forms import form_of
from corpus.ingest.stream import Unread, as_utf8
from corpus.ingest.unpack import Allowance, is_gzip, is_zip, members, unzipped
from corpus.model import RawArticle, Rejection

_HEAD = 65536
"""Bytes by which a form is known: pages begin with long comments, tables with long header rows."""

_PASSED_OVER = re.compile(r"\.|(?:readme|licen[cs]e|copying|notice|changelog)(?:\.(?:md|rst|txt))?$", re.IGNORECASE)
"""Names in a folder that are no articles: hidden ones, and the papers that collections carry with them."""

_ZIP_NAMES = ("", ".zip")
"""Other names of zip files are those of documents (.docx, .epub), which are no archives of articles."""


def read(paths: Sequence[Path]) -> Iterator[RawArticle | Rejection]:
    """Every article in files and folders, in the order given; folders by name, without what is hidden and READMEs.

    The paths are checked before the first article is read, so that a typing error stops nothing halfway.

    Raises:
        UnreadableInput: a path that does not exist or cannot be opened, or a folder with nothing in it.
    """
    for path in paths:
        _check(path)
    return (found for path in paths for file, root in _files(path) for found in _read_file(file, root))


def _check(path: Path) -> None:
    try:
        if path.is_dir():
            os.scandir(path).close()
            if next(_files(path), None) is None:
                raise UnreadableInput(_shown(path), "the folder is empty: there is nothing to read in it.")
        elif path.is_file():
            path.open("rb").close()
        elif not path.exists():
            raise UnreadableInput(_shown(path), "there is no such file or folder.")
        else:
            raise UnreadableInput(_shown(path), "it is neither a file nor a folder.")
    except OSError as error:
        raise UnreadableInput(_shown(path), f"it cannot be opened ({error.strerror}).") from error


def _shown(path: Path) -> str:
    """A path as text that can be stored and printed; file names on disk may be no UTF-8."""
    return str(path).encode("utf-8", "replace").decode()


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
            if not _PASSED_OVER.match(name):
                yield Path(folder, name), path
    for error in closed:
        yield Path(error.filename), path


def _read_file(path: Path, root: Path | None) -> Iterator[RawArticle | Rejection]:
    origin = _shown(path)
    try:
        refusal = None if root is None else _refusal(path, root)
        if refusal:
            yield Rejection(origin, refusal)
        elif root is None or not path.is_dir():
            with path.open("rb") as stream:
                yield from _content(stream, path.name, origin, Allowance.of(path.stat().st_size))
    except OSError as error:
        yield Rejection(origin, f"cannot be read ({error.strerror or error})")
    except RuntimeError:  # from Path.resolve, until Python 3.13
        yield Rejection(origin, "a link that leads to itself")


def _refusal(path: Path, root: Path) -> str | None:
    """Why something found in a folder is not opened, if it is not."""
    linked = path.is_symlink()
    if linked and not path.resolve().is_relative_to(root.resolve()):
        return "a link that leads out of the folder"
    mode = path.stat().st_mode
    # The walk meets by itself what a link within the folder leads to, and gives no folder that it can open.
    if S_ISDIR(mode):
        return None if linked else "the folder cannot be opened"
    return None if S_ISREG(mode) else "neither a file nor a folder"


def _content(
    stream: io.BufferedReader, name: str, origin: str, allowance: Allowance, *, in_zip: bool = False
) -> Iterator[RawArticle | Rejection]:
    """What a stream holds; what cannot be read of it is one rejection at its end.

    A zip archive may hold gzipped files, as collections do; any other archive in an archive is a trap.
    """
    try:
        packed = is_gzip(stream.peek(2))
        if packed:
            stream = unzipped(stream, allowance)
        name = name.removesuffix(".gz")
        head = stream.peek(4)
        if (packed and is_gzip(head)) or ((packed or in_zip) and is_zip(head)):
            raise Unread("an archive inside of an archive")  # noqa: TRY301  # ends like what readers below raise
        if is_zip(head) and Path(name).suffix.lower() in _ZIP_NAMES:
            yield from _archive(stream, origin, allowance)
            return
        stream = as_utf8(stream)
        form = form_of(name, stream.peek(_HEAD)[:_HEAD])
        yield from form(stream, origin)
    except Unread as error:
        yield Rejection(origin if error.line is None else f"{origin}:{error.line}", error.reason)


def _archive(stream: io.BufferedReader, origin: str, allowance: Allowance) -> Iterator[RawArticle | Rejection]:
    empty = True
    for member in members(stream, origin, allowance):
        empty = False
        if isinstance(member, Rejection):
            yield member
        elif not _PASSED_OVER.match(Path(member[0]).name):
            name, content = member
            yield from _content(content, name, f"{origin}/{name}", allowance, in_zip=True)
    if empty:
        raise Unread("an empty archive")

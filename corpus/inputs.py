"""The inputs of an archive: where its articles come from, by name. Reads the list, not the articles."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from corpus.errors import UnreadableInput
from corpus.ingest import place_of

_FEED = "feed:"
_WEB = ("http://", "https://")


class Kind(StrEnum):
    """What an input is: a file or folder, a file on the web, or a feed on the web."""

    PATH = "path"
    ARCHIVE = "archive"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Input:
    """Where articles come from, and the name by which people call it; a location is a path or an address."""

    name: str
    location: str
    kind: Kind = Kind.PATH

    @property
    def root(self) -> str:
        """By what the files of this input are known to belong to it."""
        return place_of(Path(self.location)) if self.kind is Kind.PATH else self.location

    @property
    def is_missing(self) -> bool:
        """Whether it is a file or folder that is not there."""
        return self.kind is Kind.PATH and not Path(self.location).exists()

    @classmethod
    def of_path(cls, path: Path) -> Input:
        """The input that a file or folder is, called by its name."""
        return cls(path.stem, str(path))


def parse_inputs(text: str) -> tuple[Input, ...]:
    """Read ``name=location`` pairs, separated by spaces; a location alone is called by its file's name, or its host.

    A location is a file, a folder, an ``https://…`` address of a file, or ``feed:https://…``. Quotes as in a shell keep
    a location with spaces together.

    Raises:
        UnreadableInput: a quote has no partner, a name or a location is empty, or two inputs bear one name.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UnreadableInput("inputs", f"{error}: quote a location with spaces on both sides") from error
    inputs = tuple(_input(word) for word in words)
    names = [each.name for each in inputs]
    for name in names:
        if names.count(name) > 1:
            raise UnreadableInput("inputs", f"two inputs are called “{name}”: write other=location for one of them")
    return inputs


def _input(word: str) -> Input:
    name, separator, location = word.partition("=")
    if _is_named(name) and separator:
        if not name or not location:
            raise UnreadableInput("inputs", f"“{word}” is no name=location")
        return _located(name, location)
    return _located("", word)


def _is_named(name: str) -> bool:
    """Whether what stands before the first ``=`` is a name, and not a part of an address."""
    return not name.startswith((_FEED, *_WEB))


def _located(name: str, location: str) -> Input:
    feed = location.startswith(_FEED)
    address = location.removeprefix(_FEED) if feed else location
    if not address.startswith(_WEB):
        if feed:
            raise UnreadableInput("inputs", f"“{location}” is no feed: write feed:https://…")
        return Input(name or Path(location).stem, location)
    try:
        parts = urlsplit(address)
    except ValueError as error:  # brackets without an address of IPv6 in them
        raise UnreadableInput("inputs", f"“{location}” is no address") from error
    called = name or PurePosixPath(parts.path).name.partition(".")[0] or parts.hostname or ""
    if not called or not parts.hostname:
        raise UnreadableInput("inputs", f"“{location}” is no address")
    return Input(called, address, Kind.FEED if feed else Kind.ARCHIVE)

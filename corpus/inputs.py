"""The inputs of an archive: where its articles come from, by name. Reads the list, not the articles."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UnreadableInput


@dataclass(frozen=True, slots=True)
class Input:
    """A file or folder with articles, and the name by which people call it."""

    name: str
    location: Path


def parse_inputs(text: str) -> tuple[Input, ...]:
    """Read ``name=location`` pairs, separated by spaces; a location alone is called by its file's name.

    Quotes as in a shell keep a location with spaces together.

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
    if not separator:
        return Input(Path(word).stem, Path(word))
    if not name or not location:
        raise UnreadableInput("inputs", f"“{word}” is no name=location")
    return Input(name, Path(location))

"""A keeper's own words for the fields of a file: which stands for which part of an article. A file in TOML.

items = "response.results"             where in a JSON value the articles are, if not at its top
dates = "day-first"                    how 05/09/2023 is to be read
[fields]
text = "fields.body"                   a name of the file, by dots into what is nested in it,
headline = ["webTitle", "heading"]     or several, of which the first that says something counts
[always]
source = "The Harbour Post"            what every article of the file has, unless it says so itself
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from corpus.errors import UnreadableInput
from corpus.ingest.dates import DateOrder
from corpus.ingest.fields import Field
from corpus.model import RawArticle

BESIDE = ".mapping.toml"
"""How the name of a map ends that lies beside a file and is for it alone."""

OF_FOLDER = "mapping.toml"
"""The name of a map that is for every file of the folder that is read."""

_NAMES = {
    Field.HEADLINE: "headline",
    Field.TEXT: "fulltext",
    Field.SOURCE: "source",
    Field.HOST: "sourcedomain",
    Field.PUBLISHED: "publishedat",
    Field.URL: "canonicalurl",
    Field.BYLINE: "byline",
    Field.SECTION: "section",
    Field.LANGUAGE: "language",
    Field.GIVEN_ID: "id",
}
"""For each part the name that says it most exactly."""

_CONSTANT = (Field.SOURCE, Field.SECTION, Field.LANGUAGE)
_KEYS = ("items", "dates", "fields", "always")
_ORDERS = ("day-first", "month-first")
_LARGEST = 2**16  # bytes
_LONGEST = 80  # characters of a name that a complaint shows
_MOST_DOTS = 200  # in a line: tomllib holds each beginning of a dotted name, and of one of 60 KB takes 3 GB


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which names stand for which part, what every article has, where the articles are, how dates are to be read."""

    names: Mapping[Field, tuple[str, ...]]
    always: Mapping[Field, str]
    items: tuple[str, ...] = ()
    dates: DateOrder | None = None

    def __str__(self) -> str:
        """The same text for the same map."""
        return json.dumps([dict(self.names), dict(self.always), self.items, self.dates], sort_keys=True)

    @property
    def known(self) -> frozenset[str]:
        """The names at the top of a file that it knows, in lower case."""
        return frozenset(name.partition(".")[0].lower() for names in self.names.values() for name in names)

    def articles(self, raw: RawArticle) -> Iterator[RawArticle]:
        """The articles that stand in what was read as one, under the names that ``parse`` knows."""
        found: object = raw.fields
        for step in self.items:
            found = _inner(found, step)
        if found is None and self.items:
            found = raw.fields  # a reader of JSON opens a list that has one of the usual names by itself
        for each in found if isinstance(found, list) else [found]:
            if isinstance(each, Mapping):
                yield RawArticle(self._named(each), raw.origin)

    def _named(self, fields: Mapping[str, object]) -> dict[str, object]:
        named = {_NAMES[part]: value for part in self.names if (value := self._value(fields, part)) is not None}
        given = {name: value for name, value in fields.items() if name.lower() not in self.known}
        constant = {f"{_NAMES[part]}": text for part, text in self.always.items() if _NAMES[part] not in named}
        return {**constant, **given, **named}

    def _value(self, fields: Mapping[str, object], part: Field) -> object:
        for name in self.names[part]:
            value: object = fields
            for step in name.split("."):
                value = _inner(value, step)
            if value not in (None, "", [], {}):
                return value
        return None


def read_field_map(path: Path) -> FieldMap:
    """The map in a file.

    Raises:
        UnreadableInput: it cannot be read, or says something that is not understood.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST or any(line.count(b".") > _MOST_DOTS for line in data.splitlines()):
            raise UnreadableInput(str(path), "the mapping is longer than any that says which field is which.")
        told: dict[str, Any] = tomllib.loads(data.decode())
    except OSError as error:
        raise UnreadableInput(str(path), f"the mapping cannot be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:  # of TOML, of UTF-8, of a number of thousands of digits
        raise UnreadableInput(str(path), f"the mapping is no TOML ({error}).") from error
    try:
        return _map(told)
    except _NotUnderstood as error:
        raise UnreadableInput(str(path), f"{error}.") from error


def field_map_for(path: Path, root: Path) -> FieldMap | None:
    """The map that lies beside a file, or in the folder that is read; None where there is neither.

    Raises:
        UnreadableInput: there is one that cannot be read, or a link to one outside of the folder that is read.
    """
    beside, of_folder = path.with_name(path.name + BESIDE), root / OF_FOLDER
    if not root.is_dir():
        return read_field_map(beside) if beside.is_file() else None
    for each in (beside, of_folder):
        if each.is_symlink() and not each.resolve().is_relative_to(root.resolve()):
            raise UnreadableInput(str(each), "the mapping is a link that leads out of the folder.")
        if each.is_file():
            return read_field_map(each)
    return None


class _NotUnderstood(Exception):
    """The text says what."""


def _map(told: Mapping[str, Any]) -> FieldMap:
    if unknown := [name for name in told if name not in _KEYS]:
        raise _NotUnderstood(f"the mapping knows no “{unknown[0][:_LONGEST]}”: it may have {', '.join(_KEYS)}")
    dates, items = told.get("dates"), told.get("items", "")
    if dates is not None and dates not in _ORDERS:
        raise _NotUnderstood(f"dates is {' or '.join(_ORDERS)}")
    if not isinstance(items, str):
        raise _NotUnderstood("items is a name, by dots into what is nested")
    names = {_part(name, tuple(Field)): _alternatives(name, value) for name, value in _table(told, "fields").items()}
    always = {_part(name, _CONSTANT): _constant(name, value) for name, value in _table(told, "always").items()}
    if not names and not always and not items:
        raise _NotUnderstood("the mapping says nothing: it needs a table [fields]")
    return FieldMap(names, always, tuple(filter(None, items.split("."))), cast("DateOrder | None", dates))


def _table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = told.get(name, {})
    if not isinstance(table, Mapping):
        raise _NotUnderstood(f"{name} is a table, [{name}]")
    return table


def _part(name: str, parts: tuple[Field, ...]) -> Field:
    if name not in parts:
        raise _NotUnderstood(f"an article has no part “{name[:_LONGEST]}” here: it may be {', '.join(parts)}")
    return Field(name)


def _alternatives(name: str, value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(each, str) and each for each in names):
        raise _NotUnderstood(f"{name} is the name of a field, or a list of names")
    return tuple(names)


def _constant(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _NotUnderstood(f"{name} in [always] is a text")
    return value


def _inner(value: object, step: str) -> object:
    """What stands under a name, whatever its case; of a list, what stands there in its first item that has it."""
    if isinstance(value, list):
        return next((found for each in value if (found := _inner(each, step)) is not None), None)
    if not isinstance(value, Mapping):
        return None
    if step in value:
        return cast("object", value[step])
    return next((each for name, each in value.items() if str(name).lower() == step.lower()), None)

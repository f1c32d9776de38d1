"""The application's commands as the bot synced them, and what a person can make of one.

An interaction is built only from what was synced: a command, option or choice that is not there cannot be used,
which is an AssertionError of the test and not a fault of the bot.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import limits, refusals, rules
from .limits import Json
from .world import Channel, Person, Snowflakes

KINDS = {1: "slash command", 2: "user command", 3: "message command"}


@dataclass(frozen=True)
class Sync:
    """One write to the commands: the HTTP method, the guild (None: global) and the names afterwards."""

    method: str
    guild: int | None
    names: tuple[str, ...]


class Commands:
    """All synced commands, by scope: a guild's id, or None for the global ones."""

    def __init__(self, ids: Snowflakes, application: int) -> None:
        self._ids = ids
        self._application = application
        self._scopes: dict[int | None, dict[int, Json]] = {}
        self.syncs: list[Sync] = []

    def listed(self, scope: int | None = None) -> list[Json]:
        """The command objects of a scope."""
        return list(self._scopes.get(scope, {}).values())

    def one(self, scope: int | None, command: int) -> Json:
        """A command object by its id."""
        try:
            return self._scopes.get(scope, {})[command]
        except KeyError:
            raise refusals.unknown("application command", refusals.UNKNOWN_COMMAND) from None

    def overwrite(self, scope: int | None, definitions: list[Json]) -> list[Json]:
        """PUT: these and no others. A command that was there keeps its id."""
        return self._replace("PUT", scope, [self._made(scope, definition) for definition in definitions])

    def upsert(self, scope: int | None, definition: Json) -> Json:
        """POST: one more, or the one of that name and type made anew."""
        made = self._made(scope, definition)
        others = [command for command in self.listed(scope) if command["id"] != made["id"]]
        self._replace("POST", scope, [*others, made])
        return made

    def edit(self, scope: int | None, command: int, changes: Json) -> Json:
        """PATCH: change what is named."""
        edited = self.one(scope, command) | changes | {"version": str(self._ids.fresh())}
        others = [other for other in self.listed(scope) if other["id"] != str(command)]
        self._replace("PATCH", scope, [*others, edited])
        return edited

    def delete(self, scope: int | None, command: int) -> None:
        """DELETE: take one away."""
        gone = self.one(scope, command)
        self._replace("DELETE", scope, [other for other in self.listed(scope) if other is not gone])

    def _replace(self, method: str, scope: int | None, commands: list[Json]) -> list[Json]:
        complaints = rules.command_complaints(commands)
        if complaints:
            raise refusals.invalid_form(complaints)
        self._scopes[scope] = {int(command["id"]): command for command in commands}
        self.syncs.append(Sync(method, scope, tuple(command["name"] for command in commands)))
        return commands

    def _made(self, scope: int | None, definition: Json) -> Json:
        kind = definition.get("type") or 1
        known = [c["id"] for c in self.listed(scope) if (c["name"], c["type"]) == (definition["name"], kind)]
        given = {key: value for key, value in copy.deepcopy(definition).items() if value is not None}
        permissions = given.get("default_member_permissions")
        made: Json = {
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            "description": "",
            **given,
            "id": known[0] if known else str(self._ids.fresh()),
            "application_id": str(self._application),
            "version": str(self._ids.fresh()),
            "type": kind,
            "default_member_permissions": None if permissions is None else str(permissions),
        }
        return made | {"guild_id": str(scope)} if scope is not None else made

    def offered(self, kind: int, name: str, place: Channel, person: Person, locale: str) -> Json:
        """The command of that kind that a person finds in a place, or AssertionError saying why there is none."""
        guild = place.guild.id if place.guild else None
        found = [*self.listed(guild), *(self.listed() if guild is not None else [])]
        named = [command for command in found if command["type"] == kind and is_called(command, name, locale)]
        if not named:
            names = sorted(command["name"] for command in found if command["type"] == kind)
            raise AssertionError(f"there is no {KINDS[kind]} {name!r} here; synced: {', '.join(names) or 'none'}")
        _must_be_offered(named[0], place, person)
        return named[0]


def is_called(definition: Json, name: str, locale: str) -> bool:
    """Whether a command, option or choice has that name, plain or in the person's language."""
    return name in (definition["name"], (definition.get("name_localizations") or {}).get(locale))


def _must_be_offered(command: Json, place: Channel, person: Person) -> None:
    context = 0 if place.guild else 1 if place.holds_bot else 2
    contexts = command.get("contexts")
    if contexts is None:
        contexts = [0, 1, 2] if command.get("dm_permission", True) else [0]
    if context not in contexts:
        raise AssertionError(f"{command['name']!r} is not offered in context {context}, only in {contexts}")
    installs = set(command["integration_types"])
    here = ({0} if place.holds_bot else set()) | ({1} if person.installed else set())
    if not installs & here:
        raise AssertionError(f"{command['name']!r} has integration types {installs}, and here there are {here}")


@dataclass
class Chosen:
    """What a person typed into a slash command: the innermost command and its options, and how they nest."""

    path: list[str]
    definition: Json
    nested: list[tuple[int, str]]

    def wrap(self, options: list[Json]) -> list[Json]:
        """The options within their subcommand and group, as an interaction carries them."""
        for kind, name in reversed(self.nested):
            options = [{"type": kind, "name": name, "options": options}]
        return options


def choose(command: Json, path: list[str], locale: str) -> Chosen:
    """Follow a path such as ["admin", "reindex"] into a command."""
    definition, nested = command, []
    for name in path[1:]:
        inner = [option for option in _inner(definition) if is_called(option, name, locale)]
        if not inner:
            names = [option["name"] for option in _inner(definition)]
            raise AssertionError(f"{definition['name']!r} has no subcommand {name!r}, only {names}")
        definition = inner[0]
        nested.append((definition["type"], definition["name"]))
    if list(_inner(definition)):
        raise AssertionError(f"{' '.join(path)!r} is a group: name one of {[o['name'] for o in _inner(definition)]}")
    return Chosen(path, definition, nested)


def _inner(definition: Json) -> Iterator[Json]:
    kinds = (limits.SUBCOMMAND, limits.SUBCOMMAND_GROUP)
    return (option for option in definition.get("options") or [] if option["type"] in kinds)


def pair(chosen: Chosen, given: Mapping[str, object], locale: str) -> dict[str, tuple[Json, object]]:
    """Each given value with the definition of its option, by the option's own name."""
    options = chosen.definition.get("options") or []
    paired = {}
    for name, value in given.items():
        named = [option for option in options if is_called(option, name, locale)]
        if not named:
            raise AssertionError(
                f"/{' '.join(chosen.path)} has no option {name!r}, only {[o['name'] for o in options]}"
            )
        paired[named[0]["name"]] = (named[0], value)
    return paired


def must_be_complete(chosen: Chosen, given: Mapping[str, object]) -> None:
    """AssertionError where a required option has no value."""
    missing = [
        o["name"] for o in chosen.definition.get("options") or [] if o.get("required") and o["name"] not in given
    ]
    if missing:
        raise AssertionError(f"/{' '.join(chosen.path)} needs {missing}")

"""Values that people give to options, selects and modals, as an interaction carries them.

The client of a person checks them first, so a value that it would not send is an AssertionError of the test.
"""

from __future__ import annotations

from typing import Any

from . import limits, messages, payloads
from .commands import is_called
from .limits import Json, units
from .messages import File, Message
from .world import Channel, Guild, Person, Snowflakes


class Resolved:
    """The `resolved` part of an interaction: whole objects for the ids among its values."""

    def __init__(self, ids: Snowflakes, guild: Guild | None, uploads: dict[str, File], media: str) -> None:
        self._ids, self._guild, self._uploads, self._media = ids, guild, uploads, media
        self.body: Json = {}

    def person(self, person: Person) -> str:
        """Keep a user, and a member in a guild; the user's id."""
        self.body.setdefault("users", {})[str(person.id)] = payloads.user(person)
        if self._guild is not None:
            member = payloads.member(person, with_user=False) | {"permissions": str(person.permissions)}
            self.body.setdefault("members", {})[str(person.id)] = member
        return str(person.id)

    def channel(self, channel: Channel) -> str:
        """Keep a channel; its id."""
        partial = payloads.channel(channel) | {"permissions": str(limits.DEFAULT_PERMISSIONS)}
        self.body.setdefault("channels", {})[str(channel.id)] = partial
        return str(channel.id)

    def message(self, message: Message) -> str:
        """Keep a message; its id."""
        self.body.setdefault("messages", {})[str(message.id)] = message.to_json()
        return str(message.id)

    def file(self, file: File) -> str:
        """Keep an uploaded file, which is served from now on; its id."""
        key = str(self._ids.fresh())
        self._uploads[key] = file
        self.body.setdefault("attachments", {})[key] = messages.attachment(key, file, self._media)
        return key

    def any(self, value: object) -> str:
        """Keep whatever it is; its id, or the text itself."""
        if isinstance(value, Channel):
            return self.channel(value)
        if isinstance(value, File):
            return self.file(value)
        person = getattr(value, "person", value)
        return self.person(person) if isinstance(person, Person) else str(value)


def option_value(option: Json, value: object, resolved: Resolved, locale: str) -> Any:
    """The value of an option on the wire; AssertionError if the client would not send it."""
    kind = option["type"]
    if option.get("choices"):
        return _choice(option, value, locale)
    expected = _PLAIN.get(kind)
    if expected is None:
        return resolved.any(value)
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != limits.BOOLEAN):
        raise AssertionError(f"option {option['name']!r} takes {expected}, not {value!r}")
    size = units(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    # Discord's own bound for a text option is 6,000 characters.
    if size < option.get(low, size) or size > option.get(high, 6000 if kind == limits.STRING else size):
        raise AssertionError(f"option {option['name']!r} allows {option.get(low)} to {option.get(high)}, got {size}")
    return value


_PLAIN: dict[int, type | tuple[type, ...]] = {
    limits.STRING: str,
    limits.INTEGER: int,
    limits.BOOLEAN: bool,
    limits.NUMBER: (int, float),
}


def _choice(option: Json, value: object, locale: str) -> Any:
    for choice in option["choices"]:
        if value == choice["value"] or (isinstance(value, str) and is_called(choice, value, locale)):
            return choice["value"]
    raise AssertionError(f"option {option['name']!r} offers {[c['value'] for c in option['choices']]}, not {value!r}")


def select_values(select: Json, chosen: list[object], resolved: Resolved) -> list[str]:
    """The values of a select, given by value or by label; AssertionError if it does not offer them."""
    fewest, most = _bounds(select, 1, 1)
    if not fewest <= len(chosen) <= most:
        raise AssertionError(f"select {select.get('custom_id')!r} takes {fewest} to {most} values, got {chosen}")
    if select["type"] != limits.STRING_SELECT:
        return [resolved.any(value) for value in chosen]
    named = {option[key]: option["value"] for key in ("label", "value") for option in select["options"]}
    missing = [value for value in chosen if value not in named]
    if missing:
        raise AssertionError(f"select {select['custom_id']!r} offers {list(named)}, not {missing}")
    return [named[str(value)] for value in chosen]


def _bounds(component: Json, fewest: int, most: int) -> tuple[int, int]:
    low, high = component.get("min_values"), component.get("max_values")
    return fewest if low is None else low, most if high is None else high


def field_answer(component: Json, value: object, resolved: Resolved) -> Json:
    """A modal's field as it is submitted; `value` is None where the person left it alone."""
    kind = component["type"]
    answer: Json = {"type": kind, "custom_id": component["custom_id"], "id": component.get("id") or 0}
    if kind == limits.TEXT_INPUT:
        return answer | {"value": _typed(component, component.get("value") or "" if value is None else value)}
    if kind in (*limits.SELECTS, limits.FILE_UPLOAD):
        return answer | {"values": _picked(component, value, resolved)}
    return answer | ({"values": value or []} if kind == 22 else {"value": value})  # radio group, checkboxes


def _typed(component: Json, value: object) -> str:
    text, most = str(value), component.get("max_length") or 4000
    needed = component.get("required", True) is not False
    fewest = component.get("min_length") or (1 if needed else 0)
    if (text or needed) and not fewest <= units(text) <= most:
        raise AssertionError(f"field {component['custom_id']!r} takes {fewest} to {most} characters, got {units(text)}")
    return text


def _picked(component: Json, value: object, resolved: Resolved) -> list[str]:
    chosen = [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
    needed = component.get("required", True) is not False
    if not chosen and value is None and component.get("options"):
        chosen = [option["value"] for option in component["options"] if option.get("default")]
    if not chosen and not needed:
        return []
    if component["type"] == limits.FILE_UPLOAD:
        fewest, most = _bounds(component, 1, 1)
        if not fewest <= len(chosen) <= most:
            raise AssertionError(f"field {component['custom_id']!r} takes {fewest} to {most} files, got {len(chosen)}")
        return [resolved.any(file) for file in chosen]
    return select_values(component, chosen, resolved)

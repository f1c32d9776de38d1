"""Discord's rules about a message, a modal or choices that no schema can say.

Each function gives complaints of the form "path: what is wrong". Single-field limits are the OpenAPI description's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from . import limits
from .limits import Json, units


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, in the order a reader meets them; a section's texts before its accessory."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([component[key] for key in ("accessory", "component") if component.get(key)])


def message_complaints(body: Json, *, v2: bool, was: Json | None = None) -> list[str]:
    """Complaints about a message. `body` is the message as it would become, `v2` whether it has Components V2
    and `was` the request, whose keys count even where they change nothing."""
    components = body.get("components") or []
    found = [*_component_complaints(components), *_embed_complaints(body.get("embeds") or [])]
    if units(body.get("content") or "") > limits.CONTENT_CHARACTERS:
        found.append(f"content: Must be {limits.CONTENT_CHARACTERS} or fewer in length.")
    asked = body if was is None else was
    if v2:
        found += [
            f"{key}: Cannot be used with Components V2." for key in _OUTSIDE_V2 if body.get(key) or asked.get(key)
        ]
        found += [
            f"components/{place}: Is not at the top level of Components V2."
            for place, component in enumerate(components)
            if component["type"] in {limits.BUTTON, *limits.SELECTS}
        ]
        return found + list(_text_complaints(components))
    return found + [
        f"components/{place}: Type {component['type']} needs the flag IS_COMPONENTS_V2."
        for place, component in enumerate(components)
        if component["type"] in limits.V2_ONLY
    ]


_OUTSIDE_V2 = ("content", "embeds", "poll", "stickers")


def choice_complaints(choices: list[Json]) -> list[str]:
    """Complaints about the choices of an autocomplete answer."""
    found: list[str] = []
    if len(choices) > limits.AUTOCOMPLETE_CHOICES:
        found.append(f"data/choices: Must be {limits.AUTOCOMPLETE_CHOICES} or fewer in length.")
    found += [
        f"data/choices/{place}/{key}: Must be between 1 and 100 in length."
        for place, choice in enumerate(choices)
        for key in ("name", "value")
        if not 0 < units(str(choice.get(key, ""))) <= limits.AUTOCOMPLETE_CHARACTERS
    ]
    return found


def modal_complaints(modal: Json) -> list[str]:
    """Complaints about a modal."""
    components = modal.get("components") or []
    found = list(_component_complaints(components))
    if not 1 <= len(components) <= 5:
        found.append("components: Must be between 1 and 5 in length.")
    return [f"data/{complaint}" for complaint in found]


def command_complaints(commands: list[Json]) -> list[str]:
    """Complaints about the commands of a scope as they would become together."""
    found = []
    for kind, most in limits.COMMANDS_BY_TYPE.items():
        names = Counter(command["name"] for command in commands if command.get("type", 1) == kind)
        found += [f"name: APPLICATION_COMMANDS_DUPLICATE_NAME {name}" for name, times in names.items() if times > 1]
        if len(names) > most:
            found.append(f"body: Maximum number of application commands of type {kind} reached ({most}).")
    for command in commands:
        size = _command_size(command)
        if size > limits.COMMAND_CHARACTERS:
            found.append(f"body: {command['name']} has {size} characters, more than {limits.COMMAND_CHARACTERS}.")
        found += _option_complaints(command, command["name"])
    return found


def _option_complaints(command: Json, path: str) -> Iterator[str]:
    options = command.get("options") or []
    names = [option["name"] for option in options]
    if len(set(names)) < len(names):
        yield f"{path}/options: Option names must be unique."
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        yield f"{path}/options: Required options must be placed before non-required options."
    for option in options:
        if option.get("autocomplete") and option.get("choices"):
            yield f"{path}/{option['name']}: Autocomplete cannot be used with choices."
        yield from _option_complaints(option, f"{path}/{option['name']}")


def _command_size(command: Json) -> int:
    """Characters of names, descriptions and values, each with its longest localization."""
    total = 0
    for key in ("name", "description"):
        localized = (command.get(f"{key}_localizations") or {}).values()
        total += max(map(units, [command.get(key) or "", *localized]))
    for choice in command.get("choices") or []:
        total += _command_size(choice) + units(str(choice["value"]))
    return total + sum(_command_size(option) for option in command.get("options") or [])


def _component_complaints(components: list[Json]) -> Iterator[str]:
    every = list(walk(components))
    if len(every) > limits.COMPONENTS:
        yield f"components: {len(every)} components, nested ones counted; at most {limits.COMPONENTS}."
    ids = Counter(component["custom_id"] for component in every if component.get("custom_id"))
    yield from (f"components: Component custom id cannot be duplicated: {name}" for name, n in ids.items() if n > 1)
    for component in every:
        kind = component["type"]
        if kind == limits.BUTTON:
            yield from _button_complaints(component)
        elif kind in limits.SELECTS:
            yield from _select_complaints(component)
        elif kind == limits.ROW:
            yield from _row_complaints(component)


def _button_complaints(button: Json) -> Iterator[str]:
    means = {limits.LINK_BUTTON: "url", limits.PREMIUM_BUTTON: "sku_id"}.get(button["style"], "custom_id")
    if [key for key in ("url", "sku_id", "custom_id") if button.get(key)] != [means]:
        yield f"components: A button of style {button['style']} has {means} and nothing else: {button}"
    if means != "sku_id" and not (button.get("label") or button.get("emoji")):
        yield f"components: A button needs a label or an emoji: {button}"


def _select_complaints(select: Json) -> Iterator[str]:
    name = select.get("custom_id")
    fewest, most = _range(select)
    options = select.get("options")
    if fewest > most:
        yield f"components: {name} has min_values above max_values."
    if options is None:
        return
    values = [option["value"] for option in options]
    if not 1 <= len(values) <= 25 or len(set(values)) < len(values):
        yield f"components: {name} needs 1 to 25 options, each with a value of its own."
    if most > len(values) or sum(bool(option.get("default")) for option in options) > most:
        yield f"components: {name} has max_values or defaults beyond its options."


def _range(select: Json) -> tuple[int, int]:
    fewest, most = select.get("min_values"), select.get("max_values")
    return 1 if fewest is None else fewest, 1 if most is None else most


def _row_complaints(row: Json) -> Iterator[str]:
    kinds = [component["type"] for component in row["components"]]
    if len(kinds) > (5 if set(kinds) == {limits.BUTTON} else 1):
        yield "components: An action row has up to 5 buttons or one other component."


def _text_complaints(components: list[Json]) -> Iterator[str]:
    total = sum(units(item["content"]) for item in walk(components) if item["type"] == limits.TEXT_DISPLAY)
    if total > limits.COMPONENT_TEXT_CHARACTERS:
        yield f"components: {total} characters of text in all, more than {limits.COMPONENT_TEXT_CHARACTERS}."


def _embed_complaints(embeds: list[Json]) -> Iterator[str]:
    total = sum(units(text) for embed in embeds for text in embed_texts(embed))
    if total > limits.EMBED_CHARACTERS:
        yield f"embeds: {total} characters in all embeds, more than {limits.EMBED_CHARACTERS}."


def embed_texts(embed: Json) -> list[str]:
    """The texts of an embed that count towards the limit, in the order they are shown."""
    fields: list[Any] = [text for field in embed.get("fields") or [] for text in (field["name"], field["value"])]
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    texts = [author.get("name"), embed.get("title"), embed.get("description"), *fields, footer.get("text")]
    return [str(text) for text in texts if text]

"""Components as a person sees them: buttons, select menus, modals, suggestions. Read from Discord's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import limits, rules
from .limits import Json
from .values import Resolved, field_answer


@dataclass(frozen=True)
class Button:
    """A button as it is shown; `url` is a link button's, `custom_id` every other's."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    style: int
    raw: Json


@dataclass(frozen=True)
class Select:
    """A select menu as it is shown; `options` are its labels by value, in order, `chosen` its default values."""

    placeholder: str
    custom_id: str
    options: dict[str, str]
    chosen: tuple[str, ...]
    disabled: bool
    raw: Json


@dataclass(frozen=True)
class Choice:
    """One suggestion of an autocomplete."""

    name: str
    value: str | int | float


@dataclass(frozen=True)
class Modal:
    """A modal as it is shown; `fields` are its inputs by label."""

    title: str
    custom_id: str
    fields: dict[str, Json]
    raw: Json


def buttons(components: list[Json]) -> list[Button]:
    """All buttons among components, in the order they are read."""
    return [_button(item) for item in rules.walk(components) if item["type"] == limits.BUTTON]


def selects(components: list[Json]) -> list[Select]:
    """All select menus among components, in the order they are read."""
    return [_select(item) for item in rules.walk(components) if item["type"] in limits.SELECTS]


def modal(raw: Json) -> Modal:
    """A modal from its JSON."""
    return Modal(raw["title"], raw["custom_id"], dict(_fields(raw)), raw)


def submitted(component: Json, left: dict[str, object], resolved: Resolved) -> Json:
    """A modal's component as it is submitted; its values are taken out of `left`, by label or custom_id."""
    answer: Json = {"type": component["type"], "id": component.get("id") or 0}
    if component["type"] == limits.LABEL:
        inner = component["component"]
        return answer | {"component": field_answer(inner, _given(left, component["label"], inner), resolved)}
    if component["type"] == limits.ROW:
        inner = component["components"][0]
        return answer | {"components": [field_answer(inner, _given(left, inner.get("label", ""), inner), resolved)]}
    return answer | {"content": component["content"]}


def _given(left: dict[str, object], label: str, component: Json) -> object:
    return left.pop(label) if label in left else left.pop(component["custom_id"], None)


def _button(raw: Json) -> Button:
    label = str(raw.get("label") or (raw.get("emoji") or {}).get("name") or "")
    return Button(label, raw.get("custom_id"), raw.get("url"), bool(raw.get("disabled")), raw["style"], raw)


def _select(raw: Json) -> Select:
    options = raw.get("options") or []
    chosen = tuple(option["value"] for option in options if option.get("default"))
    labels = {option["value"]: option["label"] for option in options}
    return Select(raw.get("placeholder") or "", raw["custom_id"], labels, chosen, bool(raw.get("disabled")), raw)


def _fields(modal: Json) -> Iterable[tuple[str, Json]]:
    for component in modal["components"]:
        if component["type"] == limits.LABEL:
            yield component["label"], component["component"]
        for inner in component.get("components") or []:
            yield inner.get("label") or inner["custom_id"], inner

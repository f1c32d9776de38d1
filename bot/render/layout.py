"""The parts that messages are made of, within Discord's limits, and the ``custom_id`` of whatever can be pressed.

A view here is only markup: it is stopped as it is made, so discord.py keeps none of them, and whatever is pressed goes
by its ``custom_id`` to ``bot.screens``, in this process or any later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot.markdown import ELLIPSIS, short, units

TEXT = 4000  # all text of a message with Components V2 (Discord's documentation of message components)
COMPONENTS = 40  # in a message, nested ones counted (the same)
LABEL = 80  # a button (the same)
OPTIONS, OPTION = 25, 100  # of a select menu; label, value, description and placeholder of one (the same)
CUSTOM_ID = 100
TITLE, FIELD = 45, 45  # of a form, and the label of one of its fields
ALT = 1024  # the alternative text of a file
ACCENT = 0x3B6EA5

Item = ui.Item[Any]


def view(*items: Item | None) -> ui.LayoutView:
    """A message of these parts; what is None is left out."""
    made = ui.LayoutView(timeout=None)
    for item in items:
        if item is not None:
            made.add_item(item)
    made.stop()
    return made


def panel(*parts: str | Item) -> Item:
    """Parts in a frame; a text becomes a text display."""
    box: ui.Container[Any] = ui.Container(accent_colour=ACCENT)
    for part in parts:
        box.add_item(ui.TextDisplay(part) if isinstance(part, str) else part)
    return box


def box(text: str) -> ui.LayoutView:
    """A message of one framed text."""
    return view(panel(clip(text)))


def clip(markdown: str, room: int = TEXT) -> str:
    """Whole lines within so many UTF-16 units; of the first one its beginning, where it is longer than that."""
    kept = markdown.split("\n")
    while len(kept) > 1 and units("\n".join(kept)) > room:
        kept.pop()
    text = "\n".join(kept)
    return text if units(text) <= room else short(text, room)


def row(*items: Item | None) -> Item | None:
    """Buttons side by side, up to five, or one select menu; None where there is none."""
    present = [item for item in items if item is not None]
    return ui.ActionRow(*present) if present else None


def button(label: str, act: str, *arguments: object, enabled: bool = True, danger: bool = False) -> Item:
    """A button that does an act of ``bot.screens``."""
    style = discord.ButtonStyle.danger if danger else discord.ButtonStyle.secondary
    text = short(label, LABEL) or ELLIPSIS
    made: ui.Button[Any] = ui.Button(
        label=text, style=style, custom_id=custom_id(act, *arguments), disabled=not enabled
    )
    return made


def option(label: str, value: str, description: str | None = None, *, chosen: bool = False) -> discord.SelectOption:
    """An entry of a select menu."""
    about = short(description, OPTION) if description else None
    return discord.SelectOption(label=short(label, OPTION) or ELLIPSIS, value=value, description=about, default=chosen)


def select(
    placeholder: str,
    options: Sequence[discord.SelectOption],
    act: str,
    *arguments: object,
    fewest: int = 1,
    most: int = 1,
) -> Item | None:
    """A select menu that does an act with what is chosen; None where there is nothing to choose from."""
    if not options:
        return None
    made: ui.Select[Any] = ui.Select(
        placeholder=short(placeholder, OPTION),
        options=list(options[:OPTIONS]),
        custom_id=custom_id(act, *arguments),
        min_values=fewest,
        max_values=min(most, len(options)),
    )
    return made


def form(title: str, fields: Iterable[tuple[str, str, str]], act: str, *arguments: object) -> ui.Modal:
    """A form of one-line fields, each given as its name, its label and what stands in it at first."""
    return dialog(title, ((label, line(name, value)) for name, label, value in fields), act, *arguments)


def dialog(title: str, parts: Iterable[tuple[str, Item]], act: str, *arguments: object) -> ui.Modal:
    """A form of up to five parts, each with its label."""
    made = ui.Modal(title=short(title, TITLE), custom_id=custom_id(act, *arguments), timeout=None)
    for label, part in parts:
        made.add_item(ui.Label(text=short(label, FIELD), component=part))
    made.stop()
    return made


def line(name: str, value: str = "", most: int = 100) -> Item:
    """A field of a form for one line of at most so many characters, with what stands in it at first."""
    typed: ui.TextInput[Any] = ui.TextInput(custom_id=name, default=value or None, required=False, max_length=most)
    return typed


def custom_id(act: str, *arguments: object) -> str:
    """An act and its arguments, which hold no colon, as a press brings them back.

    Raises:
        ValueError: it is longer than Discord lets it be.
    """
    made = ":".join([act, *map(str, arguments)])
    if len(made) > CUSTOM_ID:
        raise ValueError(made)
    return made

"""A button, a menu or a form that somebody used: which act its ``custom_id`` names, with what, and by whom.

Nothing of it is kept in memory, so whatever was sent goes on working after any number of restarts, on any worker.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.reader import Reader, reader_of
from bot.render import archive
from bot.tree import Interaction, conduct

Act = Callable[["Press"], Awaitable[None]]
"""What a press does."""

_LONGEST_NUMBER = 6  # digits of a page
_LARGEST = 2**63  # above every id of Discord's and every number of the archive's


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a form: its name, its size in bytes, and where Discord keeps it."""

    name: str
    size: int
    address: str


class Outdated(Exception):
    """What was pressed can no longer do what it promises."""


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed, by whom: the arguments of its ``custom_id``, and what was chosen or filled in."""

    interaction: Interaction
    reader: Reader
    arguments: tuple[str, ...]

    def number(self, place: int) -> int:
        """An argument that is a number.

        Raises:
            Outdated: it is none.
        """
        try:
            number = int(self.arguments[place])
        except (IndexError, ValueError) as error:
            raise Outdated from error
        if abs(number) >= _LARGEST:
            raise Outdated
        return number

    def text(self, place: int) -> str:
        """An argument.

        Raises:
            Outdated: there is none.
        """
        try:
            return self.arguments[place]
        except IndexError as error:
            raise Outdated from error

    @property
    def values(self) -> tuple[str, ...]:
        """What was chosen in a menu."""
        return tuple(map(str, self._data.get("values", ())))

    @property
    def fields(self) -> Mapping[str, str]:
        """What stands in the fields of a form, by their names; of a menu in it, what was chosen first."""
        return {name: next(iter(values), "") for name, values in _fields(self._data.get("components", ()))}

    @property
    def files(self) -> tuple[Sent, ...]:
        """The files that came with a form."""
        sent = dict(self._data.get("resolved", {})).get("attachments", {})
        known = (each for _, values in _fields(self._data.get("components", ())) for each in values if each in sent)
        return tuple(Sent(sent[key]["filename"], sent[key]["size"], sent[key]["url"]) for key in known)

    @property
    def page(self) -> int:
        """The page that was filled in; the first where that is no number."""
        typed = self.fields.get("page", "").strip()
        return int(typed) if typed.isdecimal() and len(typed) <= _LONGEST_NUMBER else 1

    @property
    def _data(self) -> Mapping[str, Any]:
        return dict(self.interaction.data or {})


async def pressed(interaction: Interaction, acts: Mapping[str, Act]) -> None:
    """Do what was pressed; where no act stands behind it any more, say so. Never raises."""
    act, *arguments = str(dict(interaction.data or {}).get("custom_id", "")).split(":")
    known = acts.get(act)
    await conduct(interaction, act if known else "gone", partial(_do, known, tuple(arguments)))


async def _do(act: Act | None, arguments: tuple[str, ...], interaction: Interaction) -> None:
    reader = await reader_of(interaction)
    try:
        await (act or _nothing)(Press(interaction, reader, arguments))
    except Outdated:
        said = archive.notice(reader.language.say("This message can no longer do that: ask again with `/search`."))
        if interaction.response.is_done():
            await interaction.followup.send(view=said, ephemeral=True)
        else:
            await interaction.response.send_message(view=said, ephemeral=True)


async def _nothing(_: Press) -> None:
    """What another version of the bot could do, and this one cannot."""
    raise Outdated


def _fields(components: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every field of a form with what it brings: it stands in a label, or in a row."""
    for component in components:
        if "custom_id" in component and "value" in component:
            yield str(component["custom_id"]), (str(component["value"] or ""),)
        elif "custom_id" in component and "values" in component:
            yield str(component["custom_id"]), tuple(map(str, component["values"]))
        inner = [component["component"]] if "component" in component else component.get("components", ())
        yield from _fields(inner)

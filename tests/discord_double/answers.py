"""What a person sees of the bot: a message, an answer to an interaction, a modal; and how they act on it.

A view is live: after a page was turned, every view of that message shows the new page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Self, TypeVar

from . import limits, views
from .core import WAIT_SECONDS
from .interactions import Interaction
from .limits import Json
from .messages import File, Message, texts
from .values import select_values
from .views import Button, Modal, Select
from .world import Channel, Person

if TYPE_CHECKING:
    from .double import DiscordDouble
    from .people import User

T = TypeVar("T")


class Shown:
    """A message of the bot, or none where there is none (any more): then it has no text and no component."""

    def __init__(
        self, double: DiscordDouble, viewer: Person, place: Channel, locale: str, message: Message | None
    ) -> None:
        self._double, self._viewer, self._place, self._locale, self._message = double, viewer, place, locale, message

    @property
    def message(self) -> Message | None:
        """The message behind it, or None if there is none or it was deleted."""
        return None if self._message is None or self._message.deleted else self._message

    @property
    def _body(self) -> Json:
        return self.message.body if self.message else {}

    @property
    def content(self) -> str:
        """The plain content; empty for Components V2."""
        return str(self._body.get("content", ""))

    @property
    def embeds(self) -> list[Json]:
        """The embeds, as Discord's JSON."""
        return list(self._body.get("embeds", []))

    @property
    def components(self) -> list[Json]:
        """The components at the top, as Discord's JSON."""
        return list(self._body.get("components", []))

    @property
    def texts(self) -> list[str]:
        """Every text in it, in the order it is read: content, embeds, text displays."""
        return texts(self._body)

    @property
    def text(self) -> str:
        """All texts, a line each."""
        return "\n".join(self.texts)

    @property
    def files(self) -> list[File]:
        """The attached files."""
        return list(self.message.files.values()) if self.message else []

    @property
    def flags(self) -> int:
        """The message's flags."""
        return self.message.flags if self.message else 0

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & limits.EPHEMERAL)

    @property
    def v2(self) -> bool:
        """Whether it is of Components V2."""
        return bool(self.flags & limits.COMPONENTS_V2)

    @property
    def deleted(self) -> bool:
        """Whether the message was deleted."""
        return self._message is not None and self._message.deleted

    @property
    def pings(self) -> set[str]:
        """Ids of the users that it pings, and "everyone": what allowed_mentions lets through."""
        return set(self.message.pings) if self.message else set()

    @property
    def buttons(self) -> list[Button]:
        """Its buttons, in the order they are read."""
        return views.buttons(self.components)

    @property
    def selects(self) -> list[Select]:
        """Its select menus, in the order they are read."""
        return views.selects(self.components)

    async def press(
        self, button: str, *, by: User | None = None, timeout: float = WAIT_SECONDS, first_response: bool = False
    ) -> Answer:
        """Press a button, named by its label, emoji or custom_id; `by` another person than the one who sees this.
        Returns as `User.slash` does."""
        named = [item for item in self.buttons if button in (item.label, item.custom_id)]
        chosen = self._one(named, f"button {button!r}", [item.label for item in self.buttons])
        if chosen.url is not None or chosen.custom_id is None:
            raise AssertionError(f"{button!r} is a link, which tells the bot nothing")
        data = {"component_type": limits.BUTTON, "custom_id": chosen.custom_id, "id": chosen.raw["id"]}
        return await self._use(chosen.disabled, data, by, timeout, first_response)

    async def select(
        self,
        select: str,
        values: object,
        *,
        by: User | None = None,
        timeout: float = WAIT_SECONDS,
        first_response: bool = False,
    ) -> Answer:
        """Choose in a select menu, named by its placeholder or custom_id; `values` is one value or label, or
        a list of them. Returns as `User.slash` does."""
        named = [item for item in self.selects if select in (item.placeholder, item.custom_id)]
        chosen = self._one(named, f"select {select!r}", [item.placeholder for item in self.selects])
        resolved = self._double.resolved(self._place)
        given = list(values) if isinstance(values, list | tuple) else [values]
        data = {
            "component_type": chosen.raw["type"],
            "custom_id": chosen.custom_id,
            "id": chosen.raw["id"],
            "values": select_values(chosen.raw, given, resolved),
            "resolved": resolved.body,
        }
        return await self._use(chosen.disabled, data, by, timeout, first_response)

    def _one(self, named: list[T], what: str, there: Iterable[str]) -> T:
        if len(named) != 1:
            raise self._double.failure(f"there are {len(named)} of {what}, not one; shown: {list(there)}")
        return named[0]

    async def _use(self, disabled: bool, data: Json, by: User | None, timeout: float, first_response: bool) -> Answer:
        person = by.person if by else self._viewer
        message = self.message
        assert message is not None  # its component was found
        if disabled:
            raise AssertionError(f"{data['custom_id']!r} is disabled")
        if message.only_for not in (None, person):
            raise AssertionError(f"{person.name} does not see this: it is ephemeral")
        locale = self._locale if person is self._viewer else person.locale
        return await self._double.interact(
            limits.COMPONENT,
            person,
            self._place,
            data,
            locale,
            source=message,
            timeout=timeout,
            first_response=first_response,
        )

    async def until(self, predicate: Callable[[Self], object], timeout: float = WAIT_SECONDS) -> Self:
        """Wait until a predicate of this holds, asked again after each change; itself."""
        await self._double.core.wait(lambda: bool(predicate(self)), f"{self!r} to become as asked", timeout)
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text[:200]!r} buttons={[button.label for button in self.buttons]}>"


class Answer(Shown):
    """What the bot did with one interaction."""

    def __init__(self, double: DiscordDouble, interaction: Interaction, locale: str) -> None:
        super().__init__(double, interaction.person, interaction.place, locale, None)
        self.interaction = interaction

    @property
    def message(self) -> Message | None:
        """The message of the answer: a new one, or the one whose component was used; None if there is none."""
        found = self.interaction.original
        return None if found is None or found.deleted else found

    @property
    def deleted(self) -> bool:
        """Whether the answer was deleted."""
        return self.interaction.original is not None and self.interaction.original.deleted

    @property
    def deferred(self) -> bool:
        """Whether the first response only announced the answer."""
        return self.interaction.callback in (limits.DEFERRED_MESSAGE, limits.DEFERRED_UPDATE)

    @property
    def thinking(self) -> bool:
        """Whether it still shows "… is thinking"."""
        return self.message is not None and self.message.loading

    @property
    def updates(self) -> bool:
        """Whether it changes the message whose component was used, in place of a new message."""
        return self.interaction.callback in (limits.DEFERRED_UPDATE, limits.UPDATE)

    @property
    def refusals(self) -> list[int]:
        """Discord's codes for the first responses that it refused: 10062 (too late), 40060 (answered already)."""
        return self.interaction.refusals

    @property
    def followups(self) -> list[Shown]:
        """The further messages of the answer."""
        return [
            Shown(self._double, self._viewer, self._place, self._locale, message)
            for message in self.interaction.followups
        ]

    @property
    def modal(self) -> Modal | None:
        """The modal it opened, if it did."""
        raw = self.interaction.modal
        return None if raw is None else views.modal(raw)

    async def submit(
        self, fields: Mapping[str, object], *, timeout: float = WAIT_SECONDS, first_response: bool = False
    ) -> Answer:
        """Fill in the modal and send it; `fields` are named by label or custom_id, the rest stays as it is."""
        if self.modal is None:
            raise self._double.failure("there is no modal to submit")
        resolved, left = self._double.resolved(self._place), dict(fields)
        components = [views.submitted(component, left, resolved) for component in self.modal.raw["components"]]
        if left:
            raise AssertionError(f"the modal has no field {list(left)}, only {list(self.modal.fields)}")
        data = {"custom_id": self.modal.custom_id, "components": components, "resolved": resolved.body}
        return await self._double.interact(
            limits.MODAL_SUBMIT,
            self._viewer,
            self._place,
            data,
            self._locale,
            source=self.interaction.source,
            timeout=timeout,
            first_response=first_response,
        )

"""People who use the bot: they type commands, press, write messages. Every act is an event on the gateway.

Waiting is by events, at most `timeout` seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from . import limits, stored
from .answers import Answer, Shown
from .commands import choose, must_be_complete, pair
from .core import WAIT_SECONDS
from .limits import Json
from .messages import REPLY, Message, reference
from .values import option_value
from .views import Choice
from .world import Channel, Guild, Person

if TYPE_CHECKING:
    from .double import DiscordDouble


class User:
    """A person at a Discord client."""

    def __init__(self, double: DiscordDouble, person: Person) -> None:
        self._double = double
        self.person = person

    @property
    def id(self) -> int:
        """The user's id."""
        return self.person.id

    @property
    def mention(self) -> str:
        """`<@id>`."""
        return self.person.mention

    @property
    def dm(self) -> Channel:
        """The direct conversation with the bot."""
        return self._double.core.world.direct_channel(self.person)

    async def slash(
        self,
        command: str,
        /,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        locale: str | None = None,
        timeout: float = WAIT_SECONDS,
        first_response: bool = False,
        options: Mapping[str, object] | None = None,
        **values: object,
    ) -> Answer:
        """Use a slash command, "search" or "admin reindex"; options as keywords, or in `options` where a name is
        one of this method's own. Without `channel` it happens in the first channel of `guild`, or of all.

        Returns when the answer has something to show: at once for a message or a modal, after a deferral when it is
        edited. With `first_response` it returns at the first response, whatever that is.
        """
        place, locale = self._double.place(channel, guild), locale or self.person.locale
        data = self._command_data(command, {**(options or {}), **values}, place, locale, focused=None)
        return await self._double.interact(
            limits.COMMAND, self.person, place, data, locale, timeout=timeout, first_response=first_response
        )

    async def autocomplete(
        self,
        command: str,
        /,
        *,
        focused: str,
        guild: Guild | None = None,
        channel: Channel | None = None,
        locale: str | None = None,
        timeout: float = WAIT_SECONDS,
        options: Mapping[str, object] | None = None,
        **values: object,
    ) -> list[Choice]:
        """What the bot suggests while the person types into the option `focused`, whose text so far is among the
        values; other options may be missing still."""
        place, locale = self._double.place(channel, guild), locale or self.person.locale
        data = self._command_data(command, {focused: "", **(options or {}), **values}, place, locale, focused=focused)
        answer = await self._double.interact(limits.AUTOCOMPLETE, self.person, place, data, locale, timeout=timeout)
        return [Choice(choice["name"], choice["value"]) for choice in answer.interaction.choices or []]

    def _command_data(
        self, command: str, given: Mapping[str, object], place: Channel, locale: str, *, focused: str | None
    ) -> Json:
        path = command.removeprefix("/").split()
        synced = self._double.core.commands.offered(1, path[0], place, self.person, locale)
        chosen = choose(synced, path, locale)
        paired = pair(chosen, given, locale)
        resolved = self._double.resolved(place)
        options: list[Json] = []
        for name, (option, value) in paired.items():
            typing = focused is not None and focused in (name, *(option.get("name_localizations") or {}).values())
            if typing and not option.get("autocomplete"):
                raise AssertionError(f"option {name!r} of /{command} has no autocomplete")
            sent = value if typing else option_value(option, value, resolved, locale)
            options.append(
                {"type": option["type"], "name": name, "value": sent} | ({"focused": True} if typing else {})
            )
        if focused is None:
            must_be_complete(chosen, paired)
        return _command(synced) | {"options": chosen.wrap(options), "resolved": resolved.body}

    async def context(
        self,
        command: str,
        target: Shown | Message | User,
        /,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        locale: str | None = None,
        timeout: float = WAIT_SECONDS,
        first_response: bool = False,
    ) -> Answer:
        """Use a command of the context menu on a message or on a user. Returns as `slash` does."""
        message = target.message if isinstance(target, Shown) else target if isinstance(target, Message) else None
        locale = locale or self.person.locale
        place = message.channel if message else self._double.place(channel, guild)
        resolved = self._double.resolved(place)
        if message is not None:
            kind, target_id = 3, resolved.message(message)
        elif isinstance(target, User):
            kind, target_id = 2, resolved.person(target.person)
        else:
            raise AssertionError("the message is gone")
        synced = self._double.core.commands.offered(kind, command, place, self.person, locale)
        data = _command(synced) | {"target_id": target_id, "resolved": resolved.body}
        return await self._double.interact(
            limits.COMMAND, self.person, place, data, locale, timeout=timeout, first_response=first_response
        )

    async def post(
        self,
        channel: Channel,
        text: str,
        *,
        to: Shown | Message | None = None,
        mention: bool = True,
        embeds: Sequence[Json] = (),
    ) -> Shown:
        """Write a message and wait for nothing; `<@bot>` stands for the bot's mention, `to` is the message it
        replies to, whose author is mentioned unless `mention` is False; `embeds` are those that a client adds to
        links."""
        core = self._double.core
        message = Message(core.world.ids.fresh(), channel, self.person, revision=1)
        message.body["content"] = text.replace("<@bot>", core.world.application.bot.mention)
        message.body["embeds"] = stored.embeds(embeds)
        people = core.world.people.values()
        message.pings = {str(person.id) for person in people if person.mention in message.body["content"]}
        target = to.message if isinstance(to, Shown) else to
        if target is not None:
            message.kind, message.extra = REPLY, reference(target) | {"referenced_message": target.to_json()}
            message.pings |= {str(target.author.id)} if mention else set()
        core.messages[message.id] = message
        if channel.holds_bot:
            await self._double.gateway.publish_message(message)
        return Shown(self._double, self.person, channel, self.person.locale, message)

    async def say(
        self,
        channel: Channel,
        text: str,
        *,
        to: Shown | Message | None = None,
        mention: bool = True,
        replies: int = 1,
        timeout: float = WAIT_SECONDS,
    ) -> list[Shown]:
        """Write a message and wait for that many messages of the bot in the channel; those are returned.

        `replies=0` waits until the bot has taken the message in, and returns what it said by then."""
        said = (await self.post(channel, text, to=to, mention=mention)).message
        assert said is not None
        if not replies:
            await self._double.caught_up()

        def answered() -> list[Message] | None:
            later = (m for m in self._double.messages(channel) if m.id > said.id and m.author.bot)
            found = [m for m in later if "interaction_metadata" not in m.extra]
            return found if len(found) >= replies else None

        found = (
            answered()
            if not replies
            else await self._double.core.wait(answered, f"{replies} replies to {text!r}", timeout)
        )
        return [Shown(self._double, self.person, channel, self.person.locale, message) for message in found or []]

    def __repr__(self) -> str:
        return f"<User {self.person.name}>"


def _command(synced: Json) -> Json:
    data: Json = {"id": synced["id"], "name": synced["name"], "type": synced["type"]}
    return data | ({"guild_id": synced["guild_id"]} if "guild_id" in synced else {})

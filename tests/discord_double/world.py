"""The world of a loopback Discord: an application, its bot user, guilds, channels and people.

Plain records and the numbers that name them. Knows nothing of sockets or of what the bot does.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field

from .limits import (
    DEFAULT_PERMISSIONS,
    DIRECT,
    GROUP,
    INTENT_MESSAGE_CONTENT,
    SEND_MESSAGES_IN_THREADS,
    TEXT,
    THREAD,
    Json,
)

DISCORD_EPOCH_MS = 1420070400000  # Reference > Snowflakes
_FIXED_MS = 1704067200000  # 1 January 2024: the world's own things are always that old


class Snowflakes:
    """Ids as Discord makes them: milliseconds since its epoch, then a counter.

    `fixed` ids are the same in every run (users, guilds, channels); `fresh` ids carry the present time,
    because discord.py reads the age of a message or of an interaction from its id.
    """

    def __init__(self) -> None:
        self._fixed = itertools.count(1)
        self._fresh = itertools.count(1)

    def fixed(self) -> int:
        """An id that depends only on how many were asked for before."""
        return (_FIXED_MS - DISCORD_EPOCH_MS + next(self._fixed)) << 22

    def fresh(self) -> int:
        """An id of now, greater than each before it within the same millisecond."""
        return (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22 | next(self._fresh) & 0x3FFFFF


@dataclass(eq=False)
class Person:
    """A user account. `permissions` is the bit field it has in every guild; `installed` means that it
    added the application to itself (user install)."""

    id: int
    name: str
    permissions: int = DEFAULT_PERMISSIONS
    locale: str = "en-US"
    installed: bool = True
    bot: bool = False

    @property
    def mention(self) -> str:
        """`<@id>`, as it stands in a message."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Channel:
    """A place to talk. `guild` is None in a direct or private channel; `bot_permissions` is what the bot may."""

    id: int
    name: str
    kind: int = TEXT
    guild: Guild | None = None
    recipients: list[Person] = field(default_factory=list)
    bot_permissions: int = DEFAULT_PERMISSIONS
    holds_bot: bool = True
    """False in a private channel (a group, or the conversation of two people) that the bot cannot read."""
    parent: Channel | None = None
    """The channel that a thread belongs to."""


@dataclass(eq=False)
class Guild:
    """A server. `holds_bot` is False where the application is there only through a user who installed it."""

    id: int
    name: str
    owner: Person
    locale: str = "en-US"
    holds_bot: bool = True
    channels: list[Channel] = field(default_factory=list)
    bot_permissions: int = DEFAULT_PERMISSIONS | SEND_MESSAGES_IN_THREADS
    """What the bot may in the guild as a whole."""


@dataclass(eq=False)
class Application:
    """The bot's application. `team` are the members of the team that owns it, if one does."""

    id: int
    owner: Person
    bot: Person
    token: str
    team: list[Person] = field(default_factory=list)
    portal: Json = field(default_factory=dict)
    """What was set otherwise in the developer portal: fields of the application object."""
    privileged_intents: int = 0
    """The privileged intents enabled in the developer portal, as a bit field of `limits.PRIVILEGED_INTENTS`."""

    @property
    def reads_content(self) -> bool:
        """Whether the message content intent is enabled."""
        return bool(self.privileged_intents & INTENT_MESSAGE_CONTENT)


class World:
    """All records of one loopback Discord, by id."""

    def __init__(self, token: str) -> None:
        self.ids = Snowflakes()
        self.people: dict[int, Person] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        owner = self.add_person(Person(self.ids.fixed(), "owner"))
        bot = self.add_person(Person(self.ids.fixed(), "dateline", bot=True))
        # An application made since 2017 shares its id with its bot user.
        self.application = Application(bot.id, owner, bot, token)

    def add_person(self, person: Person) -> Person:
        """Keep a person and return it."""
        self.people[person.id] = person
        return person

    def add_guild(self, name: str, *, locale: str, holds_bot: bool) -> Guild:
        """A new guild with one text channel, "general"."""
        guild = Guild(self.ids.fixed(), name, self.application.owner, locale, holds_bot)
        self.guilds[guild.id] = guild
        self.add_text_channel(guild, "general")
        return guild

    def add_text_channel(self, guild: Guild, name: str) -> Channel:
        """A new text channel of a guild."""
        channel = Channel(self.ids.fixed(), name, TEXT, guild, holds_bot=guild.holds_bot)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str) -> Channel:
        """A new public thread of a text channel."""
        thread = Channel(self.ids.fixed(), name, THREAD, parent.guild, holds_bot=parent.holds_bot, parent=parent)
        self.channels[thread.id] = thread
        return thread

    def direct_channel(self, person: Person) -> Channel:
        """The conversation of a person with the bot, made on first use."""
        for channel in self.channels.values():
            if channel.kind == DIRECT and channel.holds_bot and channel.recipients == [person]:
                return channel
        channel = Channel(self.ids.fixed(), person.name, DIRECT, None, [person])
        self.channels[channel.id] = channel
        return channel

    def private_channel(self, people: list[Person]) -> Channel:
        """A new group of people without the bot; its commands are there by user install only."""
        channel = Channel(self.ids.fixed(), "group", GROUP, None, people, bot_permissions=0, holds_bot=False)
        self.channels[channel.id] = channel
        return channel

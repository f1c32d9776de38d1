"""`DiscordDouble`: the server, its world, its people and the bots that were launched against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from . import limits, openapi, payloads, refusals
from .answers import Answer
from .commands import Commands
from .core import WAIT_SECONDS, Clock, Core
from .faults import Faults
from .gateway import Gateway
from .interactions import Interaction, Interactions
from .limits import Json
from .messages import Message
from .people import User
from .process import LAUNCHER, READY_SECONDS, BotProcess
from .rest import Request, Rest
from .values import Resolved
from .world import Application, Channel, Guild, Person

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.loopback.no-real-token"


class DiscordDouble:
    """A loopback Discord, to be entered with `async with`.

    `shards` is what GET /gateway/bot recommends. At the exit every bot is ended and `assert_valid` is called, unless
    the test has failed already.
    """

    def __init__(self, *, token: str = TOKEN, shards: int = 1) -> None:
        self.core = Core(token)
        self.gateway = Gateway(self.core)
        self.interactions = Interactions(self.core)
        self.faults = Faults(lambda: self.gateway)
        self.rest = Rest(self.core, self.gateway, self.interactions, self.faults, shards)
        self.bots: list[BotProcess] = []
        self.core.alarms.append(self._all_bots_gone)
        self.core.world.add_guild("Newsroom", locale="en-US", holds_bot=True)
        self._launches = 0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/launch/{launch}/gateway", self.gateway.serve)
        app.router.add_get("/launch/{launch}/gateway/", self.gateway.serve)
        app.router.add_route("*", "/launch/{launch}/api/v10/{path:.*}", self.rest.serve)
        app.router.add_get("/attachments/{key}/{name}", self.rest.media)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.core.base = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bot in self.bots:
            await bot.close()
        await self.gateway.close_all(1001)
        if self._runner is not None:
            await self._runner.cleanup()
        if kind is None:
            self.assert_valid()

    # The world

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.core.world.application.token

    @property
    def application(self) -> Application:
        """The application, its owner and its bot user."""
        return self.core.world.application

    @property
    def owner(self) -> User:
        """The person who owns the application."""
        return User(self, self.application.owner)

    @property
    def guild(self) -> Guild:
        """The guild that is there from the start, "Newsroom"."""
        return next(iter(self.core.world.guilds.values()))

    @property
    def channel(self) -> Channel:
        """Its channel, "general"."""
        return self.guild.channels[0]

    @property
    def commands(self) -> Commands:
        """The commands that the bot synced, and the log of its syncs."""
        return self.core.commands

    @property
    def clock(self) -> Clock:
        """Discord's clock, by which tokens grow old."""
        return self.core.clock

    def user(
        self, name: str, *, permissions: int = limits.DEFAULT_PERMISSIONS, locale: str = "en-US", installed: bool = True
    ) -> User:
        """The person of that name, made on first use; the other arguments are for making. `permissions` is the bit
        field it has in guilds, `installed` whether it added the application to itself."""
        world = self.core.world
        for person in world.people.values():
            if person.name == name:
                return User(self, person)
        return User(self, world.add_person(Person(world.ids.fixed(), name, permissions, locale, installed)))

    async def new_guild(self, name: str, *, locale: str = "en-US", holds_bot: bool = True) -> Guild:
        """A further guild with a channel "general"; a connected bot hears of it, unless it is not to be in it."""
        guild = self.core.world.add_guild(name, locale=locale, holds_bot=holds_bot)
        if holds_bot:
            await self.gateway.announce(guild)
        return guild

    def private_channel(self, *users: User) -> Channel:
        """A group of people without the bot, whose commands are there by user install only."""
        return self.core.world.private_channel([user.person for user in users])

    async def new_thread(self, channel: Channel, name: str = "thread") -> Channel:
        """A further thread of a text channel; a connected bot hears of it, if it is there."""
        thread = self.core.world.add_thread(channel, name)
        if thread.holds_bot:
            await self.gateway.publish("THREAD_CREATE", payloads.channel(thread), thread, intent=limits.INTENT_GUILDS)
        return thread

    def place(self, channel: Channel | None, guild: Guild | None) -> Channel:
        """The channel meant: itself, the first of the guild, or the first of all."""
        return channel or (guild or self.guild).channels[0]

    def messages(self, channel: Channel) -> list[Message]:
        """The messages of a channel that were not deleted, oldest first; ephemeral ones too."""
        return self.rest.messages_in(channel)

    def resolved(self, place: Channel) -> Resolved:
        """An empty `resolved` for an interaction in that place."""
        return Resolved(self.core.world.ids, place.guild, self.core.uploads, self.core.media)

    # The bot

    async def launch(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        ready: bool = True,
        timeout: float = READY_SECONDS,
        program: Sequence[str] = LAUNCHER,
        forked: bool = False,
    ) -> BotProcess:
        """Start `python <arguments>` (such as "-m", "bot") against this Discord, and wait until it is connected
        unless `ready` is False. Its environment is `env` and the bare essentials, its directory the repository's
        root unless `cwd` says otherwise. Another `program` must get FROM_OUTSIDE into the PYTHONPATH of the bot.
        A `forked` one starts much sooner, and is in all a test can see from Discord as any other (see `warm.py`)."""
        self._launches += 1
        bot = await BotProcess.start(
            self.core, self.gateway, self.rest, self._launches, arguments, env or {}, cwd, program, forked=forked
        )
        self.bots.append(bot)
        if ready:
            await bot.ready(timeout)
        return bot

    def _all_bots_gone(self) -> str | None:
        if not self.bots or any(bot.exit_code is None for bot in self.bots):
            return None
        last = self.bots[-1]
        return f"the bot has exited with {last.exit_code}; it wrote:\n{last.output}"

    # What happens

    @property
    def requests(self) -> list[Request]:
        """All REST requests, in order."""
        return self.rest.requests

    async def interact(
        self,
        kind: int,
        person: Person,
        place: Channel,
        data: Json,
        locale: str,
        *,
        source: Message | None = None,
        timeout: float = WAIT_SECONDS,
        first_response: bool = False,
    ) -> Answer:
        """Send an interaction and wait for its answer; people's acts come down to this."""
        interaction = self.interactions.open(kind, person, place, data, source)
        interaction.payload["locale"] = locale
        interaction.expired = self.faults.take_expiry()
        for _ in range(self.faults.take_copies()):
            await self.gateway.publish("INTERACTION_CREATE", interaction.payload, place)
        what = f"an answer to {data.get('name') or data.get('custom_id')!r}"
        await self.core.wait(lambda: _answered(interaction, first_response), what, timeout)
        return Answer(self, interaction, locale)

    async def caught_up(self) -> None:
        """Wait until every connected bot has taken in all events so far; its handlers may still run."""
        await self.gateway.caught_up()

    async def until(self, predicate: Callable[[], object], what: str, timeout: float = WAIT_SECONDS) -> None:
        """Wait until a predicate holds, asked again after each request, event and line of output."""
        await self.core.wait(lambda: bool(predicate()), what, timeout)

    # The verdict

    @property
    def openapi_checked(self) -> bool:
        """Whether Discord's OpenAPI description is there to check bodies against."""
        return openapi.available()

    @property
    def violations(self) -> list[str]:
        """What the bot did that a correct bot never does: bodies that Discord refuses, routes that are not there."""
        return self.core.violations

    def assert_valid(self) -> None:
        """AssertionError naming method, path and error of every violation, if there is one."""
        if self.violations:
            raise self.failure("the bot broke Discord's rules:\n" + "\n".join(self.violations))

    def failure(self, message: str) -> AssertionError:
        """An AssertionError with everything that happened."""
        return self.core.failure(message)


def _answered(interaction: Interaction, first_response: bool) -> bool:
    if interaction.callback is None:
        # A form that was refused leaves the interaction open: the bot may still answer it.
        return refusals.UNKNOWN_INTERACTION in interaction.refusals
    if first_response or interaction.callback not in (limits.DEFERRED_MESSAGE, limits.DEFERRED_UPDATE):
        return True
    original = interaction.original
    return bool(interaction.followups) or original is None or original.revision > interaction.revision

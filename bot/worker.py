"""The running bot, from the archive to the connection, and leaving when told. Says in a sentence why it could not stay.

Whatever can fail fails before the first IDENTIFY, of which Discord allows a thousand a day. What passes by itself is
waited for, what does not ends the worker, and what must not be done too often is remembered over restarts.

Exit codes: 0 told to leave, 1 failed, 4 settings, 5 Discord refused us; errors of the archive pass on to the shell.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import click
import discord
from discord import app_commands

from bot import logs, registry
from bot.client import Dateline
from bot.health import PortTaken, health
from bot.hiding import Secrets
from bot.language import Languages
from bot.leadership import Leadership
from bot.leaving import FAILED, REFUSED, SETTINGS, told_enough, when_told
from bot.pulse import PATIENCE
from bot.render.archive import holdings
from bot.restraint import Restraint
from bot.settings import Settings, SettingsError
from corpus import AsyncCorpus, Corpus, CorpusDamaged, CorpusError, parse_inputs

_T = TypeVar("_T")

_log = logging.getLogger(__name__)
_MISSING = "DISCORD_TOKEN is not set: put the bot's token into the environment or into .env, or try `dateline demo`."
_CLOSING = 0.4  # seconds for what is left after Dateline.leave, so that all of it takes less than two
_AGAIN, _LONGEST = 1.0, 60.0  # seconds before Discord is asked again that could not be reached, at first and at most
_SERVERS = 2_500  # that Discord allows a shard (Discord's documentation, gateway, sharding)
_PASSING = (discord.DiscordServerError, discord.GatewayNotFound, aiohttp.ClientError, OSError)


def work(settings: Settings, *, check: bool) -> int:
    """Run the bot until it is told to leave; with ``check`` do everything but connect. Returns the exit code.

    Raises:
        CorpusError: the archive cannot be opened, or is damaged.
    """
    if settings.discord_token is None:
        return _sorry(_MISSING, SETTINGS)
    logs.start(level=settings.log_level, form=settings.log_format, token=settings.discord_token)
    options = (f"--fetch-hosts={settings.fetch_hosts}", f"--fetch-networks={settings.fetch_networks}")
    archive = AsyncCorpus(Corpus.open(settings.data_dir, create=True), options=options)
    return asyncio.run(_check(archive, settings) if check else _serve(archive, settings, settings.discord_token))


async def _check(archive: AsyncCorpus, settings: Settings) -> int:
    """Open and build everything, and say what there is."""
    try:
        status = await archive.ask(Corpus.status)
        client = Dateline(archive, settings)
        commands = [*await registry.payload(client.tree, None)]
        if settings.admin_guild is not None:
            commands += await registry.payload(client.tree, discord.Object(settings.admin_guild))
    finally:
        await archive.close()
    for missing in (each for each in parse_inputs(settings.corpus_inputs) if each.is_missing):
        click.echo(f"CORPUS_INPUTS: there is no {missing.location}, which is to be “{missing.name}”.", err=True)
    typed = (command["name"] for command in commands if command["type"] == discord.AppCommandType.chat_input.value)
    names = ", ".join(f"/{name}" for name in typed)
    click.echo(f"Ready to connect, with {names} over {holdings(status, Languages().of('en'))}.")
    return 0


async def _serve(archive: AsyncCorpus, settings: Settings, token: str) -> int:
    """Stay connected until a signal, or a fault that does not pass."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    when_told(loop, told.set)
    leadership = Leadership(settings.data_dir, settings.shard_ids)
    restraint = Restraint(settings.data_dir / _memory(settings), token)
    async with Dateline(archive, settings, restraint) as client:
        try:
            async with health(settings.port, client, leadership):
                return await _until_told(told, client, _Start(client, leadership, restraint, token))
        except PortTaken as error:
            return _sorry(str(error), SETTINGS)
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_close(client, archive), _CLOSING)
            told_enough(loop)


async def _until_told(told: asyncio.Event, client: Dateline, start: _Start) -> int:
    """Run the connection until the worker is told to leave, or it ends by itself; gives the exit code."""
    connection = asyncio.create_task(start.connect(), name="connection")
    waiting = asyncio.create_task(told.wait(), name="told to leave")
    pulse = asyncio.create_task(client.watch(), name="pulse")
    try:
        await asyncio.wait({connection, waiting, pulse}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            return _ended(connection, start)
        connection.add_done_callback(_let_be)
        _log.info("told to leave" if waiting.done() else "no sign of life")
        await client.leave()
        start.ended()
        return 0 if waiting.done() else _sorry(_SILENT, FAILED)
    finally:
        for task in (connection, waiting, pulse):
            task.cancel()


_SILENT = f"There was no sign of life from Discord for {PATIENCE / 60:.0f} minutes: start again."


class _Start:
    """The steps of a start, in their order."""

    def __init__(self, client: Dateline, leadership: Leadership, restraint: Restraint, token: str) -> None:
        self.restraint = restraint
        self.secrets = Secrets(token)
        self._client = client
        self._leadership = leadership
        self._token = token
        self._leads = False

    async def connect(self) -> None:
        """Become the one who serves, log in, and stay connected.

        Raises:
            CorpusError: the archive is damaged, or cannot be asked.
            SettingsError: the shards do not suffice.
            discord.DiscordException, aiohttp.ClientError, OSError: Discord refused, or cannot be reached.
        """
        await self._leadership.take()
        self._leads = True
        await self._look_through()
        self.restraint.started()
        await self._let_time_pass()
        self._client.pulse.begin()
        await _until_reached(lambda: self._client.login(self._token), self._forget_connection)
        self.restraint.accepted()
        await self._divide()
        self._client.checkup.begin()
        await self._client.connect()

    def ended(self) -> None:
        """The worker leaves in order."""
        if self._leads:
            self.restraint.ended()

    async def _look_through(self) -> None:
        """Before anybody is answered, where the machine went down under the last worker.

        Raises:
            CorpusDamaged: the database is.
        """
        if self.restraint.was_cut_off:
            _log.warning("the machine went down under the last worker: looking through the archive before it is asked")
            if damage := await self._client.checkup.look():
                raise CorpusDamaged(str(self._client.settings.data_dir), damage)

    async def _let_time_pass(self) -> None:
        if seconds := self.restraint.before_login():
            _log.warning(
                "Discord refused the last start: asking again in %.0f seconds; a new DISCORD_TOKEN is tried at once",
                seconds,
            )
            await asyncio.sleep(seconds)

    async def _forget_connection(self) -> None:
        """Let discord.py log in anew: it keeps the sockets of a login that failed, and would warn of them later."""
        await self._client.http.close()
        self._client.http.connector = discord.utils.MISSING

    async def _divide(self) -> None:
        """Settle how many shards there are, and see whether so many may start today.

        Raises:
            SettingsError: there are too few for the servers.
        """
        client = self._client
        servers = client.application.approximate_guild_count if client.application else 0
        if client.shard_count is not None and servers > client.shard_count * _SERVERS:
            raise SettingsError(
                f"SHARD_COUNT={client.shard_count} is too few for {servers:,} servers, of which Discord allows "
                f"{_SERVERS:,} a shard: set {-(-servers // _SERVERS)} at least, or leave it empty."
            )
        shards, _, limit = await _until_reached(client.http.get_bot_gateway, _nothing)
        client.shard_count = client.shard_count or shards
        if limit["remaining"] < len(client.own_shards):
            seconds = limit["reset_after"] / 1000
            _log.warning("Discord allows no more IDENTIFYs today: connecting in %.0f seconds", seconds)
            client.pulse.begin(seconds)
            await asyncio.sleep(seconds)


async def _until_reached(ask: Callable[[], Awaitable[_T]], before_again: Callable[[], Awaitable[None]]) -> _T:
    """Ask something of Discord, again and again while it cannot be reached; how long, the pulse decides."""
    pause = _AGAIN
    while True:
        try:
            return await ask()
        except _PASSING as error:
            _log.warning("Discord cannot be reached (%s): trying again in %.0f seconds", _named(error), pause)
        await before_again()
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST)


async def _nothing() -> None:
    """There is nothing to be done."""


def _named(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _memory(settings: Settings) -> str:
    """The file in which a worker remembers its last starts: each has its own, where several share a disk."""
    return f"worker-{settings.shard_ids[0]}.json" if settings.shard_ids else "worker.json"


def _let_be(connection: asyncio.Task[None]) -> None:
    """Take what the connection ends with, or asyncio logs it: cut off while it opens, it may not end as cancelled."""
    if not connection.cancelled():
        connection.exception()


async def _close(client: Dateline, archive: AsyncCorpus) -> None:
    await client.close()
    await archive.close()


def _ended(connection: asyncio.Task[None], start: _Start) -> int:
    """Say why the connection ended by itself, and return the exit code."""
    error, code = connection.exception(), REFUSED
    restraint = start.restraint
    start.ended()
    match error:
        case discord.LoginFailure() | discord.ConnectionClosed(code=4004):
            sentence = "Discord refused the token: DISCORD_TOKEN is not the token of a bot, or it was reset."
            restraint.refused()
        case discord.PrivilegedIntentsRequired():
            sentence = "Discord refused the intents: allow them for the bot in the Developer Portal."
            restraint.refused()
        case discord.ConnectionClosed():
            sentence = f"Discord closed the connection for good, with code {error.code}."
            restraint.refused()
        case app_commands.CommandSyncFailure():
            sentence = f"Discord refused the commands: {error}"
            restraint.refused()
        case discord.RateLimited():
            sentence = f"Discord wants no login for {error.retry_after:.0f} seconds: start again later."
            restraint.refused(seconds=error.retry_after)
        case discord.HTTPException():
            sentence = f"Discord refused the login with status {error.status}: start again later."
            restraint.refused()
        case SettingsError():
            sentence, code = str(error), SETTINGS
        case CorpusDamaged():
            raise error
        case CorpusError():
            sentence, code = str(error), FAILED
        case _:
            _log.critical("the connection ended", exc_info=error)
            sentence, code = "The connection to Discord ended unexpectedly; the log says more.", FAILED
    return _sorry(start.secrets.hide(sentence), code)


def _sorry(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code

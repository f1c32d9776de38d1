"""The steps of a start, in their order: lead, look, wait, log in, divide, connect.

Whatever can fail fails before the first IDENTIFY, of which Discord allows a thousand a day. What passes by itself is
waited for, and what must not be done too often is remembered over restarts.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from bot.client import Dateline
from bot.settings import SettingsError
from bot.worker.leadership import Leadership
from bot.worker.restraint import Restraint
from corpus import CorpusDamaged

SERVERS_OF_A_SHARD = 2_500
"""So many Discord allows (Discord's documentation, gateway, sharding)."""

_T = TypeVar("_T")

_log = logging.getLogger(__name__)
_AGAIN, _LONGEST = 1.0, 60.0  # seconds before Discord is asked again that could not be reached, at first and at most
_PASSING = (discord.DiscordServerError, discord.GatewayNotFound, aiohttp.ClientError, OSError)


class Start:
    """One start of a worker."""

    def __init__(self, client: Dateline, leadership: Leadership, restraint: Restraint, token: str) -> None:
        self._client = client
        self._leadership = leadership
        self._restraint = restraint
        self._token = token
        self._leads = False

    async def connect(self) -> None:
        """Become the one who serves, log in, and stay connected.

        Raises:
            CorpusError: the archive is damaged, or cannot be asked.
            SettingsError: the shards do not suffice.
            discord.DiscordException: Discord refused.
        """
        await self._leadership.take()
        self._restraint.recall()
        await self._look_through()
        self._leads = True  # not before: whoever ends while it is looked through has not found it sound
        self._restraint.started()
        await self._let_time_pass()
        self._client.pulse.begin()
        await _until_reached(lambda: self._client.login(self._token), self._forget_connection)
        self._restraint.accepted()
        await self._divide()
        self._client.checkup.begin()
        # What is loaded by now stays. To look through it for garbage would stop the loop for a tenth of a second.
        gc.collect()
        gc.freeze()
        await self._client.connect()

    def ended(self, refused: BaseException | None = None) -> None:
        """The worker leaves in order, because Discord refused it or for another reason."""
        if refused is not None:
            self._restraint.refused(seconds=refused.retry_after if isinstance(refused, discord.RateLimited) else 0.0)
        if self._leads:
            self._restraint.ended()

    async def _look_through(self) -> None:
        """Before anybody is answered, where the machine went down under the last worker.

        Raises:
            CorpusDamaged: the database is.
        """
        if self._restraint.was_cut_off:
            _log.warning("the machine went down under the last worker: looking through the archive before it is asked")
            if damage := await self._client.checkup.look():
                raise CorpusDamaged(str(self._client.settings.archive), damage)

    async def _let_time_pass(self) -> None:
        if seconds := self._restraint.before_login():
            told = "Discord refused the last start: asking again in %.0f seconds; a new DISCORD_TOKEN is tried at once"
            _log.warning(told, seconds)
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
        _must_suffice(client)
        shards, _, limit = await _until_reached(client.http.get_bot_gateway, _nothing)
        client.shard_count = client.shard_count or shards
        if limit["remaining"] < len(client.own_shards):
            seconds = limit["reset_after"] / 1000
            _log.warning("Discord allows no more IDENTIFYs today: connecting in %.0f seconds", seconds)
            client.pulse.begin(seconds)
            await asyncio.sleep(seconds)
        client.pulse.expect(client.own_shards)


def _must_suffice(client: Dateline) -> None:
    """Hold the shards that were set to the servers that there are.

    Raises:
        SettingsError: there are too few.
    """
    servers = client.application.approximate_guild_count if client.application else 0
    if client.shard_count is not None and servers > client.shard_count * SERVERS_OF_A_SHARD:
        raise SettingsError(
            f"SHARD_COUNT={client.shard_count} is too few for {servers:,} servers, of which Discord allows "
            f"{SERVERS_OF_A_SHARD:,} a shard: set {-(-servers // SERVERS_OF_A_SHARD)} at least, or leave it empty."
        )


async def _until_reached(ask: Callable[[], Awaitable[_T]], before_again: Callable[[], Awaitable[None]]) -> _T:
    """Ask something of Discord, again and again while it cannot be reached; how long, the pulse decides."""
    pause = _AGAIN
    while True:
        try:
            return await ask()
        except _PASSING as error:
            reason = str(error) or type(error).__name__
            _log.warning("Discord cannot be reached (%s): trying again in %.0f seconds", reason, pause)
        await before_again()
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST)


async def _nothing() -> None:
    """There is nothing to be done."""

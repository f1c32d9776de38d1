"""The client: what it asks of Discord, which commands it has, and how it comes and goes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import tasks

from bot import access, commands, registry
from bot.chart import Charts
from bot.chat import Chat
from bot.crowd import Crowd
from bot.keepers import Keepers
from bot.language import Languages
from bot.logs import Journal
from bot.press import pressed
from bot.recent import Recent
from bot.screens import ACTS
from bot.settings import Settings
from bot.translator import CommandTranslator
from bot.tree import Tree
from bot.upkeep import WORKER, Upkeep
from bot.uploads import Uploads
from bot.worker.checkup import Checkup
from bot.worker.pulse import Pulse
from bot.worker.reconnecting import hold_back
from bot.worker.restraint import Restraint
from corpus import AsyncCorpus, Corpus, CorpusError, parse_inputs, today

_log = logging.getLogger(__name__)
_PATIENCE = 30.0  # seconds to wait for a rate limit before giving up; discord.py's own limit is none at all
_PRESSED = {discord.InteractionType.component, discord.InteractionType.modal_submit}
_FAREWELL, _PARTING = 0.5, 1.0  # seconds for Discord to take leave, and for that and open interactions to end
_AT_ONCE = 40  # interactions that are answered at once: more would make all of them wait for longer than they may


class Dateline(discord.AutoShardedClient):
    """The bot. Reads the archive through ``archive``; holds no member, no message's text and no privileged intent."""

    def __init__(self, archive: AsyncCorpus, settings: Settings, restraint: Restraint | None = None) -> None:
        """``restraint`` is asked before each IDENTIFY; where there is none, nothing is held back."""
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot does not speak
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=_PATIENCE,
            shard_count=settings.shard_count,
        )
        self.shard_ids = list(settings.shard_ids) or None
        parsers = self._connection.parsers
        parsers.update({event: partial(_readable, event, parse) for event, parse in parsers.items()})
        self.archive = archive
        self.settings = settings
        self.languages = Languages()
        self.charts = Charts()
        self.journal = Journal(queries=settings.log_queries)
        self.crowd = Crowd(per_user=settings.limit_per_user, per_server=settings.limit_per_server, at_once=_AT_ONCE)
        self.pulse = Pulse(settings.heartbeat_file)
        self._restraint = restraint
        self.recent = Recent()
        self.upkeep = Upkeep(archive, settings.corpus_inputs)
        self.keepers = Keepers(archive, settings.corpus_inputs)
        self.checkup = Checkup(self.keepers, self.upkeep)
        self.uploads = Uploads(settings.data_dir / "uploads")
        self.chat = Chat(self)
        self.tree = Tree(self, allowed_contexts=access.contexts(settings), allowed_installs=access.installs(settings))
        commands.load(self.tree, settings.admin_guild)

    @property
    def own_shards(self) -> Sequence[int]:
        """The shards that this worker has, as far as that is known."""
        return self.shard_ids or range(self.shard_count or 1)

    @property
    def serves(self) -> bool:
        """Whether all of its shards are connected and live."""
        return self.pulse.alive >= set(self.own_shards)

    async def watch(self) -> None:
        """Look at the connection until it has given no sign of life for too long."""
        await self.pulse.watch(lambda: self.shards)

    @property
    def today(self) -> date:
        """The day that it is for those who ask."""
        return today(self.settings.timezone)

    async def setup_hook(self) -> None:
        """After login and before the gateway: registered commands, and the first fill."""
        await self.tree.set_translator(CommandTranslator(self.languages))
        self.languages.commands |= await registry.register(self.tree, self.settings.admin_guild)
        await self._fill()
        self.follow.start()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Before a shard introduces itself: not too often, and shards one after the other, as Discord wants it."""
        await super().before_identify_hook(shard_id, initial=initial)
        if self._restraint is not None:
            self._excuse(shard_id or 0, self._restraint.before_identify(shard_id or 0))
            await self._restraint.identify(shard_id or 0)

    async def _until_allowed(self, shard: int) -> None:
        """Wait until a shard that had a session may introduce itself once more."""
        if self._restraint is not None:
            await self._until_some_are_left(shard)
            self._excuse(shard, self._restraint.before_identify(shard))
            await self._restraint.wait(shard)

    def _excuse(self, shard: int, seconds: float) -> None:
        """Let a shard be silent while it waits on purpose."""
        if seconds:
            self.pulse.waits(shard, seconds)

    async def _until_some_are_left(self, shard: int) -> None:
        """Wait where Discord allows no more of it today: each shard counts its own, and Discord those of all."""
        try:
            _, _, limit = await self.http.get_bot_gateway()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.warning("how many IDENTIFYs are left cannot be asked: %s", error)
            return
        if limit["remaining"] <= len(self.own_shards):  # what is left is for a start
            seconds = limit["reset_after"] / 1000
            _log.warning("Discord allows hardly any IDENTIFYs today: shard %d waits for %.0f seconds", shard, seconds)
            self._excuse(shard, seconds)
            await asyncio.sleep(seconds)

    async def launch_shard(self, gateway: Any, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard for the first time."""
        await super().launch_shard(gateway, shard_id, initial=initial)
        hold_back(self.shards[shard_id], self._until_allowed)

    async def on_shard_connect(self, shard: int) -> None:
        """A shard has a new session."""
        self.pulse.connected(shard)

    async def on_shard_resumed(self, shard: int) -> None:
        """A shard goes on with the session that it had."""
        self.pulse.connected(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """A shard is cut off; discord.py connects it again."""
        self.pulse.lost(shard)

    @tasks.loop(minutes=1)
    async def follow(self) -> None:
        """Let uploads go that waited for too long, and look at feeds whose time has come if nothing else is done."""
        await asyncio.to_thread(self.uploads.sweep)
        inputs = parse_inputs(self.settings.corpus_inputs)
        try:
            feeds = await self.archive.ask(Corpus.feeds, inputs)
            if self.upkeep.running is None and any(each.is_due(datetime.now(UTC)) for each in feeds):
                await self.keepers.run("feeds", "poll", "--due", by=WORKER)
        except CorpusError as error:
            _log.warning("the feeds were not looked at: %s", error)

    async def _fill(self) -> None:
        """Fill an empty archive from the configured inputs while the bot goes on."""
        status = await self.archive.ask(Corpus.status)
        if status.articles:
            return
        if not self.settings.corpus_inputs:
            _log.warning("the archive is empty: fill it with `dateline ingest PATH`, or set CORPUS_INPUTS")
            return
        _log.info("the archive is empty: filling it from CORPUS_INPUTS")
        self.upkeep.begin("ingest", *(each.name for each in parse_inputs(self.settings.corpus_inputs)), by=WORKER)

    async def on_app_command_completion(
        self, interaction: discord.Interaction[Any], _: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
    ) -> None:
        """A command has answered."""
        self.journal.close(interaction.id, Journal.ANSWERED)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A button, a menu or a form was used: each is known by its ``custom_id`` alone."""
        if interaction.type in _PRESSED:
            await pressed(interaction, ACTS)

    async def on_message(self, message: discord.Message) -> None:
        """A message was written where the bot is; what stands in it is there only if it is meant for the bot."""
        await self.chat.hear(message)

    async def leave(self) -> None:
        """Go as a worker should: take in nothing new, let what is open end, within one second and three tenths."""
        await self._put_down()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._part(), _PARTING)
        self.journal.leave()

    async def _part(self) -> None:
        """Leave the gateway, then wait until every interaction that came through it has ended."""
        shards = [shard.disconnect() for shard in self.shards.values()]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*shards, return_exceptions=True), _FAREWELL)
        while self.journal:  # noqa: ASYNC110  # once in the life of a worker, for a second at most
            await asyncio.sleep(0.02)

    async def __aexit__(self, *_: object) -> None:
        """Nothing, unlike any other client: its worker has closed it by then, or has no more time for that."""

    async def close(self) -> None:
        """Close the connection; what changes the archive is given up."""
        await self._put_down()
        await super().close()

    async def _put_down(self) -> None:
        """Give up what goes on beside the answers."""
        self.follow.cancel()
        self.checkup.stop()
        await asyncio.gather(self.upkeep.stop(), self.keepers.stop())


def _readable(event: str, parse: Callable[[Any], object], sent: Any) -> None:
    """Take in an event; one that Discord made in a way that nobody knows costs a line, not the connection."""
    try:
        parse(sent)
    except Exception as error:  # noqa: BLE001  # discord.py would end the process, and every other event with it
        _log.error("Discord sent an event %s that cannot be read: %s: %s", event, type(error).__name__, error)

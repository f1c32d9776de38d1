"""The client: what it asks of Discord, which commands it has, and how it comes and goes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import UTC, date, datetime
from typing import Any

import discord
from discord import app_commands
from discord.ext import tasks

from bot import access, commands, registry
from bot.chart import Charts
from bot.chat import Chat
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
from corpus import AsyncCorpus, Corpus, CorpusError, parse_inputs, today

_log = logging.getLogger(__name__)
_PATIENCE = 30.0  # seconds to wait for a rate limit before giving up; discord.py's own limit is none at all
_PRESSED = {discord.InteractionType.component, discord.InteractionType.modal_submit}
_FAREWELL, _PARTING = 0.5, 1.0  # seconds for Discord to take leave, and for that and open interactions to end


class Dateline(discord.AutoShardedClient):
    """The bot. Reads the archive through ``archive``; holds no member, no message's text and no privileged intent."""

    def __init__(self, archive: AsyncCorpus, settings: Settings) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot does not speak
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=_PATIENCE,
        )
        self.archive = archive
        self.settings = settings
        self.languages = Languages()
        self.charts = Charts()
        self.journal = Journal(queries=settings.log_queries)
        self.recent = Recent()
        self.upkeep = Upkeep(archive, settings.corpus_inputs)
        self.keepers = Keepers(archive, settings.corpus_inputs)
        self.uploads = Uploads(settings.data_dir / "uploads")
        self.chat = Chat(self)
        self.tree = Tree(self, allowed_contexts=access.contexts(settings), allowed_installs=access.installs(settings))
        commands.load(self.tree, settings.admin_guild)

    @property
    def today(self) -> date:
        """The day that it is for those who ask."""
        return today(self.settings.timezone)

    async def setup_hook(self) -> None:
        """After login and before the gateway: registered commands, and the first fill."""
        await self.tree.set_translator(CommandTranslator(self.languages))
        self.languages.commands |= await registry.register(self.tree, self.settings.admin_guild)
        await asyncio.to_thread(self.uploads.sweep)
        await self._fill()
        self.follow.start()

    @tasks.loop(minutes=1)
    async def follow(self) -> None:
        """Look at the feeds whose time has come, unless something else is being done."""
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
        self.follow.cancel()
        await asyncio.gather(self.upkeep.stop(), self.keepers.stop())
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

    async def close(self) -> None:
        """Close the connection; what changes the archive is given up."""
        self.follow.cancel()
        await asyncio.gather(self.upkeep.stop(), self.keepers.stop())
        await super().close()

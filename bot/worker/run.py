"""The running bot, from the archive to the connection, and leaving when told. Says in a sentence why it could not stay.

Exit codes: 0 told to leave, 1 failed, 4 settings, 5 Discord refused us for good; errors of the archive pass on to the
shell. What passes by itself is 1, since hosts are told to start no worker again that ends with 5.
"""

from __future__ import annotations

import asyncio
import logging
import os

import click
import discord
from discord import app_commands

from bot import logs, registry
from bot.client import Dateline
from bot.hiding import Secrets
from bot.language import Languages
from bot.leaving import FAILED, REFUSED, SETTINGS, gone_within, let_go_of_output, told_enough, when_told
from bot.render.archive import holdings
from bot.settings import Settings, SettingsError
from bot.worker import lasting
from bot.worker.answering import give_up_in_time
from bot.worker.health import PortTaken, health
from bot.worker.leadership import Leadership
from bot.worker.pulse import PATIENCE
from bot.worker.restraint import Restraint
from bot.worker.start import Start
from corpus import AsyncCorpus, Corpus, CorpusDamaged, CorpusError, parse_inputs

_log = logging.getLogger(__name__)
_MISSING = "DISCORD_TOKEN is not set: put the bot's token into the environment or into .env, or try `dateline demo`."
_SILENT = f"There was no sign of life from Discord for {PATIENCE / 60:.0f} minutes: start again."
_LATEST = 1.6  # seconds after which it is gone, on whatever machine: some hosts kill soon after that
_CLOSING = 0.4  # seconds for what is left after Dateline.leave, so that all of it takes less than two


def work(settings: Settings, *, check: bool) -> int:
    """Run the bot until it is told to leave; with ``check`` only make all that needs no Discord. Returns the exit code.

    Raises:
        CorpusError: the archive cannot be opened, or is damaged.
    """
    if settings.discord_token is None:
        return _sorry(_MISSING, SETTINGS)
    logs.start(level=settings.log_level, form=settings.log_format, token=settings.discord_token)
    options = (f"--fetch-hosts={settings.fetch_hosts}", f"--fetch-networks={settings.fetch_networks}")
    archive = AsyncCorpus(Corpus.open(settings.archive, create=True), options=options)
    if settings.archive == settings.data_dir and (warning := lasting.told(settings.data_dir, os.environ)):
        _log.warning(warning)
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
    when_told(loop, told.set, _LATEST)
    give_up_in_time()
    leadership = Leadership(settings.data_dir, settings.shard_ids)
    restraint = Restraint(settings.data_dir / _memory(settings), token)
    async with Dateline(archive, settings, restraint) as client:
        try:
            async with health(settings.port, client, leadership):
                code = await _until_told(told, client, Start(client, leadership, restraint, token), Secrets(token))
        except PortTaken as error:
            code = _sorry(str(error), SETTINGS)
        finally:
            # Only waited for, never cancelled: that would cancel whatever else closes the client just now, too.
            await asyncio.wait([asyncio.create_task(_close(client, archive), name="closing")], timeout=_CLOSING)
            told_enough()
            let_go_of_output()
    gone_within(_LATEST, code)
    return code


async def _until_told(told: asyncio.Event, client: Dateline, start: Start, secrets: Secrets) -> int:
    """Run the connection until the worker is told to leave, or it ends by itself; gives the exit code."""
    connection = asyncio.create_task(start.connect(), name="connection")
    waiting = asyncio.create_task(told.wait(), name="told to leave")
    pulse = asyncio.create_task(client.watch(), name="pulse")
    try:
        await asyncio.wait({connection, waiting, pulse}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            return _ended(connection, start, secrets)
        connection.add_done_callback(_let_be)
        connection.cancel()  # or a shard that is being connected would take in new questions
        _log.info("told to leave" if waiting.done() else "no sign of life")
        await client.leave()
        start.ended()
        return 0 if waiting.done() else _sorry(_SILENT, FAILED)
    finally:
        for task in (connection, waiting, pulse):
            task.cancel()


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


def _ended(connection: asyncio.Task[None], start: Start, secrets: Secrets) -> int:
    """Say why the connection ended by itself, and return the exit code."""
    error, code = connection.exception(), REFUSED
    match error:
        case discord.LoginFailure() | discord.ConnectionClosed(code=4004):
            sentence = "Discord refused the token: DISCORD_TOKEN is not the token of a bot, or it was reset."
        case discord.PrivilegedIntentsRequired():
            sentence = "Discord refused the intents: allow them for the bot in the Developer Portal."
        case discord.ConnectionClosed():
            sentence = f"Discord closed the connection for good, with code {error.code}."
        case app_commands.CommandSyncFailure():
            sentence = f"Discord refused the commands: {error}"
        case discord.RateLimited():
            sentence, code = f"Discord wants no login for {error.retry_after:.0f} seconds: start again later.", FAILED
        case discord.HTTPException():
            sentence, code = f"Discord refused the login with status {error.status}: start again later.", FAILED
        case SettingsError():
            sentence, code = str(error), SETTINGS
        case CorpusDamaged():
            start.ended()
            raise error
        case CorpusError():
            sentence, code = str(error), FAILED
        case _:
            _log.critical("the connection ended", exc_info=error)
            sentence, code = "The connection to Discord ended unexpectedly; the log says more.", FAILED
    start.ended(error if isinstance(error, discord.DiscordException) else None)
    return _sorry(secrets.hide(sentence), code)


def _sorry(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code

"""``/admin``: what the keeper of the archive may do from Discord."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot import access
from bot.commands.admin.audit import audit
from bot.commands.admin.correct import correct
from bot.commands.admin.limits import limit, limits
from bot.commands.admin.removal import remove, removed, restore
from bot.commands.admin.upload import upload
from bot.language import Language
from bot.markdown import Markdown, code, prose
from bot.reader import reader_of
from bot.render import archive
from bot.tree import answer, give
from bot.upkeep import Outcome
from corpus import Corpus, ReindexInProgress

if TYPE_CHECKING:
    from bot.client import Dateline

_TOKEN_LIFE = 14.5 * 60  # seconds: an interaction can be answered for 15 minutes (Discord's documentation)


_Command = app_commands.Command[Any, ..., Any]
_CARE: tuple[_Command, ...] = (upload, correct, remove, restore, removed, limit, limits, audit)


class Admin(app_commands.Group):
    """Commands for admins; Discord hides them from others only by default, so each is checked here again."""

    def __init__(self) -> None:
        super().__init__(
            name="admin",
            description="For those who keep the archive",
            default_permissions=discord.Permissions(manage_guild=True),
        )
        for command in _CARE:
            self.add_command(command)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let admins pass, and refuse all others with a sentence."""
        access.must_be_admin(interaction)
        return True

    @app_commands.command(
        description="Read every input again and rebuild the index, while the old one goes on answering"
    )
    @app_commands.describe(index_only="Read nothing: rebuild the index from the stored articles")
    async def reindex(self, interaction: discord.Interaction[Dateline], index_only: bool = False) -> None:  # noqa: FBT001, FBT002  # discord.py passes options by name
        """Begin a reindex, and end with its report."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        language, upkeep = (await reader_of(interaction)).language, interaction.client.upkeep
        if upkeep.running:
            await give(interaction, archive.notice(language.told(ReindexInProgress().told)))
        elif not (upkeep.inputs or index_only):
            said = language.say("`CORPUS_INPUTS` names nothing to read: set it and restart, or use `index_only`.")
            await give(interaction, archive.notice(said))
        else:
            run = upkeep.begin(index_only=index_only)
            await give(interaction, archive.notice(_begun(language, index_only=index_only)))
            await asyncio.wait({run}, timeout=_TOKEN_LIFE)
            await give(interaction, _ending(run, language))

    @app_commands.command(description="How the archive, its index and the last reindex are")
    async def status(self, interaction: discord.Interaction[Dateline]) -> None:
        """Tell what a keeper wants to know at a glance."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, _status(interaction.client, (await reader_of(interaction)).language))


async def _status(client: Dateline, language: Language) -> discord.ui.LayoutView:
    say, status = language.say, await client.archive.ask(Corpus.status)
    indexed = language.count("{number} article", "{number} articles", status.index_articles)
    changed = say("last changed {when}", when=archive.index_age(status, language))
    facts = [
        f"**{say('Archive')}** {archive.holdings(status, language)}",
        f"**{say('Index')}** {indexed}, {changed}",
        f"**{say('Inputs')}** {code(client.upkeep.inputs) if client.upkeep.inputs else say('none')}",
        f"**{say('Connection')}** {_connection(client, language)}",
        *([f"**{say('Reindex')}** {say('running')}"] if client.upkeep.running else []),
        *(_last(client.upkeep.last, language) if client.upkeep.last else []),
    ]
    return archive.facts(say("Status"), facts)


def _connection(client: Dateline, language: Language) -> Markdown:
    """How many shards are connected, and how long Discord takes to acknowledge, once it has done so."""
    shards = language.say("{open} of {all} shards", open=len(client.shards), all=client.shard_count or 0)
    if not math.isfinite(client.latency):
        return shards
    return language.say("{shards}, {delay} ms away", shards=shards, delay=round(client.latency * 1000))


def _begun(language: Language, *, index_only: bool) -> Markdown:
    if index_only:
        return language.say(
            "Building the index anew; the archive answers as before meanwhile. The report will stand here."
        )
    return language.say(
        "Reading the inputs again; the archive answers as before meanwhile. The report will stand here."
    )


def _ending(run: asyncio.Task[Outcome], language: Language) -> discord.ui.LayoutView:
    say = language.say
    if not run.done():
        return archive.notice(
            say("This takes longer than Discord lets one answer wait. `/admin status` tells when it has ended.")
        )
    if run.cancelled():
        return archive.notice(say("The reindex was given up, because the bot is leaving. The archive is as it was."))
    outcome = run.result()
    if outcome.report is None:
        return archive.notice(say("The reindex failed. {trouble}", trouble=prose(outcome.trouble or "")))
    return archive.facts(say("Reindexed"), archive.report(outcome.report, language))


def _last(outcome: Outcome, language: Language) -> list[str]:
    say, ended = language.say, Markdown(discord.utils.format_dt(outcome.ended, "R"))
    if outcome.report is None:
        trouble = prose(outcome.trouble or "")
        return [f"**{say('Last reindex')}** {say('failed {when}: {trouble}', when=ended, trouble=trouble)}"]
    return [f"**{say('Last reindex')}** {say('ended {when}', when=ended)}", *archive.report(outcome.report, language)]

"""``/admin``: what the keeper of the archive may do from Discord."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot import access, render
from bot.markdown import code, prose
from bot.tree import answer, give
from bot.upkeep import Outcome
from corpus import Corpus, ReindexInProgress

if TYPE_CHECKING:
    from bot.client import Dateline

_TOKEN_LIFE = 14.5 * 60  # seconds: an interaction can be answered for 15 minutes (Discord's documentation)
_NO_INPUTS = "`CORPUS_INPUTS` names nothing to read: set it and restart, or use `index_only`."
_BEGUN = "Reading the inputs again; the archive answers as before meanwhile. The report will stand here."
_REBUILDING = "Building the index anew; the archive answers as before meanwhile. The report will stand here."
_LONG = "This takes longer than Discord lets one answer wait. `/admin status` tells when it has ended."
_STOPPED = "The reindex was given up, because the bot is leaving. The archive is as it was."


class Admin(app_commands.Group):
    """Commands for admins; Discord hides them from others only by default, so each is checked here again."""

    def __init__(self) -> None:
        super().__init__(
            name="admin",
            description="For those who keep the archive",
            default_permissions=discord.Permissions(manage_guild=True),
        )

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
        upkeep = interaction.client.upkeep
        if upkeep.running:
            await give(interaction, render.notice(str(ReindexInProgress())))
        elif not (upkeep.inputs or index_only):
            await give(interaction, render.notice(_NO_INPUTS))
        else:
            run = upkeep.begin(index_only=index_only)
            await give(interaction, render.notice(_REBUILDING if index_only else _BEGUN))
            await asyncio.wait({run}, timeout=_TOKEN_LIFE)
            await give(interaction, _ending(run))

    @app_commands.command(description="How the archive, its index and the last reindex are")
    async def status(self, interaction: discord.Interaction[Dateline]) -> None:
        """Tell what a keeper wants to know at a glance."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, _status(interaction.client))


async def _status(client: Dateline) -> discord.ui.LayoutView:
    status = await client.archive.ask(Corpus.status)
    facts = [
        f"**Archive** {render.holdings(status)}",
        f"**Index** {status.index_articles:,} articles, last changed {render.index_age(status)}",
        f"**Inputs** {code(client.upkeep.inputs) if client.upkeep.inputs else 'none'}",
        f"**Connection** {len(client.shards)} of {client.shard_count} shards{_delay(client)}",
        *(["**Reindex** running"] if client.upkeep.running else []),
        *(_last(client.upkeep.last) if client.upkeep.last else []),
    ]
    return render.facts("Status", facts)


def _delay(client: Dateline) -> str:
    """How long Discord takes to acknowledge; nothing until it has done so once."""
    return f", {client.latency * 1000:.0f} ms away" if math.isfinite(client.latency) else ""


def _ending(run: asyncio.Task[Outcome]) -> discord.ui.LayoutView:
    if not run.done():
        return render.notice(_LONG)
    if run.cancelled():
        return render.notice(_STOPPED)
    outcome = run.result()
    if outcome.report is None:
        return render.notice(f"The reindex failed. {outcome.trouble}")
    return render.facts("Reindexed", render.report(outcome.report))


def _last(outcome: Outcome) -> list[str]:
    ended = discord.utils.format_dt(outcome.ended, "R")
    if outcome.report is None:
        return [f"**Last reindex** failed {ended}: {prose(outcome.trouble or '')}"]
    return [f"**Last reindex** ended {ended}", *render.report(outcome.report)]

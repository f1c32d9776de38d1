"""``/admin reindex``, ``ingest``, ``inputs`` and ``status``: what is read, and how the archive is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.admin.suggestions import suggest_input
from bot.language import Language
from bot.markdown import Markdown, code
from bot.reader import reader_of
from bot.render import archive
from bot.render import keeping as rendered
from bot.render.layout import clip, panel, row, view
from bot.screens import keeping
from bot.tree import answer, give
from corpus import Corpus, parse_inputs

if TYPE_CHECKING:
    from bot.client import Dateline

_DRY = "Change nothing: tell what would be changed"
_VANISHED = "Take out what is in no file any more; where that is much, you are asked"
_AGAIN = "Read files too that have not changed"


@app_commands.command(description="Read every input again and rebuild the index, while the old one goes on answering")
@app_commands.describe(
    index_only="Read nothing: rebuild the index from the stored articles",
    dry_run=_DRY,
    remove_vanished=_VANISHED,
    again=_AGAIN,
)
async def reindex(
    interaction: discord.Interaction[Dateline],
    index_only: bool = False,  # noqa: FBT001, FBT002  # discord.py passes options by name
    dry_run: bool = False,  # noqa: FBT001, FBT002  # as above
    remove_vanished: bool = False,  # noqa: FBT001, FBT002  # as above
    again: bool = False,  # noqa: FBT001, FBT002  # as above
) -> None:
    """Begin a reindex, and end with its report."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    language = (await reader_of(interaction)).language
    if not (interaction.client.upkeep.inputs or index_only):
        said = language.say("`CORPUS_INPUTS` names nothing to read: set it and restart, or use `index_only`.")
        await give(interaction, archive.notice(said))
        return
    flags = _flags(index_only=index_only, dry_run=dry_run, remove_vanished=remove_vanished, again=again)
    await keeping.begin(interaction, "reindex", *flags)


@app_commands.command(description="Read one input again, and take in what is new")
@app_commands.describe(
    name="The input, as CORPUS_INPUTS names it", dry_run=_DRY, remove_vanished=_VANISHED, again=_AGAIN
)
@app_commands.autocomplete(name=suggest_input)
async def ingest(
    interaction: discord.Interaction[Dateline],
    name: str,
    dry_run: bool = False,  # noqa: FBT001, FBT002  # discord.py passes options by name
    remove_vanished: bool = False,  # noqa: FBT001, FBT002  # as above
    again: bool = False,  # noqa: FBT001, FBT002  # as above
) -> None:
    """Begin to read it, and end with the report."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    flags = _flags(dry_run=dry_run, remove_vanished=remove_vanished, again=again)
    await keeping.begin(interaction, "ingest", keeping.known(interaction, name), *flags)


@app_commands.command(description="What is read by name, and what each gave")
async def inputs(interaction: discord.Interaction[Dateline]) -> None:
    """List the inputs."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, keeping.inputs(interaction, (await reader_of(interaction)).language))


@app_commands.command(description="How the archive and its index are, what is being done, and how the last run ended")
async def status(interaction: discord.Interaction[Dateline]) -> None:
    """Tell what a keeper wants to know at a glance."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await answer(interaction, _status(interaction.client, (await reader_of(interaction)).language))


async def _status(client: Dateline, language: Language) -> discord.ui.LayoutView:
    say, known = language.say, await client.archive.ask(Corpus.status)
    feeds = await client.archive.ask(Corpus.feeds, parse_inputs(client.settings.corpus_inputs))
    down, run, last = await client.archive.ask(Corpus.withheld), client.upkeep.running, client.upkeep.last
    indexed = language.count("{number} article", "{number} articles", known.index_articles)
    changed = say("last changed {when}", when=archive.index_age(known, language))
    facts = [
        f"### {say('Status')}",
        f"**{say('Archive')}** {archive.holdings(known, language)}",
        f"**{say('Index')}** {indexed}, {changed}",
        f"**{say('Taken down')}** {language.count('{number} article', '{number} articles', len(down))}",
        f"**{say('Inputs')}** {code(client.upkeep.inputs) if client.upkeep.inputs else say('none')}",
        f"**{say('Connection')}** {_connection(client, language)}",
    ]
    if run is not None:
        facts += [f"**{say('Running')}** {rendered.title(run, language)}", *rendered.going_on(run, language)]
    if last is not None and last.outcome is not None:
        facts += rendered.last(last, last.outcome, language)
    if feeds:
        facts.append(rendered.feeds(feeds, language))
    return view(panel(clip("\n".join(facts))), row(rendered.cancel(run, language)) if run is not None else None)


def _connection(client: Dateline, language: Language) -> Markdown:
    """How many shards are connected, and how long Discord takes to acknowledge, once it has done so."""
    shards = language.say("{open} of {all} shards", open=len(client.shards), all=client.shard_count or 0)
    if not math.isfinite(client.latency):
        return shards
    return language.say("{shards}, {delay} ms away", shards=shards, delay=round(client.latency * 1000))


def _flags(**wanted: bool) -> list[str]:
    """The options of the shell that are wanted."""
    return [f"--{name.replace('_', '-')}" for name, is_wanted in wanted.items() if is_wanted]

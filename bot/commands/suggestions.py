"""What is suggested as one types. Any other text may be sent all the same.

Discord waits three seconds and cannot be asked to wait longer: what is not there within one is not suggested. There is
no line in the journal, or typing would fill it.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import discord
from discord.app_commands import Choice

from bot.reader import reader_of
from bot.render import choices
from bot.render.layout import OPTIONS
from bot.screens.defaults import NO_DEFAULT
from corpus import Corpus, CorpusError

if TYPE_CHECKING:
    from bot.client import Dateline

_log = logging.getLogger(__name__)
_PATIENCE = 1.0  # seconds

Suggest = Callable[["discord.Interaction[Dateline]", str], Coroutine[Any, Any, list[Choice[str]]]]


def in_time(suggest: Suggest) -> Suggest:
    """The same, but nothing where it takes too long or fails; never raises."""

    @functools.wraps(suggest)
    async def suggested(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await suggest(interaction, typed)
        except (CorpusError, TimeoutError):
            return []
        except Exception:  # noqa: BLE001  # who types has no answer to read: the log alone tells what is wrong
            _log.exception("nothing could be suggested")
            return []

    return suggested


@in_time
async def suggest_queries(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """One's own last searches with what was typed in them, then headlines that have its words, the newest first."""
    client, reader = interaction.client, await reader_of(interaction)
    sought = typed.strip().casefold()
    own = [query for query in client.recent.of(reader.id) if sought in query.casefold()]
    return choices.queries(own, await client.archive.ask(Corpus.headlines, typed), reader.language)


@in_time
async def suggest_sources(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """Outlets with what was typed in their name, the most articles first; behind a comma another one."""
    known = await interaction.client.archive.ask(Corpus.sources)
    return choices.outlets(known, typed, (await reader_of(interaction)).language)


@in_time
async def suggest_default_sources(interaction: discord.Interaction[Dateline], typed: str) -> list[Choice[str]]:
    """Outlets in the same way, and first that there is to be no default."""
    nothing = (await reader_of(interaction)).language.label("no default")
    first = [Choice(name=nothing, value=NO_DEFAULT)] if typed.strip().casefold() in nothing.casefold() else []
    return [*first, *await suggest_sources(interaction, typed)][:OPTIONS]

"""Long acts of keeping: begun, followed as they go on, given up, and what is asked when they have ended."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Sequence

import aiohttp
import discord
from discord import ui

from bot.language import Language
from bot.markdown import clean
from bot.press import Outdated, Press
from bot.reader import reader_of
from bot.render import keeping as rendered
from bot.render.archive import notice
from bot.screens.for_admins import tell, who
from bot.tree import Interaction, give
from bot.upkeep import Busy, Run
from corpus import Corpus, CorpusError, Input, UnknownInput, parse_inputs

_log = logging.getLogger(__name__)
_EVERY = 3.0  # seconds between two edits of a message
_TOKEN_LIFE = 14.5 * 60  # seconds: an interaction can be answered for 15 minutes (Discord's documentation)
_PATIENCE = 20.0  # seconds for one edit, with the waiting that Discord asks for
_TRIES = 3  # to tell how it ended
_LOST = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


async def begin(interaction: Interaction, *command: str) -> None:
    """Begin a command of the shell in the name of the one who asks, and follow it; the answer was promised."""
    language = (await reader_of(interaction)).language
    try:
        run = interaction.client.upkeep.begin(*command, by=who(interaction))
    except Busy as busy:
        await give(interaction, rendered.busy(busy.run, language))
        return
    await _follow(interaction, run, language)


async def cancel(press: Press) -> None:
    """Give up what is under way; the message says so."""
    interaction, upkeep = press.interaction, press.interaction.client.upkeep
    await interaction.response.defer()
    run = next((each for each in (upkeep.running, upkeep.last) if each and each.key == press.text(0)), None)
    if run is None:
        await tell(press, notice(press.reader.language.say("This is no longer under way.")))
        return
    if run is upkeep.running:
        await upkeep.cancel(clean(interaction.user.display_name))
    await _finish(interaction, run, press.reader.language)


async def take_out(press: Press) -> None:
    """Take out what has vanished, as was asked, and follow it; where more has by now, it is asked anew."""
    names, agreed = _meant(inputs_of(press.interaction), press.text(0)), press.number(1)
    await press.interaction.response.defer()
    await begin(press.interaction, "ingest", *names, "--remove-vanished", f"--agreed={agreed}")


async def leave_in(press: Press) -> None:
    """Take nothing out."""
    await press.interaction.response.defer()
    await give(press.interaction, notice(press.reader.language.say("Kept: nothing was taken out.")))


async def inputs(interaction: Interaction, language: Language) -> ui.LayoutView:
    """The configured inputs, and what was read from each.

    Raises:
        CorpusError: the archive cannot tell.
    """
    return rendered.inputs(await interaction.client.archive.ask(Corpus.inputs, inputs_of(interaction)), language)


def inputs_of(interaction: Interaction) -> tuple[Input, ...]:
    """The inputs that are configured."""
    return parse_inputs(interaction.client.settings.corpus_inputs)


def known(interaction: Interaction, name: str) -> str:
    """The name of a configured input; nothing else is read from Discord, whatever path is typed.

    Raises:
        UnknownInput: there is none of this name.
    """
    names = [each.name for each in inputs_of(interaction)]
    if name not in names:
        raise UnknownInput(name, names)
    return name


def _meant(configured: Sequence[Input], scope: str) -> list[str]:
    """The names of the inputs that a button is about.

    Raises:
        Outdated: they are configured no longer.
    """
    names = [each.name for each in configured if scope in (rendered.ALL, rendered.key_of(each.name))]
    if not names:
        raise Outdated
    return names


async def _follow(interaction: Interaction, run: Run, language: Language) -> None:
    """Keep the message up until it has ended, or until Discord lets it be edited no more. An edit may be lost."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _TOKEN_LIFE
    while loop.time() < until:
        await _edit(interaction, rendered.under_way(run, language))
        if await run.wait(_EVERY):
            await _finish(interaction, run, language)
            return
    await _edit(interaction, rendered.under_way(run, language, late=True))


async def _finish(interaction: Interaction, run: Run, language: Language) -> None:
    """Tell how it ended."""
    for _ in range(_TRIES):
        shown = await _ending(interaction, run, language)
        files = [discord.File(io.BytesIO(shown.attached.data), shown.attached.name)] if shown.attached else []
        if await _edit(interaction, shown.view, files):
            return
        await asyncio.sleep(_EVERY)


async def _ending(interaction: Interaction, run: Run, language: Language) -> rendered.Shown:
    if run.outcome is None:
        return rendered.Shown(rendered.under_way(run, language))
    articles, room = 0, interaction.filesize_limit
    if run.outcome.report is not None and run.outcome.report.held_back:
        try:
            articles = (await interaction.client.archive.ask(Corpus.status)).articles
        except CorpusError as error:
            _log.warning("how many articles there are could not be told: %s", error)
    changes = run.outcome.changes
    attaches = interaction.app_permissions.attach_files and (changes is None or len(changes.data) <= room)
    return rendered.ended(run, run.outcome, language, articles=articles, attaches=attaches)


async def _edit(interaction: Interaction, view: ui.LayoutView, files: Sequence[discord.File] = ()) -> bool:
    """Edit the message, and give whether that was done: what is kept goes on, whoever can be told of it."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await give(interaction, view, files)
    except _LOST as error:
        _log.warning("how far the keeper is could not be told: %s", error)
        return False
    return True

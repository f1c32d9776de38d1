"""How every interaction is conducted: who may ask, one line in the log, and an answer whatever happens.

Commands come here through the tree, buttons through ``conduct``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import discord
from discord import InteractionResponseType, app_commands, ui

from bot import access
from bot.crowd import TooMany, Whose
from bot.language import Language
from bot.logs import Journal
from bot.markdown import Markdown, code
from bot.reader import language_of
from bot.render.archive import notice
from corpus import CorpusError

if TYPE_CHECKING:
    from bot.client import Dateline  # noqa: F401  # named in quotes, since the client needs the tree

_log = logging.getLogger(__name__)
_GIVEN = "given"  # in the extras of an interaction that has its answer
# Discord's JSON error codes for an interaction that nobody can answer any more.
_TOO_LATE = {10062: "late", 10015: "late", 50027: "late", 40060: "elsewhere", 10008: "gone"}

Interaction = discord.Interaction["Dateline"]


class Tree(app_commands.CommandTree["Dateline"]):
    """The commands, each opened and closed in the journal, each error answered."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let pass whoever may ask from here. Runs first, for autocompletion too, which has no line in the log."""
        if interaction.type is discord.InteractionType.autocomplete:
            access.may_ask(interaction)
            self.client.crowd.must_have_room(len(self.client.journal))
        else:
            self.client.journal.open(interaction.id, _name(interaction), asyncio.current_task())
            _let_in(interaction)
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer instead of a command that could not; never raises."""
        if interaction.type is discord.InteractionType.autocomplete:
            with contextlib.suppress(discord.HTTPException):
                await interaction.response.autocomplete([])
            return
        self.client.journal.close(interaction.id, await explain(interaction, error))


async def conduct(interaction: Interaction, name: str, act: Callable[[Interaction], Awaitable[None]]) -> None:
    """Do what a button promises, as the tree does it for commands; never raises."""
    journal = interaction.client.journal
    journal.open(interaction.id, name, asyncio.current_task())
    try:
        _let_in(interaction)
        await act(interaction)
        outcome = Journal.ANSWERED
    except Exception as error:  # noqa: BLE001  # whatever it is, the person gets an answer and the log an incident
        outcome = await explain(interaction, error)
    journal.close(interaction.id, outcome)


async def explain(interaction: Interaction, error: Exception) -> str:
    """Tell the person what went wrong, and return the outcome for the log; never raises."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, discord.HTTPException) and cause.code in _TOO_LATE:
        return _TOO_LATE[cause.code]
    if isinstance(cause, TimeoutError):
        return "given-up"  # Discord takes no answer, and would take no other
    outcome, sentence = trouble(cause, language_of(interaction))
    try:
        await _tell(interaction, notice(sentence))
    except Exception as failure:  # noqa: BLE001  # whoever asked is gone, or the connection to Discord is
        _log.warning("an error could not be told: %s: %s", type(failure).__name__, failure)
    return outcome


def _let_in(interaction: Interaction) -> None:
    """Let pass whoever may ask from here, unless too much is asked.

    Raises:
        Refused: the archive may not be asked from here.
        TooMany: not now.
    """
    access.may_ask(interaction)
    client = interaction.client
    client.crowd.let_in(interaction.user.id, interaction.guild_id, len(client.journal))


def trouble(cause: Exception, language: Language) -> tuple[str, Markdown]:
    """What went wrong: the outcome for the log, and what the person reads. Logs what nobody expected."""
    if isinstance(cause, access.Refused):
        return "refused", language.say(str(cause))
    if isinstance(cause, TooMany):
        return cause.whose.value, _wait(cause, language)
    if isinstance(cause, CorpusError):
        return type(cause).__name__, _told(cause, language)
    if isinstance(cause, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return "stale", language.say(
            "This command is not the one that the bot knows now: reload Discord, then try again."
        )
    incident = secrets.token_hex(4)
    _log.error("incident %s", incident, exc_info=cause)
    said = language.say(
        "Something went wrong. The log of the bot tells more under {incident}.", incident=code(incident)
    )
    return f"incident:{incident}", said


def _wait(cause: TooMany, language: Language) -> Markdown:
    """What to tell those who have to wait."""
    match cause.whose:
        case Whose.USER:
            return language.count(
                "You asked a great deal within a minute: ask again in {number} second.",
                "You asked a great deal within a minute: ask again in {number} seconds.",
                cause.seconds,
            )
        case Whose.SERVER:
            return language.count(
                "A great deal was asked from this server within a minute: ask again in {number} second.",
                "A great deal was asked from this server within a minute: ask again in {number} seconds.",
                cause.seconds,
            )
        case Whose.EVERYBODY:
            return language.say("Very many people are asking at this moment: try again in a few seconds.")


def _told(error: CorpusError, language: Language) -> Markdown:
    """All that the archive has to tell, with how it read the question, a sentence a line."""
    return Markdown("\n".join(map(language.told, [*error.notes, error.told])))


async def _tell(interaction: Interaction, view: ui.LayoutView) -> None:
    """Answer in the place where an answer is still owed, else privately beside the one that was given."""
    response = interaction.response
    if not response.is_done():
        await response.send_message(view=view, ephemeral=True)
    elif response.type is InteractionResponseType.deferred_channel_message and not interaction.extras.get(_GIVEN):
        await interaction.edit_original_response(view=view)
    else:
        await interaction.followup.send(view=view, ephemeral=True)


async def answer(interaction: Interaction, made: Awaitable[ui.LayoutView]) -> None:
    """Give the answer to an interaction that was deferred; what the archive has to tell instead is an answer too."""
    try:
        view = await made
    except CorpusError as error:
        interaction.client.journal.outcome(interaction.id, type(error).__name__)
        view = notice(_told(error, language_of(interaction)))
    await give(interaction, view)


async def give(interaction: Interaction, view: ui.LayoutView, files: Sequence[discord.File] = ()) -> None:
    """Put this in the place of what the interaction shows until now, with the files that it names."""
    await interaction.edit_original_response(view=view, attachments=files)
    interaction.extras[_GIVEN] = True


def _name(interaction: Interaction) -> str:
    if interaction.command is not None:
        return interaction.command.qualified_name
    return str(dict(interaction.data or {}).get("name", "unknown"))

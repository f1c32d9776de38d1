"""Who did what to the archive, from the last act back."""

from __future__ import annotations

from discord import ui

from bot.press import Press
from bot.reader import Reader
from bot.render import auditing as rendered
from bot.tree import Interaction, answer
from corpus import Corpus


async def audit(interaction: Interaction, before: int | None, reader: Reader) -> ui.LayoutView:
    """A page of acts, the last one first; ``before`` the one of this number."""
    acts = await interaction.client.archive.ask(Corpus.acts, rendered.PAGE + 1, before=before)
    return rendered.audit(acts[: rendered.PAGE], reader.language, more=len(acts) > rendered.PAGE)


async def older(press: Press) -> None:
    """What was done before, in place."""
    before = press.number(0)
    await press.interaction.response.defer()
    await answer(press.interaction, audit(press.interaction, before, press.reader))

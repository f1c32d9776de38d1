"""Buttons that go on working: what they need stands in their ``custom_id`` and in the message, nothing in memory.

A button is pressed by the one who asked, or by somebody else: who did not ask gets a private copy of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot import render
from bot.tree import answer, conduct, give
from corpus import Article, Corpus, NotIndexed, Query, Results

if TYPE_CHECKING:
    from bot.client import Dateline

    Interaction = discord.Interaction[Dateline]

_QUERY = re.compile(r"`([^`]+)`")
_CHANGED = "The archive has changed since this answer began: pages may have moved."
_OUTDATED = "This message can no longer do that: ask again with `/search`."

_TURN = re.compile(r"turn:(?P<page>\d{1,6}):(?P<asker>\d{1,20}):(?P<ranked>\d{1,9})")
_READ = re.compile(r"read:(?P<id>\w{1,40})")
_ASK = re.compile(r"ask:(?P<place>\d):(?P<asker>\d{1,20})")

Button = ui.Button[ui.LayoutView]


class Turn(ui.DynamicItem[Button], template=_TURN):
    """Another page of an answer. ``ranked`` is how many articles the first page counted, to notice a change."""

    def __init__(self, label: str, page: int, asker: int, ranked: int, *, disabled: bool = False) -> None:
        super().__init__(Button(label=label, custom_id=f"turn:{page}:{asker}:{ranked}", disabled=disabled))
        self.page, self.asker, self.ranked = page, asker, ranked

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button as it stands on a message, after any number of restarts."""
        return cls(getattr(item, "label", None) or "", int(match["page"]), int(match["asker"]), int(match["ranked"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Turn the page."""
        await conduct(interaction, "turn", self._turn)

    async def _turn(self, interaction: Interaction) -> None:
        """In place for the one who asked, as a private copy for anybody else."""
        own = interaction.user.id == self.asker
        await interaction.response.defer(ephemeral=True, thinking=not own)
        text = query_of(interaction.message)
        if text is None:
            await interaction.followup.send(view=render.notice(_OUTDATED), ephemeral=True)
            return
        found = await search(interaction, Query.parse(text, today=interaction.client.today), self.page)
        view = await results(interaction, found, notes=[] if found.ranked == self.ranked else [_CHANGED])
        if found.hits or not own:
            await give(interaction, view)
        else:  # what others read stays, with its buttons
            await interaction.followup.send(view=view, ephemeral=True)


class Read(ui.DynamicItem[Button], template=_READ):
    """An article, privately, for whoever presses."""

    def __init__(self, article_id: str) -> None:
        super().__init__(Button(label="Read", custom_id=f"read:{article_id}"))
        self.article_id = article_id

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button as it stands on a message, after any number of restarts."""
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the article."""
        await conduct(interaction, "read", self._read)

    async def _read(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await answer(interaction, article(interaction, self.article_id))


class Ask(ui.DynamicItem[Button], template=_ASK):
    """A query that is offered in the place of a misspelt one: the message holds it, the button says which it is."""

    def __init__(self, label: str, place: int, asker: int) -> None:
        super().__init__(Button(label=label, custom_id=f"ask:{place}:{asker}"))
        self.place, self.asker = place, asker

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button as it stands on a message, after any number of restarts."""
        return cls(getattr(item, "label", None) or "", int(match["place"]), int(match["asker"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask what was meant."""
        await conduct(interaction, "ask", self._ask)

    async def _ask(self, interaction: Interaction) -> None:
        """In place for the one who asked, as a private copy for anybody else."""
        own = interaction.user.id == self.asker
        await interaction.response.defer(ephemeral=True, thinking=not own)
        offered = render.offered(_header_of(interaction.message))
        if self.place >= len(offered):
            await interaction.followup.send(view=render.notice(_OUTDATED), ephemeral=True)
            return
        await give(
            interaction, await page(interaction, Query.parse(offered[self.place], today=interaction.client.today))
        )


BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (Turn, Read, Ask)


def works(custom_id: str) -> bool:
    """Whether there is anything behind a button."""
    return any(button.__discord_ui_compiled_template__.fullmatch(custom_id) for button in BUTTONS)


async def page(interaction: Interaction, query: Query) -> ui.LayoutView:
    """The first page of an answer."""
    try:
        return await results(interaction, await search(interaction, query))
    except NotIndexed:
        if interaction.client.upkeep.running:  # it is being made
            return nothing_yet(interaction)
        raise


async def search(interaction: Interaction, query: Query, page: int = 1) -> Results:
    """A page of what the archive has; the last one where the archive has become smaller than that."""
    archive = interaction.client.archive
    found = await archive.ask(Corpus.search, query, page=page, limit=render.PAGE)
    if not found.hits and 0 < found.pages < page:
        found = await archive.ask(Corpus.search, query, page=found.pages, limit=render.PAGE)
    interaction.client.journal.found(interaction.id, len(found.hits), found.query)
    return found


async def results(interaction: Interaction, found: Results, *, notes: list[str] | None = None) -> ui.LayoutView:
    """What was found, with its buttons; or what was searched, where nothing was."""
    buttons = [*_turns(found, interaction.user.id), *_asks(found, interaction.user.id)]
    if found.hits:
        return render.results(found, read=_read_button, buttons=buttons, notes=notes or [])
    status = await interaction.client.archive.ask(Corpus.status)
    return render.no_match(found, status, buttons=buttons) if status.articles else nothing_yet(interaction)


def nothing_yet(interaction: Interaction) -> ui.LayoutView:
    """There is no article yet: that it is being filled, or how it is filled."""
    client = interaction.client
    return render.empty(filling=client.upkeep.running, inputs=bool(client.settings.corpus_inputs))


async def article(interaction: Interaction, article_id: str) -> ui.LayoutView:
    """An article of the archive, or a sentence where it has none by that id."""
    shown = await interaction.client.archive.ask(Corpus.article, article_id)
    if shown is None:
        return render.notice("The archive has no article by that id. The id of an article stands below its text.")
    return render.article(shown)


def query_of(message: discord.Message | None) -> str | None:
    """The query that stands as inline code at the head of an answer; None where there is none."""
    found = _QUERY.match(_header_of(message))
    return found[1] if found else None


def _header_of(message: discord.Message | None) -> str:
    """The text at the head of an answer, which begins with its query; '' where there is none."""
    for component in message.components if message else ():
        inner = getattr(component, "children", ())
        text = getattr(inner[0] if inner else component, "content", "")
        if _QUERY.match(text):
            return str(text)
    return ""


def _read_button(shown: Article) -> ui.Item[Any]:
    return Read(shown.id)


def _turns(found: Results, asker: int) -> tuple[ui.Item[Any], ...]:
    if found.pages <= 1:
        return ()
    return (
        Turn("Previous", found.page - 1, asker, found.ranked, disabled=found.page <= 1),
        Turn("Next", found.page + 1, asker, found.ranked, disabled=found.page >= found.pages),
    )


def _asks(found: Results, asker: int) -> tuple[ui.Item[Any], ...]:
    return tuple(Ask(render.label(query), place, asker) for place, query in enumerate(render.offers(found)))

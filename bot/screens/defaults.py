"""What is meant where one does not say it: shown, set, and forgotten again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from discord import ui

from bot.defaults import Defaults, Scope, kept_at, key, keys_at
from bot.press import Press
from bot.reader import Reader, reader_again, reader_of
from bot.render import defaults as rendered
from bot.render.archive import notice
from bot.tree import Interaction, answer
from corpus import Corpus, Query, Told

if TYPE_CHECKING:
    from bot.client import Dateline

NO_DEFAULT = "none"
"""What an option has where a default is to be taken back."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be set, as it was chosen and typed; None is left as it is."""

    answers: str | None = None
    sources: str | None = None
    language: str | None = None

    @property
    def any(self) -> bool:
        """Whether there is something to be set."""
        return any(wish is not None for wish in (self.answers, self.sources, self.language))


async def shown(interaction: Interaction) -> ui.LayoutView:
    """What holds here, and who set it."""
    return rendered.defaults(await kept_at(interaction), await reader_of(interaction))


async def set_for(interaction: Interaction, scope: Scope, wishes: Wishes) -> ui.LayoutView:
    """Keep what is wished for, and show what holds from now on, in the language that it now is."""
    client, before = interaction.client, await kept_at(interaction)
    wished, notes = await _wished(client, before.of(scope), wishes, await reader_of(interaction))
    await client.archive.ask(Corpus.remember, keys_at(interaction)[scope], wished.written())
    reader = await reader_again(interaction)
    told = [reader.language.told(note, rendered.NOTE) for note in notes]
    return rendered.defaults(await kept_at(interaction), reader, [*told, rendered.lasting(reader.language)])


async def forget(press: Press) -> None:
    """Forget what is kept about the one who presses; where there is nothing any more, that is so as well."""
    await press.interaction.response.defer()
    await answer(press.interaction, _forgotten(press.interaction.client, press.reader))


async def _forgotten(client: Dateline, reader: Reader) -> ui.LayoutView:
    client.recent.forget(reader.id)
    client.chat.memory.forget(reader.id)
    await client.archive.ask(Corpus.remember, key(Scope.USER, reader.id), None)
    say = reader.language.say
    if await has_acted(client, reader.id):
        return notice(
            say("Forgotten: your defaults, your recent searches and your chats."),
            say("The audit keeps what you did as an admin, with your name."),
        )
    return notice(
        say("Forgotten: your defaults, your recent searches and your chats. Nothing about you is kept any more.")
    )


async def has_acted(client: Dateline, user: int) -> bool:
    """Whether the audit names this person."""
    return bool(await client.archive.ask(Corpus.acts, 1, by=f"discord:{user} "))


async def _wished(
    client: Dateline, before: Defaults, wishes: Wishes, reader: Reader
) -> tuple[Defaults, Sequence[Told]]:
    """The defaults as they are to be, and what could not be read."""
    notes: Sequence[Told] = ()
    wished = before
    if wishes.answers is not None:
        wished = replace(wished, public={"public": True, "private": False}.get(wishes.answers))
    if wishes.language is not None:
        wished = replace(wished, language=None if wishes.language == NO_DEFAULT else wishes.language)
    if wishes.sources is not None:
        no_default = {NO_DEFAULT, reader.language.label("no default").casefold()}
        names, notes = await _outlets(client, wishes.sources)
        if names or wishes.sources.strip().casefold() not in no_default:
            wished = replace(wished, sources=names or before.sources)
        else:
            wished, notes = replace(wished, sources=()), ()
    return wished, notes


async def _outlets(client: Dateline, typed: str) -> tuple[tuple[str, ...], Sequence[Told]]:
    """The outlets of the archive that are meant, by their keys, and a note on each name that none has."""
    asked = Query.parse("", source=typed)
    alone = [Query().of_sources([name]) for name in asked.filters.sources]
    found = await asyncio.gather(*(client.archive.ask(Corpus.coverage, query) for query in alone))
    names: dict[str, None] = {}
    for query, each in zip(alone, found, strict=True):
        # A name can mean several outlets, by the end of their hosts: then it stays as it is.
        names |= dict.fromkeys(
            [each.outlets[0].key] if len(each.outlets) == 1 else query.filters.sources if each.outlets else ()
        )
    notes = [*asked.notes, *(note for each in found for note in each.notes)]
    return Query().of_sources(list(names)).filters.sources, notes

"""What a message of anybody's has to do with the archive: related news, and where its quote was first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.press import Outdated, Press
from bot.reader import Reader
from bot.render import quoting as rendered
from bot.render.archive import notice
from bot.screens import passing_on, results
from bot.screens.header import query_if_any, query_on, texts_of
from bot.screens.place import begin
from bot.tree import answer
from bot.written import texts_in
from corpus import Corpus, Query, Span

if TYPE_CHECKING:
    import discord

    from bot.client import Dateline

_LEAST = 4  # words of a quote


async def related(client: Dateline, message: discord.Message, reader: Reader) -> ui.LayoutView:
    """News of what a message is about, by all its words."""
    query = Query.words("\n".join([*texts_in(message), *texts_of(message)]))
    return _nothing(reader) if query.empty else await results.page(client, query, reader)


async def quoted(client: Dateline, message: discord.Message, reader: Reader) -> ui.LayoutView:
    """The earliest article that has what a message quotes."""
    texts = [*texts_in(message), *texts_of(message)]
    words = Query.words("\n".join(texts))
    if words.empty:
        return _nothing(reader)
    # What was written goes before what Discord shows of the pages that it links to.
    sought = texts[0] if len(texts[0].split()) >= _LEAST else "\n".join(texts)
    found = await client.archive.ask(Corpus.quoted, sought)
    return rendered.quoted(found, reader) if found else rendered.not_quoted(words, reader)


async def relate(press: Press) -> None:
    """Related news in the place of a quote that no article has."""
    query, client = query_on(press), press.interaction.client
    reader = await begin(press, press.reader.id)
    await answer(press.interaction, results.page(client, query, reader))


async def share(press: Press) -> None:
    """The passage as it stands here, for everyone there; not where its article has become another."""
    article_id, percent, others = press.text(0), press.number(3), press.number(4)
    span, phrase = Span(press.number(1), press.number(2)), query_if_any(press)
    await press.interaction.response.defer()
    article = await press.interaction.client.archive.ask(Corpus.article, article_id)
    if article is None:
        raise Outdated
    found = rendered.quoted_again(article, span, percent, others, phrase)
    if found is None:
        raise Outdated
    await passing_on.post(press, rendered.quoted(found, passing_on.publicly(press.reader)))


def _nothing(reader: Reader) -> ui.LayoutView:
    return notice(reader.language.say("This message has no words to search by."))

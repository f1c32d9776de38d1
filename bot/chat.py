"""Questions in plain messages: where the bot is mentioned, where one replies to it, and in its direct messages.

Discord hands over what stands in those messages without any privileged intent. An answer is a reply to the question,
and it says by its head how the question was understood.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord import MessageType, ui

from bot import access
from bot.conversations import Last, Memory, Turns
from bot.crowd import TooMany
from bot.defaults import channel_of, kept_for
from bot.followup import Asked, Beyond, Setting, Step, understood
from bot.language import ENGLISH, Language
from bot.logs import Journal
from bot.reader import Audience, Reader
from bot.render.archive import notice
from bot.render.asking import how_to_ask
from bot.screens import results
from bot.screens.header import answered, page_of
from bot.tree import trouble
from bot.written import without_markup
from corpus import Corpus, Query

if TYPE_CHECKING:
    from bot.client import Dateline

_log = logging.getLogger(__name__)
_WRITTEN = {MessageType.default, MessageType.reply}  # all other kinds tell what happened in the channel
_LOOKED_BACK = 10  # messages of a conversation among which the last answer is looked for


class Chat:
    """Answers messages, one of a person at a time."""

    def __init__(self, client: Dateline) -> None:
        self._client = client
        self._turns = Turns()
        self.memory = Memory()

    async def hear(self, message: discord.Message) -> None:
        """A message was written somewhere; answer it if it is meant for the bot. Never raises."""
        if not self._is_addressed(message):
            return
        journal = self._client.journal
        journal.open(message.id, "chat", asyncio.current_task())
        outcome = await self._turns.take(message.author.id, partial(self._conduct, message))
        journal.close(message.id, outcome or "busy")

    def _is_addressed(self, message: discord.Message) -> bool:
        """Whether a person writes to the bot: directly, by a mention of its own, or in reply to an answer of its."""
        if message.author.bot or message.webhook_id is not None or message.type not in _WRITTEN:
            return False
        if message.guild is None:  # a server that has not been announced yet is none either, but no conversation
            return isinstance(message.channel, discord.DMChannel)
        if any(map(self._is_me, message.mentions)):
            return True
        # Where its author is not mentioned along with it, Discord hands a reply over only empty.
        return bool(message.content) and self._replied_to(message) is not None

    def _is_me(self, person: discord.abc.User) -> bool:
        return self._client.user is not None and person.id == self._client.user.id

    def _replied_to(self, message: discord.Message) -> discord.Message | None:
        """The message of the bot that this replies to."""
        target = message.reference.resolved if message.reference else None
        return target if isinstance(target, discord.Message) and self._is_me(target.author) else None

    async def _conduct(self, message: discord.Message) -> str:
        """Answer, and return the outcome for the log."""
        guild = message.guild
        language = self._client.languages.of(str(guild.preferred_locale) if guild else ENGLISH)
        try:
            reader = await self._reader(message, language)
            language = reader.language
            place = guild.id if guild else None
            access.may_write(self._client.settings, place)
            self._client.crowd.let_in(message.author.id, place, len(self._client.journal))
            await self._answer(message, reader)
        except (discord.Forbidden, discord.NotFound):
            return "forbidden"  # it may not speak there, or there is nobody left to speak to
        except TooMany as error:
            # Others read along here: it is said once in a minute.
            return error.whose.value if error.again else await _explain(message, error, language)
        except Exception as error:  # noqa: BLE001  # whatever it is, the person gets an answer and the log an incident
            return await _explain(message, error, language)
        return Journal.ANSWERED

    async def _reader(self, message: discord.Message, language: Language) -> Reader:
        """The one who wrote; a message does not say in which language its client is, so the place's goes for it."""
        guild, audience = (message.guild.id, Audience.PUBLIC) if message.guild else (None, Audience.DIRECT)
        defaults = (await kept_for(self._client, message.author.id, channel_of(message), guild)).together
        own = self._client.languages.of(defaults.language) if defaults.language else language
        return Reader(message.author.id, own, message.id, audience, defaults)

    async def _answer(self, message: discord.Message, reader: Reader) -> None:
        text = without_markup(message.content)
        if not text:
            await _reply(message, how_to_ask(reader.language))
            return
        asked = await self._asked(message, text, reader)
        view = await results.page(self._client, asked.query, reader, asked.page)
        self.memory.keep(message, await _reply(message, view), asked)

    async def _asked(self, message: discord.Message, text: str, reader: Reader) -> Asked:
        """What a text asks, after the answer that it goes on from or by itself."""
        step = await self._step(text, reader)
        before = await self._before(message) if step else None
        if step is None or before is None:
            return Asked(reader.defaults.narrowed(Query.parse(text, today=self._client.today)))
        turn = step(before)
        return await self._beyond(turn, reader) if isinstance(turn, Beyond) else turn

    async def _step(self, text: str, reader: Reader) -> Step | None:
        languages = dict.fromkeys((reader.language, self._client.languages.of(ENGLISH)))
        sources = await self._client.archive.ask(Corpus.sources)
        return understood(text, Setting(sources, self._client.today, tuple(languages)))

    async def _beyond(self, turn: Beyond, reader: Reader) -> Asked:
        found = await results.search(self._client, turn.asked.query, reader, turn.asked.page)
        return turn.than([hit.article.published.day for hit in found.hits])

    async def _before(self, message: discord.Message) -> Asked | None:
        """The answer that a message goes on from: the one that it replies to, else the last one to this person here."""
        if (target := self._replied_to(message)) and (shown := _shown(target)):
            return shown
        if last := self.memory.last(message):
            return await self._as_it_is(message, last)
        if message.guild is None:
            return await self._last_in(message.channel)
        return None

    async def _as_it_is(self, message: discord.Message, last: Last) -> Asked:
        """An answer as it stands there by now, where it may be read: it was turned, perhaps, or put in order."""
        try:
            return _shown(await message.channel.fetch_message(last.answer)) or last.asked
        except discord.HTTPException:
            return last.asked

    async def _last_in(self, channel: discord.abc.Messageable) -> Asked | None:
        """The last answer in a conversation, which the bot shared before it was started."""
        try:
            async for message in channel.history(limit=_LOOKED_BACK):
                if self._is_me(message.author) and (shown := _shown(message)):
                    return shown
        except discord.HTTPException:
            pass
        return None


def _shown(message: discord.Message) -> Asked | None:
    """What a message of the bot answers, and which page of it."""
    query = answered(message)
    return Asked(query, page_of(message)) if query else None


async def _explain(message: discord.Message, error: Exception, language: Language) -> str:
    """Tell the person what went wrong, and return the outcome for the log; never raises."""
    outcome, said = trouble(error, language)
    try:
        await _reply(message, notice(said))
    except Exception as failure:  # noqa: BLE001  # whoever asked is gone, or the connection to Discord is
        _log.warning("an error could not be told: %s: %s", type(failure).__name__, failure)
    return outcome


async def _reply(message: discord.Message, view: ui.LayoutView) -> discord.Message:
    """Answer a message, pinging nobody. The nonce is the question: of two workers that answer it, one does."""
    return await message.channel.send(
        view=view,
        reference=message.to_reference(fail_if_not_exists=False),
        mention_author=False,
        nonce=message.id,
    )

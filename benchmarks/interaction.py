"""What the bot adds to an interaction: ``python -m benchmarks.interaction PLACE``, one order on standard input.

The real client takes a real ``/search`` event and answers it; only Discord's end of the wire is missing. The search was
done before and its results are handed over, so what is left is the bot: dispatch, deferral, hop to a thread and
back, rendering, log line. A bare discord.py command that defers and answers with one line is timed in turns with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import discord
from discord import app_commands, ui
from discord.webhook.async_ import AsyncWebhookAdapter

from benchmarks.ask import Ask, read_ask
from bot import logs
from bot.client import Dateline
from bot.settings import Settings
from corpus import AsyncCorpus, Corpus, Query, Results

_ME, _READER, _CHANNEL = "100000000000000001", "100000000000000002", "100000000000000003"
_WARM_UP = 20
_APPLICATION_COMMAND = 2  # type of interaction, Discord's API reference


def main(arguments: Sequence[str]) -> None:
    """Time every question of the order once; milliseconds go to standard output as a line of JSON."""
    asks = [read_ask(fields) for fields in json.loads(sys.stdin.readline())["asks"]]
    with Corpus.open(Path(arguments[0])) as corpus, Path(os.devnull).open("w") as nowhere:
        logs.start(level="info", form="text", token=None, stream=nowhere)  # lines are made, and read by nobody
        answers = {str(query): corpus.search(query) for query in map(_query, asks)}
        sys.stdout.write(json.dumps(asyncio.run(_timed(corpus, asks, answers))) + "\n")


async def _timed(corpus: Corpus, asks: Sequence[Ask], answers: dict[str, Results]) -> dict[str, list[float]]:
    def remembered(_corpus: Corpus, query: Query, **_: Any) -> Results:
        return answers[str(query)]

    with ExitStack() as stack:
        stack.enter_context(patch.object(Corpus, "search", remembered))
        stack.enter_context(patch.object(AsyncWebhookAdapter, "request", _discord))
        async with Dateline(AsyncCorpus(corpus), Settings()) as bot, _Bare() as bare:
            ours, theirs = _Wire(bot), _Wire(bare)
            for ask in asks[:_WARM_UP]:
                await ours.milliseconds(ask)
                await theirs.milliseconds(ask)
            times = [(await ours.milliseconds(ask), await theirs.milliseconds(ask)) for ask in asks]
    return {"bot": [ours for ours, _ in times], "bare": [theirs for _, theirs in times]}


class _Bare(discord.Client):
    """The least that discord.py can do: one command that defers and then answers with a line."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none(), max_messages=None)
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(name="search", description="Answer with a line.")
        async def _search(interaction: discord.Interaction[Any], query: str) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            view = ui.LayoutView()
            view.add_item(ui.TextDisplay(query))
            await interaction.edit_original_response(view=view)


class _Wire:
    """Hands events to a client as its gateway would, and waits until the command has ended."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._receive: Callable[[dict[str, Any]], None] = client._connection.parsers["INTERACTION_CREATE"]  # noqa: SLF001
        self._ids = count(200_000_000_000_000_000)

    async def milliseconds(self, ask: Ask) -> float:
        """From the parsed event to the end of the command."""
        event = _event(str(next(self._ids)), str(_query(ask)))
        ended = asyncio.ensure_future(self._client.wait_for("app_command_completion", timeout=10))
        await asyncio.sleep(0)
        start = perf_counter()
        self._receive(event)
        await ended
        return (perf_counter() - start) * 1000


async def _discord(_adapter: AsyncWebhookAdapter, route: Any, **sent: Any) -> dict[str, Any]:
    """Discord's end: takes the body as JSON, as it goes over the wire, and answers as Discord does."""
    body = json.loads(json.dumps(sent.get("payload")))
    if route.method == "POST":
        return {"interaction": {"id": _ME, "type": _APPLICATION_COMMAND}}
    return {
        "id": _ME,
        "channel_id": _CHANNEL,
        "author": {"id": _ME, "username": "bot", "discriminator": "0", "avatar": None},
        "content": "",
        "timestamp": "2024-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 1 << 15,
        "components": body.get("components", []),
    }


def _event(interaction: str, query: str) -> dict[str, Any]:
    reader = {"id": _READER, "username": "reader", "discriminator": "0", "avatar": None}
    return {
        "id": interaction,
        "application_id": _ME,
        "type": _APPLICATION_COMMAND,
        "token": "token",
        "version": 1,
        "locale": "en-US",
        "context": 1,
        "attachment_size_limit": 10_485_760,
        "app_permissions": "0",
        "authorizing_integration_owners": {"1": _READER},
        "entitlements": [],
        "user": reader,
        "channel": {"id": _CHANNEL, "type": 1, "recipients": [reader]},
        "data": {"id": _ME, "name": "search", "type": 1, "options": [{"name": "query", "type": 3, "value": query}]},
    }


def _query(ask: Ask) -> Query:
    return Query.parse(ask.typed)


if __name__ == "__main__":
    main(sys.argv[1:])

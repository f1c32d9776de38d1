"""The real bot in a simulated Discord in the browser, over an archive of invented articles. Needs no token.

The page is SimCord's Preview, on a loopback address; nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from discord import ui

import corpus
from bot.client import Dateline
from bot.leaving import when_told
from bot.settings import Settings
from corpus import AsyncCorpus, Corpus, Keeper

if TYPE_CHECKING:  # SimCord is in the development lock only
    from simcord import ChannelHandle, Env, MemberActor, Preview

SAMPLES = Path(corpus.__file__).parent / "samples"
FIRST_QUERY = "who stole the museum's astrolabe"

_NAME = "Dateline"
_SETTLED = 60.0  # seconds that the page waits for the bot to have answered
_MISSING = "The demo needs SimCord, which is in the development lock: run `make run`, which installs it."
_GREETING = """\
### Ask the archive
Dateline searches a news archive and answers word for word, each excerpt with its source and its date, as above.
Type `/` below, pick **search** and its option **query**, and write a question, words or a "phrase":
- `when did the ferry Aurelia sink`
- `"stern door" -verdict`
- `central bank rates after:2023`

**Below an answer** turn its pages, and let the menus choose its order, its period and its outlets. **Read** opens an \
article where it answers; there are similar ones, the same story elsewhere, why it was found, and citations. **Share** \
posts it for everyone, **Export** hands you the files.
**Also try** `/trends` with `flood` and `ferry`, `/help`, `/defaults` (Arabic, too), or write a plain message: \
`{mention} flood inquiry`, then `{mention} only Harbour Post` or `{mention} older`.
As Ada you may use `/admin`. When an answer lands out of sight, **View response** at the top goes there; \
**Viewing as** shows what another reader sees.
-# All articles are invented. A line typed in full is a plain message here: pick the command from the list. \
On Discord, but not on this page: “thinking …” and progress, direct messages, the bot in your own account, \
“Find this quote” in the menu of a message, and the names of commands in your language. A menu below a chart does not \
stay open here. Times stand still."""


@dataclass(frozen=True)
class World:
    """What the demo's Discord holds: one channel, and those who sit in it; the first is an admin of the bot."""

    env: Env
    channel: ChannelHandle
    viewers: list[MemberActor]


def run(port: int) -> int:
    """Serve the demo until Ctrl-C, SIGTERM or the end of the page's session; returns the exit code."""
    try:
        from simcord import SetupError  # noqa: PLC0415  # only the demo needs it
    except ImportError:
        click.echo(_MISSING, err=True)
        return 1
    logging.basicConfig(level=logging.WARNING)
    try:
        asyncio.run(_serve(port))
    except SetupError as error:
        click.echo(f"The demo cannot be served: {error}.", err=True)
        return 1
    return 0


@contextlib.asynccontextmanager
async def simulated() -> AsyncIterator[World]:
    """The real client over the samples, in a Discord with a channel, two readers, a first answer and a greeting."""
    with tempfile.TemporaryDirectory(prefix="dateline-demo-") as folder:
        with Keeper.open(Path(folder)) as keeper:
            keeper.ingest([SAMPLES])
        archive = AsyncCorpus(Corpus.open(Path(folder)), alone=True)  # the page waits until no task is left
        client = Dateline(archive, Settings(data_dir=Path(folder), corpus_inputs=f"samples='{SAMPLES}'"))
        try:
            async with _world(client) as world:
                yield world
        finally:
            await archive.close()


def preview(world: World, port: int = 0) -> Preview:
    """The page that shows the world: an asynchronous context manager with a ``url``."""
    return world.env.preview(world.channel, viewers=world.viewers, layout="channel", port=port)


async def _serve(port: int) -> None:
    if task := asyncio.current_task():  # cancelled, it closes and removes what it opened
        when_told(asyncio.get_running_loop(), task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async with simulated() as world, preview(world, port) as page:
            click.echo(f"Dateline, in a simulated Discord: {page.url}\nOpen it in a browser; Ctrl-C ends it.")
            await page.wait_closed()


@contextlib.asynccontextmanager
async def _world(client: Dateline) -> AsyncIterator[World]:
    from simcord import Env  # noqa: PLC0415  # only the demo needs it

    env = Env(client, shard_count=1, settle_timeout=_SETTLED)
    env.backend.edit_bot_profile(_NAME)
    # Before the start: later, every periodic task would run once for each interval that "passed" since January.
    env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())
    world = _build(env)
    client.settings = replace(client.settings, admin_ids=frozenset({world.viewers[0].id}))
    await env.start()
    try:
        await env.settle()
        with env.time_context():  # not around the yield: whoever leaves may be in another context
            await _furnish(client, world)
        yield world
    finally:
        await env.shutdown()


def _build(env: Env) -> World:
    ada = env.create_user("ada", global_name="Ada")
    ben = env.create_user("ben", global_name="Ben")
    guild = env.create_guild("The newsroom", owner=ada)
    channel = guild.create_text_channel("archive", topic="Ask the archive")
    return World(env, channel, [guild.add_member(ada), guild.add_member(ben)])


async def _furnish(client: Dateline, world: World) -> None:
    """The greeting comes last: the page opens at the end of the channel."""
    await world.viewers[0].slash(world.channel, "search", query=FIRST_QUERY, public=True)
    greeting = ui.LayoutView(timeout=None)
    mention = client.user.mention if client.user else ""
    for part in _GREETING.format(mention=mention).split(
        "\n\n"
    ):  # after a list, the page sets all lines of the same text in
        greeting.add_item(ui.TextDisplay(part))
    await client.get_partial_messageable(world.channel.id).send(view=greeting)

"""What a doctor asks of Discord: a handful of questions, each once and not for long, none of which changes anything.

discord.py's own client would ask again and again where Discord has trouble, so it lends its address only.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord

from bot import access, commands, registry
from bot.doctor.gathered import RATE_LIMITED, Answer, Answers
from bot.language import Languages
from bot.settings import Settings
from bot.translator import CommandTranslator
from bot.tree import Tree

_PATIENCE = aiohttp.ClientTimeout(total=6.0)
_PAGE = 200  # servers that Discord lists at once
_MOST_ASKED_FOR = 5  # servers that are asked for by themselves, where the first page does not have them


async def ask(settings: Settings, token: str) -> Answers:
    """Ask what concerns these settings. Never raises for what Discord or the network does."""
    agent = f"DiscordBot (https://github.com/Rapptz/discord.py, {discord.__version__})"
    headers = {"Authorization": f"Bot {token}", "User-Agent": agent}
    async with aiohttp.ClientSession(headers=headers, timeout=_PATIENCE) as session:
        me = await _get(session, "/users/@me", dict)
        if not me.good:
            return Answers(me)
        application, gateway, listed = await asyncio.gather(
            _get(session, "/applications/@me", dict),
            _get(session, "/gateway/bot", dict),
            _get(session, "/users/@me/guilds", list, limit=str(_PAGE)),
        )
        guilds, unseen = await _guilds(session, listed, _concerned(settings))
        registered = await _commands(session, application, settings)
    return Answers(me, application, gateway, listed, guilds, unseen, registered)


async def _get(session: aiohttp.ClientSession, path: str, kind: type, **query: str) -> Answer:
    try:
        async with session.get(discord.http.Route.BASE + path, params=query) as response:
            return _read(response.status, response.headers, await response.read(), kind)
    except TimeoutError:
        return Answer(0, why=f"no answer came within {_PATIENCE.total:.0f} seconds")
    except (aiohttp.ClientError, OSError) as error:
        return Answer(0, why=str(error) or type(error).__name__)


def _read(status: int, headers: Mapping[str, str], content: bytes, kind: type) -> Answer:
    body, ahead = None, None
    with suppress(ValueError):
        body = json.loads(content)
    with suppress(KeyError, ValueError, TypeError):
        ahead = time.time() - parsedate_to_datetime(headers["Date"]).timestamp()
    wait = _seconds(headers.get("Retry-After")) if status == RATE_LIMITED else None
    if isinstance(body, dict) and status == RATE_LIMITED:
        wait = _seconds(body.get("retry_after")) or wait
    return Answer(status, body if isinstance(body, kind) else None, ahead=ahead, retry_after=wait)


def _seconds(told: object) -> float | None:
    try:
        return float(str(told))
    except ValueError:
        return None


def _concerned(settings: Settings) -> set[int]:
    """The servers that the settings name."""
    return {*settings.allowed_guilds, *([settings.admin_guild] if settings.admin_guild else [])}


async def _guilds(
    session: aiohttp.ClientSession, listed: Answer, concerned: set[int]
) -> tuple[dict[int, dict[str, Any]], frozenset[int]]:
    """Those of these servers in which the bot is, and those of which nothing could be learnt."""
    if not listed.good:
        return {}, frozenset(concerned)
    found = {int(each["id"]): each for each in listed.body}
    beyond = sorted(each for each in concerned if each > max(found, default=0)) if len(found) >= _PAGE else []
    unseen = set(beyond[_MOST_ASKED_FOR:])
    for guild in beyond[:_MOST_ASKED_FOR]:
        answer = await _get(session, "/users/@me/guilds", list, limit="1", after=str(guild - 1))
        if answer.good:
            found |= {int(each["id"]): each for each in answer.body}
        else:
            unseen.add(guild)
    return {key: each for key, each in found.items() if key in concerned}, frozenset(unseen)


async def _commands(
    session: aiohttp.ClientSession, application: Answer, settings: Settings
) -> tuple[tuple[Answer, list[dict[str, Any]]], ...]:
    """What is registered, in all places and in the admins' server, each beside what the bot would register."""
    if not application.good:
        return ()
    tree = await _tree(settings)
    places = [None, *([discord.Object(settings.admin_guild)] if settings.admin_guild else [])]
    found = []
    for place in places:
        scope = f"/guilds/{place.id}" if place else ""
        path = f"/applications/{application.body['id']}{scope}/commands"
        answer = await _get(session, path, list, with_localizations="true")
        found.append((answer, await registry.payload(tree, place)))
    return tuple(found)


async def _tree(settings: Settings) -> Tree:
    """The bot's commands, of a client that never connects."""
    client = discord.Client(intents=discord.Intents.none())
    tree = Tree(client, allowed_contexts=access.contexts(settings), allowed_installs=access.installs(settings))  # type: ignore[arg-type]  # commands only
    commands.load(tree, settings.admin_guild)
    await tree.set_translator(CommandTranslator(Languages()))
    return tree

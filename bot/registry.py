"""Registers the commands with Discord, and only when what is registered there is not what the bot has.

The registered commands themselves are the memory of the last registration: it outlives any disk, and a restart costs
one request for reading and none of the 200 writes a day.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

if TYPE_CHECKING:
    from bot.tree import Tree

_log = logging.getLogger(__name__)
# What a definition says; Discord adds ids, versions and the deprecated dm_permission, which contexts replace.
_SAID = (
    "type", "name", "description", "options", "choices", "required", "autocomplete", "channel_types",
    "min_value", "max_value", "min_length", "max_length", "name_localizations", "description_localizations", "value",
    "default_member_permissions", "nsfw", "contexts", "integration_types",
)  # fmt: skip


async def register(tree: Tree, admin_guild: int | None) -> Mapping[str, int]:
    """Bring Discord's list of commands up to date, global and, where there is one, in the admins' server.

    In which languages they are shown is the tree's translator's. Returns the ids of the global ones, by their names.

    Raises:
        CommandSyncFailure: Discord finds a definition invalid.
    """
    ids = await _bring(tree, None)
    if admin_guild is not None:
        await _bring(tree, discord.Object(admin_guild))
    return ids


async def _bring(tree: Tree, guild: discord.Object | None) -> Mapping[str, int]:
    """The ids of what is registered then; none where that is not known."""
    place = f"server {guild.id}" if guild else "all places"
    try:
        registered = await _registered(tree, guild)
        if alike(await payload(tree, guild), registered):
            _log.info("the commands for %s are as registered", place)
            return {command["name"]: int(command["id"]) for command in registered}
        synced = await tree.sync(guild=guild)
        _log.info("the commands for %s were registered anew", place)
        return {command.name: command.id for command in synced}
    except app_commands.CommandSyncFailure:
        raise
    except discord.Forbidden:
        _log.error("ADMIN_GUILD: the bot is not in %s, so that /admin is nowhere; add it there and restart", place)
    except (discord.HTTPException, discord.RateLimited) as error:
        # What was registered before goes on working; the next start tries again.
        _log.warning("the commands for %s could not be registered: %s", place, error)
    return {}


async def payload(tree: Tree, guild: discord.Object | None) -> list[dict[str, Any]]:
    """The definitions of the bot's commands in every language, as they are sent."""
    translator, commands = tree.translator, tree.get_commands(guild=guild)
    if translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, translator) for command in commands]


async def _registered(tree: Tree, guild: discord.Object | None) -> Sequence[Mapping[str, Any]]:
    # AppCommand keeps less than Discord sends, so the definitions are read as they come. Discord leaves translations
    # out unless it is asked for them, which discord.py's own methods do not.
    application = tree.client.application_id
    if application is None:
        raise app_commands.MissingApplicationID
    scope = f"/guilds/{guild.id}" if guild else ""
    route = discord.http.Route("GET", f"/applications/{application}{scope}/commands")
    found: Sequence[Mapping[str, Any]] = await tree.client.http.request(route, params={"with_localizations": "true"})
    return found


def alike(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two lists of definitions say the same, in any order; ``theirs`` as Discord gives them back."""
    # Contexts and integration types are properties of global commands: a server's own do not come back with them.
    local = any(command.get("guild_id") for command in theirs)
    left_out = ("contexts", "integration_types") if local else ()
    return _by_name(ours, left_out) == _by_name(theirs, left_out)


def _by_name(commands: Sequence[Mapping[str, Any]], left_out: tuple[str, ...]) -> list[dict[str, Any]]:
    plain = [{key: said for key, said in _plain(each).items() if key not in left_out} for each in commands]
    return sorted(plain, key=lambda command: (command.get("type", 1), command["name"]))


def _plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a definition says, without what it says by leaving it out."""
    said = {key: _value(key, definition.get(key)) for key in _SAID}
    return {key: value for key, value in said.items() if value is not None and value not in (False, "", [], {})}


def _value(key: str, value: Any) -> Any:
    if key in ("options", "choices"):
        return [_plain(item) for item in value or ()]
    if key in ("contexts", "integration_types"):
        return sorted(value or ())
    if key in ("min_value", "max_value", "min_length", "max_length", "value"):
        return None if value is None else str(value)  # so that a nought is not taken for nothing
    return str(value) if key == "default_member_permissions" and value is not None else value

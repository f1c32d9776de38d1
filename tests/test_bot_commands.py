"""The commands as Discord is told of them: a change of them is a visible change of `commands.json` (`make docs`)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import discord
import pytest

from bot import VERSION
from bot.client import Dateline
from bot.registry import alike, payload
from bot.settings import Settings
from bot.translator import CommandTranslator
from corpus import AsyncCorpus, Corpus

SNAPSHOT = Path(__file__).with_name("commands.json")
GUILD = 123456789012345678


@asynccontextmanager
async def a_client(**settings) -> AsyncIterator[Dateline]:
    with TemporaryDirectory() as folder:
        archive = AsyncCorpus(Corpus.open(Path(folder), create=True))
        try:
            yield Dateline(archive, Settings(**settings))
        finally:
            await archive.close()


async def definitions(guild: int | None = None, **settings) -> list[dict]:
    async with a_client(**settings) as client:
        await client.tree.set_translator(CommandTranslator(client.languages))
        return await payload(client.tree, discord.Object(guild) if guild else None)


@pytest.mark.asyncio
async def test_the_commands_are_those_of_the_snapshot():
    assert await definitions() == json.loads(SNAPSHOT.read_text(encoding="utf-8")), "run `make docs`"


@pytest.mark.asyncio
async def test_with_an_admin_guild_the_admin_commands_are_there_and_nowhere_else():
    assert "admin" not in {command["name"] for command in await definitions(admin_guild=GUILD)}
    assert [command["name"] for command in await definitions(GUILD, admin_guild=GUILD)] == ["admin"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("settings", "installs", "contexts"),
    [
        ({}, [0, 1], [0, 1, 2]),
        ({"user_install": False}, [0], [0, 1]),
        ({"allowed_guilds": frozenset({GUILD})}, [0, 1], [0, 1, 2]),
        ({"user_install": False, "allowed_guilds": frozenset({GUILD})}, [0], [0]),
    ],
)
async def test_the_settings_say_who_may_add_the_bot_and_where_it_is_offered(settings, installs, contexts):
    for command in await definitions(**settings):
        assert (command["integration_types"], command["contexts"]) == (installs, contexts)


@pytest.mark.asyncio
async def test_the_client_asks_for_no_privileged_intent_and_pings_nobody():
    async with a_client() as client:
        assert client.intents == discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        assert client.allowed_mentions.to_dict() == {"parse": []}


def as_registered(commands: list[dict]) -> list[dict]:
    """What Discord gives back: with ids, defaults filled in, and permissions as text."""
    return [
        {
            **command,
            "id": str(number),
            "application_id": "1",
            "version": "1",
            "default_member_permissions": command["default_member_permissions"]
            and str(command["default_member_permissions"]),
            "options": [
                {key: value for key, value in option.items() if value not in (False, [])}
                for option in command.get("options", [])
            ],
        }
        for number, command in enumerate(reversed(commands))
    ]


def by_name(commands: list[dict], name: str) -> dict:
    return next(command for command in commands if command["name"] == name)


@pytest.mark.asyncio
async def test_what_was_registered_is_known_again():
    ours = await definitions()
    assert alike(ours, as_registered(ours))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "change",
    [
        lambda commands: commands.pop(),
        lambda commands: commands[0].update(description="Another"),
        lambda commands: commands[0].update(contexts=[0]),
        lambda commands: commands[0]["options"][0].update(required=True),
        lambda commands: commands[0]["options"].reverse(),
        lambda commands: commands[0]["options"][0].update(min_length=0),
        lambda commands: by_name(commands, "admin").update(default_member_permissions=None),
        lambda commands: commands.append({**commands[0], "name": "another"}),
    ],
)
async def test_any_other_command_than_the_registered_is_a_change(change):
    ours = await definitions()
    theirs = as_registered(json.loads(json.dumps(ours)))[::-1]
    change(theirs)
    assert not alike(ours, theirs)


@pytest.mark.asyncio
async def test_a_guild_command_is_known_again_without_the_places_that_only_global_ones_have():
    ours = await definitions(GUILD, admin_guild=GUILD)
    theirs = [{**command, "guild_id": str(GUILD)} for command in as_registered(ours)]
    for command in theirs:
        del command["contexts"], command["integration_types"]
    assert alike(ours, theirs)


def test_the_version_is_the_one_of_the_package():
    assert f'version = "{VERSION}"' in (SNAPSHOT.parents[1] / "pyproject.toml").read_text(encoding="utf-8")

"""PRIVACY.md says what is kept about people; this holds it to that."""

from __future__ import annotations

import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from bot_process import started

from corpus import Corpus, Query
from discord_double import DiscordDouble, User

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "PRIVACY.md").read_text(encoding="utf-8")
QUESTION = "zephyrine quandary"  # in no article, and so nowhere else


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def named(column: int) -> set[str]:
    """The tables of the archive, or what else stands in backticks, that the page has in this column."""
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| ")]
    return {each for row in rows for each in re.findall(r"table `(\w+)`", row[column])}


def tables_with(data: Path, *signs: str) -> set[str]:
    """The tables of which a cell holds one of these."""
    with closing(sqlite3.connect(data / "archive.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table
            for table in tables
            for row in database.execute(f"SELECT * FROM {table}")
            for cell in row
            for sign in signs
            if sign in (cell.decode("latin-1") if isinstance(cell, bytes) else str(cell))
        }


def files_with(data: Path, *signs: str) -> set[str]:
    """The files of the archive's folder whose bytes or name hold one of these."""
    found = (each for each in data.rglob("*") if each.is_file())
    return {
        str(each.relative_to(data))
        for each in found
        if any(sign.encode() in each.read_bytes() or sign in each.name for sign in signs)
    }


def signs_of(user: User) -> tuple[str, str]:
    """By what a person would be known."""
    return str(user.id), user.person.name


async def busy(discord: DiscordDouble, user: User) -> None:
    """A person does all that there is to be done."""
    await user.slash("defaults", sources="harbourpost.example", answers="private", language="en")
    shown = await user.slash("search", query="flood", public=True)
    await user.slash("search", query=QUESTION)
    await user.slash("search", query="ferry -flood")
    await shown.press("Read")
    await user.say(discord.guild.channels[0], f"<@bot> {QUESTION}")
    await user.say(user.dm, "flood")
    await user.slash("about")


@pytest.mark.asyncio
async def test_after_forget_me_no_file_knows_the_person_any_more(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        reader = discord.user("forgettable")
        await busy(discord, reader)
        assert tables_with(own_archive, *signs_of(reader)) == {"documents"}
        told = await (await reader.slash("about")).press("Forget me")
        assert "Nothing about you is kept any more" in told.text
        assert not tables_with(own_archive, *signs_of(reader))
        bot.terminate()
        assert await bot.wait() == 0
    assert not files_with(own_archive, *signs_of(reader))


@pytest.mark.asyncio
async def test_the_audit_alone_keeps_what_an_admin_did_and_they_are_told(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        admin = discord.owner
        assert "audit" not in (await admin.slash("about")).text
        await admin.slash("admin limit", source="harbourpost.example", characters="200")
        assert "The audit keeps what you did as an admin, with your name." in (await admin.slash("about")).text
        assert "audit" not in (await discord.user("reader").slash("about")).text
        await admin.slash("defaults", answers="private")
        told = await (await admin.slash("defaults")).press("Forget me")
        assert "The audit keeps what you did as an admin, with your name." in told.text
        assert "Nothing about you" not in told.text
        bot.terminate()
        await bot.wait()
    assert tables_with(own_archive, str(admin.id)) == {"audit"}
    assert files_with(own_archive, str(admin.id)) == {"archive.db"}


@pytest.mark.asyncio
async def test_the_tables_that_hold_ids_of_people_and_places_are_those_that_the_page_names(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        keeper, admin = discord.user("housekeeper"), discord.owner
        await busy(discord, keeper)
        for place in ("server", "channel"):
            await discord.owner.slash("defaults", options={"for": place}, answers="public")
        with Corpus.open(own_archive) as corpus:
            wanted = corpus.search(Query.parse("flood")).hits[0].article.id
        await (await admin.slash("admin remove", id=wanted, why="asked for")).press("Take down")
        await admin.slash("admin correct", id=wanted, section="News")
        await admin.slash("admin limit", source="harbourpost.example", characters="200")
        bot.terminate()
        await bot.wait()
    places = [str(discord.guild.id), str(discord.guild.channels[0].id)]
    assert tables_with(own_archive, *signs_of(keeper), str(admin.id), *places) == named(3) == {"documents", "audit"}
    assert files_with(own_archive, *signs_of(keeper), str(admin.id), *places) == {"archive.db"}


@pytest.mark.asyncio
@pytest.mark.parametrize("queries", ["0", "1"])
async def test_neither_the_log_nor_the_metrics_know_who_asked_and_what_only_where_that_is_set(
    own_archive, queries, port
):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive, LOG_QUERIES=queries, LOG_LEVEL="debug", PORT=str(port))
        reader = discord.user("unmentionable")
        await busy(discord, reader)
        assert ("the text of questions is logged" in (await reader.slash("about")).text) is (queries == "1")
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            metrics = await answer.text()
        bot.terminate()
        await bot.wait()
    assert 'command="search"' in metrics
    for sign in signs_of(reader):
        assert sign not in bot.output
        assert sign not in metrics
    assert QUESTION not in metrics
    assert (QUESTION in bot.output) is (queries == "1")

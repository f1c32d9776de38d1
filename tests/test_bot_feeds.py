"""Feeds, as a worker follows them: what is new there is found in Discord, and how each feed is stands in the status."""

from __future__ import annotations

import asyncio

import pytest
from bot_process import LEAVING, started
from test_corpus_feeds import item, rss

from corpus import Corpus, Keeper
from discord_double import DiscordDouble
from news_server import NewsServer


async def come(folder, articles):
    """Wait until the archive has so many articles."""
    for _ in range(300):
        with Corpus.open(folder) as corpus:
            if corpus.status().articles == articles:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("they did not come")


@pytest.mark.asyncio
async def test_a_worker_fills_an_empty_archive_from_a_feed_and_tells_how_the_feed_is(tmp_path):
    with NewsServer() as server:
        good, bad = server.give("/feed", rss(item(1), item(2))), server.give("/bad", status=503)
        async with DiscordDouble() as discord:
            inputs = f"post=feed:{good} wire=feed:{bad}"
            bot = await started(discord, tmp_path / "data", CORPUS_INPUTS=inputs, FETCH_NETWORKS="127.0.0.0/8")
            await come(tmp_path / "data", 2)
            for _ in range(100):
                told = (await discord.owner.slash("admin status")).text
                if "503" in told:
                    break
                await asyncio.sleep(0.2)
            assert "503" in told
            assert "**post**" in told
            reader = discord.user("reader")
            for _ in range(100):
                found = await reader.slash("search", query="council crane")
                if "came just now" not in found.text:
                    break
                await asyncio.sleep(0.1)
            assert "Council meets" in found.text
            bot.terminate()
            assert await bot.wait(LEAVING) == 0


@pytest.mark.asyncio
async def test_a_worker_looks_at_a_feed_that_was_added_and_leaves_in_time_while_a_host_is_silent(tmp_path):
    with NewsServer() as server:
        with Keeper.open(tmp_path / "data"):
            pass
        with Corpus.open(tmp_path / "data") as corpus:
            corpus.follow([(server.give("/feed", rss(item(1))), "post")])
        async with DiscordDouble() as discord:
            await started(discord, tmp_path / "data", FETCH_NETWORKS="127.0.0.0/8")
            await come(tmp_path / "data", 1)
        with Corpus.open(tmp_path / "data") as corpus:
            corpus.follow([(server.give("/silent", fault="silent"), "silent")])
        async with DiscordDouble() as discord:
            bot = await started(discord, tmp_path / "data", FETCH_NETWORKS="127.0.0.0/8")
            for _ in range(600):
                if server.asked("/silent"):
                    break
                await asyncio.sleep(0.05)
            bot.terminate()
            assert await bot.wait(LEAVING) == 0

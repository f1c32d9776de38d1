"""The real bot process over an archive in a cluster: the same answers, and two workers that see the same."""

from __future__ import annotations

import pytest
from bot_process import started
from conftest import SAMPLES

from corpus import Corpus, Query
from discord_double import DiscordDouble

pytestmark = pytest.mark.asyncio
ENGINES = ("opensearch",)


async def test_a_question_gets_the_answer_that_one_machine_would_give(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        answer = await discord.user("reader").slash("search", query="flood inquiry", source="harbourpost.example")
        with Corpus.open(own_archive) as corpus:
            found = corpus.search(Query.parse("flood inquiry source:harbourpost.example"))
        assert found.hits
        titles = [text for text in answer.texts if text.startswith("### ")]
        assert len(titles) == len(found.hits)
        assert all(hit.article.headline[:20] in title for hit, title in zip(found.hits, titles, strict=True))
        assert "warning" not in bot.output.lower()


async def test_what_people_and_keepers_set_is_the_same_for_every_worker(own_archive):
    with Corpus.open(own_archive) as corpus:
        taken = corpus.search(Query.parse("flood inquiry")).hits[0].article
    async with DiscordDouble() as discord:
        await started(discord, own_archive, DATA_DIR=str(own_archive.workplace / "one"))
        reader = discord.user("reader")
        await reader.slash("defaults", sources="harbourpost.example")
        asked = await discord.owner.slash("admin remove", id=taken.id)
        await asked.press("Take down")
    async with DiscordDouble() as discord:
        await started(discord, own_archive, DATA_DIR=str(own_archive.workplace / "two"))
        answer = await discord.user("reader").slash("search", query="flood inquiry")
        assert taken.headline not in "\n".join(answer.texts)
        listed = await discord.owner.slash("admin removed")
        assert taken.headline[:30] in listed.text


async def test_two_workers_share_out_the_servers_over_one_archive(own_archive):
    with Corpus.open(own_archive) as corpus:
        taken = corpus.search(Query.parse("flood inquiry")).hits[0].article
    async with DiscordDouble(shards=2) as discord:
        mine = discord.guild.id >> 22
        guilds = []
        for turn in range(2):  # everything gets the next number, so one person more makes the other shard's turn
            discord.user(f"person {turn}")
            guilds.append(await discord.new_guild(f"Elsewhere {turn}"))
        other = next(each for each in guilds if (each.id >> 22) % 2 != mine % 2)
        workers = [
            await started(
                discord,
                own_archive,
                ready=False,
                SHARD_COUNT="2",
                SHARD_IDS=shard,
                DATA_DIR=str(own_archive.workplace / shard),
            )
            for shard in ("0", "1")
        ]
        await discord.until(lambda: len(discord.gateway.sessions) == 2, "both workers are connected")
        reader = discord.user("reader")
        for guild in (discord.guild, other):
            answer = await reader.slash("search", guild=guild, query="flood inquiry")
            assert taken.headline[:30] in "\n".join(answer.texts)
        asked = await discord.owner.slash("admin remove", guild=other, id=taken.id)
        await asked.press("Take down")
        answer = await reader.slash("search", guild=discord.guild, query="flood inquiry")
        assert taken.headline[:30] not in "\n".join(answer.texts)
        assert all(any(each.path.endswith("/callback") for each in worker.requests) for worker in workers)


async def test_an_admin_reindexes_from_discord_while_readers_read(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive, CORPUS_INPUTS=f"samples={SAMPLES}")
        reindexed = await discord.owner.slash("admin reindex")
        for _ in range(5):
            answer = await discord.user("reader").slash("search", query="harbour")
            assert any(text.startswith("### ") for text in answer.texts)
        await reindexed.until(lambda shown: "Reindexed" in shown.text)
    with Corpus.open(own_archive) as corpus:
        assert corpus.acts(1)[0].what == "reindex"

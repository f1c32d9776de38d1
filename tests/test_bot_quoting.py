"""The commands in the menu of a message on the loopback Discord: related news."""

import pytest
from bot_process import started
from hypothesis import given
from hypothesis import strategies as st

from bot.written import without_markup
from corpus import Keeper
from discord_double import DiscordDouble

QUOTE = "“The stern door was never closed that night,” said Mara Ellison of the harbour office."
EARLY, LATE = (
    {"id": name, "title": f"The {name} report", "text": text, "source": "harbourpost.example", "date": day,
     "url": f"https://harbourpost.example/{name}", "author": "Ida Rook"}
    for name, day, text in [
        ("first", "2021-05-04", f"The inquiry began on Monday. {QUOTE} Nobody else spoke in the hall."),
        ("second", "2022-05-04", f"A year has gone by since then, and much was said in it. {QUOTE} So it was."),
    ]
)  # fmt: skip


@pytest.fixture
def archive(tmp_path, write):
    folder = tmp_path / "data"
    with Keeper.open(folder) as keeper:
        assert not keeper.ingest([write(LATE, EARLY)]).rejected
    return folder


@pytest.mark.asyncio
async def test_related_news_are_found_by_the_words_of_a_message_privately(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader, author = discord.user("reader"), discord.user("author")
        embed = {"title": "Herring treaty", "description": "on the cod quota", "url": "https://a.example/x"}
        message = await author.post(
            discord.channel, "look <@1> <:fish:12> https://a.example/ferry-sinks -flood", embeds=[embed]
        )
        answer = await reader.context("Find related news", message)
        assert answer.ephemeral
        assert answer.texts[0].startswith("`look flood Herring treaty on the cod quota`\n")
        assert any(text.startswith("### ") for text in answer.texts)
        assert "Share" in [button.label for button in answer.buttons]


@pytest.mark.asyncio
async def test_a_message_without_words_says_so(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        answer = await reader.context(
            "Find related news", await reader.post(discord.channel, "<@1> https://a.example/ferry !!!")
        )
        assert answer.ephemeral
        assert "no words to search by" in answer.text


@pytest.mark.asyncio
async def test_in_a_private_channel_the_commands_come_with_the_person_who_installed_them(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        reader, friend = discord.user("reader"), discord.user("friend", installed=False)
        group = discord.private_channel(reader, friend)
        message = await friend.post(group, "The stern door was never closed that night")
        assert "report](" in (await reader.context("Find related news", message)).text
        with pytest.raises(AssertionError, match="integration types"):
            await friend.context("Find related news", message)


@pytest.mark.asyncio
async def test_hostile_messages_are_searched_by_as_text(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        for text in ("@everyone <@1> `x` ||[a](https://b.example)|| \u202e # h", "`" * 9, "x" * 2000, "a\n" * 900):
            message = await reader.post(
                discord.channel, text, embeds=[{"title": text[:250], "url": "https://a.example"}]
            )
            answer = await reader.context("Find related news", message)
            assert not answer.pings
            assert "\u202e" not in answer.text
        assert "Traceback" not in bot.output
        assert "incident" not in bot.output


@given(st.text())
def test_words_are_left_as_they_were_typed(text):
    plain = text.replace("<", "")
    assert without_markup(plain) == plain.strip()
    assert without_markup(f"{plain}<@!1><@&2><#3><a:wave_1:4><t:-5:R></admin status:6>") == plain.strip()

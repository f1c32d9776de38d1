"""The commands in the menu of a message on the loopback Discord: related news, and where a quote was first."""

import re
import signal
from datetime import date

import pytest
from bot_process import started
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import LINE_START, hostile_text, rendered
from test_bot_render import READER, READERS, an_article, labels, texts, within_limits

from bot.reader import Audience, Reader
from bot.render.quoting import not_quoted, phrase_of, quoted
from bot.written import without_markup
from corpus import Keeper, PubDate, Query, Quoted, Span
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
@pytest.mark.parametrize("command", ["Find related news", "Find this quote"])
async def test_a_message_without_words_says_so(samples_archive, command):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        answer = await reader.context(command, await reader.post(discord.channel, "<@1> https://a.example/ferry !!!"))
        assert answer.ephemeral
        assert "no words to search by" in answer.text


@pytest.mark.asyncio
async def test_a_quote_is_found_where_it_was_first_and_is_shared_after_a_restart(archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, archive)
        reader, author = discord.user("reader"), discord.user("author")
        message = await author.post(discord.channel, "> The stern door was never closed that night")
        answer = await reader.context("Find this quote", message)
        assert answer.ephemeral
        assert answer.texts[0].startswith('`"The stern door was never closed that night"`\n### Found word for word\n')
        assert "earliest article that has it; 1 more has it too" in answer.texts[0]
        head, credit, passage = answer.texts[1].split("\n")
        assert head == "### [The first report](https://harbourpost.example/first)"
        assert credit == "-# harbourpost.example · May 4, 2021 · by Ida Rook"
        assert "> The inquiry began on Monday. “**The stern door was never closed that night**,” said" in passage
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, archive)
        shared = (await answer.press("Share")).followups[0]
        assert not shared.ephemeral
        assert shared.texts[1] == answer.texts[1]
        assert f"Shared by {reader.mention}" in shared.texts[0]
        read = await shared.press("Read", by=author)
        assert read.ephemeral
        assert "The inquiry began on Monday" in read.text
        await shared.press("Delete")
        assert shared.deleted


@pytest.mark.asyncio
async def test_a_passage_whose_article_has_changed_is_not_shared(archive, write):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        reader = discord.user("reader")
        message = await reader.post(discord.channel, "The stern door was never closed that night")
        answer = await reader.context("Find this quote", message)
        with Keeper.open(archive) as keeper:
            keeper.ingest([write({**EARLY, "text": "Another text stands here now, and it is long enough to be kept."})])
        pressed = await answer.press("Share")
        assert [shown.ephemeral for shown in pressed.followups] == [True]
        assert "can no longer do that" in pressed.followups[0].text


@pytest.mark.asyncio
async def test_where_no_article_has_a_quote_its_words_are_searched_by_a_button_after_a_restart(archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, archive)
        reader = discord.user("reader")
        message = await reader.post(discord.channel, "The inquiry spoke to nobody, and the harbour laughed all night")
        answer = await reader.context("Find this quote", message)
        assert "No article of the archive has this quote" in answer.text
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, archive)
        found = await answer.press("Find related news")
        assert found.updates
        assert found.ephemeral
        assert any("report](" in text for text in found.texts)


@pytest.mark.asyncio
async def test_in_a_private_channel_the_commands_come_with_the_person_who_installed_them(archive):
    async with DiscordDouble() as discord:
        await started(discord, archive)
        reader, friend = discord.user("reader"), discord.user("friend", installed=False)
        group = discord.private_channel(reader, friend)
        message = await friend.post(group, "The stern door was never closed that night")
        assert "Found word for word" in (await reader.context("Find this quote", message)).text
        assert "report](" in (await reader.context("Find related news", message)).text
        with pytest.raises(AssertionError, match="integration types"):
            await friend.context("Find this quote", message)


@pytest.mark.asyncio
async def test_hostile_messages_are_searched_by_as_text(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        for text in ("@everyone <@1> `x` ||[a](https://b.example)|| \u202e # h", "`" * 9, "x" * 2000, "a\n" * 900):
            message = await reader.post(
                discord.channel, text, embeds=[{"title": text[:250], "url": "https://a.example"}]
            )
            for command in ("Find related news", "Find this quote"):
                answer = await reader.context(command, message)
                assert not answer.pings
                assert "\u202e" not in answer.text
        assert "Traceback" not in bot.output
        assert "incident" not in bot.output


# What it looks like.


def test_a_quote_that_is_nearly_there_says_how_near():
    text = "The tidal barrier held through the night, the harbour office said."
    found = Quoted(an_article(), Span(4, 30), verbatim=False, likeness=0.87, others=0)
    head, card = texts(quoted(found, READER))
    assert head.split("\n")[1:] == ["### Found nearly word for word: 87% of the words", "-# No other article has it."]
    assert card.endswith(f"> The **{text[4:30]}** the night, the harbour office said.")
    assert labels(quoted(found, READER)) == ["Read", "Share"]
    assert labels(quoted(found, Reader(99, READER.language, audience=Audience.PUBLIC))) == ["Read", "Delete"]


def test_of_a_long_article_some_words_around_the_passage_are_shown():
    text = f"{'before it ' * 100}. The barrier held. {'behind it ' * 100}"
    start = text.index("The barrier")
    found = Quoted(an_article(text=text), Span(start, start + 16), verbatim=True, likeness=1.0, others=3)
    shown = texts(quoted(found, READER))[1].split("\n")[2]
    assert re.fullmatch(r"> … (before it )+\. \*\*The barrier held\*\*\. (behind it |behind )+…", shown)
    assert len(shown) < 500


@st.composite
def passages(draw) -> Quoted:
    text = draw(hostile_text.map(lambda part: part * draw(st.sampled_from([1, 9, 90]))).filter(bool))
    start = draw(st.integers(0, len(text) - 1))
    span = Span(start, draw(st.integers(start + 1, len(text))))
    fields = {"headline": draw(hostile_text), "byline": draw(hostile_text), "source_name": draw(hostile_text)}
    address = draw(st.one_of(st.none(), hostile_text.map("https://a.example/{}".format)))
    article = an_article(text=text, url=address, published=PubDate(draw(st.dates(date(1900, 1, 1)))), **fields)
    return Quoted(article, span, draw(st.booleans()), draw(st.floats(0.8, 1.0)), draw(st.integers(0, 10**9)))


@settings(max_examples=100)
@given(passages(), st.sampled_from(READERS))
def test_any_passage_is_within_the_limits_in_any_language_and_renders_as_text(found, reader):
    view = quoted(found, reader)
    assert within_limits(view)
    head, card = texts(view)
    assert Query.parse(re.match(r"`([^`]+)`", head)[1]) == phrase_of(found)
    title, _, passage = card.split("\n")
    assert title.startswith("### ")
    assert passage.startswith("> ")
    assert {kind for kind, _ in rendered(passage[2:])} <= {"text", "bold"}
    assert not LINE_START.match(passage[2:])


@given(hostile_text.map(Query.words))
def test_any_quote_that_is_not_there_is_within_the_limits_and_says_what_is_searched_instead(query):
    view = not_quoted(query, READER)
    assert within_limits(view)
    assert Query.parse(re.match(r"`([^`]+)`", texts(view)[0])[1]) == query


@given(st.text())
def test_words_are_left_as_they_were_typed(text):
    plain = text.replace("<", "")
    assert without_markup(plain) == plain.strip()
    assert without_markup(f"{plain}<@!1><@&2><#3><a:wave_1:4><t:-5:R></admin status:6>") == plain.strip()

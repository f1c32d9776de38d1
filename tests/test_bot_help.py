"""How one asks, on the loopback Discord: ten examples, each of which can be tried."""

import re
import signal

import pytest
from bot_process import started
from hypothesis import given
from hypothesis import strategies as st
from test_bot_markdown import hostile_text
from test_bot_render import text_of, within_limits

from bot.language import NAMES, Languages
from bot.markdown import clean, units
from bot.render.helping import Example, examples, how_to_ask
from corpus import Keeper, Query
from discord_double import DiscordDouble

OPTION = 100  # of a select menu: label, value and description (Discord's documentation of message components)

languages = st.sampled_from([Languages().of(code) for code in NAMES])
outlets = st.lists(hostile_text.map(clean).filter(bool), max_size=3)


@pytest.mark.asyncio
async def test_help_has_ten_examples_with_what_they_find_and_each_can_be_tried(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        shown = await reader.slash("help")
        assert shown.ephemeral
        lines = re.findall(r"^`([^`]+)` \w.+$", shown.text, re.MULTILINE)
        [menu] = shown.selects
        assert len(lines) == 10
        assert list(menu.options) == lines
        for query in lines:
            tried = await shown.select("Try one", query)
            assert tried.ephemeral
            assert not tried.updates, "the examples stay where they are"
            assert tried.texts[0].startswith(f"`{Query.parse(query)}`\n")
        assert "incident" not in bot.output


@pytest.mark.asyncio
async def test_what_is_said_of_an_answer_is_what_stands_on_its_buttons(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        told = re.findall(r"^\*\*(.+?)\*\* ", (await reader.slash("help")).text, re.MULTILINE)
        answer = await reader.slash("search", query="flood")
        assert len(told) == 4
        assert set(told[1:]) <= {button.label for button in answer.buttons}


@pytest.mark.asyncio
async def test_where_nothing_was_found_help_is_a_press_away_for_whoever_reads_it_after_a_restart(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        answer = await reader.slash("search", query="qwertzuiop", public=True)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        for person in (reader, discord.user("somebody else")):
            told = await answer.press("How to ask", by=person)
            assert told.ephemeral
            assert not told.updates
            tried = await told.select("Try one", '"interest rates"')
            assert "### " in tried.text
            assert (await tried.select("Order", "newest")).updates, "it is their own"


@pytest.mark.asyncio
async def test_help_is_there_in_a_direct_message_and_by_user_install(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        for place in (reader.dm, discord.private_channel(reader, discord.user("friend"))):
            shown = await reader.slash("help", channel=place)
            assert "### " in (await shown.select("Try one", "econom*")).text


@pytest.mark.asyncio
async def test_help_is_there_before_there_is_an_article(tmp_path):
    Keeper.open(tmp_path / "data").close()
    async with DiscordDouble() as discord:
        await started(discord, tmp_path / "data")
        shown = await discord.user("reader").slash("help")
        assert "is empty" in (await shown.select("Try one", "econom*")).text


@given(languages, outlets)
def test_every_example_is_read_as_it_is_meant_in_any_language_and_with_any_outlet(language, keys):
    tried = examples(language, keys)
    assert len({each.query for each in tried}) == 10
    for each in tried:
        query = Query.parse(each.query)
        assert (query.notes, query.empty) == ((), False), each.query
        assert units(each.query) <= OPTION
        assert "`" not in each.query
        assert 0 < units(each.finds) <= OPTION, "it is shown whole in the menu"


@given(languages, outlets)
def test_help_is_within_the_limits_in_any_language_and_says_all(language, keys):
    tried = examples(language, keys)
    view = how_to_ask(tried, language)
    assert within_limits(view)
    assert text_of(view).count("\n") == 1 + 10 + 1 + 4 - 1


def test_help_does_not_begin_with_a_query_or_its_buttons_would_be_taken_for_those_of_an_answer():
    view = how_to_ask([Example("flood", "articles with the word")], Languages().of("en"))
    assert not text_of(view).startswith("`")

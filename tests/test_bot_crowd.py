"""How often one may ask, and what those are told who have to wait."""

import asyncio
import re

import pytest
from bot_process import an_archive, started
from hypothesis import given
from hypothesis import strategies as st

from bot.crowd import Crowd, Quota, TooMany, Whose
from discord_double import DiscordDouble


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 5), st.lists(st.tuples(st.integers(0, 2), st.floats(0, 40)), max_size=60))
def test_nobody_is_let_in_more_often_than_the_limit_within_a_minute(limit, asked):
    clock = Clock()
    quota, let_in = Quota(limit, clock), dict[int, list[float]]()
    for key, pause in asked:
        clock.now += pause
        if not quota.left(key):
            quota.count(key)
            let_in.setdefault(key, []).append(clock.now)
    for times in let_in.values():
        minutes = []  # each begins with the first question after the one before
        for moment in times:
            if not minutes or moment - minutes[-1][0] >= 60:
                minutes.append([])
            minutes[-1].append(moment)
        assert all(len(minute) <= limit for minute in minutes)


@given(st.integers(1, 3), st.floats(0, 1e6))
def test_whoever_waits_as_long_as_they_are_told_is_let_in(limit, start):
    clock = Clock()
    clock.now = start
    quota = Quota(limit, clock)
    for _ in range(limit):
        assert not quota.left(1)
        quota.count(1)
    assert 1 <= quota.left(1) <= 61
    clock.now += quota.left(1)
    assert not quota.left(1)


def test_a_limit_of_0_is_none():
    quota = Quota(0)
    for _ in range(1_000):
        quota.count(1)
    assert not quota.left(1)
    assert not len(quota)


def test_those_whose_minute_is_over_are_forgotten():
    clock = Clock()
    quota = Quota(1, clock)
    for key in range(30_000):
        clock.now += 0.01
        quota.count(key)
    assert len(quota) <= 10_001


def test_a_server_is_not_charged_with_what_a_person_was_refused():
    crowd = Crowd(per_user=1, per_server=2, at_once=10)
    crowd.let_in(1, 7, 1)
    for again in (False, True, True):
        with pytest.raises(TooMany) as refused:
            crowd.let_in(1, 7, 1)
        assert (refused.value.whose, refused.value.again) == (Whose.USER, again)
    crowd.let_in(2, 7, 1)
    with pytest.raises(TooMany) as refused:
        crowd.let_in(3, 7, 1)
    assert refused.value.whose is Whose.SERVER
    crowd.let_in(3, None, 1)


@pytest.mark.asyncio
async def test_a_person_who_asks_too_often_is_told_when_to_ask_again_and_others_are_answered(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, an_archive(tmp_path), LIMIT_PER_USER="2")
        eager, other = discord.user("eager"), discord.user("other")
        for _ in range(2):
            assert "Barrier" in (await eager.slash("search", query="barrier", public=True)).text
        refused = await eager.slash("search", query="barrier", public=True)
        assert re.search(r"You asked a great deal within a minute: ask again in \d+ seconds\.", refused.text)
        assert refused.ephemeral
        assert "Barrier" in (await other.slash("search", query="barrier")).text
        await bot.wrote("outcome=user-limit")
        assert "incident" not in bot.output


@pytest.mark.asyncio
async def test_a_press_counts_as_a_question_and_the_refusal_is_in_the_reader_s_language(tmp_path):
    async with DiscordDouble() as discord:
        await started(discord, an_archive(tmp_path), LIMIT_PER_USER="1")
        eager = discord.user("eager", locale="de")
        answer = await eager.slash("search", query="barrier")
        refused = await answer.press("Lesen")
        assert "Du hast in einer Minute sehr viel gefragt" in refused.text


@pytest.mark.asyncio
async def test_a_server_that_asks_too_often_waits_and_other_servers_do_not(tmp_path):
    async with DiscordDouble() as discord:
        await started(discord, an_archive(tmp_path), LIMIT_PER_SERVER="2")
        other = await discord.new_guild("Elsewhere")
        for name in ("one", "two"):
            await discord.user(name).slash("search", query="barrier")
        refused = await discord.user("three").slash("search", query="barrier")
        assert "A great deal was asked from this server within a minute" in refused.text
        assert "Barrier" in (await discord.user("three").slash("search", query="barrier", guild=other)).text


@pytest.mark.asyncio
async def test_in_a_channel_it_is_said_once_in_a_minute(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, an_archive(tmp_path), LIMIT_PER_USER="1")
        eager = discord.user("eager")
        [answer] = await eager.say(discord.channel, "<@bot> barrier")
        assert "Barrier" in answer.text
        [refused] = await eager.say(discord.channel, "<@bot> barrier")
        assert "You asked a great deal within a minute" in refused.text
        said = len(discord.messages(discord.channel))
        await eager.say(discord.channel, "<@bot> barrier", replies=0)
        await bot.wrote("outcome=user-limit")
        await asyncio.sleep(0.3)
        assert len(discord.messages(discord.channel)) == said + 1, "the question, and no answer"


@pytest.mark.asyncio
async def test_where_more_ask_at_once_than_can_be_answered_the_others_are_told_to_try_again(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, an_archive(tmp_path))
        discord.faults.delay_next("/interactions/*", 2.0, times=45)  # so that all of them are open at once
        people = [discord.user(f"reader{number}") for number in range(60)]
        answers = await asyncio.gather(*(each.slash("search", query="barrier") for each in people))
        refused = [each for each in answers if "Very many people are asking at this moment" in each.text]
        assert all("Barrier" in each.text for each in answers if each not in refused)
        assert 5 <= len(refused) <= 20
        assert "Barrier" in (await people[0].slash("search", query="barrier")).text
        assert "incident" not in bot.output

"""Results that one can steer, on the loopback Discord: what is pressed works, after a restart, on another worker."""

import re
import signal

import pytest
from bot_process import started

from discord_double import MANAGE_MESSAGES, Answer, DiscordDouble

YEAR = re.compile(r"-# .+ · [A-Z][a-z]+ \d{1,2}, (\d{4})")

pytestmark = pytest.mark.asyncio


def cards(answer) -> list[str]:
    return [text for text in answer.texts if text.startswith("### ")]


def query(answer) -> str:
    return re.match(r"`([^`]+)`", answer.texts[0])[1]


def years(answer) -> list[int]:
    return [int(YEAR.search(card)[1]) for card in cards(answer)]


def chosen(answer, placeholder: str) -> list[str]:
    [menu] = [each for each in answer.selects if each.placeholder == placeholder]
    return [option["label"] for option in menu.raw["options"] if option.get("default")]


async def steered(answer: Answer, what: str) -> Answer:
    """Use each means by which an answer is steered."""
    match what:
        case "next":
            return await answer.press("Next")
        case "jump":
            return await (await answer.press("Page …")).submit({"Page": "2"})
        case "order":
            return await answer.select("Order", "newest")
        case "period":
            return await answer.select("Period", "2023-01-01/2024-01-01")
        case "dates":
            return await (await answer.select("Period", "other")).submit({"after": "2023", "before": "2024"})
        case _:
            return await answer.select("Outlets: all", ["harbourpost.example", "the-meridian.example"])


MEANS = {
    "next": "flood harbour",
    "jump": "flood harbour",
    "order": "flood harbour sort:newest",
    "period": "flood harbour after:2023-01-01 before:2024-01-01",
    "dates": "flood harbour after:2023-01-01 before:2024-01-01",
    "outlets": "flood harbour source:harbourpost.example source:the-meridian.example",
}


@pytest.mark.parametrize("before", ["0001", "9999y"])
async def test_a_period_that_ends_before_all_days_is_an_answer(samples_archive, before):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query=f"flood before:{before}")
        assert "Something went wrong" not in answer.text
        assert "flood" in answer.text


@pytest.mark.parametrize("what", MEANS)
async def test_whatever_is_pressed_works_in_place_after_the_bot_was_killed_and_started_again(samples_archive, what):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        before = cards(answer)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        changed = await steered(answer, what)
        assert changed.updates
        assert changed.ephemeral
        assert query(changed) == MEANS[what]
        assert cards(changed) != before


@pytest.mark.parametrize("what", MEANS)
async def test_somebody_else_gets_a_private_copy_that_they_steer_themselves(samples_archive, what):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        shared = await discord.user("reader").slash("search", query="flood harbour", public=True)
        before = list(shared.texts)
        other = discord.user("somebody else")
        match what:
            case "next":
                copy = await shared.press("Next", by=other)
            case "jump":
                copy = await (await shared.press("Page …", by=other)).submit({"Page": "2"})
            case "order":
                copy = await shared.select("Order", "newest", by=other)
            case "period":
                copy = await shared.select("Period", "2023-01-01/2024-01-01", by=other)
            case "dates":
                form = await shared.select("Period", "other", by=other)
                copy = await form.submit({"after": "2023", "before": "2024"})
            case _:
                sources = ["harbourpost.example", "the-meridian.example"]
                copy = await shared.select("Outlets: all", sources, by=other)
        assert copy.ephemeral
        assert query(copy) == MEANS[what]
        assert shared.texts == before
        again = await copy.select("Order", "oldest")
        assert again.updates
        assert years(again) == sorted(years(again))


async def test_menus_show_what_holds_and_counts_what_there_is(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        assert chosen(answer, "Order") == ["Best first"]
        assert chosen(answer, "Period") == ["Any time"]
        assert chosen(answer, "Outlets: all") == []
        narrowed = await steered(await steered(await steered(answer, "outlets"), "period"), "order")
        assert chosen(narrowed, "Order") == ["Newest first"]
        assert chosen(narrowed, "Period") == ["2023"]
        [outlets] = [menu for menu in narrowed.selects if menu.placeholder == "Outlets: all"]
        counted = {option["value"]: option["description"] for option in outlets.raw["options"]}
        assert all(re.fullmatch(r"\d+ articles?", count) for count in counted.values())
        assert "harbourpost.example" in counted
        wide = await narrowed.select("Outlets: all", [])
        assert query(wide) == "flood harbour after:2023-01-01 before:2024-01-01 sort:newest"


async def test_a_narrowed_answer_without_a_hit_can_be_widened_again(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour", after="2031")
        assert "No article matches" in answer.text
        assert chosen(answer, "Period") == ["From January 1, 2031 on"]
        assert cards(await answer.select("Period", "/"))


async def test_a_page_beyond_the_last_is_the_last_and_no_number_is_the_first(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        pages = int(re.search(r"page 1 of (\d+)", answer.text)[1])
        far = await (await answer.press("Page …")).submit({"Page": "999999"})
        assert f"page {pages} of {pages}" in far.text
        for typed in ("", "two", "-3", "9" * 50, "٣x"):
            assert "page 1 of" in (await (await answer.press("Page …")).submit({"Page": typed})).text


async def test_dates_that_cannot_be_read_are_told_and_the_rest_holds(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        form = await answer.select("Period", "other")
        told = await form.submit({"after": "someday", "before": "2024"})
        assert query(told) == "flood harbour before:2024-01-01"
        assert "someday" in told.texts[0]


async def test_a_private_answer_is_shared_by_name_and_stays_where_it_is(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        private = await (await reader.slash("search", query="flood harbour")).press("Next")
        pressed = await private.press("Share")
        [shared] = pressed.followups
        assert not shared.ephemeral
        assert cards(shared) == cards(private)
        assert f"-# Shared by {reader.mention}" in shared.texts[0]
        assert private.ephemeral
        assert "Share" not in [button.label for button in shared.buttons]
        turned = await shared.press("Previous")
        assert turned.updates
        assert f"-# Shared by {reader.mention}" in turned.texts[0]


@pytest.mark.parametrize("who", ["sharer", "moderator", "owner", "stranger"])
async def test_a_shared_answer_is_taken_away_by_its_sharer_moderators_and_admins_only(samples_archive, who):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        shared = await discord.user("reader").slash("search", query="flood harbour", public=True)
        people = {
            "sharer": discord.user("reader"),
            "moderator": discord.user("moderator", permissions=MANAGE_MESSAGES),
            "owner": discord.owner,
            "stranger": discord.user("stranger"),
        }
        pressed = await shared.press("Delete", by=people[who])
        if who == "stranger":
            assert pressed.ephemeral
            assert "Only the one who shared it" in pressed.text
            assert not shared.deleted
        else:
            assert shared.deleted


async def test_buttons_of_one_worker_work_on_another(own_archive, samples_archive):
    async with DiscordDouble() as discord:
        first = await started(discord, own_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        first.terminate()
        await first.wait()
        await started(discord, samples_archive)
        assert "page 2 of" in (await answer.press("Next")).text


async def test_a_choice_that_no_menu_offers_says_so(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        for menu in answer.selects:
            menu.raw["options"][0]["value"] = "from-another-version"
        for placeholder in ("Order", "Period"):
            pressed = await answer.select(placeholder, "from-another-version")
            assert "can no longer do that" in pressed.text

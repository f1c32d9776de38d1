"""The real bot process on a loopback Discord: what a person does, and what they get."""

import json
import re
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bot_process import LEAVING, started

from corpus import Keeper
from discord_double import ADMINISTRATOR, Answer, DiscordDouble

ROOT = Path(__file__).parents[1]
SNAPSHOT = Path(__file__).with_name("commands.json")
SAMPLES = ROOT / "corpus" / "samples"
DATE = r"(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, \d{4}"

pytestmark = pytest.mark.asyncio


def cards(answer: Answer) -> list[str]:
    return [text for text in answer.texts if text.startswith("### ")]


async def test_a_question_is_answered_with_excerpts_that_name_their_source_and_their_date(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood inquiry")
        assert answer.deferred
        assert answer.ephemeral
        assert answer.v2
        assert answer.texts[0].startswith("`flood inquiry`\n")
        assert len(cards(answer)) == 5
        for card in cards(answer):
            assert re.match(rf"### .+\n-# .+ · {DATE}", card)
            assert "\n> " in card
            assert "**" in card


async def test_the_filters_of_the_command_are_those_of_the_language(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        answer = await reader.slash(
            "search", query="harbour", source="harbourpost.example", after="2021", before="2024"
        )
        assert answer.texts[0].startswith("`harbour source:harbourpost.example after:2021-01-01 before:2024-01-01`")
        assert cards(answer)
        typed = await reader.slash("search", query="harbour source:harbourpost.example after:2021 before:2024")
        assert typed.texts == answer.texts


async def test_without_a_word_but_with_a_filter_the_newest_come_first(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", source="harbourpost.example")
        years = [int(re.search(DATE, card)[0][-4:]) for card in cards(answer)]
        assert years == sorted(years, reverse=True) != []


async def test_a_public_answer_is_seen_by_all_and_pings_nobody(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood @everyone", public=True)
        assert not answer.ephemeral
        assert not answer.pings


async def test_sources_are_suggested_with_their_counts_and_any_other_text_is_taken(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        everything = await reader.autocomplete("search", focused="source")
        assert 6 <= len(everything) <= 25
        assert all(re.search(r" · \d+ articles?$", choice.name) for choice in everything)
        [found] = await reader.autocomplete("search", focused="source", source="HARBOURp")
        assert found.value == "harbourpost.example"
        assert await reader.autocomplete("search", focused="source", source="no such outlet") == []
        answer = await reader.slash("search", query="harbour", source="no such outlet")
        assert "No article matches" in answer.text


async def test_pages_are_turned_in_place(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        first = await discord.user("reader").slash("search", query="flood harbour")
        before = cards(first)
        assert [button.disabled for button in first.buttons if button.label == "Previous"] == [True]
        second = await first.press("Next")
        assert second.updates
        assert second.ephemeral
        assert " · page 2 of " in second.texts[0]
        assert not set(cards(second)) & set(before)
        again = await second.press("Previous")
        assert cards(again) == before


async def test_pages_are_turned_to_the_last_one_and_no_further(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        page = await discord.user("reader").slash("search", query="flood")
        last = int(re.search(r"page 1 of (\d+)", page.text)[1])
        for _ in range(last - 1):
            page = await page.press("Next")
        assert f"page {last} of {last}" in page.text
        assert [button.disabled for button in page.buttons if button.label == "Next"] == [True]


async def test_buttons_go_on_working_when_the_bot_was_killed_and_started_again(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        bot.signal(signal.SIGKILL)
        assert await bot.wait() == -signal.SIGKILL
        await started(discord, samples_archive)
        second = await answer.press("Next")
        assert " · page 2 of " in second.texts[0]


async def test_somebody_else_who_turns_a_page_gets_a_private_copy_of_their_own(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        shared = await discord.user("reader").slash("search", query="flood harbour", public=True)
        before = list(shared.texts)
        copy = await shared.press("Next", by=discord.user("somebody else"))
        assert copy.ephemeral
        assert " · page 2 of " in copy.texts[0]
        assert shared.texts == before
        third = await copy.press("Next")
        assert third.updates, "the copy is their own"


async def test_an_article_is_read_from_its_card_and_by_its_id(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        answer = await reader.slash("search", query="flood inquiry", public=True)
        read = next(button.custom_id for button in answer.buttons if button.label == "Read")
        article = await answer.press(read, by=discord.user("somebody else"))
        assert article.ephemeral
        headline, *_ = cards(answer)[0].split("\n")
        assert article.texts[0].startswith(headline)
        assert re.search(DATE, article.texts[0])
        article_id = re.search(r"· `(\w+)`$", article.texts[-1])[1]
        by_id = await reader.slash("article", id=article_id)
        assert by_id.texts[1].replace("**", "") == article.texts[1].replace("**", "")
        assert "no article by that id" in (await reader.slash("article", id="0000000000")).text


async def test_a_button_that_nothing_stands_behind_says_so(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        turn = next(button for button in answer.buttons if button.label == "Next")
        for component in _walk(answer.components):
            if component.get("custom_id") == turn.custom_id:
                component["custom_id"] = "from-another-version"
        gone = await answer.press("from-another-version")
        assert gone.ephemeral
        assert "can no longer do that" in gone.text


async def test_a_message_that_lost_its_query_says_so(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour")
        for component in _walk(answer.components):
            if component["type"] == 10:
                component["content"] = "gone"
        pressed = await answer.press("Next")
        assert "ask again with </search:" in pressed.text


def _walk(components):
    for component in components:
        yield component
        yield from _walk(component.get("components", []))


async def test_nothing_found_says_what_was_searched_and_which_period_there_is(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="xyzzyx")
        assert answer.texts[0].startswith("`xyzzyx`\n### No article matches\n")
        assert re.search(rf"Searched \d+ articles from \d+ outlets, {DATE} to {DATE}\.", answer.text)
        assert [button.label for button in answer.buttons] == ["How to ask"]
        assert not answer.selects


async def test_a_misspelt_word_is_mended_by_a_button_also_when_the_bot_was_killed_and_started_again(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query='+astrolobe "stern dor" after:2019')
        meant = '+astrolabe "stern door" after:2019-01-01'
        assert f"\n**Did you mean `{meant}`" in answer.text
        assert len(answer.buttons) <= 4
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        mended = await answer.press(meant)
        assert mended.updates
        assert mended.texts[0].startswith(f"`{meant}`\n")


async def test_a_misspelt_word_among_others_is_mended_beside_the_pages(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        shared = await discord.user("reader").slash("search", query="harbour astrolobe", public=True)
        assert "\n**Did you mean `harbour astrolabe`?**\n" in shared.texts[0]
        assert cards(shared)
        assert shared.buttons[-1].label == "harbour astrolabe"
        before = list(shared.texts)
        copy = await shared.press("harbour astrolabe", by=discord.user("somebody else"))
        assert copy.ephemeral
        assert copy.texts[0].startswith("`harbour astrolabe`\n")
        assert shared.texts == before
        second = await shared.press("Next")
        assert "\n**Did you mean `harbour astrolabe`?" in second.texts[0]
        assert "page 2" in second.texts[0]
        mended = await second.press("harbour astrolabe")
        assert mended.updates
        assert any("strolabe" in card for card in cards(mended))


async def test_an_offer_that_its_message_lost_says_so(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="astrolobe")
        for component in _walk(answer.components):
            if component["type"] == 10:
                component["content"] = "`astrolobe`"
        pressed = await answer.press("astrolabe")
        assert "ask again with </search:" in pressed.text


async def test_nothing_found_says_how_many_there_are_without_each_filter(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search", query="ferry", source="harborpost.example")
        assert re.search(r"\nWithout `source:harborpost.example`: \d+ articles\n", answer.text)
        assert "Did you mean harbourpost.example?" in answer.text


async def test_an_answer_is_put_in_the_order_that_was_asked_for(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        for order, reverse in [("oldest", False), ("newest", True)]:
            answer = await reader.slash("search", query="ferry Aurelia", sort=order)
            assert answer.texts[0].startswith(f"`ferry Aurelia sort:{order}`\n-# ")
            assert re.search(r"\n-# \d+ articles( · page 1 of \d+)?$", answer.texts[0])
            years = [int(re.search(DATE, card)[0][-4:]) for card in cards(answer)]
            assert years == sorted(years, reverse=reverse)
            assert len(set(years)) > 1


async def test_an_empty_question_is_answered_with_what_may_be_asked(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search")
        assert "query is empty" in answer.text


async def test_sources_and_about_tell_what_there_is(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        assert "**Harbour Post** `harbourpost.example` · 9 articles · 2020–2024" in (await reader.slash("sources")).text
        about = (await reader.slash("about")).text
        assert re.search(rf"{DATE} to {DATE}", about)
        assert "**Your defaults** nothing set" in about
        assert "**Your recent searches** 0, " in about
        assert "Nothing else is kept about you" in about
        assert "<t:" in about


async def test_commands_are_registered_once_and_not_again(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        snapshot = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
        names = tuple(sorted(command["name"] for command in snapshot))
        assert [tuple(sorted(sync.names)) for sync in discord.commands.syncs] == [names]
        bot.terminate()
        await bot.wait()
        await started(discord, samples_archive)
        assert len(discord.commands.syncs) == 1


async def test_with_an_admin_guild_its_commands_are_registered_there_and_only_once(samples_archive):
    async with DiscordDouble() as discord:
        guild = discord.guild
        bot = await started(discord, samples_archive, ADMIN_GUILD=str(guild.id))
        assert {sync.guild: "admin" in sync.names for sync in discord.commands.syncs} == {None: False, guild.id: True}
        assert "**Archive**" in (await discord.owner.slash("admin status")).text
        bot.terminate()
        await bot.wait()
        await started(discord, samples_archive, ADMIN_GUILD=str(guild.id))
        assert len(discord.commands.syncs) == 2


async def test_an_admin_guild_without_the_bot_costs_the_admin_commands_and_nothing_else(samples_archive):
    async with DiscordDouble() as discord:
        elsewhere = await discord.new_guild("Elsewhere", holds_bot=False)
        no_access = {"message": "Missing Access", "code": 50001}
        discord.faults.answer_next("/applications/*/guilds/*/commands", status=403, body=no_access)
        bot = await started(discord, samples_archive, ADMIN_GUILD=str(elsewhere.id))
        await bot.wrote("ADMIN_GUILD")
        assert cards(await discord.user("reader").slash("search", query="flood"))


async def test_a_stranger_may_not_reindex_whatever_discord_lets_them(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, tmp_path)
        stranger = discord.user("stranger", permissions=ADMINISTRATOR)
        answer = await stranger.slash("admin reindex")
        assert answer.ephemeral
        assert "Only those who keep this archive" in answer.text
        await bot.wrote("outcome=refused")


async def test_the_owner_reindexes_and_gets_the_report(tmp_path):
    inputs = tmp_path / "news.jsonl"
    articles = [
        {"title": "Barrier holds", "text": "The tidal barrier held.", "source": "post.example", "date": "2024-03-14"},
        {"title": "No date", "text": "The tidal barrier held.", "source": "post.example"},
    ]
    inputs.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    async with DiscordDouble() as discord:
        bot = await started(discord, tmp_path / "data", CORPUS_INPUTS=f"news={inputs}")
        await bot.wrote("ingest ended")
        again = await discord.owner.slash("admin reindex")
        await again.until(lambda shown: "Reindexed" in shown.text)
        assert "2 read: 0 added, 0 changed, 1 unchanged, 0 copies, 1 rejected" in again.text
        assert re.search(r"rejected `.*news\.jsonl:2`: .*date", again.text)
        rebuilt = await discord.owner.slash("admin reindex", index_only=True)
        await rebuilt.until(lambda shown: "Reindexed" in shown.text)
        status = (await discord.owner.slash("admin status")).text
        assert "**Archive** 1 article from 1 outlet" in status
        assert "**Last reindex** ended <t:" in status


@pytest.mark.parametrize("role", ["ADMIN_IDS", "team"])
async def test_others_named_by_the_operator_are_admins_too(samples_archive, role):
    async with DiscordDouble() as discord:
        editor = discord.user("editor", permissions=ADMINISTRATOR)
        if role == "team":
            discord.application.team.append(editor.person)
        await started(discord, samples_archive, ADMIN_IDS=str(editor.id) if role == "ADMIN_IDS" else "")
        assert "**Archive**" in (await editor.slash("admin status")).text


async def test_an_empty_archive_says_so_and_how_it_is_filled(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, tmp_path)
        await bot.wrote("the archive is empty")
        reader = discord.user("reader")
        for answer in (await reader.slash("search", query="flood"), await reader.slash("sources")):
            assert "The archive is empty" in answer.text
            assert "`dateline ingest PATH`" in answer.text
        assert await reader.autocomplete("search", focused="source") == []
        refused = await discord.owner.slash("admin reindex")
        assert "`CORPUS_INPUTS`" in refused.text


async def test_an_empty_archive_is_filled_from_the_inputs_while_the_bot_answers(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, tmp_path, CORPUS_INPUTS=f"samples={SAMPLES}")
        meanwhile = await discord.user("reader").slash("search", query="flood")
        assert cards(meanwhile) or re.search("being filled right now|came just now", meanwhile.text)
        await bot.wrote("ingest ended")
        assert cards(await discord.user("reader").slash("search", query="flood"))


async def test_only_the_servers_that_are_allowed_may_ask(samples_archive):
    async with DiscordDouble() as discord:
        other = await discord.new_guild("Elsewhere")
        await started(discord, samples_archive, ALLOWED_GUILDS=str(discord.guild.id))
        reader = discord.user("reader")
        assert cards(await reader.slash("search", query="flood"))
        refused = await reader.slash("search", query="flood", guild=other)
        assert refused.ephemeral
        assert "cannot be asked from here" in refused.text
        assert await reader.autocomplete("search", focused="source", guild=other) == []


async def test_without_user_install_and_with_allowed_servers_nobody_asks_by_other_ways(samples_archive):
    async with DiscordDouble() as discord:
        env = {"ALLOWED_GUILDS": str(discord.guild.id)}
        bot = await started(discord, samples_archive, **env)
        reader = discord.user("reader")
        assert cards(await reader.slash("search", query="flood", channel=reader.dm))
        before = await reader.slash("search", query="flood harbour", channel=reader.dm)
        bot.terminate()
        await bot.wait()
        await started(discord, samples_archive, **env, USER_INSTALL="0")
        assert "cannot be asked from here" in (await before.press("Next")).text
        with pytest.raises(AssertionError, match="not offered"):
            await reader.slash("search", query="flood", channel=reader.dm)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_leave_it_says_goodbye_and_exits_with_0(samples_archive, number):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        bot.signal(number)
        assert await bot.wait(timeout=LEAVING) == 0
        assert discord.gateway.close_codes == [1000]
        assert "Traceback" not in bot.output


async def test_all_that_the_bot_sends_is_as_discord_describes_it(samples_archive):
    async with DiscordDouble() as discord:
        if not discord.openapi_checked:
            pytest.skip("Discord's own description is not at ../shared/data/discord/openapi.json")
        await started(discord, samples_archive)
        first = await discord.user("reader").slash("search", query="flood harbour")
        await first.press("Next")
        await first.press(first.buttons[0].custom_id)
        for command in ("sources", "about", "admin status"):
            await discord.owner.slash(command)
        sent = {f"{request.method} {request.path.split('/')[1]}" for request in discord.requests if request.body}
        assert {"PUT applications", "POST interactions", "PATCH webhooks"} <= sent
        discord.assert_valid()


async def test_a_page_that_cannot_be_turned_leaves_the_shared_answer_as_it_is(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        answer = await discord.user("reader").slash("search", query="flood harbour", public=True)
        shown = answer.texts
        with closing(sqlite3.connect(own_archive / "archive.db")) as database, database:
            database.execute("DELETE FROM articles")
        shutil.rmtree(own_archive / "index")
        pressed = await answer.press("Next")
        await discord.until(lambda: pressed.followups, "a private word")
        assert "empty" in pressed.followups[0].text
        assert answer.texts == shown


async def test_an_empty_question_is_told_what_to_type_and_is_no_incident(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        answer = await discord.user("reader").slash("search")
        assert "type a word" in answer.text
        await bot.wrote("outcome=EmptyQuery")
        assert "Traceback" not in bot.output


HOSTILE = "@everyone <@1> <#1> </cmd:1> <t:0:R> [x](https://evil.example) **b** `c` ||s||\n# h\n- l\n> q\n\u202eabc <https://evil.example>"


async def test_a_hostile_article_is_read_as_its_own_text(tmp_path, write):
    article = {"title": HOSTILE.replace("\n", " "), "text": f"{HOSTILE} flood", "author": HOSTILE.replace("\n", " ")}
    with Keeper.open(tmp_path / "data") as keeper:
        keeper.ingest([write(article)])
    async with DiscordDouble() as discord:
        await started(discord, tmp_path / "data")
        answer = await discord.user("reader").slash("search", query="flood")
        await answer.press(answer.buttons[0].custom_id)
        assert not answer.pings
        assert "\u202e" not in answer.text
        assert re.search(r"(?<!\\)(?:<@|<#|<t:|</|\[x\]\()", answer.text) is None

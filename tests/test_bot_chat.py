"""Questions in plain messages on the loopback Discord: where the bot is mentioned, replied to, or written to."""

import re
import signal
from datetime import date, datetime

import pytest
from bot_process import LEAVING, started

from bot.defaults import Scope, key
from corpus import Corpus
from discord_double import DEFAULT_PERMISSIONS, DiscordDouble, Shown

SEND_MESSAGES = 1 << 11
MESSAGE_CONTENT = 1 << 15  # an intent
DATED = re.compile(r"^-# .+? · ([A-Z][a-z]+ \d{1,2}, \d{4})", re.MULTILINE)

pytestmark = pytest.mark.asyncio


def cards(answer: Shown) -> list[str]:
    return [text for text in answer.texts if text.startswith("### ")]


def query(answer: Shown) -> str:
    return re.match(r"`([^`]+)`", answer.text)[1]


def days(answer: Shown) -> list[date]:
    return [datetime.strptime(DATED.search(card)[1], "%B %d, %Y").date() for card in cards(answer)]  # noqa: DTZ007  # a day


async def heard_nothing(discord: DiscordDouble, *bots) -> None:
    """Wait until what was written would have been answered long ago: so have two questions that were asked after it."""
    witness = discord.user("witness")
    for _ in range(2):
        await witness.say(witness.dm, "flood")
    assert all("Traceback" not in bot.output for bot in bots)


async def test_a_mention_is_answered_by_a_reply_that_pings_nobody(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        [answer] = await reader.say(discord.channel, "<@bot> flood inquiry @everyone <@1> <#2>")
        assert query(answer) == "flood inquiry everyone"
        assert len(cards(answer)) == 5
        assert f"Shared by {reader.mention}" in answer.text
        assert answer.message.extra["message_reference"]["channel_id"] == str(discord.channel.id)
        assert not answer.pings
        await bot.wrote("command=chat outcome=answered hits=5")
        turned = await answer.press("Next")
        assert turned.updates
        copy = await turned.press("Next", by=discord.user("somebody else"))
        assert copy.ephemeral
        await answer.press("Delete")
        assert answer.deleted


async def test_the_language_of_queries_is_read_and_notes_are_told(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        [answer] = await discord.user("reader").say(discord.channel, '<@bot>, "stern door" -verdict sort:newest')
        assert query(answer) == '"stern door" -verdict sort:newest'
        [noted] = await discord.user("reader").say(discord.channel, "<@bot> flood on:2023-99")
        assert "was left out" in noted.text


async def test_a_direct_message_is_answered_and_its_reader_may_delete_the_answer(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        [answer] = await reader.say(reader.dm, "flood harbour")
        assert query(answer) == "flood harbour"
        assert "Shared by" not in answer.text
        await answer.press("Delete")
        assert answer.deleted


@pytest.mark.parametrize("text", ["<@bot>", "  <@bot> <:wave:1234567> "])
async def test_a_mention_without_a_question_is_told_how_to_ask(samples_archive, text):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        [answer] = await discord.user("reader").say(discord.channel, text)
        assert "Ask the archive" in answer.text
        assert answer.text.count("\n- `") == 3


async def test_what_is_not_meant_for_the_bot_is_left_alone(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader, robot = discord.user("reader"), discord.user("robot")
        robot.person.bot = True
        [answer] = await reader.say(discord.channel, "<@bot> flood")
        before = len(discord.messages(discord.channel))
        await reader.post(discord.channel, "flood")
        await reader.post(discord.channel, "@everyone flood")
        await reader.post(discord.channel, "only harbour", to=answer, mention=False)
        await robot.post(discord.channel, "<@bot> flood")
        await robot.post(robot.dm, "flood")
        await heard_nothing(discord, bot)
        written = [
            message for message in discord.messages(discord.channel) if message.author is discord.application.bot
        ]
        assert len(written) == 1
        assert len(discord.messages(discord.channel)) == before + 4
        assert [m for m in discord.messages(robot.dm) if m.author is discord.application.bot] == []


async def test_a_server_that_was_not_announced_yet_is_no_conversation(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        unknown = discord.core.world.add_guild("Unannounced", locale="en-US", holds_bot=True)
        await discord.user("reader").post(unknown.channels[0], "flood")
        await heard_nothing(discord, bot)
        assert len(discord.messages(unknown.channels[0])) == 1


async def test_a_reply_to_an_answer_counts_without_a_mention_where_its_text_is_handed_over(samples_archive):
    async with DiscordDouble() as discord:
        discord.application.privileged_intents = MESSAGE_CONTENT
        await started(discord, samples_archive)
        reader = discord.user("reader")
        [answer] = await reader.say(discord.channel, "<@bot> ferry")
        [pointed] = await reader.say(discord.channel, "only 2021", to=answer, mention=False)
        assert query(pointed) == "ferry after:2021-01-01 before:2022-01-01"
        assert await reader.say(discord.channel, "flood", replies=0) == []


async def test_where_it_may_not_speak_it_is_silent_with_one_line(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        discord.channel.bot_permissions = DEFAULT_PERMISSIONS & ~SEND_MESSAGES
        await discord.user("reader").post(discord.channel, "<@bot> flood")
        await bot.wrote("outcome=forbidden")
        assert "Traceback" not in bot.output


async def test_messages_are_held_to_the_places_that_may_ask(samples_archive):
    async with DiscordDouble() as discord:
        other = await discord.new_guild("Elsewhere")
        await started(discord, samples_archive, ALLOWED_GUILDS=str(discord.guild.id), USER_INSTALL="0")
        reader = discord.user("reader")
        assert cards((await reader.say(discord.channel, "<@bot> flood"))[0])
        for place, text in ((other.channels[0], "<@bot> flood"), (reader.dm, "flood")):
            [refused] = await reader.say(place, text)
            assert "cannot be asked from here" in refused.text


async def test_what_goes_wrong_is_a_sentence_and_what_nobody_expected_an_incident(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        [empty] = await reader.say(discord.channel, "<@bot> ?!")
        assert "type a word" in empty.text
        await bot.wrote("outcome=EmptyQuery")
        assert "Traceback" not in bot.output
        discord.faults.answer_next("/channels/*/messages", method="POST", status=400, body={"message": "no", "code": 1})
        [answer] = await reader.say(discord.channel, "<@bot> flood")
        assert "Something went wrong" in answer.text
        incident = answer.text.split("`")[1]
        await bot.wrote(f"outcome=incident:{incident}")


async def test_of_two_workers_on_one_token_one_answers(samples_archive, own_archive):
    async with DiscordDouble() as discord:
        bots = [await started(discord, folder) for folder in (samples_archive, own_archive)]
        await discord.user("reader").say(discord.channel, "<@bot> flood")
        for bot in bots:
            await bot.wrote("outcome=answered")
        assert len(discord.messages(discord.channel)) == 2


async def test_a_person_who_floods_is_answered_one_at_a_time_and_others_are_not_kept_waiting(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        with discord.faults.held("/channels/*/messages", method="POST"):
            for _ in range(20):
                await discord.user("reader").post(discord.channel, "<@bot> flood")
            await discord.user("other").post(discord.channel, "<@bot> harbour")
            await discord.until(lambda: bot.output.count("outcome=busy") == 18, "one is answered, one waits, no more")
        await discord.until(lambda: bot.output.count("outcome=answered") == 3, "one, one that waited, and the other")
        assert bot.output.count("outcome=busy") == 18


async def test_told_to_leave_it_gives_up_what_is_asked_and_what_waits(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        discord.faults.delay_next("/channels/*/messages", 20, method="POST")
        for _ in range(2):
            await discord.user("reader").post(discord.channel, "<@bot> flood")
        await discord.caught_up()
        bot.terminate()
        assert await bot.wait(timeout=LEAVING) == 0
        assert bot.output.count("outcome=left") == 2
        assert "Traceback" not in bot.output
        assert "never awaited" not in bot.output


async def test_answers_are_in_the_language_of_the_server(samples_archive):
    async with DiscordDouble() as discord:
        british = await discord.new_guild("Newsroom UK", locale="en-GB")
        await started(discord, samples_archive)
        [answer] = await discord.user("reader").say(british.channels[0], "<@bot> flood")
        assert re.search(r" · \d{1,2} [A-Z][a-z]+ \d{4}", answer.text)


async def test_what_a_person_set_holds_for_what_they_write(own_archive):
    async with DiscordDouble() as discord:
        reader = discord.user("reader")
        with Corpus.open(own_archive) as corpus:
            corpus.remember(key(Scope.USER, reader.id), {"language": "de", "sources": ["harbourpost.example"]})
        await started(discord, own_archive)
        [answer] = await reader.say(discord.channel, "<@bot> flood")
        assert query(answer) == "flood source:harbourpost.example"
        assert re.search(r" · \d{1,2}\. [A-Z]\w+ \d{4}", answer.text)
        [elsewhere] = await reader.say(discord.channel, "<@bot> Mai 2021")
        assert query(elsewhere) == "flood source:harbourpost.example after:2021-05-01 before:2021-06-01"
        [named] = await reader.say(discord.channel, "<@bot> flood source:the-meridian.example")
        assert query(named) == "flood source:the-meridian.example"


async def test_each_rule_goes_on_from_the_last_answer(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")

        async def ask(text: str) -> Shown:
            return (await reader.say(discord.channel, f"<@bot> {text}"))[0]

        assert query(await ask("flood harbour")) == "flood harbour"
        second = await ask("next")
        assert query(second) == "flood harbour"
        assert "page 2 of" in second.text
        assert "page 1 of" in (await ask("back")).text
        assert "page 3 of" in (await ask("page 3")).text
        assert "page 1 of" in (await ask("first")).text
        assert query(await ask("only the Harbour Post")) == "flood harbour source:harbourpost.example"
        assert query(await ask("same but Tollness Times")) == "flood harbour source:tollness-times.example"
        assert query(await ask("what about ferries?")) == "flood harbour +ferries source:tollness-times.example"
        assert query(await ask("and barrier?")) == "flood harbour +barrier source:tollness-times.example"
        assert query(await ask("ferry")) == "ferry"
        assert query(await ask("without verdict")) == "ferry -verdict"
        assert query(await ask("2021")) == "ferry -verdict after:2021-01-01 before:2022-01-01"
        assert query(await ask("newest")) == "ferry -verdict after:2021-01-01 before:2022-01-01 sort:newest"
        assert query(await ask("what about tanker")) == "tanker -verdict after:2021-01-01 before:2022-01-01 sort:newest"


async def test_older_and_newer_lie_beyond_the_days_of_the_page_as_it_is_shown(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader = discord.user("reader")
        [first] = await reader.say(discord.channel, "<@bot> flood sort:newest")
        second = await first.press("Next")
        shown = days(second)
        [older] = await reader.say(discord.channel, "<@bot> older")
        assert query(older) == f"flood before:{min(shown)} sort:newest"
        assert all(day < min(shown) for day in days(older))
        [newer] = await reader.say(discord.channel, "<@bot> newer", to=first)
        assert all(day > max(shown) for day in days(newer))


async def test_a_reply_goes_on_from_the_answer_that_it_replies_to_also_after_a_restart(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader, other = discord.user("reader"), discord.user("other")
        [ferry] = await reader.say(discord.channel, "<@bot> ferry")
        await reader.say(discord.channel, "<@bot> harbour")
        [pointed] = await reader.say(discord.channel, "only 2021", to=ferry)
        assert query(pointed) == "ferry after:2021-01-01 before:2022-01-01"
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        [again] = await other.say(discord.channel, "without verdict", to=pointed)
        assert query(again) == "ferry -verdict after:2021-01-01 before:2022-01-01"
        [forgotten] = await reader.say(discord.channel, "<@bot> older")
        assert query(forgotten) == "older", "nothing of it is known any more: a question like any other"


async def test_in_a_conversation_the_last_answer_is_found_after_a_restart(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        [answer] = await reader.say(reader.dm, "flood harbour")
        await answer.press("Next")
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, samples_archive)
        [third] = await reader.say(reader.dm, "more")
        assert query(third) == "flood harbour"
        assert "page 3 of" in third.text


async def test_each_person_goes_on_from_their_own_answer(samples_archive):
    async with DiscordDouble() as discord:
        await started(discord, samples_archive)
        reader, other = discord.user("reader"), discord.user("other")
        await reader.say(discord.channel, "<@bot> ferry")
        await other.say(discord.channel, "<@bot> harbour")
        assert query((await reader.say(discord.channel, "<@bot> 2021"))[0]).startswith("ferry ")
        assert query((await discord.user("third").say(discord.channel, "<@bot> without ferry"))[0]) == "without ferry"


HOSTILE = "@everyone <@1> </cmd:1> <t:0:R> [x](https://evil.example) **b** `c` ||s||\n# h\n- l\n> q\n\u202eabc"


async def test_hostile_text_is_answered_as_text(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive)
        reader = discord.user("reader")
        for text in (HOSTILE, f"flood {HOSTILE}", f"only {HOSTILE}", f"what about {HOSTILE}", "x" * 1900, "`" * 50):
            [answer] = await reader.say(discord.channel, f"<@bot> {text}")
            assert not answer.pings
            assert "\u202e" not in answer.text
            said = answer.text.replace(reader.mention, "")
            assert re.search(r"(?<!\\)(?:<@|<#|</(?!sources:)|\[x\]\()", said) is None
        assert "Traceback" not in bot.output

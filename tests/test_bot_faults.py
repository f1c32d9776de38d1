"""What becomes of a worker, and of the one who asks, when Discord fails: each row of the table in docs/operations.md.

Whatever happens, a question is answered or costs one line of the log; no worker is dead and looks alive, and none
introduces itself to Discord again and again.
"""

import asyncio
import hashlib
import json
import re
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from bot_process import LEAVING, an_archive, started

from discord_double import BotProcess, DiscordDouble
from discord_double.rest import Request

ROOT = Path(__file__).parents[1]
CALLBACK, EDIT = "/interactions/*", "/webhooks/*"


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as double:
        yield double


@pytest_asyncio.fixture
async def bot(discord, tmp_path) -> BotProcess:
    return await started(discord, an_archive(tmp_path))


async def answers(discord: DiscordDouble) -> bool:
    """Whether somebody who asks is answered."""
    answer = await discord.user("reader").slash("search", query="barrier")
    return "Barrier" in answer.text


def row(told: str):
    """A test that holds this row of the table."""
    return pytest.mark.fault(told)


# The connection.


@row("the connection is cut")
@pytest.mark.asyncio
@pytest.mark.usefixtures("bot")
async def test_cut_it_resumes_and_answers_what_came_meanwhile(discord):
    discord.faults.drop_gateway()
    await discord.until(lambda: not discord.gateway._sockets, "it is cut")
    assert await answers(discord)
    assert len(discord.gateway.identifies) == 1
    assert len(discord.gateway.resumes) == 1


@row("Discord closes the connection (1001, 4000, 4008)")
@pytest.mark.asyncio
@pytest.mark.usefixtures("bot")
async def test_closed_it_resumes(discord):
    for code in (4000, 4008):
        await discord.faults.close_gateway(code)
        assert await answers(discord)
    assert len(discord.gateway.identifies) == 1


@row("Discord asks to reconnect (op 7)")
@pytest.mark.asyncio
@pytest.mark.usefixtures("bot")
async def test_asked_to_reconnect_it_resumes(discord):
    await discord.faults.ask_reconnect()
    await discord.until(lambda: discord.gateway.resumes, "it resumes")
    assert await answers(discord)
    assert len(discord.gateway.identifies) == 1


@row("Discord ends the session (op 9)")
@pytest.mark.asyncio
@pytest.mark.parametrize("resumable", [True, False])
@pytest.mark.usefixtures("bot")
async def test_a_session_that_is_ended_is_resumed_or_begun_anew_once(discord, resumable):
    await discord.faults.invalidate_session(resumable=resumable)
    await discord.until(lambda: discord.gateway.resumes or len(discord.gateway.identifies) > 1, "it is back")
    assert await answers(discord)
    assert len(discord.gateway.identifies) == (1 if resumable else 2)


@row("Discord ends every session at once, again and again")
@pytest.mark.asyncio
async def test_sessions_that_are_ended_again_and_again_burn_no_identifies(discord, tmp_path):
    data = an_archive(tmp_path)
    (data / "worker.json").write_text(json.dumps(_identified(discord.token, times=12)))
    bot = await started(discord, data, ready=False, remembers=True)
    await bot.wrote("introduced itself to Discord 12 times within an hour: shard 0 waits for ")
    bot.terminate()
    assert await bot.wait(LEAVING) == 0
    assert not discord.gateway.identifies


def _identified(token: str, *, times: int) -> dict[str, object]:
    now = time.time()
    return {
        "identified": {"0": [now - 1 + each / times for each in range(times)]},
        "refused": [],
        "token": hashlib.sha256(token.encode()).hexdigest()[:16],
        "not_before": 0.0,
        "running": None,
    }


@row("the first connection is refused")
@pytest.mark.asyncio
async def test_a_first_connection_that_is_refused_is_tried_again(discord, tmp_path):
    discord.faults.refuse_gateway(1)
    bot = await started(discord, an_archive(tmp_path), ready=False)
    await bot.ready(timeout=40)  # discord.py waits for five seconds, and for five more before the second IDENTIFY
    assert await answers(discord)
    assert "Traceback" not in bot.output


@row("Discord closes a connection before it says anything")
@pytest.mark.asyncio
async def test_a_connection_that_is_closed_before_it_is_greeted_is_tried_again(discord, bot):
    discord.faults.refuse_gateway(1)
    discord.faults.slam_gateway(1)
    discord.faults.drop_gateway()
    await discord.until(lambda: len(discord.gateway.identifies) == 2, "it introduces itself again", timeout=40)
    assert await answers(discord)
    assert bot.exit_code is None


@row("one shard of several never gets a session")
@pytest.mark.asyncio
async def test_a_shard_that_never_becomes_ready_ends_the_worker_though_others_serve(tmp_path):
    async with DiscordDouble(shards=2) as discord:
        discord.gateway.heartbeat_interval_ms = 500
        discord.gateway.unheard.add(1)
        env = {"DISCORD_TOKEN": discord.token, "DATA_DIR": str(tmp_path), "PATIENCE": "8"}  # shards begin 5 s apart
        bot = await discord.launch("tests/impatient_bot.py", ready=False, env=env)
        assert await bot.wait(30) == 1
        assert "There was no sign of life from Discord" in bot.output
        assert [identify["shard"][0] for identify in discord.gateway.identifies] == [0, 1]


@row("Discord ends a session where hardly any IDENTIFY is left of the day")
@pytest.mark.asyncio
async def test_where_hardly_any_identify_is_left_none_is_spent(discord, tmp_path):
    discord.rest.session_starts = 1
    bot = await started(discord, an_archive(tmp_path))
    await discord.faults.invalidate_session()
    await bot.wrote("Discord allows hardly any IDENTIFYs today: shard 0 waits for 14400 seconds")
    bot.terminate()
    assert await bot.wait(LEAVING) == 0
    assert len(discord.gateway.identifies) == 1


@row("Discord cannot be reached at the start")
@pytest.mark.asyncio
async def test_a_discord_that_cannot_be_reached_at_first_is_asked_again(discord, tmp_path):
    discord.faults.answer_next("/users/@me", status=503, body="", times=2)
    bot = await started(discord, an_archive(tmp_path))
    assert await answers(discord)
    assert bot.output.count("Discord cannot be reached (") == 2


@row("a connection is taken, and nothing comes")
@pytest.mark.asyncio
async def test_a_connection_without_a_greeting_ends_a_worker_that_never_serves(discord, tmp_path):
    discord.faults.mute_gateway(100)
    bot = await discord.launch(
        "tests/impatient_bot.py", ready=False, env={"DISCORD_TOKEN": discord.token, "DATA_DIR": str(tmp_path)}
    )
    assert await bot.wait() == 1
    assert "There was no sign of life from Discord" in bot.output
    assert not discord.gateway.identifies


@row("heartbeats are not acknowledged")
@pytest.mark.asyncio
async def test_without_acknowledgements_the_worker_leaves_for_its_host_to_start_it(discord, tmp_path):
    discord.gateway.heartbeat_interval_ms = 500
    bot = await discord.launch(
        "tests/impatient_bot.py", env={"DISCORD_TOKEN": discord.token, "DATA_DIR": str(tmp_path)}
    )
    discord.faults.stop_acks()
    assert await bot.wait() == 1
    again = await started(discord, tmp_path)
    assert again.exit_code is None


# What comes over it.

MALFORMED = [
    {"t": "INTERACTION_CREATE", "d": {"id": "1"}},
    {"t": "INTERACTION_CREATE", "d": None},
    {"t": "INTERACTION_CREATE", "d": {"id": "x", "type": 2, "data": {}}},
    {"t": "MESSAGE_CREATE", "d": {"channel_id": "nowhere"}},
    {"t": "GUILD_CREATE", "d": {"unavailable": "perhaps"}},
    {"t": "GUILD_DELETE", "d": []},
]


@row("an event is malformed")
@pytest.mark.asyncio
async def test_an_event_that_cannot_be_read_is_one_line(discord, bot):
    for number, event in enumerate(MALFORMED, start=50):
        await discord.faults.send_to_gateway(json.dumps({"op": 0, "s": number, **event}))
        await bot.wrote(f"Discord sent an event {event['t']} that cannot be read")
        assert await answers(discord)
    assert bot.output.count("cannot be read") == len(MALFORMED)
    assert "Traceback" not in bot.output
    assert len(discord.gateway.identifies) == 1


@row("an event or an operation is unknown")
@pytest.mark.asyncio
@pytest.mark.usefixtures("bot")
async def test_what_is_unknown_is_passed_over(discord):
    for frame in ({"op": 0, "s": 50, "t": "MOON_PHASE", "d": {}}, {"op": 77, "d": None}):
        await discord.faults.send_to_gateway(json.dumps(frame))
        assert await answers(discord)
    assert len(discord.gateway.identifies) == 1


@row("a frame is no message at all")
@pytest.mark.asyncio
@pytest.mark.parametrize("frame", ["{", "[]"])
async def test_a_frame_that_is_no_message_ends_the_connection_and_not_in_a_loop(discord, bot, frame):
    await discord.faults.send_to_gateway(frame)
    assert await bot.wait() == 1
    assert "The connection to Discord ended unexpectedly" in bot.output


@row("a question comes too late")
@pytest.mark.asyncio
async def test_a_question_that_came_too_late_is_one_line(discord, bot):
    discord.faults.expire_next_interaction()
    await discord.user("reader").slash("search", query="barrier")
    await bot.wrote("outcome=late")
    assert "Traceback" not in bot.output
    assert await answers(discord)


@row("a question comes twice")
@pytest.mark.asyncio
async def test_a_question_that_comes_twice_is_answered_once(discord, bot):
    discord.faults.duplicate_next_interaction()
    assert await answers(discord)
    await bot.wrote("outcome=elsewhere")
    assert "Traceback" not in bot.output


@row("two workers have one token, and no disk in common")
@pytest.mark.asyncio
async def test_of_two_workers_without_a_common_disk_each_question_is_answered_once(discord, tmp_path):
    data = an_archive(tmp_path)
    shutil.copytree(data, tmp_path / "other")
    bots = [await started(discord, folder) for folder in (data, tmp_path / "other")]
    for _ in range(3):
        answer = await discord.user("reader").slash("search", query="barrier")
        assert "Barrier" in answer.text
        assert not answer.followups
    [reply] = await discord.user("reader").say(discord.channel, "<@bot> barrier")
    assert "Barrier" in reply.text
    await discord.until(lambda: sum(bot.output.count("outcome=elsewhere") for bot in bots) == 3, "one is silent")
    assert all("incident" not in bot.output for bot in bots)


# What is sent back.


@row("an answer is limited (429) for a moment")
@pytest.mark.asyncio
async def test_limited_for_a_moment_it_answers_after_that(discord, bot):
    for path in (CALLBACK, EDIT):
        for everywhere in (True, False):
            discord.faults.rate_limit_next(path, retry_after=0.4, everywhere=everywhere)
            assert await answers(discord)
    assert "incident" not in bot.output


@row("an answer is limited (429) for hours")
@pytest.mark.asyncio
async def test_limited_for_hours_it_does_not_wait_for_them(discord, tmp_path):
    bot = await discord.launch(
        "tests/impatient_bot.py", env={"DISCORD_TOKEN": discord.token, "DATA_DIR": str(an_archive(tmp_path))}
    )
    discord.faults.rate_limit_next(EDIT, retry_after=7200.0)
    asked = asyncio.create_task(discord.user("reader").slash("search", query="barrier", timeout=60))
    await discord.until(lambda: any(each.status == 429 for each in bot.requests), "it is limited")
    assert await answers(discord), "others are answered meanwhile"
    await bot.wrote("outcome=given-up")
    asked.cancel()
    assert "incident" not in bot.output
    assert "Traceback" not in bot.output


@row("an answer fails (500, 502, 503, 504)")
@pytest.mark.asyncio
async def test_an_answer_that_fails_is_sent_again(discord, bot):
    for path, status in [(CALLBACK, 500), (CALLBACK, 502), (EDIT, 503), (EDIT, 504)]:
        discord.faults.answer_next(path, status=status, body="")
        assert await answers(discord)
    assert "incident" not in bot.output


@row("the connection is cut under an answer, and under the word about it")
@pytest.mark.asyncio
async def test_an_answer_that_is_cut_off_costs_a_line_and_leaves_nothing_open(discord, bot):
    reader = discord.user("reader")
    discord.faults.cut_next(CALLBACK, times=2)
    asked = asyncio.create_task(reader.slash("search", query="barrier", timeout=60))
    await bot.wrote("command=search outcome=incident")
    asked.cancel()
    discord.faults.cut_next("/channels/*/messages", method="POST", times=2)
    await reader.say(discord.channel, "<@bot> barrier", replies=0)
    await bot.wrote("command=chat outcome=incident")
    assert bot.output.count("an error could not be told: ") == 2
    assert await answers(discord)


@row("an answer is refused (400)")
@pytest.mark.asyncio
async def test_an_answer_that_is_refused_is_told_with_an_incident(discord, bot):
    discord.faults.answer_next(EDIT, status=400, body={"message": "no", "code": 0})
    answer = await discord.user("reader").slash("search", query="barrier")
    assert "Something went wrong" in answer.text
    await bot.wrote("outcome=incident")
    assert await answers(discord)


@row("the bot may not write there (403), or the channel is gone (404)")
@pytest.mark.asyncio
async def test_where_it_may_not_write_it_tries_once(discord, bot):
    for status, code in {403: 50013, 404: 10003}.items():
        refusal = {"message": "no", "code": code}
        discord.faults.answer_next("/channels/*/messages", method="POST", status=status, body=refusal)
        await discord.user("reader").say(discord.channel, "<@bot> barrier", replies=0)
        tried = await _answered(discord, bot, status)
        assert len(tried) == 1
    assert bot.output.count("outcome=forbidden") == 2
    assert await answers(discord)


@row("Discord resets the token")
@pytest.mark.asyncio
async def test_a_token_that_is_reset_ends_the_worker_with_5(discord, bot):
    while bot.exit_code is None:
        await discord.faults.close_gateway(4004)
        await asyncio.sleep(0.1)
    assert await bot.wait() == 5
    assert "Discord refused the token" in bot.output


async def _answered(discord: DiscordDouble, bot: BotProcess, status: int) -> list[Request]:
    """The requests that were answered so, once there is one."""

    def found() -> list[Request]:
        return [each for each in bot.requests if each.method == "POST" and each.status == status]

    await discord.until(found, f"an answer of {status}")
    await asyncio.sleep(0.5)
    return found()


# The table.


def test_every_row_of_the_table_has_its_test_and_every_test_its_row():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = re.search(r"<!-- faults -->\n(.*?)<!-- /faults -->", text, re.DOTALL)
    assert table
    rows = re.findall(r"^\| ([^|]+?) \|", table[1], re.MULTILINE)[1:]
    marked = re.findall(r'^@row\("([^"]+)"\)', Path(__file__).read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == marked

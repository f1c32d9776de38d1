"""The worker starts only when it can stay, says in one sentence why it cannot, and leaves when told."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from bot_process import LEAVING, archive_with, catches, executed, file_of

import discord_double
from discord_double import DiscordDouble

ROOT = Path(__file__).parents[1]
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.sesame.open"


def dateline(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `dateline` in an environment of its own; nothing that is called here may reach Discord."""
    return subprocess.run(
        [sys.executable, "-c", "import sys; from bot.cli import main; sys.exit(main())", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
    )


def test_without_a_token_it_says_so_in_one_sentence(tmp_path):
    done = dateline("run", cwd=tmp_path)
    assert done.returncode == 4
    assert done.stderr.startswith("DISCORD_TOKEN is not set: ")
    assert done.stderr.count("\n") == 1


def test_an_unknown_value_of_a_setting_is_told_before_anything_is_made(tmp_path):
    done = dateline("run", "--check", cwd=tmp_path, DISCORD_TOKEN=TOKEN, LOG_LEVEL="loud")
    assert (done.returncode, done.stderr) == (
        4, "LOG_LEVEL is 'loud'; it may be debug, info, warning or error.\n",
    )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_inputs_that_cannot_be_told_apart_are_an_unknown_value_too(tmp_path):
    done = dateline("run", "--check", cwd=tmp_path, DISCORD_TOKEN=TOKEN, CORPUS_INPUTS="'a")
    assert done.returncode == 4
    assert done.stderr.startswith("CORPUS_INPUTS cannot be read. ")


def test_check_does_everything_but_connect(tmp_path):
    archive_with(tmp_path, 2)
    done = dateline("run", "--check", cwd=tmp_path, DISCORD_TOKEN=TOKEN, ADMIN_GUILD="123456789012345678")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == (
        "Ready to connect, with /search, /article, /trends, /sources, /defaults, /help, /about, /admin over "
        "2 articles from 1 outlet, March 14, 2024 to March 14, 2024."
    )


def test_an_archive_of_a_newer_version_is_told(tmp_path):
    archive_with(tmp_path, 1)
    [database] = [path for path in (tmp_path / "data").iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    done = dateline("run", "--check", cwd=tmp_path, DISCORD_TOKEN=TOKEN)
    assert done.returncode == 3
    assert "upgrade Dateline" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_command_has_the_verbs_of_the_archive_and_of_the_bot(tmp_path):
    shown = dateline("--help", cwd=tmp_path)
    assert shown.returncode == 0
    for verb in ("ingest", "search", "show", "reindex", "status", "run", "demo"):
        assert f"\n  {verb} " in shown.stdout
    assert dateline("--nonsense", cwd=tmp_path).returncode == 2


def test_the_verbs_of_the_archive_take_the_settings(tmp_path):
    archive_with(tmp_path, 2)
    done = dateline("status", "--json", cwd=ROOT, DATA_DIR=str(tmp_path / "data"))
    assert json.loads(done.stdout)["articles"] == 2
    assert dateline("status", cwd=tmp_path, DATA_DIR="nowhere").returncode == 3


def test_the_shell_does_not_wait_for_discord_py():
    loaded = (
        "import sys, bot.cli; print([name for name in sys.modules if name.split('.')[0] in ('discord', 'aiohttp')])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_a_discord_that_cannot_be_reached_is_asked_again_until_it_is_told_to_leave(tmp_path):
    launcher = Path(discord_double.__file__).with_name("launcher.py")
    bot = subprocess.Popen(
        [sys.executable, launcher, "-m", "bot"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": TOKEN,
            "DATA_DIR": str(tmp_path),
            "DISCORD_DOUBLE_API": "http://127.0.0.1:9/api/v10",
            "DISCORD_DOUBLE_GATEWAY": "ws://127.0.0.1:9",
        },
    )
    assert bot.stdout is not None
    said = [line for line, _ in zip(_lines_about(bot.stdout, "Discord cannot be reached"), range(2), strict=False)]
    bot.terminate()
    rest, _ = bot.communicate(timeout=LEAVING)
    assert bot.returncode == 0
    assert ["trying again in 1 seconds" in said[0], "trying again in 2 seconds" in said[1]] == [True, True]
    assert "Traceback" not in rest


def _lines_about(output, words):
    return (line for line in output if words in line)


@pytest.mark.asyncio
async def test_a_token_that_discord_refuses_is_5_and_no_identify(tmp_path):
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path, ready=False, DISCORD_TOKEN=TOKEN)
        assert await bot.wait() == 5
        assert "Discord refused the token" in bot.output
        assert "Traceback" not in bot.output
        assert "sesame" not in bot.output
        assert not bot.sessions


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "exit_code", "sentence"),
    [(4014, 5, "Discord refused the intents"), (4013, 5, "Discord closed the connection for good, with code 4013.")],
)
async def test_a_connection_that_discord_ends_for_good_is_5(tmp_path, code, exit_code, sentence):
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path)
        while bot.exit_code is None:  # as Discord does each time; a code that is followed by a cut is lost on aiohttp
            await discord.faults.close_gateway(code)
            await asyncio.sleep(0.1)
        assert await bot.wait() == exit_code
        assert sentence in bot.output
        assert "Traceback" not in bot.output


@pytest.mark.asyncio
async def test_a_login_that_is_limited_for_hours_does_not_wait_for_them(tmp_path):
    async with DiscordDouble() as discord:
        discord.faults.rate_limit_next("/users/@me", retry_after=7200.0)
        bot = await executed(discord, tmp_path, ready=False)
        assert await bot.wait() == 1
        assert "no login for 7200 seconds" in bot.output


@pytest.mark.asyncio
async def test_commands_that_cannot_be_registered_now_do_not_keep_the_bot_away(tmp_path):
    archive_with(tmp_path, 3)
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path / "data")
        bot.terminate()
        await bot.wait()
        discord.faults.rate_limit_next("/applications/*/commands", retry_after=7200.0)
        bot = await executed(discord, tmp_path / "data")
        assert "could not be registered" in bot.output
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text


@pytest.mark.asyncio
async def test_what_goes_wrong_is_told_with_an_incident_that_is_in_the_log(tmp_path):
    archive_with(tmp_path, 3)
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path / "data")
        discord.faults.answer_next("/webhooks/*/messages/@original", status=400, body={"message": "no", "code": 1})
        answer = await discord.user("reader").slash("search", query="barrier")
        assert "Something went wrong" in answer.text
        incident = answer.text.split("`")[1]
        await bot.wrote(f"incident {incident}")
        await bot.wrote(f"outcome=incident:{incident}")
        assert "interaction-token" not in bot.output


@pytest.mark.skipif(sys.platform != "linux", reason="reads which signals a process has taken over from /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", [0.0, 0.1])
def test_told_to_leave_while_it_still_loads_it_exits_with_0(tmp_path, number, moment):
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    bot = subprocess.Popen(
        [sys.executable, "-m", "bot", "--check"], cwd=tmp_path, env=env | {"DISCORD_TOKEN": TOKEN},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    while not catches(bot.pid, number):
        assert bot.poll() is None
    time.sleep(moment)
    bot.send_signal(number)
    written, _ = bot.communicate(timeout=LEAVING)
    assert (bot.returncode, "Traceback" in written) == (0, False)


def test_told_to_leave_where_nobody_reads_its_log_it_exits_with_0_too(tmp_path):
    launcher = Path(discord_double.__file__).with_name("launcher.py")
    env = {"PATH": os.environ["PATH"], "DISCORD_TOKEN": TOKEN, "DATA_DIR": str(tmp_path)}
    env |= {"DISCORD_DOUBLE_API": "http://127.0.0.1:9/api/v10", "DISCORD_DOUBLE_GATEWAY": "ws://127.0.0.1:9"}
    bot = subprocess.Popen([sys.executable, launcher, "-m", "bot"], stdout=subprocess.PIPE, cwd=ROOT, env=env)
    assert bot.stdout is not None
    next(line for line in bot.stdout if b"cannot be reached" in line)
    bot.stdout.close()
    time.sleep(2.5)  # until it has written once more
    bot.terminate()
    assert bot.wait(LEAVING) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_leave_where_an_exception_would_be_lost_it_leaves_too(number):
    program = f"""
import os, time, weakref
from bot.leaving import leave_when_told
class Module: pass
leave_when_told()
module = Module()
lost = weakref.ref(module, lambda _: os.kill(os.getpid(), {int(number)}))  # the import system has such callbacks
del module
time.sleep(20)
"""
    left = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=10, check=False)
    assert (left.returncode, left.stderr) == (0, b"")


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("request_path", ["/users/@me", "/applications/@me", "/commands", "/gateway/bot"])
async def test_told_to_leave_while_it_connects_it_exits_with_0(tmp_path, number, request_path):
    async with DiscordDouble() as discord:
        with discord.faults.held(f"*{request_path}") as held:
            bot = await executed(discord, tmp_path, ready=False)
            await discord.until(lambda: held.waiting, request_path)
            bot.signal(number)
            assert await bot.wait(timeout=LEAVING) == 0
        assert "Traceback" not in bot.output


@pytest.mark.asyncio
async def test_told_to_leave_it_still_answers_what_was_asked_before(tmp_path):
    archive_with(tmp_path, 3)
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path / "data")
        asked = asyncio.create_task(discord.user("reader").slash("search", query="barrier"))
        await discord.until(lambda: any(request.path.endswith("/callback") for request in bot.requests), "it is asked")
        bot.terminate()
        assert "Barrier" in (await asked).text
        assert await bot.wait(timeout=LEAVING) == 0


@pytest.mark.asyncio
async def test_told_to_leave_it_gives_up_an_answer_that_discord_does_not_take(tmp_path):
    archive_with(tmp_path, 3)
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path / "data")
        discord.faults.delay_next("/webhooks/*", 20)
        asked = asyncio.create_task(discord.user("reader").slash("search", query="barrier"))
        await discord.until(lambda: any(request.path.endswith("/callback") for request in bot.requests), "it is asked")
        bot.terminate()
        assert await bot.wait() == 0
        assert "outcome=left" in bot.output
        assert "Traceback" not in bot.output
        assert "incident" not in bot.output
        asked.cancel()


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_leave_again_and_again_it_exits_with_0(tmp_path, number):
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path)
        leaving = asyncio.create_task(bot.wait())
        while not leaving.done():
            bot.signal(number)
            await asyncio.sleep(0.01)
        assert await leaving == 0
        assert "Traceback" not in bot.output


@pytest.mark.asyncio
async def test_told_to_leave_during_a_reindex_it_gives_that_up_and_says_so(tmp_path):
    archive_with(tmp_path, 3)
    articles = file_of(tmp_path, 20_000)
    async with DiscordDouble() as discord:
        bot = await executed(discord, tmp_path / "data", CORPUS_INPUTS=f"news={articles}")
        answer = await discord.owner.slash("admin reindex")
        assert "Reading the inputs again" in answer.text
        second = await discord.owner.slash("admin reindex")
        assert "running already" in second.text
        bot.terminate()
        await answer.until(lambda shown: "given up" in shown.text)
        assert await bot.wait(timeout=LEAVING) == 0
        await executed(discord, tmp_path / "data", CORPUS_INPUTS=f"news={articles}")
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text


@pytest.mark.asyncio
async def test_a_reindex_that_fails_says_why_and_the_archive_answers_as_before(tmp_path):
    archive_with(tmp_path, 3)
    async with DiscordDouble() as discord:
        await executed(discord, tmp_path / "data", CORPUS_INPUTS="gone=no-such-file")
        answer = await discord.owner.slash("admin reindex")
        await answer.until(lambda shown: "failed" in shown.text)
        assert "no-such-file" in answer.text
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text
        assert "**Last reindex** failed <t:" in (await discord.owner.slash("admin status")).text


@pytest.mark.asyncio
async def test_the_log_holds_no_question_unless_the_operator_wants_it(tmp_path):
    archive_with(tmp_path, 3)
    async with DiscordDouble() as discord:
        quiet = await executed(discord, tmp_path / "data", LOG_FORMAT="json", LOG_LEVEL="debug")
        await discord.user("reader").slash("search", query="barrier zugzwang")
        await quiet.wrote('"outcome": "answered"')
        quiet.terminate()
        await quiet.wait()
        assert "zugzwang" not in quiet.output
        assert "interaction-token" not in quiet.output
        telling = await executed(discord, tmp_path / "data", LOG_FORMAT="json", LOG_QUERIES="1")
        await discord.user("reader").slash("search", query="barrier zugzwang")
        await telling.wrote('"query": "barrier zugzwang"')

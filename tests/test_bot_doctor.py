"""The doctor finds what is wrong, says how to mend it, and leaves everything as it was."""

import asyncio
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from discord.http import Route
from hypothesis import given
from hypothesis import strategies as st

import discord_double
from bot.cli import main
from bot.doctor import CHECKS, asking, judged
from bot.doctor.configured import misspelt
from bot.doctor.connected import has_form
from bot.doctor.finding import Finding, State, exit_code, ok, warning, wrong
from bot.doctor.gathered import Answer, Answers, Disk, Gathered, Machine
from bot.doctor.shown import safe
from bot.settings import Settings
from corpus import CorpusMissing, FeedState, Glance, Input, Keeper
from discord_double import DEFAULT_PERMISSIONS, TOKEN, BotProcess, DiscordDouble, payloads
from discord_double.limits import ATTACH_FILES, SEND_MESSAGES

ROOT = Path(__file__).parents[1]
LAUNCHER = Path(discord_double.__file__).with_name("launcher.py")
ELSEWHERE = 923456789012345678  # a server in which the bot is not
GIGABYTE = 2**30


class Examined:
    """What a doctor printed as JSON, and how he ended."""

    def __init__(self, code: int | None, output: str) -> None:
        self.code, self.output = code, output
        self.findings = json.loads(output)

    def of(self, state: str) -> list[tuple[str, str]]:
        return [(each["check"], each["said"]) for each in self.findings if each["state"] == state]

    def one(self, check: str, state: str) -> str:
        """What is said by the one such finding, and how to mend it."""
        [found] = [each for each in self.findings if (each["check"], each["state"]) == (check, state)]
        return f"{found['said']} {found['mend']}".strip()


Doctor = Callable[..., "asyncio.Future[Examined]"]


@pytest.fixture
def dateline(tmp_path: Path) -> Path:
    program = tmp_path / "dateline.py"
    program.write_text("import sys\nfrom bot.cli import main\nsys.exit(main())\n", encoding="utf-8")
    return program


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as double:
        yield double
        assert not double.gateway.identifies, "a doctor introduces himself to nobody"


@pytest.fixture
def doctor(
    discord: DiscordDouble,
    tmp_path: Path,
    samples_archive: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Doctor:
    """Examine a bot whose settings are well but for what is given: by the command, in this process to be quick."""
    monkeypatch.setattr(Route, "BASE", f"{discord.core.base}/launch/0/api/v10")
    monkeypatch.chdir(tmp_path)

    async def examined(**env: str) -> Examined:
        well = {"DISCORD_TOKEN": discord.token, "DATA_DIR": str(samples_archive), **env}
        monkeypatch.setattr(os, "environ", well)
        code = await asyncio.to_thread(main, ["doctor", "--json"])
        return Examined(code, "".join(capsys.readouterr()))

    return examined


async def launched(discord: DiscordDouble, dateline: Path, *options: str, **env: str) -> BotProcess:
    settings = {"PYTHONPATH": str(ROOT), "DISCORD_TOKEN": discord.token, **env}
    bot = await discord.launch(str(dateline), "doctor", *options, env=settings, cwd=dateline.parent, ready=False)
    await bot.wait()
    return bot


def touched(folder: Path) -> dict[Path, int]:
    """When each file of an archive was last written, but for the memory that SQLite's processes share."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if not path.name.endswith("-shm")}


def without_network(dateline: Path, *, output: int = subprocess.PIPE, **env: str) -> subprocess.CompletedProcess[str]:
    """Examine a bot where every connection is refused."""
    nowhere = {"DISCORD_DOUBLE_API": "http://127.0.0.1:9/api/v10", "DISCORD_DOUBLE_GATEWAY": "ws://127.0.0.1:9"}
    return subprocess.run(
        [sys.executable, LAUNCHER, dateline, "doctor"],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
        cwd=dateline.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **nowhere, **env},
    )


async def registered(discord: DiscordDouble, folder: Path) -> None:
    """Let a bot register its commands, and leave."""
    async with DiscordDouble() as other:
        bot = await other.launch("-m", "bot", env={"DISCORD_TOKEN": other.token, "DATA_DIR": str(folder)})
        bot.terminate()
        await bot.wait()
        discord.core.commands = other.core.commands


# Through the command.


@pytest.mark.asyncio
async def test_where_all_is_well_nothing_is_wrong_and_nothing_is_changed(discord, dateline, own_archive):
    await registered(discord, dateline.parent / "other")
    before = touched(own_archive)
    bot = await launched(
        discord, dateline, DATA_DIR=str(own_archive), ADMIN_GUILD="", ALLOWED_GUILDS=str(discord.guild.id)
    )
    assert (bot.exit_code, bot.output.splitlines()[-1]) == (0, "Nothing is wrong.")
    assert touched(own_archive) == before
    assert {request.method for request in bot.requests} == {"GET"}
    assert len(bot.requests) <= 6
    for said in (
        "Discord takes it for the bot “dateline”",
        "60 articles",
        "Dateline needs no privileged intent",
        "In “Newsroom” the bot may do all that it needs",
        "registered as this version has them",
        "scope=bot+applications.commands&permissions=",
        "enough to build the index anew",
        "It goes right",
    ):
        assert said in bot.output


@pytest.mark.asyncio
async def test_sick_in_every_part_it_says_all_of_it_and_the_gravest_is_the_exit_code(discord, doctor, tmp_path):
    (tmp_path / "sick").mkdir()
    (tmp_path / "sick" / "archive.db").write_bytes(b"no database at all " * 400)
    discord.rest.session_starts = 0
    discord.guild.bot_permissions = DEFAULT_PERMISSIONS & ~SEND_MESSAGES
    discord.application.portal = {
        "interactions_endpoint_url": "https://news.example/interactions",
        "approximate_guild_count": 9_000,
        "bot_require_code_grant": True,
    }
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        found = await doctor(
            LOG_LEVEL="loud",
            CORPUS_INPUTS="wire=no-such-file",
            DATA_DIR=str(tmp_path / "sick"),
            ADMIN_GUILD=str(ELSEWHERE),
            ALLOWED_GUILDS=str(discord.guild.id),
            SHARD_COUNT="1",
            PORT=str(taken.getsockname()[1]),
            HEARTBEAT_FILE="no-such-folder/alive",
            DISCORD_TOKN="x",
        )
    assert found.code == 4
    sick = {check for check, _ in found.of("wrong")}
    assert sick == {"settings", "interactions", "servers", "connections", "shards", "archive", "heartbeat"}
    assert {check for check, _ in found.of("warning")} == {"application", "permissions", "commands", "inputs", "port"}
    assert all(each["mend"].endswith(".") for each in found.findings if each["state"] != "ok")
    assert "Traceback" not in found.output


@pytest.mark.asyncio
async def test_a_token_that_is_refused_is_5_and_nothing_more_is_asked(discord, doctor):
    found = await doctor(DISCORD_TOKEN="MTk4NjIyNDgzNDcxOTI1MjQ4.sesame.open-for-nobody")
    assert found.code == 5
    assert "under Bot" in found.one("token", "wrong")
    assert "Reset the token" in found.one("token", "wrong")
    assert "sesame" not in found.output
    assert [request.path for request in discord.requests] == ["/users/@me"]


@pytest.mark.asyncio
async def test_a_token_that_is_none_is_told_by_its_form(doctor):
    found = await doctor(DISCORD_TOKEN="0123456789abcdef0123456789abcdef")
    assert found.code == 5
    assert "three parts" in found.one("token", "wrong")
    assert "0123456789abcdef" not in found.output


@pytest.mark.asyncio
async def test_without_a_token_it_looks_at_all_else(doctor, discord):
    found = await doctor(DISCORD_TOKEN="")
    assert found.code == 4
    assert "DISCORD_TOKEN is not set." in found.one("token", "wrong")
    assert "60 articles" in found.one("archive", "ok")
    assert not discord.requests


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"USER_INSTALL": "perhaps"}, "USER_INSTALL is 'perhaps'"),
        ({"CORPUS_INPUTS": "'a"}, "CORPUS_INPUTS cannot be read."),
        ({"FETCH_NETWORKS": "nowhere"}, "FETCH_HOSTS or FETCH_NETWORKS cannot be read."),
        ({"SHARD_IDS": "3", "SHARD_COUNT": "2"}, "SHARD_IDS names shard 3"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_4_and_the_rest_is_examined(doctor, env, said):
    found = await doctor(**env)
    assert found.code == 4
    assert said in found.one("settings", "wrong")
    assert found.one("token", "ok")


@pytest.mark.asyncio
async def test_a_file_of_settings_that_cannot_be_read_is_told(doctor, tmp_path):
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe")
    found = await doctor()
    assert found.code == 4
    assert ".env cannot be read" in found.one("settings", "wrong")


@pytest.mark.asyncio
async def test_a_name_that_is_nearly_right_is_told_wherever_it_stands(doctor, tmp_path):
    (tmp_path / ".env").write_text("CORPUS_INPUT=wire.jsonl\n", encoding="utf-8")
    found = await doctor(LOGLEVEL="debug")
    assert found.code == 0
    assert [said for check, said in found.of("warning") if check == "settings"] == [
        "CORPUS_INPUT is no setting of Dateline's.",
        "LOGLEVEL is no setting of Dateline's.",
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ({"status": 429, "body": {"message": "no", "retry_after": 7200.0}}, 5, "7,200 seconds"),
        ({"status": 429, "body": "error code: 1015", "headers": {"Retry-After": "600"}}, 5, "600 seconds"),
        ({"status": 429, "body": "error code: 1015"}, 5, "an hour"),
        ({"status": 503, "body": "no healthy upstream"}, 1, "discordstatus.com"),
        ({"status": 200, "body": "<html>Log in to this network</html>"}, 1, "not Discord"),
        ({"status": 403, "body": {"message": "Forbidden", "code": 0}}, 5, "status 403"),
    ],
)
async def test_what_discord_answers_instead_is_told_and_not_asked_again(discord, doctor, answer, code, said):
    discord.faults.answer_next("/users/@me", **answer)
    found = await doctor()
    assert found.code == code
    assert said in found.one("token", "wrong")
    assert len(discord.requests) == 1


@pytest.mark.asyncio
async def test_what_discord_does_not_answer_later_is_told_each_by_itself(discord, doctor):
    for path in ("/applications/@me", "/gateway/bot", "/users/@me/guilds"):
        discord.faults.answer_next(path, status=500, body="")
    found = await doctor()
    assert found.code == 1
    assert {check for check, _ in found.of("wrong")} == {"application", "connections", "servers"}


def test_without_a_network_it_ends_soon_with_one_sentence_about_that(dateline, samples_archive):
    began = time.monotonic()
    done = without_network(dateline, DISCORD_TOKEN=TOKEN, DATA_DIR=str(samples_archive))
    assert time.monotonic() - began < 30
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("Discord cannot be reached") == 1
    assert done.stdout.splitlines()[-1] == "One thing is wrong."


def test_on_a_terminal_each_finding_stands_in_its_column_and_is_coloured(dateline):
    ours, theirs = os.openpty()
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123  # there is no path
        without_network(dateline, output=theirs, TERM="xterm-256color", COLUMNS="60")
        os.close(theirs)
        shown = terminal.read(65_536).decode()
    lines = re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()
    assert "\x1b[1;31mwrong" in shown
    assert all(len(line) <= 60 for line in lines)
    assert {line[:8].strip() for line in lines[:-1]} == {"ok", "warning", "wrong", ""}


@pytest.mark.asyncio
async def test_a_discord_that_says_nothing_is_not_waited_for(discord, doctor, monkeypatch):
    assert asking._PATIENCE.total == 6
    monkeypatch.setattr(asking, "_PATIENCE", aiohttp.ClientTimeout(total=1.0))
    began = time.monotonic()
    with discord.faults.held("/users/@me"):
        assert "no answer came within" in (await doctor()).one("token", "wrong")
    assert time.monotonic() - began < 12


@pytest.mark.asyncio
async def test_a_clock_that_goes_wrong_is_told_by_discords(discord, doctor):
    for minutes, state, code in ((-3, "warning", 0), (40, "wrong", 1)):
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        body = payloads.current_user(discord.application.bot)
        discord.faults.answer_next("/users/@me", status=200, body=body, headers={"Date": date})
        found = await doctor()
        assert found.code == code
        assert ("behind" if minutes > 0 else "ahead of") in found.one("clock", state)
        assert "NTP" in found.one("clock", state)


@pytest.mark.asyncio
async def test_an_application_that_is_set_otherwise_than_the_bot_is_told(discord, doctor):
    discord.application.portal = {
        "interactions_endpoint_url": "https://news.example/interactions",
        "integration_types_config": {"0": {"oauth2_install_params": {"scopes": [], "permissions": "0"}}},
        "bot_public": False,
        "bot_require_code_grant": True,
        "flags": 1 << 19,
    }
    found = await doctor()
    assert found.code == 5
    assert "https://news.example/interactions" in found.one("interactions", "wrong")
    assert "Interactions Endpoint URL" in found.one("interactions", "wrong")
    assert "may be switched off" in found.one("intents", "ok")
    assert [said for check, said in found.of("warning") if check == "application"] == [
        "USER_INSTALL=1, but people cannot add the bot to their own account.",
        "Its own link to add it to servers leaves out the bot, so it hears nothing.",
        "USER_INSTALL=1, but only the application's owner can add it.",
        "It demands a code grant, so that every link to add it fails.",
    ]


@pytest.mark.asyncio
async def test_servers_that_are_named_are_looked_at_one_by_one(discord, doctor):
    discord.guild.bot_permissions = DEFAULT_PERMISSIONS & ~(SEND_MESSAGES | ATTACH_FILES)
    found = await doctor(ADMIN_GUILD=str(ELSEWHERE), ALLOWED_GUILDS=f"{discord.guild.id} {ELSEWHERE + 1}")
    assert found.code == 4
    assert f"{ELSEWHERE} of ADMIN_GUILD" in found.one("servers", "wrong")
    assert f"{ELSEWHERE + 1} of ALLOWED_GUILDS" in found.one("servers", "warning")
    lacking = found.one("permissions", "warning")
    assert "In “Newsroom” the bot lacks Send Messages, Send Messages in Threads, Attach Files" in lacking


@pytest.mark.asyncio
async def test_a_server_beyond_the_first_page_is_found_too(discord, doctor):
    for number in range(200):
        await discord.new_guild(f"Server {number}")
    last = max(discord.core.world.guilds)
    found = await doctor(ADMIN_GUILD=str(last))
    assert "In “Server 199” the bot may do all that it needs." in found.one("permissions", "ok")
    assert "is not in the server" in (await doctor(ADMIN_GUILD=str(last + 1))).one("servers", "wrong")


@pytest.mark.asyncio
async def test_commands_of_another_version_are_told(discord, doctor, tmp_path):
    await registered(discord, tmp_path / "other")
    definition = discord.core.commands.listed(None)[0]
    discord.core.commands.delete(None, int(definition["id"]))
    found = await doctor()
    assert found.code == 0
    assert "not as this version has them. The next start" in found.one("commands", "warning")


@pytest.mark.asyncio
async def test_connections_that_are_used_up_are_told(discord, doctor):
    discord.rest.session_starts = 20
    assert "again and again" in (await doctor()).one("connections", "warning")
    discord.rest.session_starts = 0
    found = await doctor()
    assert found.code == 5
    assert "wait 4.0 hours" in found.one("connections", "wrong")


@pytest.mark.asyncio
async def test_too_few_shards_are_told(discord, doctor):
    discord.application.portal = {"approximate_guild_count": 9_000}
    discord.rest.shards = 9
    found = await doctor(SHARD_COUNT="3")
    assert found.code == 4
    assert "Set SHARD_COUNT to 9" in found.one("shards", "wrong")
    assert "Discord recommends 9" in (await doctor(SHARD_COUNT="4")).one("shards", "warning")
    assert "is enough" in (await doctor(SHARD_COUNT="9")).one("shards", "ok")


@pytest.mark.asyncio
async def test_an_archive_that_cannot_be_used_is_3(doctor, own_archive):
    with closing(sqlite3.connect(own_archive / "archive.db")) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    found = await doctor(DATA_DIR=str(own_archive))
    assert found.code == 3
    assert "Upgrade Dateline." in found.one("archive", "wrong")
    (own_archive / "archive.db").write_bytes(b"")
    found = await doctor(DATA_DIR=str(own_archive))
    assert found.code == 3
    assert "from a backup" in found.one("archive", "wrong")


@pytest.mark.asyncio
async def test_an_index_that_cannot_be_used_is_3_and_left_as_it_is(doctor, own_archive):
    (own_archive / "index" / "current").unlink()
    found = await doctor(DATA_DIR=str(own_archive))
    assert found.code == 3
    assert "dateline reindex --index-only" in found.one("index", "wrong")
    assert not (own_archive / "index" / "current").exists()


@pytest.mark.asyncio
async def test_an_archive_that_is_not_there_is_told_and_not_made(doctor, tmp_path):
    found = await doctor(DATA_DIR=str(tmp_path / "none"), CORPUS_INPUTS="wire=no-such-file")
    assert found.code == 0
    assert "the first start makes it. Start the bot, which fills it" in found.one("archive", "warning")
    assert "no-such-file" in found.one("inputs", "warning")
    assert not (tmp_path / "none").exists()
    (tmp_path / "none").write_text("", encoding="utf-8")
    found = await doctor(DATA_DIR=str(tmp_path / "none"))
    assert found.code == 3
    assert "is no folder" in found.one("disk", "wrong")


@pytest.mark.asyncio
async def test_beside_a_worker_and_a_keeper_it_disturbs_neither(discord, dateline, own_archive, tmp_path):
    heartbeat = tmp_path / "alive"
    heartbeat.touch()
    async with DiscordDouble() as other:
        bot = await other.launch("-m", "bot", env={"DISCORD_TOKEN": other.token, "DATA_DIR": str(own_archive)})
        with Keeper.open(own_archive, create=False):
            options = {"DATA_DIR": str(own_archive), "HEARTBEAT_FILE": str(heartbeat)}
            found = await launched(discord, dateline, "--json", **options)
        examined = Examined(found.exit_code, found.output)
        assert examined.code == 0
        assert "It is being changed right now." in examined.one("archive", "ok")
        assert examined.one("worker", "ok") == f"One serves over {own_archive}."
        assert examined.one("heartbeat", "ok") == "HEARTBEAT_FILE is touched."
        assert "astrolabe" in (await other.user("reader").slash("search", query="astrolabe")).text.casefold()
        assert "Traceback" not in bot.output


# What each check makes of what was gathered.


def gathered(**known: object) -> Gathered:
    """A bot that is well, but for what is given."""
    well = Gathered(
        settings=Settings(discord_token=TOKEN),
        faults=(),
        names=frozenset(),
        archive=Glance(articles=3, database_bytes=GIGABYTE, index_bytes=GIGABYTE, kept=False),
        missing=(),
        disk=Disk(free=10 * GIGABYTE, inodes_free=10_000, inodes=20_000),
        machine=Machine(memory=GIGABYTE, python="3.11.9"),
        discord=Answers(Answer(200, {"id": "1", "username": "dateline"}, ahead=0.0)),
        now=datetime(2024, 3, 14, 12, 0, tzinfo=UTC),
    )
    return replace(well, **known)


def found(state: State, **known: object) -> str:
    """All that is found in this state, as one text."""
    return " ".join(f"{each.said} {each.mend}" for each in judged(gathered(**known)) if each.state is state)


def test_where_everything_is_well_each_finding_is():
    assert {each.state for each in judged(gathered())} == {State.OK}


@pytest.mark.parametrize(
    ("disk", "state", "said"),
    [
        (Disk(2 * GIGABYTE, 10_000, 20_000), State.WARNING, "Make room up to 2.5 GB"),
        (Disk(5 * 2**20, 10_000, 20_000), State.WRONG, "5 MB are free. Make room"),
        (Disk(10 * GIGABYTE, 12, 20_000), State.WARNING, "Only 12 more files fit"),
        (Disk(10 * GIGABYTE, 0, 0), State.WARNING, ""),
        (Disk(10 * GIGABYTE, 1, 0, "the disk of /srv is read-only"), State.WRONG, "read-only. Give the user"),
        (
            Disk(10 * GIGABYTE, 10_000, 20_000, lasting="The archive lies in memory; mount a disk that lasts there."),
            State.WARNING,
            "The archive lies in memory. Mount a disk that lasts there.",
        ),
    ],
)
def test_a_disk_without_room_or_without_duration_is_told(disk, state, said):
    text = found(state, disk=disk)
    assert said in text if said else not text


def test_too_little_memory_is_told():
    assert "Give it 480 MB" in found(State.WARNING, machine=Machine(memory=256 * 2**20, python="3.11.9"))
    assert not found(State.WARNING, machine=Machine(memory=None, python="3.11.9"))


def test_a_port_that_the_running_worker_has_is_well():
    settings = Settings(discord_token=TOKEN, port=8080, heartbeat_file=Path("alive"))
    lives = Machine(GIGABYTE, "3.11.9", port_taken=True, heartbeat_age=4.0)
    assert not found(State.WARNING, settings=settings, machine=lives)
    silent = replace(lives, heartbeat_age=None)
    assert not found(State.WARNING, settings=replace(settings, heartbeat_file=None), machine=replace(silent, led=True))
    assert "PORT=8080 is in use" in found(State.WARNING, settings=settings, machine=replace(lives, heartbeat_age=4e3))
    forbidden = replace(lives, port_taken=False, port_fault="Permission denied")
    assert "Permission denied. Set PORT to another one" in found(State.WRONG, settings=settings, machine=forbidden)


def test_a_worker_that_gives_no_sign_of_life_is_told():
    settings = Settings(discord_token=TOKEN, heartbeat_file=Path("alive"))
    silent = Machine(GIGABYTE, "3.11.9", led=True, heartbeat_age=40.0)
    for machine in (silent, replace(silent, heartbeat_age=None)):
        assert "does not touch HEARTBEAT_FILE. See its log" in found(State.WARNING, settings=settings, machine=machine)
    for machine in (replace(silent, heartbeat_age=4.0), replace(silent, led=False)):
        assert not found(State.WARNING, settings=settings, machine=machine)


def test_an_archive_in_every_state_is_told():
    whole = Glance(articles=3, database_bytes=1, index_bytes=1, kept=False)
    assert "The next start brings it up to date" in found(State.WARNING, archive=replace(whole, outdated=True))
    assert "It lacks the last changes." in found(State.WARNING, archive=replace(whole, lags=True))
    assert "Look again" in found(State.WARNING, archive=replace(whole, trouble="there is none", kept=True))
    assert "is empty. Fill it with `dateline ingest PATH`" in found(State.WARNING, archive=replace(whole, articles=0))
    assert "`dateline ingest PATH`" in found(State.WARNING, archive=CorpusMissing("data"))


def test_feeds_that_fail_again_and_again_are_told():
    feeds = (
        FeedState("https://a.example/feed", "a", failures=2, trouble="weather"),
        FeedState("https://b.example/feed", "b", failures=3, trouble="It is gone."),
    )
    text = found(State.WARNING, archive=Glance(3, 1, 1, kept=False, feeds=feeds))
    assert "“b” failed 3 times in a row: It is gone. See whether https://b.example/feed" in text
    assert "weather" not in text


def test_inputs_that_are_not_there_are_told():
    assert "which is to be “wire”" in found(State.WARNING, missing=(Input("wire", "wire.jsonl"),))


def team(*members: tuple[int, int, str], owner: int | None = None) -> dict:
    listed = [{"user": {"id": str(key)}, "membership_state": state, "role": role} for key, state, role in members]
    return {"id": "1", "team": {"members": listed, "owner_user_id": str(owner) if owner else None}}


@pytest.mark.parametrize(
    ("application", "said"),
    [
        ({"id": "1", "owner": {"id": "7"}}, "One person may"),
        (team((7, 2, "admin"), (8, 2, "developer"), (9, 2, "read_only"), (10, 1, "admin"), owner=11), "3 people may"),
    ],
)
def test_who_may_keep_the_archive_is_counted(application, said):
    answers = Answers(Answer(200, {"id": "1"}, ahead=0.0), Answer(200, application))
    assert said in found(State.OK, discord=answers)


def test_where_nobody_may_keep_the_archive_that_is_told_unless_somebody_is_named():
    answers = Answers(Answer(200, {"id": "1"}, ahead=0.0), Answer(200, team((9, 2, "read_only"))))
    assert "Set ADMIN_IDS" in found(State.WARNING, discord=answers)
    settings = Settings(discord_token=TOKEN, admin_ids=frozenset({ELSEWHERE}))
    assert not found(State.WARNING, discord=answers, settings=settings)


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ({"0": {}, "1": {}}, "USER_INSTALL=0, but people can still add the bot"),
        ({"1": {}}, "The bot cannot be added to servers."),
        ({"0": {}}, ""),
        (None, ""),
    ],
)
def test_ways_to_add_the_bot_that_do_not_fit_the_settings_are_told(ways, said):
    application = {"id": "1", "owner": {"id": "7"}, "integration_types_config": ways}
    answers = Answers(Answer(200, {"id": "1"}, ahead=0.0), Answer(200, application))
    text = found(State.WARNING, discord=answers, settings=Settings(discord_token=TOKEN, user_install=False))
    assert said in text if said else not text


def test_the_gravest_decides_over_the_exit_code():
    trouble = [wrong("a", "", "", code) for code in (1, 5, 3, 4)]
    assert [exit_code(trouble[:end]) for end in range(5)] == [0, 1, 5, 3, 4]
    assert exit_code([warning("a", "", ""), ok("b", "")]) == 0


def test_nearly_right_names_are_told_and_strangers_are_not():
    strangers = {"HOME", "PATH", "TOKEN", "PORT", "LANG", "PYTHONPATH", "REPORT", "USER", "DATABASE_URL", "TZ"}
    assert not misspelt(strangers)
    assert misspelt({"DISCORD_TOKN", "SHARDS_COUNT", "discord_token"}) == {
        "DISCORD_TOKN": "DISCORD_TOKEN",
        "SHARDS_COUNT": "SHARD_COUNT",
        "discord_token": "DISCORD_TOKEN",
    }
    assert not misspelt({"CORPUS_INPUT", "CORPUS_INPUTS"}), "the right one is set as well"


def test_a_token_is_known_by_its_form():
    assert has_form(TOKEN)
    assert not any(map(has_form, ("", "..", "abc", "a.b.c", "MTk4.b", "MTk4NjIyNDgzNDcxOTI1MjQ4..c", "é.b.c")))


@given(st.text())
def test_no_text_is_too_odd_to_be_looked_at_as_a_token(text):
    assert has_form(text) in {True, False}


printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12)


@given(token=printable, before=st.text(), after=st.text())
def test_the_token_is_in_no_finding_wherever_it_came_from(token, before, after):
    shown = safe(Finding("a", State.WRONG, before + token + after, after + token), token)
    assert token not in shown.said.replace("[hidden]", "")
    assert token not in shown.mend.replace("[hidden]", "")
    assert (shown.said + shown.mend).isprintable()


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("DISCORD_TOKEN", "{}", "Discord cannot be reached"),
        ("DISCORD_TOKEN", "Bot {}", "DISCORD_TOKEN cannot be used"),
        ("DISCORD_TOKN", "{}", "If you mean DISCORD_TOKEN"),
        ("ADMIN_IDS", "{}", "ADMIN_IDS is"),
        ("CORPUS_INPUTS", "{}", "There is no"),
        ("DATA_DIR", "{}", "There is none in"),
    ],
)
def test_a_token_that_was_pasted_amiss_is_not_shown(dateline, name, value, check):
    secret = "MTk4NjIyNDgzNDcxOTI1MjQ4.GsesaM.openForNobodyButTheOwnerOfThis1"
    done = without_network(dateline, **{name: value.format(secret)})
    assert done.returncode in {1, 4}
    assert check in done.stdout
    assert "openForNobody" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_each_check_is_made_without_discord_too():
    for check in CHECKS:
        assert all(isinstance(each, Finding) for each in check(gathered(discord=None)))

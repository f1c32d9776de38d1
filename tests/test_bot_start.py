"""Who serves, how often Discord is asked to let a worker in, and which shards it has."""

import asyncio
import json
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from bot_process import LEAVING, an_archive, started
from hypothesis import given
from hypothesis import strategies as st

from bot.worker.leadership import Leadership, is_led
from bot.worker.pulse import Pulse
from bot.worker.restraint import Restraint
from corpus import Corpus
from discord_double import DiscordDouble

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.sesame.open"
HOUR = 3600.0


# Who serves.


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_of_two_workers_over_one_disk_the_second_stands_by_until_the_first_is_gone(tmp_path, number):
    data = an_archive(tmp_path)
    async with DiscordDouble() as discord:
        first = await started(discord, data)
        second = await started(discord, data, ready=False)
        await second.wrote("standing by until it leaves")
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text
        assert not second.requests
        assert is_led(data)
        first.signal(number)
        await first.wait()
        await second.ready()
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text
        assert is_led(data)
        second.signal(number)
        await second.wait()
        assert is_led(data) is False


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_leave_while_it_stands_by_it_exits_with_0(tmp_path, number):
    async with DiscordDouble() as discord:
        first = await started(discord, tmp_path)
        second = await started(discord, tmp_path, ready=False)
        await second.wrote("standing by")
        second.signal(number)
        assert await second.wait(LEAVING) == 0
        assert first.exit_code is None


@pytest.mark.asyncio
async def test_workers_with_other_shards_share_a_disk(tmp_path):
    data = an_archive(tmp_path)
    async with DiscordDouble(shards=4) as discord:
        for shards in ("0-1", "2,3"):
            await started(discord, data, ready=False, SHARD_COUNT="4", SHARD_IDS=shards)
        await discord.until(lambda: len(discord.gateway.sessions) == 4, "all shards are connected")
        assert sorted(session.shard for session in discord.gateway.sessions) == [0, 1, 2, 3]
        standing_by = await started(discord, data, ready=False, SHARD_COUNT="4", SHARD_IDS="1-2")
        await standing_by.wrote("standing by")


@pytest.mark.asyncio
async def test_a_place_that_cannot_be_locked_is_no_reason_not_to_serve(tmp_path, caplog):
    (tmp_path / "worker.lock").mkdir()
    await asyncio.wait_for(Leadership(tmp_path).take(), 1)
    assert "cannot be told" in caplog.text
    assert is_led(tmp_path) is None


# How often.


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def remembered(tmp_path: Path, clock: Clock, token: str = TOKEN) -> Restraint:
    """A worker that starts anew."""
    return Restraint(tmp_path / "worker.json", token, now=clock)


def test_a_token_that_is_refused_again_and_again_is_asked_with_ever_more_rarely(tmp_path, clock):
    pauses = []
    for _ in range(8):
        pauses.append(remembered(tmp_path, clock).before_login())
        clock.now += pauses[-1]
        remembered(tmp_path, clock).refused()
    assert pauses == [0, 30, 60, 120, 240, 480, 600, 600]
    assert remembered(tmp_path, clock, "another").before_login() == 0


def test_a_token_that_is_accepted_is_not_held_against_anybody(tmp_path, clock):
    remembered(tmp_path, clock).refused()
    remembered(tmp_path, clock).accepted()
    assert remembered(tmp_path, clock).before_login() == 0


def test_how_long_discord_wants_to_hear_nothing_is_remembered(tmp_path, clock):
    remembered(tmp_path, clock).refused(seconds=7200)
    clock.now += 3600
    assert remembered(tmp_path, clock).before_login() == 3600


@pytest.mark.asyncio
async def test_a_worker_that_starts_again_and_again_for_a_day_identifies_less_than_500_times(
    tmp_path, clock, monkeypatch
):
    async def sleep(seconds):
        clock.now += seconds

    monkeypatch.setattr("bot.worker.restraint.asyncio.sleep", sleep)
    began, identified = clock.now, 0
    while clock.now < began + 24 * HOUR:
        await remembered(tmp_path, clock).identify(0)
        identified += 1
        clock.now += 2  # until it fails
    assert 100 < identified < 500


def test_a_shard_that_waits_on_purpose_or_for_its_turn_is_not_taken_for_dead(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("bot.worker.pulse.time.perf_counter", lambda: now[0])
    pulse = Pulse()
    pulse.expect([0, 1])
    for shard in (0, 1):
        now[0] += 200
        assert pulse.silence == 200
        pulse.connected(shard)
    assert pulse.silence == 200  # of the first, of which nothing was heard since
    pulse.connected(0)
    pulse.lost(0)
    pulse.waits(0, 600)
    now[0] += 250
    pulse.connected(1)
    now[0] += 250
    assert pulse.silence == 250
    pulse.connected(1)
    now[0] += 200
    assert pulse.silence == 200
    pulse.connected(1)
    assert pulse.silence == 100


@pytest.mark.asyncio
async def test_ten_deploys_in_an_hour_wait_for_nothing(tmp_path, clock):
    for _ in range(10):
        await asyncio.wait_for(remembered(tmp_path, clock).identify(0), 0.1)
        clock.now += 60


@pytest.mark.parametrize("jump", [-10 * 365 * 24 * HOUR, -1.0, 10 * 365 * 24 * HOUR])
@pytest.mark.asyncio
async def test_a_clock_that_jumps_makes_nobody_wait_for_longer_than_a_day(tmp_path, clock, jump):
    before = remembered(tmp_path, clock)
    before.refused(seconds=7200)
    before.refused()
    for _ in range(12):
        before._kept.identified.setdefault("0", []).append(clock.now)
    before._write()
    clock.now += jump
    after = remembered(tmp_path, clock)
    assert after.before_login() <= 24 * HOUR
    if abs(jump) > 1:
        assert after.before_login() == 0
        await asyncio.wait_for(after.identify(0), 0.1)


@given(
    st.one_of(
        st.binary(max_size=50),
        st.dictionaries(
            st.sampled_from(["identified", "refused", "token", "not_before", "running"]),
            st.recursive(
                st.none() | st.floats(allow_nan=True) | st.text(max_size=3) | st.integers(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
            ),
        ).map(lambda made: json.dumps(made).encode()),
    )
)
def test_a_memory_that_cannot_be_read_is_none(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("memory") / "worker.json"
    file.write_bytes(content)
    kept = Restraint(file, TOKEN)
    assert 0 <= kept.before_login() <= 24 * HOUR
    assert isinstance(kept.was_cut_off, bool)
    asyncio.run(asyncio.wait_for(kept.identify(0), 1))


@pytest.mark.parametrize("content", [b"", b'{"identified": {"0": [1'])
def test_a_memory_that_was_torn_tells_that_the_machine_went_down(tmp_path, content):
    assert not Restraint(tmp_path / "worker.json", TOKEN).was_cut_off
    (tmp_path / "worker.json").write_bytes(content)
    assert Restraint(tmp_path / "worker.json", TOKEN).was_cut_off


@pytest.mark.asyncio
async def test_a_token_that_was_refused_is_not_tried_again_at_once(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, tmp_path, ready=False, DISCORD_TOKEN=TOKEN)
        assert await bot.wait() == 5
        again = await started(discord, tmp_path, ready=False, remembers=True, DISCORD_TOKEN=TOKEN)
        await again.wrote("Discord refused the last start: asking again in ")
        assert not again.requests
        again.terminate()
        assert await again.wait(LEAVING) == 0
        await started(discord, tmp_path, remembers=True)
        assert len(discord.gateway.identifies) == 1
        assert "sesame" not in (tmp_path / "worker.json").read_text()


@pytest.mark.asyncio
async def test_who_stood_by_knows_what_the_one_before_was_told_meanwhile(tmp_path):
    async with DiscordDouble() as discord:
        first = await started(discord, tmp_path)
        second = await started(discord, tmp_path, ready=False, remembers=True)
        await second.wrote("standing by")
        asked = len(second.requests)
        kept = json.loads((tmp_path / "worker.json").read_text())
        (tmp_path / "worker.json").write_text(json.dumps({**kept, "refused": [time.time()]}))
        first.signal(signal.SIGKILL)
        await second.wrote("Discord refused the last start: asking again in ")
        assert len(second.requests) == asked


@pytest.mark.asyncio
async def test_a_login_that_is_limited_for_hours_is_not_tried_again_within_them(tmp_path):
    async with DiscordDouble() as discord:
        discord.faults.rate_limit_next("/users/@me", retry_after=7200.0)
        bot = await started(discord, tmp_path, ready=False)
        assert await bot.wait() == 1  # for the host to start it again, which costs nothing
        again = await started(discord, tmp_path, ready=False, remembers=True)
        await again.wrote("asking again in 7")
        assert not again.requests


@pytest.mark.asyncio
async def test_where_no_identify_is_left_today_it_waits_and_sends_none(tmp_path):
    async with DiscordDouble() as discord:
        discord.rest.session_starts = 0
        bot = await started(discord, tmp_path, ready=False)
        await bot.wrote("Discord allows no more IDENTIFYs today: connecting in 14400 seconds")
        bot.terminate()
        assert await bot.wait(LEAVING) == 0
        assert not discord.gateway.identifies


@pytest.mark.asyncio
async def test_the_last_identify_of_the_day_is_for_a_start_also_soon_after_another(tmp_path):
    async with DiscordDouble() as discord:
        discord.rest.session_starts = 2
        for starts in (1, 2):
            bot = await started(discord, tmp_path, remembers=True)
            assert len(discord.gateway.identifies) == starts
            bot.terminate()
            assert await bot.wait(LEAVING) == 0


@pytest.mark.asyncio
async def test_a_restart_loop_over_a_damaged_archive_never_reaches_discord(tmp_path):
    data = an_archive(tmp_path)
    content = bytearray((data / "archive.db").read_bytes())
    content[0:16] = b"no database here"
    (data / "archive.db").write_bytes(content)
    async with DiscordDouble() as discord:
        for _ in range(3):
            bot = await started(discord, data, ready=False)
            assert await bot.wait() == 3
            assert "is damaged" in bot.output
        assert not discord.requests
        assert not discord.gateway.identifies


# What a worker that was cut off left behind.


@pytest.mark.asyncio
async def test_after_the_machine_went_down_the_archive_is_looked_through_before_anybody_is_answered(tmp_path):
    data = an_archive(tmp_path)
    async with DiscordDouble() as discord:
        bot = await started(discord, data)
        bot.signal(signal.SIGKILL)
        await bot.wait()
        kept = json.loads((data / "worker.json").read_text())
        (data / "worker.json").write_text(json.dumps({**kept, "running": "another boot"}))
        _break_a_page(data)
        bot = await started(discord, data, ready=False, remembers=True)
        assert await bot.wait() == 3
        assert "dateline verify --repair" in bot.output
        again = await started(discord, data, ready=False, remembers=True)
        assert await again.wait() == 3  # as often as a host starts it again, until somebody has mended it
        assert len(discord.gateway.identifies) == 1


@pytest.mark.asyncio
async def test_damage_that_nobody_knew_of_is_told_in_the_log_of_a_worker_that_serves(tmp_path):
    data = an_archive(tmp_path)
    _break_a_page(data)
    async with DiscordDouble() as discord:
        bot = await started(discord, data)
        await bot.wrote("Stop the worker, then run `dateline verify --repair`.")


@pytest.mark.asyncio
async def test_an_index_that_rotted_is_built_anew_by_the_worker(tmp_path):
    data = an_archive(tmp_path)
    Corpus.open(data).close()  # finds every file of the index whole, and remembers that
    [file] = (data / "index").glob("*/*.store")
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.unlink()  # a new file, since cutting one that is mapped ends the process that has mapped it
    file.write_bytes(content)
    whole = file.with_name("whole.json")  # as a disk rots: no time of a file tells of it
    whole.write_text(json.dumps(json.loads(whole.read_text()) | {file.name: [len(content), file.stat().st_ctime_ns]}))
    async with DiscordDouble() as discord:
        bot = await started(discord, data)
        await bot.wrote("It is built anew.")
        await bot.wrote("reindex ended")
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text


def _break_a_page(data: Path) -> None:
    """Damage a page of the database that opening it does not read: that of the index over checksums' stories."""
    with closing(sqlite3.connect(data / "archive.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'bands'").fetchall()
    with (data / "archive.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 64)


# How many shards.


@pytest.mark.asyncio
async def test_there_are_as_many_shards_as_discord_recommends(tmp_path):
    async with DiscordDouble(shards=2) as discord:
        await started(discord, tmp_path)
        assert [identify["shard"] for identify in discord.gateway.identifies] == [[0, 2], [1, 2]]


@pytest.mark.asyncio
async def test_fewer_shards_than_discord_allows_are_told_before_any_identify(tmp_path):
    async with DiscordDouble() as discord:
        body = {"id": str(discord.application.id), "approximate_guild_count": 5_001}
        answer = discord.core.world.application
        discord.faults.answer_next("/oauth2/applications/@me", status=200, body=_application(answer) | body)
        discord.faults.answer_next("/applications/@me", status=200, body=_application(answer) | body)
        bot = await started(discord, tmp_path, ready=False, SHARD_COUNT="2")
        assert await bot.wait() == 4
        assert "SHARD_COUNT=2 is too few for 5,001 servers" in bot.output
        assert "set 3 at least" in bot.output
        assert not discord.gateway.identifies


def _application(application) -> dict:
    from discord_double import payloads  # noqa: PLC0415

    return payloads.application(application)


@pytest.mark.asyncio
async def test_a_shard_that_is_not_this_workers_hears_of_no_server_of_it(tmp_path):
    data = an_archive(tmp_path)
    async with DiscordDouble(shards=2) as discord:
        place = discord.guild.id >> 22
        bots = [await started(discord, data, ready=False, SHARD_COUNT="2", SHARD_IDS=shard) for shard in ("0", "1")]
        await discord.until(lambda: len(discord.gateway.sessions) == 2, "both are connected")
        answer = await discord.user("reader").slash("search", query="barrier")
        assert "Barrier" in answer.text
        silent, answered = bots[1 - place % 2], bots[place % 2]
        await answered.wrote("outcome=answered")
        assert "interaction" not in silent.output


# What ends a worker that only looks alive.


@pytest.mark.asyncio
async def test_a_worker_that_hears_nothing_of_discord_for_too_long_leaves_with_1(tmp_path):
    async with DiscordDouble() as discord:
        discord.gateway.heartbeat_interval_ms = 500
        bot = await discord.launch(
            "tests/impatient_bot.py", env={"DISCORD_TOKEN": discord.token, "DATA_DIR": str(tmp_path)}
        )
        await asyncio.sleep(4)
        assert bot.exit_code is None, "as long as heartbeats are acknowledged it stays"
        discord.faults.stop_acks()
        began = time.monotonic()
        assert await bot.wait() == 1
        assert time.monotonic() - began < 8
        assert "There was no sign of life from Discord" in bot.output
        assert "Traceback" not in bot.output
        assert discord.gateway.close_codes[-1] == 1000


@pytest.mark.asyncio
async def test_a_discord_that_cannot_be_reached_for_too_long_ends_the_worker_with_1(tmp_path):
    async with DiscordDouble() as discord:
        discord.faults.answer_next("/users/@me", status=503, body="", times=100)
        bot = await discord.launch(
            "tests/impatient_bot.py", ready=False, env={"DISCORD_TOKEN": discord.token, "DATA_DIR": str(tmp_path)}
        )
        assert await bot.wait(30) == 1
        assert "Discord cannot be reached (" in bot.output
        assert not discord.gateway.identifies

"""What a worker tells those who watch it: over HTTP where a port is set, by a file that it touches, and no more."""

import asyncio
import json
import socket
import time
from pathlib import Path

import aiohttp
import pytest
from bot_process import LEAVING, an_archive, started
from prometheus_client.parser import text_string_to_metric_families

from discord_double import DiscordDouble


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def asked(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def until(port: int, path: str, status: int) -> str:
    """Ask until this is the answer."""
    async with asyncio.timeout(10):
        while True:
            try:
                found, text = await asked(port, path)
            except aiohttp.ClientError:
                found, text = 0, ""
            if found == status:
                return text
            await asyncio.sleep(0.05)


async def counted(port: int) -> dict[str, float]:
    """The metrics, each by its name and labels."""
    _, text = await asked(port, "/metrics")
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {f"{each.name} {' '.join(each.labels.values())}".strip(): each.value for each in samples}


@pytest.mark.asyncio
async def test_a_worker_that_serves_says_so(tmp_path, port):
    data = an_archive(tmp_path)
    async with DiscordDouble() as discord:
        bot = await started(discord, data, PORT=str(port))
        assert json.loads(await until(port, "/readyz", 200)) == {"status": "serving"}
        assert json.loads((await asked(port, "/healthz"))[1])["status"] == "alive"
        await discord.user("reader").slash("search", query="barrier")
        await bot.wrote("outcome=answered")
        metrics = await counted(port)
        assert metrics["dateline_interactions_total search answered"] == 1
        assert metrics["dateline_interaction_seconds_count search"] == 1
        assert metrics["dateline_shards_alive"] == metrics["dateline_shards"] == 1
        assert metrics["dateline_articles"] == metrics["dateline_sources"] == metrics["dateline_servers"] == 1
        assert metrics["dateline_archive_sound"] == 1
        assert metrics["dateline_loop_lag_seconds_count"] > 0
        assert metrics["process_resident_memory_bytes"] > 2**20


@pytest.mark.asyncio
async def test_a_worker_without_a_connection_lives_and_does_not_serve(tmp_path, port):
    async with DiscordDouble() as discord:
        discord.faults.answer_next("/users/@me", status=503, body="", times=100)
        bot = await started(discord, tmp_path, ready=False, PORT=str(port))
        assert json.loads(await until(port, "/healthz", 200))["status"] == "alive"
        assert json.loads(await until(port, "/readyz", 503)) == {"status": "not connected"}
        bot.terminate()
        assert await bot.wait(LEAVING) == 0


@pytest.mark.asyncio
async def test_a_worker_that_is_cut_off_does_not_serve_until_it_is_back(tmp_path, port):
    async with DiscordDouble() as discord:
        await started(discord, tmp_path, PORT=str(port))
        await until(port, "/readyz", 200)
        await discord.faults.invalidate_session()  # after which discord.py waits for five seconds
        await until(port, "/readyz", 503)
        await until(port, "/readyz", 200)


@pytest.mark.asyncio
async def test_a_worker_that_stands_by_is_ready_or_a_deploy_would_wait_for_itself(tmp_path, port):
    async with DiscordDouble() as discord:
        await started(discord, tmp_path)
        await started(discord, tmp_path, ready=False, PORT=str(port))
        assert json.loads(await until(port, "/readyz", 200)) == {"status": "standing by"}


@pytest.mark.asyncio
async def test_a_port_that_is_taken_is_a_sentence_and_4(tmp_path):
    with socket.create_server(("", 0)) as taken:
        number = taken.getsockname()[1]
        async with DiscordDouble() as discord:
            bot = await started(discord, tmp_path, ready=False, PORT=str(number))
            assert await bot.wait() == 4
            assert f"PORT {number} cannot be listened on: " in bot.output
            assert "Traceback" not in bot.output
            assert not discord.requests


@pytest.mark.asyncio
async def test_without_a_port_nothing_listens(tmp_path):
    async with DiscordDouble() as discord:
        bot = await started(discord, tmp_path)
        assert not _listening(bot.pid)


@pytest.mark.asyncio
async def test_whoever_watches_can_only_look(tmp_path, port):
    async with DiscordDouble() as discord:
        bot = await started(discord, an_archive(tmp_path), PORT=str(port))
        await discord.user("reader").slash("search", query="barrier zugzwang")
        await bot.wrote("outcome=answered")
        pages = [await asked(port, path) for path in ("/healthz", "/readyz", "/metrics", "/", "/../worker.json")]
        assert [status for status, _ in pages] == [200, 200, 200, 404, 404]
        for _, text in pages:
            for secret in ("zugzwang", discord.token, str(discord.user("reader").id), str(discord.guild.id)):
                assert secret not in text
        for method in ("POST", "PUT", "DELETE"):
            assert (await asked(port, "/metrics", method))[0] == 405


@pytest.mark.asyncio
async def test_a_file_is_touched_while_the_connection_lives(tmp_path):
    sign = tmp_path / "alive"
    async with DiscordDouble() as discord:
        bot = await discord.launch(
            "tests/impatient_bot.py",
            env={"DISCORD_TOKEN": discord.token, "DATA_DIR": str(tmp_path), "HEARTBEAT_FILE": str(sign)},
        )
        await _touched(sign, 0.0)
        await _touched(sign, sign.stat().st_mtime)
        discord.faults.answer_next("/gateway*", status=503, times=100)
        bot.terminate()
        await bot.wait()
        left = sign.stat().st_mtime
        await asyncio.sleep(0.5)
        assert sign.stat().st_mtime == left


async def _touched(file: Path, since: float) -> None:
    deadline = time.monotonic() + 10
    while not file.exists() or file.stat().st_mtime <= since:  # noqa: ASYNC240
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _listening(process: int) -> set[str]:
    """The sockets of a process that wait for connections."""
    own = {str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir()}
    listening = "0A"  # proc(5): the state TCP_LISTEN
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening and f"socket:[{fields[9]}]" in own:
                found.add(fields[1])
    return found

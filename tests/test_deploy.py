"""Every host's file starts the worker as it is written, agrees with the settings, and lets it leave in time."""

import ctypes.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import under_filter
from bot_process import LEAVING, started
from deploy_files import ROOT, Stage, stages, toml, unit, yaml

from bot.leaving import FAILED, REFUSED, SETTINGS
from bot.settings import Settings
from discord_double import FROM_OUTSIDE, Answer, DiscordDouble

SAMPLES = ROOT / "corpus" / "samples"
OPTIONS = {each.name.upper(): each.metadata for each in fields(Settings)}
BIN = Path(sys.executable).parent
NOT_OURS = {"PATH", "LANG", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "MPLCONFIGDIR"}
MAY_UNSHARE = (
    os.geteuid() == 0
    and shutil.which("unshare") is not None
    and not subprocess.run(
        ["unshare", "--pid", "--mount", "--fork", "--mount-proc", "true"], capture_output=True, check=False
    ).returncode
)
namespaces = pytest.mark.skipif(not MAY_UNSHARE, reason="needs root and unshare, to be PID 1")

APP = json.loads((ROOT / "app.json").read_text())
COMPOSE = yaml(ROOT / "compose.yaml")["services"]["dateline"]
RENDER = yaml(ROOT / "render.yaml")["services"][0]
RAILWAY = json.loads((ROOT / "railway.json").read_text())
FLY = toml(ROOT / "fly.toml")
BUILD, IMAGE = stages()
UNIT = unit()


def unit_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in UNIT["Environment"] for pair in shlex.split(line))


ENVIRONMENTS = {
    "Dockerfile": IMAGE.environment,
    "compose.yaml": COMPOSE["environment"],
    "app.json": {name: told.get("value", "") for name, told in APP["env"].items()},
    "render.yaml": {pair["key"]: pair.get("value", "") for pair in RENDER["envVars"]},
    "fly.toml": FLY["env"],
    "dateline.service": unit_environment(),
}


# What the files say


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_a_host_sets_is_a_setting_and_may_be_so(name):
    ours = {key: value for key, value in ENVIRONMENTS[name].items() if key not in NOT_OURS}
    assert ours
    assert ours.keys() <= OPTIONS.keys()
    Settings.from_env(ours, Path("/none"))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_file_holds_a_token(name):
    assert not ENVIRONMENTS[name].get("DISCORD_TOKEN")


def test_the_form_that_a_heroku_like_host_shows_says_what_the_settings_say():
    for name, told in APP["env"].items():
        assert told.get("value", "") == OPTIONS[name]["default"], name
        assert told["required"] or name not in {"DISCORD_TOKEN", "CORPUS_INPUTS"}  # neither can be done without there
        assert told["description"].endswith(".")
        assert name == "CORPUS_INPUTS" or OPTIONS[name]["why"].startswith(told["description"].rstrip(".")), name


def test_one_worker_and_nothing_else_is_started():
    assert (ROOT / "Procfile").read_text() == "worker: python -m bot\n"
    assert APP["formation"].keys() == {"worker"}
    assert APP["formation"]["worker"]["quantity"] == 1
    assert RENDER["type"] == "worker"
    assert "numReplicas" not in RAILWAY["deploy"]  # a volume has one instance; without a number it is one


def test_every_host_starts_the_same_command():
    start = "python -m bot"
    assert RENDER["startCommand"] == start
    assert " ".join(json.loads(IMAGE.last("CMD"))) == start
    assert UNIT["ExecStart"] == [f"{UNIT['WorkingDirectory'][0]}/.venv/bin/{start}"]
    assert "startCommand" not in RAILWAY["deploy"]  # it would take the place of tini
    assert "command" not in COMPOSE


def test_the_archive_lies_where_the_disk_is_mounted():
    [volume] = COMPOSE["volumes"]
    assert volume.split(":")[1] == COMPOSE["environment"]["DATA_DIR"] == IMAGE.environment["DATA_DIR"] == "/data"
    assert "VOLUME" not in [name for name, _ in IMAGE.steps]  # Railway refuses an image that has one
    assert RENDER["disk"]["mountPath"] == ENVIRONMENTS["render.yaml"]["DATA_DIR"]
    assert FLY["mounts"]["destination"] == FLY["env"]["DATA_DIR"]
    assert unit_environment()["DATA_DIR"] == f"/var/lib/{UNIT['StateDirectory'][0]}"


def test_the_sign_of_life_lies_where_a_file_may_be_written():
    assert Path(COMPOSE["environment"]["HEARTBEAT_FILE"]).parent in map(Path, COMPOSE["tmpfs"])
    assert COMPOSE["read_only"] is True
    assert unit_environment()["HEARTBEAT_FILE"].startswith(f"/run/{UNIT['RuntimeDirectory'][0]}/")


def test_every_host_waits_longer_than_leaving_takes():
    granted = {
        "compose.yaml": int(COMPOSE["stop_grace_period"].removesuffix("s")),
        "render.yaml": RENDER["maxShutdownDelaySeconds"],
        "railway.json": RAILWAY["deploy"]["drainingSeconds"],
        "fly.toml": FLY["kill_timeout"],
        "dateline.service": int(UNIT["TimeoutStopSec"][0]),
    }
    assert min(granted.values()) > LEAVING, granted
    assert {IMAGE.last("STOPSIGNAL"), FLY["kill_signal"], UNIT["KillSignal"][0]} == {"SIGTERM"}


def test_what_a_restart_does_not_mend_is_not_restarted():
    prevented = {int(code) for code in UNIT["RestartPreventExitStatus"][0].split()}
    assert prevented == {2, 3, SETTINGS, REFUSED}
    assert FAILED not in prevented
    assert UNIT["Restart"] == ["on-failure"]


def test_one_version_of_python_is_meant():
    version = (ROOT / ".python-version").read_text().strip()
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert needed == f">={version}"
    assert {stage.base for stage in (BUILD, IMAGE)} == {"debian:bookworm-slim"}  # whose Python is that one


def test_the_image_runs_as_a_user_without_rights():
    user, group = IMAGE.last("USER").split(":")
    assert user.isdecimal()
    assert int(user) > 1000
    made = " ".join(IMAGE.all("RUN"))
    assert f"--uid {user}" in made
    assert f"--gid {group}" in made
    names = [name for name, _ in IMAGE.steps]
    assert not {"RUN", "COPY"} & set(names[names.index("USER") :])


@pytest.mark.parametrize("stage", [BUILD, IMAGE], ids=["build", "image"])
def test_what_the_image_runs_is_shell(stage: Stage):
    for text in [*stage.all("RUN"), *([stage.health] if stage.all("HEALTHCHECK") else [])]:
        checked = subprocess.run(["sh", "-n", "-c", text], capture_output=True, text=True, check=False)
        assert not checked.returncode, checked.stderr


def test_what_the_image_copies_is_there_and_sent_and_nothing_else_is():
    ignored, *sent = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith(("#", "**/__pycache__"))
    ]
    copied = {name for stage in (BUILD, IMAGE) for text in stage.all("COPY") for name in _sources(text)}
    assert ignored == "*"
    assert set(sent) == {f"!{name}" for name in copied}
    assert all((ROOT / name).exists() for name in copied)


def _sources(copy: str) -> list[str]:
    return [] if copy.startswith("--from=") else copy.split()[:-1]


def test_the_lock_is_installed_by_its_hashes():
    image = " ".join(BUILD.all("RUN")).replace('"$LOCK"', BUILD.last("ARG").removeprefix("LOCK="))
    for install in (image, RENDER["buildCommand"]):
        assert "--require-hashes -r requirements.txt" in install


def test_with_a_cluster_the_worker_gets_its_library_and_finds_every_node():
    cluster = yaml(ROOT / "compose.opensearch.yaml")
    nodes = {name: node for name, node in cluster["services"].items() if name != "dateline"}
    worker = cluster["services"]["dateline"]
    lock = (ROOT / "deploy" / worker["build"]["args"]["LOCK"]).read_text()
    assert "opensearch-py==" in lock
    assert set(re.findall(r"^[\w.-]+==[^ ;]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)) <= set(
        re.findall(r"^[\w.-]+==[^ ;]+", lock, re.MULTILINE)
    )
    settings = Settings.from_env(worker["environment"], Path("nowhere"))
    assert [url.removeprefix("http://").removesuffix(":9200") for url in settings.archive.urls] == [*nodes]
    assert set(worker["depends_on"]) == nodes.keys() == cluster["volumes"].keys()
    for name, node in nodes.items():
        assert node["environment"]["node.name"] == name
        assert node["environment"]["discovery.seed_hosts"] == ",".join(nodes)
        assert node["environment"]["cluster.initial_cluster_manager_nodes"] == ",".join(nodes)
        assert "ports" not in node  # they ask nobody for a password
        assert node["volumes"] == [f"{name}:/usr/share/opensearch/data"]


def test_whoever_asks_the_image_for_its_health_sees_when_the_connection_was_last_alive(tmp_path):
    beat = tmp_path / "heartbeat"

    def healthy() -> bool:
        asked = ["sh", "-c", IMAGE.health]
        env = {"PATH": os.environ["PATH"], "HEARTBEAT_FILE": str(beat)}
        return not subprocess.run(asked, env=env, capture_output=True, check=False).returncode

    assert not healthy()
    beat.touch()
    assert healthy()
    os.utime(beat, (time.time() - 70, time.time() - 70))
    assert not healthy()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_takes_the_unit(tmp_path):
    there = tmp_path / "dateline.service"
    text = (ROOT / "deploy" / "dateline.service").read_text()
    # It looks for the program as well, which lies where it is installed: this one stands for it.
    there.write_text(text.replace("/opt/dateline/.venv/bin/python", sys.executable))
    told = subprocess.run(["systemd-analyze", "verify", there], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_the_page_on_hosting_speaks_of_settings_and_files_that_are_there():
    page = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    names = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", page)) - {"RAILWAY_RUN_UID"}
    assert names <= OPTIONS.keys()
    assert names >= {"DISCORD_TOKEN", "DATA_DIR", "CORPUS_INPUTS", "SHARD_IDS", "HEARTBEAT_FILE"}
    for name in re.findall(r"\]\(((?:\.\./)?[\w./-]+)\)", page):
        assert (ROOT / "docs" / name).exists(), name
    for code in (0, FAILED, 2, 3, SETTINGS, REFUSED):
        assert f"\n| {code} |" in page


# What is started as the files say


def found(answer: Answer) -> list[str]:
    return [text for text in answer.texts if text.startswith("### ")]


def as_written(folder: Path, token: str, **env: str) -> dict[str, str]:
    """The environment of a start command that finds this Python as `python`, and the double from outside."""
    return {
        "DISCORD_TOKEN": token,
        "DATA_DIR": str(folder),
        "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
        "PYTHONPATH": str(FROM_OUTSIDE),
        **env,
    }


def child_of(process: int) -> int:
    """The one child of a process."""
    [child] = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(child)


def number_inside(process: int) -> str:
    """The id that a process has in its own namespace."""
    return re.search(r"NSpid:.*\t(\d+)\n", Path(f"/proc/{process}/status").read_text())[1]


@pytest.mark.asyncio
async def test_the_procfile_starts_a_worker_that_answers_and_leaves_when_told(
    samples_archive, unused_tcp_port, tmp_path
):
    # honcho tells the shell around the worker too, which dies of it: so this python writes down how the worker ended.
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ntrap : TERM\n{sys.executable} "$@"\necho $? > {tmp_path}/code\n')
    python.chmod(0o755)
    async with DiscordDouble() as discord:
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
        host = await discord.launch(
            "start",
            f"--port={unused_tcp_port}",
            program=[sys.executable, "-m", "honcho"],
            env=as_written(samples_archive, discord.token, PYTHONUNBUFFERED="1", PATH=path),
        )
        assert found(await discord.user("reader").slash("search", query="flood inquiry"))
        host.terminate()
        assert await host.wait(LEAVING + 1) == 128 + signal.SIGTERM  # as honcho always does when it is told
        assert (tmp_path / "code").read_text() == "0\n"


@namespaces
@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_as_pid_1_it_leaves_when_told(samples_archive, number):
    async with DiscordDouble() as discord:
        host = await discord.launch(
            *("--pid", "--mount", "--fork", "--kill-child", "--mount-proc", "python", "-m", "bot"),
            program=["unshare"],
            env=as_written(samples_archive, discord.token),
        )
        assert found(await discord.user("reader").slash("search", query="flood inquiry"))
        worker = child_of(host.pid)
        assert number_inside(worker) == "1"
        before = time.monotonic()
        os.kill(worker, number)
        assert await host.wait() == 0
        assert time.monotonic() - before < LEAVING


@namespaces
@pytest.mark.skipif(
    any(str(path).startswith(("/opt/", "/run/", "/var/lib/")) for path in (ROOT, sys.prefix, sys.base_prefix)),
    reason="project or Python lie where the unit has its own folders",
)
@pytest.mark.asyncio
async def test_the_unit_starts_a_worker_that_answers_and_leaves_when_told(samples_archive):
    async with DiscordDouble() as discord:
        env = {**as_written(Path(), discord.token), **unit_environment()}
        host = await discord.launch(
            "-ec",
            laid_out(samples_archive) + f"cd {UNIT['WorkingDirectory'][0]}; exec {UNIT['ExecStart'][0]}",
            program=["unshare", "--mount", "sh"],
            env=env,
            cwd="/",
        )
        assert found(await discord.user("reader").slash("search", query="flood inquiry"))
        host.terminate()
        assert await host.wait(LEAVING) == 0


def seccomp_is_there() -> bool:
    return bool(shutil.which("systemd-analyze") and ctypes.util.find_library("seccomp"))


@pytest.mark.skipif(not seccomp_is_there(), reason="needs systemd-analyze and libseccomp")
@pytest.mark.asyncio
async def test_the_system_calls_that_the_unit_allows_are_enough(tmp_path):
    async with DiscordDouble() as discord:
        filtered = [sys.executable, str(Path(under_filter.__file__))]
        env = as_written(tmp_path / "data", discord.token, CORPUS_INPUTS=f"samples={SAMPLES}")
        bot = await discord.launch("python", "-m", "bot", program=filtered, env=env)
        await bot.wrote("ingest ended")
        reader = discord.user("reader")
        assert found(await reader.slash("search", query="flood inquiry"))
        assert (await reader.slash("trends", query="flood")).files
        assert "Traceback" not in bot.output
        bot.terminate()
        assert await bot.wait(LEAVING) == 0


def test_a_system_call_that_the_unit_does_not_allow_is_refused():
    if not seccomp_is_there():
        pytest.skip("needs systemd-analyze and libseccomp")
    asked = [sys.executable, under_filter.__file__, sys.executable, "-c", "import os; os.chroot('/')"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr


def laid_out(archive: Path) -> str:
    """Shell that lays the project, its .venv and an archive where the unit has them; for no other process to see."""
    mounted = {
        ROOT / "bot": "/opt/dateline/bot",
        ROOT / "corpus": "/opt/dateline/corpus",
        Path(sys.prefix): "/opt/dateline/.venv",
        archive: unit_environment()["DATA_DIR"],
    }
    lines = ["mount -t tmpfs tmpfs /opt", "mount -t tmpfs tmpfs /var/lib", "mount -t tmpfs tmpfs /run"]
    lines += [f"mkdir -p {place}; mount --bind {shlex.quote(str(what))} {place}" for what, place in mounted.items()]
    return "\n".join([*lines, f"mkdir /run/{UNIT['RuntimeDirectory'][0]}", ""])


# A disk that does not last


@pytest.mark.asyncio
async def test_an_archive_that_was_wiped_is_filled_anew_and_old_answers_go_on(tmp_path):
    async with DiscordDouble() as discord:
        reader, answers = discord.user("reader"), []
        for _ in range(2):
            bot = await started(discord, tmp_path / "data", CORPUS_INPUTS=f"samples={SAMPLES}")
            meanwhile = await reader.slash("search", query="flood inquiry")
            assert found(meanwhile) or re.search("being filled right now|came just now", meanwhile.text)
            await bot.wrote("ingest ended")
            answers.append(await reader.slash("search", query="flood inquiry"))
            bot.terminate()
            assert await bot.wait(LEAVING) == 0
            shutil.rmtree(tmp_path / "data")
        assert found(answers[0]) == found(answers[1])
        bot = await started(discord, tmp_path / "data", CORPUS_INPUTS=f"samples={SAMPLES}")
        await bot.wrote("ingest ended")
        assert found(await answers[0].press("Next"))

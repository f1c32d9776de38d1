"""Tries the Dockerfile without Docker: `python tests/image.py` (make image), as root, with debootstrap; some minutes.

The base is Debian as debootstrap makes it. COPY and RUN are carried out as they are written, each RUN in namespaces of
its own, and the start command runs as PID 1 and as its user, on a root that cannot be written to, as compose.yaml has
it. It must answer on a loopback Discord and leave when told; how large all of it is, is printed. pip is given what this
machine sets for it; none of that is in the image.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from bot_process import LEAVING
from deploy_files import ROOT, Stage, stages

from discord_double import FROM_OUTSIDE, DiscordDouble

SUITE = "bookworm"
INSIDE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LENT = "/run/lent"  # where the machine's certificates are seen during RUN
UNSHARED = ("unshare", "--pid", "--mount", "--fork", "--kill-child", "sh", "-ec")
SAMPLES = "/app/corpus/samples"  # they come with the program


def main(base: Path | None = None) -> None:
    """Build in a folder that is thrown away, and try what came out; a base that is there already saves its making."""
    with TemporaryDirectory(prefix="dateline-image-") as name:
        folder = Path(name)
        base = base or made(folder / "base")
        before, start = megabytes(base), time.monotonic()
        root = built(folder, base)
        print(f"built in {time.monotonic() - start:.0f} s; {sizes(root, before)}")
        asyncio.run(tried(stages()[-1], root, folder))


def made(base: Path) -> Path:
    """The smallest Debian that has a package manager."""
    start = time.monotonic()
    command = ["debootstrap", "--variant=minbase", SUITE, str(base)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(base / "var/cache/apt/archives")
    (base / "var/cache/apt/archives/partial").mkdir(parents=True)
    print(f"debootstrap took {time.monotonic() - start:.0f} s")
    return base


def built(folder: Path, base: Path) -> Path:
    """Carry out every stage; the folder of the last one."""
    done: dict[str, Path] = {}
    for number, stage in enumerate(stages()):
        assert stage.base.endswith(f":{SUITE}-slim"), stage.base
        root = folder / f"stage{number}"
        subprocess.run(["cp", "--archive", base, root], check=True)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", root / "etc" / name)
        workdir, environment = "/", dict(INSIDE)
        for instruction, text in stage.steps:
            if instruction == "WORKDIR":
                workdir = text
                (root / text[1:]).mkdir(parents=True, exist_ok=True)
            elif instruction == "ARG":
                environment |= dict([text.split("=", 1)])
            elif instruction == "ENV":
                environment |= stage.environment
            elif instruction == "COPY":
                copied(text, root, workdir, done)
            elif instruction == "RUN":
                run(text, root, workdir, environment)
        done[stage.name] = root
    return root


def copied(text: str, root: Path, workdir: str, done: dict[str, Path]) -> None:
    """COPY as Docker does: of a folder its content, of a file the file."""
    words, origin = text.split(), ROOT
    if words[0].startswith("--from="):
        origin = done[words.pop(0).removeprefix("--from=")]
    *sources, place = words
    into = root / str(Path(workdir, place))[1:]
    for name in sources:
        source = origin / name.lstrip("/")
        if source.is_dir():
            shutil.copytree(source, into, symlinks=True, dirs_exist_ok=True, ignore=_not_sent(origin))
        else:
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, into / source.name if place.endswith("/") else into)


def _not_sent(origin: Path):
    return shutil.ignore_patterns("__pycache__") if origin == ROOT else None


def run(text: str, root: Path, workdir: str, environment: dict[str, str]) -> None:
    """RUN as Docker does, by the image's own shell."""
    print(f"RUN {text[:100]}")
    lent = {name: value for name, value in os.environ.items() if name.startswith("PIP_") and name != "PIP_FIND_LINKS"}
    lent["DEBIAN_FRONTEND"] = "noninteractive"
    if CERTIFICATES.exists():
        lent["PIP_CERT"] = f"{LENT}/{CERTIFICATES.name}"
    variables = [f"{name}={value}" for name, value in {**environment, **lent}.items()]
    inside = shlex.join(["chroot", str(root), "env", "-i", "-C", workdir, *variables, "/bin/sh", "-c", text])
    place = shlex.quote(str(root))
    script = f"""
        mount -t proc proc {place}/proc
        mount -t tmpfs tmpfs {place}/run; mkdir {place}{LENT}
        test ! -e {CERTIFICATES} || cp {CERTIFICATES} {place}{LENT}/
        exec {inside}
    """
    done = subprocess.run([*UNSHARED, script], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{text}\nended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def megabytes(folder: Path) -> float:
    told = subprocess.run(["du", "--bytes", "--summarize", folder], capture_output=True, text=True, check=True).stdout
    return int(told.split()[0]) / 1e6


def sizes(root: Path, base: float) -> str:
    parts = {name: megabytes(root / name) for name in ("opt/venv", "app", "usr/lib/python3.11")}
    told = ", ".join(f"{name} {size:.0f}" for name, size in parts.items())
    return f"{megabytes(root):.0f} MB, of which the base is {base:.0f} ({told})"


@contextmanager
def data(folder: Path, stage: Stage) -> Iterator[Path]:
    """A volume of its own, as Docker makes it from the image's folder: with its owner."""
    with TemporaryDirectory(dir=folder) as name:
        os.chown(name, *map(int, stage.last("USER").split(":")))
        yield Path(name)


def container(stage: Stage, root: Path, volume: Path, command: list[str], given: dict[str, str]) -> str:
    """Shell that becomes the container's PID 1, with the addresses of the double from its own environment."""
    user, group = stage.last("USER").split(":")
    rights = [f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    variables = [f"{name}={value}" for name, value in {**stage.environment, **given}.items()]
    inside = ["chroot", str(root), "setpriv", *rights, "env", "-i", "-C", stage.last("WORKDIR"), *variables]
    addresses = " ".join(f'"{name}=${name}"' for name in ("DISCORD_DOUBLE_API", "DISCORD_DOUBLE_GATEWAY"))
    place = shlex.quote(str(root))
    return f"""
        mount --bind {place} {place}
        mount -t proc proc {place}/proc
        mount -t tmpfs -o mode=1777 tmpfs {place}/tmp
        mkdir {place}/tmp/double
        mount --bind {shlex.quote(str(FROM_OUTSIDE.parent))} {place}/tmp/double
        mount --bind {shlex.quote(str(volume))} {place}/data
        mount -o remount,bind,ro {place}
        exec {shlex.join(inside)} {addresses} {shlex.join(command)}
    """


def children(process: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def worker_of(first: int) -> int:
    """The worker: PID 1 itself, or the child of tini."""
    return children(first)[0] if b"tini" in Path(f"/proc/{first}/cmdline").read_bytes() else first


def rss_anon(process: int) -> float:
    """Megabytes that no file backs."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def asked(stage: Stage, root: Path, volume: Path, *command: str) -> str:
    """What a command prints in a container of its own."""
    double = {"DISCORD_DOUBLE_API": "", "DISCORD_DOUBLE_GATEWAY": ""}
    script = container(stage, root, volume, [*command], {})
    done = subprocess.run(
        [*UNSHARED, script], capture_output=True, text=True, check=False, env={**os.environ, **double}
    )
    if done.returncode:
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def left_behind(first: int) -> list[int]:
    """What has ended below PID 1, whose own parent is gone, and is still there: nobody took it in."""
    orphan = ["nsenter", f"--target={first}", "--pid", "sh", "-c", "sleep 0.1 & exit"]
    subprocess.run(orphan, check=True)
    time.sleep(1)
    return [each for each in children(first) if "\nState:\tZ" in Path(f"/proc/{each}/status").read_text()]


async def tried(stage: Stage, root: Path, folder: Path) -> None:
    """Start it with tini and without, and let it be told by either signal."""
    with data(folder, stage) as volume:
        # Discord is spoken to by TLS, which no loopback does: whom to trust must be in the image.
        trusted = "import ssl; print(ssl.create_default_context().cert_store_stats()['x509_ca'])"
        print(f"certificates that it trusts: {asked(stage, root, volume, 'python', '-c', trusted).strip()}")
        assert int(asked(stage, root, volume, "python", "-c", trusted)) > 0
        assert asked(stage, root, volume, "id", "-u").strip() == stage.last("USER").split(":")[0]
        asked(stage, root, volume, "dateline", "ingest", SAMPLES)
        print(f"dateline status: {asked(stage, root, volume, 'dateline', 'status').splitlines()[0]}")
    for command in (stage.start, stage.start[2:]):
        for number in (signal.SIGTERM, signal.SIGINT):
            with data(folder, stage) as volume:
                await answered(stage, root, volume, command, number)


async def answered(stage: Stage, root: Path, volume: Path, command: list[str], number: int) -> None:
    async with DiscordDouble() as discord:
        given = {
            "DISCORD_TOKEN": discord.token,
            "CORPUS_INPUTS": f"samples={SAMPLES}",
            "PYTHONPATH": "/tmp/double/from_outside",  # inside, where it is mounted
        }
        start = time.monotonic()
        host = await discord.launch(container(stage, root, volume, command, given), program=UNSHARED, timeout=60)
        ready = time.monotonic() - start
        await host.wrote("ingest ended", 60)
        reader = discord.user("reader")
        answer = await reader.slash("search", query="flood inquiry")
        assert answer.text.count("### ") == 5, answer.text
        chart = await reader.slash("trends", query="flood")
        assert chart.files, chart.text
        [first] = children(host.pid)
        memory = rss_anon(worker_of(first))
        assert bool(left_behind(first)) == (command != stage.start)  # which is what tini is there for
        told = time.monotonic()
        os.kill(first, number)
        code = await host.wait()
        took = time.monotonic() - told
        assert code == 0, host.output
        assert took < LEAVING, took
        assert "Traceback" not in host.output
        print(
            f"{shlex.join(command)}: connected after {ready:.1f} s, RssAnon {memory:.0f} MB, "
            f"{signal.Signals(number).name} to PID 1: {code} after {took:.2f} s"
        )


if __name__ == "__main__":
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        sys.exit("This needs root, and Debian's package debootstrap.")
    main(*map(Path, sys.argv[1:2]))

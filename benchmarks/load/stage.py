"""Archive, loopback Discord and bot, each in its place: the stage on which turns of load are played."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from benchmarks.load import lag
from benchmarks.load.archive import Archive
from benchmarks.load.spread import Spread
from benchmarks.load.turn import Memory, Processors, Turn
from benchmarks.load.watch import Look, Watch
from benchmarks.process import Worker, started
from benchmarks.tree import processor_seconds

_ROOT = Path(__file__).parents[2]
_LAUNCHER = _ROOT / "tests" / "discord_double" / "launcher.py"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_LEAVING = 5.0  # seconds for the bot to end
_WARM_UP = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people of how many servers ask; the seed of what they do."""

    people: int = 5_000
    servers: int = 300
    seed: int = 1


class Stage:
    """The bot at work, to be asked."""

    def __init__(self, crowd: Worker, bot: subprocess.Popen[bytes], notes: Path, port: int | None) -> None:
        self._crowd, self._bot, self._notes, self._port = crowd, bot, notes, port

    @property
    def exit_code(self) -> int | None:
        """How the bot ended; None while it runs."""
        return self._bot.poll()

    def reindex(self) -> None:
        """From now on the owner has everything read again and again."""
        self._crowd.order("keep")

    def warm_up(self, rate: float) -> None:
        """Let half as many come for a moment that nothing is measured in: no crowd is there within a second."""
        self.turn("warm-up", rate / 2, _WARM_UP)

    def turn(self, name: str, rate: float, seconds: float, *, every: float = 1.0) -> Turn:
        """Let people come, and give what that was like; memory is looked at ``every`` so many seconds."""
        turn, _ = self.watched(name, rate, seconds, every=every)
        return turn

    def watched(self, name: str, rate: float, seconds: float, *, every: float) -> tuple[Turn, list[Look]]:
        """The same, with each look at the memory."""
        counted, discord, began = self._counted(), processor_seconds(self._crowd.pid), monotonic()
        with Watch(self._bot.pid, every=every) as watch:
            came = self._crowd.order("come", rate=rate, seconds=seconds)
        late = lag.noted(self._notes, began, monotonic())
        told = lag.bound(counted, self._counted(), 99)
        used, discord = watch.used, processor_seconds(self._crowd.pid) - discord
        processors = Processors(round(used.own, 2), round(used.children, 2), round(discord, 2))
        memory = _memory(watch.looks)
        return _turn(name, rate, came, late=late, told=told, memory=memory, processors=processors), watch.looks

    def _counted(self) -> Counter[float]:
        return lag.buckets(self._port) if self._port else Counter()


@contextmanager
def stage(
    archive: Archive, audience: Audience, *, port: int | None = None, log: Path | None = None, **settings: str
) -> Iterator[Stage]:
    """The bot over an archive, asked by an audience; ``log`` is where it writes, ``settings`` are more of its own."""
    path = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'tests'}"}
    numbers = (str(audience.people), str(audience.servers), str(audience.seed))
    with (
        TemporaryDirectory(prefix="dateline-load-") as folder,
        (log or Path(os.devnull)).open("wb") as written,
        started("benchmarks.load.crowd", *numbers, env=path) as crowd,
    ):
        env = _environment(archive, crowd.order("asks", archive.asks), port) | settings
        notes = Path(folder) / "lag"
        with _bot(Path(folder), notes, env, written) as bot:
            crowd.order("ready")
            yield Stage(crowd, bot, notes, port)


def _environment(archive: Archive, there: Mapping[str, Any], port: int | None) -> dict[str, str]:
    settings = {
        "PYTHONPATH": str(_ROOT),
        "DISCORD_DOUBLE_API": there["api"],
        "DISCORD_DOUBLE_GATEWAY": there["gateway"],
        "DISCORD_TOKEN": there["token"],
        "DATA_DIR": str(archive.folder),
        "CORPUS_INPUTS": archive.inputs,
        **({"PORT": str(port)} if port else {}),
    }
    return {name: value for name, value in os.environ.items() if name in _KEPT} | settings


@contextmanager
def _bot(folder: Path, notes: Path, env: Mapping[str, str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The real process; it runs in a folder of its own, where no settings lie."""
    probe = str(Path(__file__).with_name("probe.py"))
    command = [sys.executable, "-P", "-u", probe, str(_LAUNCHER), str(notes), "-m", "bot"]
    with subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT) as bot:
        try:
            yield bot
        finally:
            bot.send_signal(signal.SIGTERM)
            try:
                bot.wait(_LEAVING)
            except subprocess.TimeoutExpired:
                bot.kill()


def _turn(
    name: str,
    rate: float,
    came: dict[str, Any],
    *,
    late: Spread,
    told: float | None,
    memory: Memory,
    processors: Processors,
) -> Turn:
    return Turn(
        name=name,
        rate=rate,
        seconds=came["seconds"],
        sent=came["sent"],
        first=Spread(*came["first"]),
        finished={outcome: Spread(*times) for outcome, times in came["finished"].items()},
        kinds={kind: Spread(*times) for kind, times in came["kinds"].items()},
        outcomes=came["outcomes"],
        notices=came["notices"],
        behind=Spread(*came["behind"]),
        lag=late,
        told_lag=told,
        memory=memory,
        processors=processors,
        reindexed=tuple(came["reindexed"]),
    )


def _memory(looks: list[Look]) -> Memory:
    own = [look.own for look in looks]
    return Memory(*(round(each, 1) for each in (own[0], own[-1], max(own), max(look.together for look in looks))))

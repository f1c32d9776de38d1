"""Kills whoever changes an archive, a thousand times: `python tests/crash.py [--kills N] [--seed N]` (make crash).

At random moments, and before, after and within random writes, fsyncs, renames and removals. After each kill the archive
is opened, which heals it, and counted anew. The suite does the same with a few kills. At the first article that is lost
or doubled it ends with what is needed to look into it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from faulty_process import KILLS, Call, Ended, FaultyShell, Running, compiled, why_not
from invented import lines, older
from recount import recounted

KILLS_IN_ALL = 1_000
SHARE_OF_MANY = 0.25  # of the kills that concern the larger archive
FEW = 800  # articles of an archive whose acts are over in a moment
MANY = 3_000  # articles of one whose acts start processes beside themselves
LARGE = 2_100  # of an ingest that is read and analysed in such processes, and stored in two batches
SMALL = 100
BATCH = 1_999  # articles that are stored in the first transaction, with the beginning of their file
PATIENCE = 60.0  # seconds for helpers to notice that whoever started them is gone: first they have to start
WHOLE_EVERY = 20  # kills between two recounts that search for every article

State = dict[str, str]
"""What an archive holds: with what the article of each headline begins, which tells one writing from another."""


@dataclass
class Act:
    """A command, and what becomes of an archive by it; of articles in an ``order`` the first batch may be stored."""

    name: str
    command: Sequence[object]
    after: State
    order: Sequence[str] = ()


@dataclass
class Known:
    """What an act takes when nobody ends it: seconds, and the calls that change files."""

    seconds: float
    calls: Sequence[Call]


@dataclass
class Tally:
    """Which acts were killed, and how."""

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.kills.total()

    def __str__(self) -> str:
        ways = sorted({way for _, way in self.kills})
        rows = [["", *ways, "all", "came to its end"]]
        for act in sorted({act for act, _ in self.kills}):
            counts = [self.kills[act, way] for way in ways]
            rows.append([act, *map(str, counts), str(sum(counts)), str(self.done[act])])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


class Program:
    """One archive that lives through all of it."""

    def __init__(self, shell: FaultyShell, folder: Path, seed: int, *, large: bool) -> None:
        """``folder`` is there; without ``large`` no act is so large that it starts processes beside itself."""
        self.tally = Tally()
        self.archive = folder / "data"
        self._before = folder / "before"
        self._folder = folder
        self._shell = shell
        self._chosen = random.Random(seed)
        self._articles, self._large = (MANY, LARGE) if large else (FEW, FEW // 2)
        self._known: dict[str, Known] = {}
        self._held: State = {}
        self._down: dict[str, tuple[str, str]] = {}
        self._writing = 0
        self._last: object = None
        self._acts: dict[Callable[[], Act], int] = {
            self._large_ingest: 2, self._small_ingest: 5, self._rebuild: 3, self._reindex: 4, self._taken_down: 3,
            self._restored: 2, self._removed: 3, self._migrated: 2, self._backed_up: 2, self._healed: 3,
        }  # fmt: skip

    def run(self, kills: int, tell: Callable[[int], None] = lambda _: None) -> None:
        """Kill so often.

        Raises:
            AssertionError: something was lost or doubled, or an archive is not sound.
        """
        self._complete(self._large_ingest())
        while self.tally.total < kills:
            before = self.tally.total
            (make,) = self._chosen.choices([*self._acts], [*self._acts.values()])
            act = make()
            self._know(act)
            self._keep()
            ended = self._struck(act)
            while ended.killed and self._chosen.random() < 0.2:  # who heals is killed too
                self._struck(self._healed())
            self._hold_to(act, ended)
            if self.tally.total > before:
                tell(self.tally.total)

    @property
    def evidence(self) -> str:
        """What is needed to look into what went wrong."""
        return f"{self._last}\nthe archive before: {self._before}\nand after: {self.archive}"

    # How an act is killed.

    def _struck(self, act: Act) -> Ended:
        known, chosen = self._known.get(act.name), self._chosen
        way = chosen.choice(
            ["by time", "by time", "at a call", "at a deciding call", "with its helpers", "its helpers"]
        )
        at, fault = 0, None
        if known and "call" in way:
            numbers = [call.number for call in known.calls if way == "at a call" or call.kind in {"sync", "rename"}]
            if numbers:
                at, fault = chosen.choice(numbers), chosen.choice(KILLS)
        self._last = f"{act.name}: {' '.join(map(str, act.command))}\n{way}, call {at}, {fault}"
        running = self._shell.start(["--data-dir", self.archive, *act.command], under=self.archive, at=at, fault=fault)
        helpers = 0
        if not fault:
            time.sleep(chosen.uniform(0, known.seconds if known else 0.1))
            helpers = self._kill(running, way)
        ended = running.wait()
        self._count(act, ended, way, helpers)
        self._wait_for_helpers()
        return ended

    def _kill(self, running: Running, way: str) -> int:
        """Kill a command, its helpers with it, or these alone; gives how many of those."""
        helpers = self._shell.helpers() if "helpers" in way else []
        for process in helpers:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if way != "its helpers":
            with suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGKILL)
        return len(helpers)

    def _count(self, act: Act, ended: Ended, way: str, helpers: int) -> None:
        if ended.killed or (way == "its helpers" and helpers):
            self.tally.kills[act.name, way] += 1
        if not ended.killed:
            assert ended.code == 0, f"nobody killed it, and it failed: {ended}"
            self.tally.done[act.name] += 1

    def _wait_for_helpers(self) -> None:
        """Whoever helped ends by itself when the process that started it is gone, however that happened."""
        until = time.monotonic() + PATIENCE
        while left := self._shell.helpers():
            assert time.monotonic() < until, f"these processes did not end by themselves: {left}"
            time.sleep(0.01)

    # What must hold then.

    def _hold_to(self, act: Act, ended: Ended) -> None:
        whole = self.tally.total % WHOLE_EVERY == 0
        now = self._state(None if whole else self._chosen)
        if not ended.killed:
            assert now == act.after, _differing(now, act.after)
        else:
            assert now in self._possible(act), _differing(now, self._held, act.after)
        self._held = now
        self._down = {key: value for key, value in self._down.items() if key not in now}

    def _possible(self, act: Act) -> Iterable[State]:
        """What an archive may hold after an act that was killed: it happened, or not, or its first batch did."""
        first = {each: act.after[each] for each in act.order[:BATCH] if each in act.after}
        return [self._held, act.after, *([self._held | first] if len(act.order) > BATCH else [])]

    def _state(self, few: random.Random | None) -> State:
        counted = recounted(self.archive, few)
        state = {headline: text.split(" ", 1)[0] for headline, text in counted.values()}
        assert len(state) == len(counted), "an article is there under two ids"
        return state

    # How an act is prepared.

    def _complete(self, act: Act) -> None:
        ended = self._shell.run(["--data-dir", self.archive, *act.command], under=self.archive)
        assert ended.code == 0, ended
        self._held = act.after

    def _know(self, act: Act) -> None:
        """Try an act once on a copy, to know what it takes."""
        if act.name in self._known:
            return
        self._keep()
        began = time.monotonic()
        calls = self._shell.count_calls(["--data-dir", self.archive, *act.command], under=self.archive)
        self._known[act.name] = Known(time.monotonic() - began, calls)
        shutil.rmtree(self.archive)
        self._before.rename(self.archive)

    def _keep(self) -> None:
        shutil.rmtree(self._before, ignore_errors=True)
        shutil.copytree(self.archive, self._before)

    def _written(self, name: str, numbers: Sequence[int]) -> tuple[Path, State, list[str]]:
        """A file of articles in a new writing; what an archive holds of it, and in which order."""
        self._writing += 1
        told, headlines = f"writing{self._writing}", [f"Quay {number}" for number in numbers]
        file = lines(self._folder / name, numbers, told)
        return file, {each: told for each in headlines if each not in self._down}, headlines

    def _numbers(self, count: int) -> list[int]:
        first = self._chosen.randrange(max(1, self._articles - count))
        return list(range(first, first + count))

    # The acts.

    def _large_ingest(self) -> Act:
        file, taken, order = self._written("large.jsonl", self._numbers(self._large))
        return Act("large ingest", ["ingest", file], self._held | taken, order)

    def _small_ingest(self) -> Act:
        file, taken, order = self._written("small.jsonl", self._numbers(SMALL))
        return Act("ingest", ["ingest", file], self._held | taken, order)

    def _rebuild(self) -> Act:
        return Act("rebuild and switch", ["reindex", "--index-only"], self._held)

    def _reindex(self) -> Act:
        file, taken, order = self._written("input.jsonl", self._numbers(SMALL))
        return Act("reindex", ["--inputs", f"news={file}", "reindex"], self._held | taken, order)

    def _taken_down(self) -> Act:
        gone = self._chosen.sample(sorted(self._held), min(10, len(self._held)))
        with closing(sqlite3.connect(self.archive / "archive.db")) as database:
            known = dict(database.execute("SELECT headline, id FROM articles"))
        self._down |= {each: (known[each], self._held[each]) for each in gone}
        after = {each: told for each, told in self._held.items() if each not in gone}
        return Act("take-down", ["remove", *(known[each] for each in gone)], after)

    def _restored(self) -> Act:
        if not self._down:
            return self._healed()
        back = self._chosen.sample(sorted(self._down), min(5, len(self._down)))
        after = self._held | {each: self._down[each][1] for each in back}
        return Act("restore", ["restore", *(self._down[each][0] for each in back)], after)

    def _removed(self) -> Act:
        """What was in a file and is not any more is taken out."""
        numbers = list(range(100_000, 100_000 + SMALL))
        file, taken, _ = self._written("shrinking.jsonl", numbers)
        self._complete(Act("", ["ingest", file], self._held | taken))
        lines(file, numbers[: SMALL // 2], f"writing{self._writing}")
        gone = {f"Quay {number}" for number in numbers[SMALL // 2 :]}
        after = {each: told for each, told in self._held.items() if each not in gone}
        return Act("removal", ["ingest", "--remove-vanished", "--yes", file], after)

    def _migrated(self) -> Act:
        """An older Dateline knew of nothing that was taken down."""
        older(self.archive)
        self._down = {}
        file, taken, order = self._written("small.jsonl", self._numbers(SMALL))
        return Act("migration and ingest", ["ingest", file], self._held | taken, order)

    def _backed_up(self) -> Act:
        for old in self.archive.glob("*.backup"):
            old.unlink()
        return Act("backup", ["backup", self.archive / "own.backup"], self._held)

    def _healed(self) -> Act:
        """Whoever opens an archive to read heals it: here, one whose index lags."""
        return Act("healing", ["status"], self._held)


def _differing(now: State, *wanted: State) -> str:
    """In what a state differs from each that it may be."""
    told = []
    for each in wanted:
        lost, more = sorted(each.keys() - now.keys()), sorted(now.keys() - each.keys())
        other = sorted(one for one in now.keys() & each.keys() if now[one] != each[one])
        told.append(f"{len(lost)} lost {lost[:5]}, {len(more)} too many {more[:5]}, {len(other)} otherwise {other[:5]}")
    return "; or ".join(told)


def _told_now_and_then(name: str) -> Callable[[int], None]:
    """Prints how many were killed of so many articles, every fifty of them."""
    told = 0

    def tell(total: int) -> None:
        nonlocal told
        if total // 50 > told:
            told = total // 50
            print(f"{name}: {total:,} …", flush=True)

    return tell


def _share(library: Path, folder: Path, kills: int, seed: int, *, large: bool) -> Tally | str:
    """Let one archive live through so many kills; gives what was killed, or what went wrong."""
    printed = folder / "printed"
    printed.mkdir(parents=True)
    with FaultyShell(library, printed) as shell:
        program = Program(shell, folder, seed, large=large)
        try:
            program.run(kills, _told_now_and_then("many" if large else "few"))
        except Exception as error:  # an archive that cannot even be opened is a violation too
            killed = f"After {program.tally.total:,} kills, with seed {seed}: {type(error).__name__}: {error}"
            return f"{killed}\n{program.evidence}"
    return program.tally


def main(arguments: Sequence[str]) -> int:
    """Kill, print the table, and give the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=KILLS_IN_ALL)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    told = parser.parse_args(arguments)
    if why := why_not():
        print(f"This needs another machine: {why}.")
        return 1
    folder = Path(mkdtemp(prefix="dateline-crash-")).resolve()
    print(f"{told.kills:,} kills, seed {told.seed}, in {folder}", flush=True)
    began, many = time.monotonic(), round(told.kills * SHARE_OF_MANY)
    library = compiled(folder)
    with ProcessPoolExecutor(2) as pool:
        ended = [
            pool.submit(_share, library, folder / "few", told.kills - many, told.seed, large=False),
            pool.submit(_share, library, folder / "many", many, told.seed + 1, large=True),
        ]
        tallies = [each.result() for each in ended]
    if failed := [each for each in tallies if isinstance(each, str)]:
        print(*failed, sep="\n")
        return 1
    tally = Tally()
    for each in tallies:
        if isinstance(each, Tally):
            tally.kills += each.kills
            tally.done += each.done
    print(tally)
    print(f"{time.monotonic() - began:,.0f} seconds; after each the archive was opened, healed, counted and sound.")
    print(f"{tally.total:,} kills, 0 lost, 0 doubled")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

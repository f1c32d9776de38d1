"""What an archive promises on a disk that fails: every act happens as a whole or not at all, and ends in a sentence."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from corpus import Corpus, Keeper, Query
from faulty_process import FAILURES, KILLS, Call, Ended, FaultyShell
from invented import lines, older
from recount import Counted, found, recounted


def misfit(archive: Path) -> None:
    """Damage an article, the books and the index."""
    with closing(sqlite3.connect(archive / "archive.db")) as database, database:
        database.execute("INSERT INTO signatures VALUES (999, x'00')")
        database.execute("INSERT INTO sightings VALUES (999, 1, 1)")
    max(archive.glob("index/*/*.term")).write_bytes(b"")


def torn(archive: Path) -> None:
    """Damage an index of the database's own, so that it is saved row by row into a new one."""
    with closing(sqlite3.connect(archive / "archive.db")) as database:
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'idx_articles_story'").fetchone()
    with (archive / "archive.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))


@dataclass(frozen=True)
class Act:
    """A command, the archive that it is for (None: an empty folder), and what that holds before and after."""

    command: tuple[str, ...]
    archive: Path | None
    before: Counted
    after: Counted
    calls: Sequence[Call]
    is_sound: bool

    def on(self, archive: Path, turn: str) -> list[object]:
        """The command for this archive; what it makes is named after the turn."""
        return ["--data-dir", archive, *(each.format(archive=archive, turn=turn) for each in self.command)]


class Acts:
    """Everything that changes an archive, each tried once without a fault."""

    def __init__(self, folder: Path, shell: FaultyShell) -> None:
        self.folder = folder
        self._shell = shell
        self._tried: dict[str, Act] = {}
        self._base = folder / "base"
        lines(folder / "a.jsonl", range(40))
        lines(folder / "c.jsonl", range(100, 120))
        with Keeper.open(self._base) as keeper:
            keeper.ingest([folder / "a.jsonl", folder / "c.jsonl"])
        self._ids = sorted(recounted(self._base))
        lines(folder / "b.jsonl", range(25, 60), "second")
        lines(folder / "c.jsonl", range(110, 120))

    def __getitem__(self, name: str) -> Act:
        if name not in self._tried:
            self._tried[name] = self._tried_once(name)
        return self._tried[name]

    def _tried_once(self, name: str) -> Act:
        command, harm = self._commands()[name]
        archive = None if name == "first ingest" else Path(shutil.copytree(self._base, self.folder / name))
        if archive and harm:
            harm(archive)
        own = fresh(archive, self.folder / f"{name}, tried")
        before = recounted(self._base) if archive else {}
        act = Act(command, archive, before, before, (), is_sound=archive is not None and harm in {None, older})
        calls = self._shell.count_calls(act.on(own, "first"), under=own)
        return replace(act, after=recounted(own), calls=calls)

    def _commands(self) -> dict[str, tuple[tuple[str, ...], Callable[[Path], None] | None]]:
        news = f"news={self.folder}/b.jsonl"
        return {
            "first ingest": (("ingest", f"{self.folder}/a.jsonl"), None),
            "ingest": (("ingest", f"{self.folder}/b.jsonl"), None),
            "reindex": (("--inputs", news, "reindex"), None),
            "rebuild": (("reindex", "--index-only"), None),
            "removal": (("ingest", "--remove-vanished", f"{self.folder}/c.jsonl"), None),
            "take-down": (("remove", "--erase", "--copies", *self._ids[:8]), None),
            "migration": (("ingest", f"{self.folder}/a.jsonl"), older),
            "backup": (("backup", "{archive}/{turn}.backup"), None),
            "repair": (("verify", "--repair"), misfit),
            "salvage": (("verify", "--repair"), torn),
        }


ACTS = (
    "first ingest", "ingest", "reindex", "rebuild", "removal", "take-down", "migration", "backup", "repair", "salvage",
)  # fmt: skip


def fresh(archive: Path | None, place: Path) -> Path:
    """A copy of an archive, or an empty folder."""
    if archive:
        return Path(shutil.copytree(archive, place))
    place.mkdir()
    return place


def point(calls: Sequence[Call], chosen: random.Random) -> Call:
    """Where a fault is to strike: anywhere, or at one of the last calls that make things durable."""
    deciding = [call for call in calls if call.kind in {"sync", "rename"}][-12:]
    kind = chosen.choice(sorted({call.kind for call in calls}))
    return chosen.choice([deciding, [call for call in calls if call.kind == kind]][chosen.random() < 0.5])


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory, faulty: FaultyShell) -> Acts:
    return Acts(tmp_path_factory.mktemp("acts").resolve(), faulty)


def ended_in_a_sentence(ended: Ended) -> bool:
    """Whether a command said in one sentence why it failed; one that managed by itself need not."""
    if ended.code == 0:
        return True
    said = ended.err.strip().splitlines()
    return len(said) == 1 and said[0].endswith(".") and "should not have happened" not in said[0]


def read_on(corpus: Corpus, act: Act) -> None:
    """A reader who has the archive open goes on answering, from the state before or after."""
    held = set(found(corpus))
    assert set(act.before) & set(act.after) <= held <= set(act.before) | set(act.after)
    assert corpus.search(Query.parse("harbour council")).hits


def run(shell: FaultyShell, act: Act, archive: Path, call: Call, fault: str) -> Ended:
    """Run an act that meets a fault; a reader who is there before answers after it."""
    with ExitStack() as opened:
        reader = opened.enter_context(Corpus.open(archive)) if act.is_sound and call.number % 2 else None
        ended = shell.run(act.on(archive, "first"), under=archive, at=call.number, fault=fault)
        if reader:
            read_on(reader, act)
    return ended


@pytest.mark.parametrize("fault", [*FAILURES, *KILLS])
@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_meets_a_fault_is_done_or_not_and_completes_when_it_is_tried_again(
    acts, faulty, tmp_path, name, fault
):
    act = acts[name]
    chosen = random.Random(f"{name} {fault}")
    for turn in range(2 if fault in KILLS else 1):
        call, archive = point(act.calls, chosen), fresh(act.archive, tmp_path / f"{turn}")
        ended = run(faulty, act, archive, call, fault)
        where = f"{fault} at {call} of {name}: {ended}"
        assert ended.killed or ended_in_a_sentence(ended), where
        assert ended.code == 0 or ended.killed == (fault in KILLS), where
        assert ended.killed or fault == "gone" or call.kind == "unlink" or not drafts(archive), where
        if act.is_sound:
            assert recounted(archive) in ([act.after] if ended.code == 0 else [act.before, act.after]), where
        again = faulty.run(act.on(archive, "again"), under=archive)
        assert again.code == 0, f"{where}, tried again: {again}"
        assert recounted(archive) == act.after, where
        for backup in archive.glob("*.backup"):
            assert restored(backup, tmp_path / f"{turn}-{backup.stem}") == act.before, where


def drafts(archive: Path) -> list[Path]:
    """What a backup left that was not made to its end."""
    return [path for path in archive.glob(".*.draft*") if path.is_file()]


def restored(backup: Path, folder: Path) -> Counted:
    """What a backup holds, brought back as an archive."""
    folder.mkdir()
    shutil.copy(backup, folder / "archive.db")
    return recounted(folder)


def deciding(act: Act, kind: str, name: str) -> list[Call]:
    """The calls of an act that do this to a file of such a name."""
    return [call for call in act.calls if call.kind == kind and call.name.startswith(name)]


@pytest.mark.parametrize("name", ["ingest", "removal", "take-down"])
def test_what_a_writer_left_who_was_killed_before_its_commit_stands_in_nobodys_way(acts, faulty, tmp_path, name):
    act, killed = acts[name], 0
    last = deciding(act, "rename", "meta.json")[-1].number
    for at in range(last - 4, last + 1):  # the calls of other threads come a little earlier or later
        archive = fresh(act.archive, tmp_path / str(at))
        killed += faulty.run(act.on(archive, "first"), under=archive, at=at, fault="kill-before").killed
        assert recounted(archive) == act.after, "it was stored, and who opens the archive brings the index up to date"
    assert killed


@pytest.mark.parametrize("kind", ["write", "rename"])
def test_no_article_leaves_the_index_when_the_one_that_replaces_it_cannot_be_written(acts, faulty, tmp_path, kind):
    act = acts["ingest"]
    for call in deciding(act, kind, ".tmp" if kind == "write" else ".managed.json")[:6]:
        archive = fresh(act.archive, tmp_path / str(call.number))
        with Corpus.open(archive) as reader:
            ended = faulty.run(act.on(archive, "first"), under=archive, at=call.number, fault="EIO")
            assert ended.code == 1
            read_on(reader, act)


def test_a_salvaged_database_takes_no_place_before_the_disk_has_all_of_it(acts, faulty, tmp_path):
    act = acts["salvage"]
    for call in deciding(act, "write", "archive.draft")[-30::6]:
        archive = fresh(act.archive, tmp_path / str(call.number))
        assert ended_in_a_sentence(run(faulty, act, archive, call, "EIO"))
        assert faulty.run(act.on(archive, "again"), under=archive).code == 0
        assert recounted(archive) == act.after

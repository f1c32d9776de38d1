"""What an archive promises on a disk that fails: every act happens as a whole or not at all, and ends in a sentence."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from faulty_process import FAILURES, KILLS, Call, Ended, FaultyShell
from recount import Counted, found, recounted

from corpus import Corpus, Keeper, Query, verify

LONG = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane. " * 3


def lines(path: Path, numbers: Sequence[int], told: str = "first") -> Path:
    """A file of articles; every tenth is a copy of the one before it."""
    path.write_text("".join(f"{json.dumps(line(number, told))}\n" for number in numbers))
    return path


def line(number: int, told: str) -> dict[str, object]:
    own = number - 1 if number % 10 == 9 else number
    text = f"{told} {' '.join(f'w{own}x{word}' for word in range(40))} {LONG}"
    return {"id": number, "title": f"Quay {number}", "text": text, "source": "harbourpost.example", "date": "2023-09-05"}


def older(archive: Path) -> None:
    """Let an archive be as a Dateline of its second format left it, with none of the books and no stories compared."""
    with closing(sqlite3.connect(archive / "archive.db")) as database, database:
        kept = {"articles", "archive", "_sqlite_migrations", "sqlite_sequence"}
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in tables - kept:
            database.execute(f"DROP TABLE {name}")
        database.execute("ALTER TABLE articles DROP COLUMN updated")
        database.execute("UPDATE articles SET story = key")
        database.execute("DELETE FROM _sqlite_migrations WHERE name NOT IN ('articles', 'identity')")
        database.execute("PRAGMA user_version = 2")
    (note,) = archive.glob("index/*/built.json")
    note.write_text(json.dumps(json.loads(note.read_text()) | {"layout": 1}))


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
    is_read: bool = True


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
        (folder / "backups").mkdir()

    def __getitem__(self, name: str) -> Act:
        if name not in self._tried:
            self._tried[name] = self._tried_once(name)
        return self._tried[name]

    def _tried_once(self, name: str) -> Act:
        command, harm = self._commands()[name]
        archive = None if name == "first ingest" else Path(shutil.copytree(self._base, self.folder / name))
        if archive and harm:
            harm(archive)
        before = recounted(self._base) if archive else {}
        own = fresh(archive, self.folder / "tried")
        calls = self._shell.count_calls(["--data-dir", own, *command], under=own)
        after = recounted(own)
        shutil.rmtree(own)
        return Act(command, archive, before, after, calls, is_read=archive is not None and harm in {None, older})

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
            "backup": (("backup", f"{self.folder}/backups"), None),
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


def points(calls: Sequence[Call], chosen: random.Random) -> set[int]:
    """Where a fault is to strike: anywhere, and at one of the last calls that make things durable."""
    (kind,) = chosen.sample(sorted({call.kind for call in calls}), 1)
    anywhere = chosen.choice([call.number for call in calls if call.kind == kind])
    deciding = [call.number for call in calls if call.kind in {"sync", "rename"}]
    return {anywhere, chosen.choice(deciding[-12:])}


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


@pytest.mark.parametrize("fault", [*FAILURES, *KILLS])
@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_meets_a_fault_is_done_or_not_and_completes_when_it_is_tried_again(
    acts, faulty, tmp_path, name, fault
):
    act, chosen = acts[name], random.Random(f"{name} {fault}")
    for at in points(act.calls, chosen):
        where = f"{fault} at call {act.calls[at - 1]} of {name}"
        archive = fresh(act.archive, tmp_path / str(at))
        command = ["--data-dir", archive, *act.command]
        with ExitStack() as opened:
            if reader := opened.enter_context(Corpus.open(archive)) if act.is_read and chosen.random() < 0.5 else None:
                read_on(reader, act)
            ended = faulty.run(command, under=archive, at=at, fault=fault)
            if reader:
                read_on(reader, act)
        assert ended.killed or ended_in_a_sentence(ended), f"{where}: {ended}"
        assert ended.killed == (fault in KILLS), f"{where}: {ended}"
        if act.is_read:
            assert recounted(archive) in ([act.after] if ended.code == 0 else [act.before, act.after]), where
        again = faulty.run(command, under=archive)
        assert again.code == 0, f"{where}, tried again: {again}"
        assert recounted(archive) == act.after, where
        shutil.rmtree(archive)


def backups(acts: Acts) -> Iterator[Path]:
    return (acts.folder / "backups").iterdir()

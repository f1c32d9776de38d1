"""What a backup promises: one whole state of the archive, whoever writes meanwhile, or no file at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from corpus import BackupFailed, Corpus, CorpusDamaged, Keeper, Query, verify

TEXT = "The harbour council met on Tuesday and decided nothing of note about the quay number {} and its old crane. "


def many(path, first, count):
    """A file of articles that are no copies of each other."""
    lines = [
        {
            "id": number,
            "title": f"Quay {number}",
            "text": " ".join(f"w{number}x{word}" for word in range(60)) + TEXT.format(number),
            "source": "harbourpost.example",
            "date": "2023-09-05",
        }
        for number in range(first, first + count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def headlines(folder):
    with Corpus.open(folder) as corpus:
        return sorted(
            h.article.headline for h in corpus.search(Query.parse("source:harbourpost.example"), limit=100).hits
        )


def shell(folder, *arguments, **more):
    command = [sys.executable, "-m", "corpus", "--data-dir", str(folder), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "data"
    with Keeper.open(folder) as keeper:
        keeper.ingest([many(tmp_path / "a.jsonl", 0, 20)])
    return folder


def made(folder, destination):
    with Corpus.open(folder) as corpus:
        return corpus.backup(destination, by="somebody")


def test_a_backup_copied_to_an_empty_folder_is_the_archive(archive, tmp_path):
    backup = made(archive, tmp_path)
    assert (backup.articles, backup.bytes) == (20, backup.path.stat().st_size)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(backup.path, other / "archive.db")
    assert headlines(other) == headlines(archive)
    assert verify(other).problems == ()
    assert [each.name for each in tmp_path.iterdir() if "draft" in each.name] == []


def test_a_backup_brought_back_is_not_answered_from_the_index_of_another_state(archive, tmp_path):
    backup = made(archive, tmp_path / "one.db")
    twin = tmp_path / "twin"
    twin.mkdir()
    shutil.copy(backup.path, twin / "archive.db")
    for folder, first in ((archive, 100), (twin, 200)):  # as many changes each, but not the same
        with Keeper.open(folder) as keeper:
            keeper.ingest([many(tmp_path / f"{first}.jsonl", first, 3)])
    there = made(twin, tmp_path / "two.db")
    shutil.copy(there.path, archive / "archive.db")
    assert headlines(archive) == headlines(twin)
    shutil.copy(backup.path, archive / "archive.db")
    assert headlines(archive) == [f"Quay {each}" for each in sorted(map(str, range(20)))]
    assert verify(archive).problems == ()


def test_a_backup_does_not_have_what_was_erased(archive, tmp_path):
    with Corpus.open(archive) as corpus:
        hits = corpus.search(Query.parse("source:harbourpost.example"), limit=100).hits
        corpus.withhold([next(hit.article.id for hit in hits if hit.article.headline == "Quay 7")], erase=True)
    assert b" w7x33" not in made(archive, tmp_path / "one.db").path.read_bytes()


def test_a_backup_is_one_state_while_a_keeper_writes(archive, tmp_path):
    writing = shell(archive, "ingest", many(tmp_path / "b.jsonl", 1_000, 4_500))
    made_meanwhile = []
    while writing.poll() is None:
        made_meanwhile.append(made(archive, tmp_path / f"{len(made_meanwhile)}.db"))
    assert writing.communicate()[1] == ""
    for backup in made_meanwhile:
        with closing(sqlite3.connect(backup.path)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert copy.execute("SELECT count(*), max(seq) FROM articles").fetchone() == (backup.articles,) * 2
            assert copy.execute("SELECT count(*) FROM audit WHERE ended IS NULL").fetchone() == (0,)
    assert len({backup.articles for backup in made_meanwhile}) > 1


def test_nothing_is_overwritten_and_no_folder_is_made(archive, tmp_path):
    there = tmp_path / "mine.db"
    there.write_text("mine")
    with pytest.raises(BackupFailed, match=r"mine\.db was not made: it is there already"):
        made(archive, there)
    assert there.read_text() == "mine"
    with pytest.raises(BackupFailed, match="there is no such folder"):
        made(archive, tmp_path / "nowhere" / "one.db")
    with pytest.raises(BackupFailed, match=r"was not made: .+\. Name another place"):
        made(archive, Path("/proc/one.db"))


def where_files_stay_small(archive, target, handler):
    """A backup by a process in which that becomes of the signal that a file grows too large."""
    code = (
        f"import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.{handler});"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        "from corpus.__main__ import *; from corpus.cli import archive, run;"
        "sys.exit(run(archive, sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "--data-dir", str(archive), "backup", str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_a_full_disk_leaves_no_file(archive, target):
    ended = where_files_stay_small(archive, target, "SIG_IGN")
    assert ended.returncode == 1, ended.stderr
    assert "was not made" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(target.iterdir()) == []


def test_what_a_killed_backup_left_goes_with_a_later_one_unless_it_may_go_on(archive, target):
    assert where_files_stay_small(archive, target, "SIG_DFL").returncode == -signal.SIGXFSZ
    left = list(target.iterdir())
    assert left
    made(archive, target)
    assert all(each.exists() for each in left)  # for all that can be told they are still written to
    for each in left:
        os.utime(each, (time.time() - 7200,) * 2)
    made(archive, target / "later.db")
    assert {each.suffix for each in target.iterdir()} == {".db"}


def test_a_damaged_archive_makes_no_backup(archive, tmp_path):
    with (archive / "archive.db").open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for page in range(3, size // 4096):
            file.seek(page * 4096)
            file.write(bytes(4096))
    with pytest.raises(CorpusDamaged), Corpus.open(archive) as corpus:
        corpus.backup(tmp_path / "one.db")
    assert not (tmp_path / "one.db").exists()


def test_the_shell_tells_path_articles_and_bytes(archive, tmp_path):
    told = json.loads(shell(archive, "backup", tmp_path, "--json").communicate()[0])
    assert told["articles"] == 20
    assert Path(told["path"]).stat().st_size == told["bytes"]
    with Corpus.open(archive) as corpus:
        assert (corpus.acts(1)[0].what, corpus.acts(1)[0].outcome) == (
            "backup",
            f"20 articles, {told['bytes']:,} bytes",
        )


def test_an_act_whose_process_was_killed_is_closed_as_cut_off(archive, tmp_path):
    killed = shell(archive, "--lines", "ingest", many(tmp_path / "b.jsonl", 1_000, 4_000), start_new_session=True)
    killed.stdout.readline()  # it is in the midst of it
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    with Corpus.open(archive) as corpus:
        assert corpus.acts(1)[0].outcome is None
    deadline = time.monotonic() + 10
    while True:
        with Keeper.open(archive, create=False), Corpus.open(archive) as corpus:
            act = corpus.acts(1)[0]
        if act.outcome or time.monotonic() > deadline:
            break
    assert (act.what, act.outcome) == ("ingest", "cut off")
    assert verify(archive).problems == ()


def test_an_act_that_goes_on_is_not_cut_off(archive):
    hold = (
        "import sys; from pathlib import Path; from corpus.keeping.audit import audited;"
        "from corpus.engine.local import ArchiveFile, LocalLedger;"
        "ledger = LocalLedger(ArchiveFile(Path(sys.argv[1]) / 'archive.db'));\n"
        "with audited(ledger, 'somebody', 'backup', ''): print('at it', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(archive)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as going:
        assert going.stdout.readline() == "at it\n"
        with Keeper.open(archive), Corpus.open(archive) as corpus:
            assert corpus.acts(1)[0].outcome is None
        going.stdin.close()
    with Corpus.open(archive) as corpus:
        assert corpus.acts(1)[0].outcome == "done"

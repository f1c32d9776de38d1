"""What an archive promises on a disk that is full, or held by somebody else: a sentence, and reads go on."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from corpus import Corpus, CorpusLocked, Keeper, Query, verify
from corpus.cli import archive as commands
from corpus.cli import run
from invented import lines
from recount import found, recounted

ARTICLES = 2_400  # that 3 MiB cannot hold


def mounted(*options, at):
    return subprocess.run(["mount", *options, str(at)], capture_output=True, text=True, check=False)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of three MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or sys.platform != "linux":
        pytest.skip("to mount a small file system needs root on Linux")
    if (made := mounted("-t", "tmpfs", "-o", "size=3m", "tmpfs", at=disk)).returncode:
        pytest.skip(f"no small file system can be mounted: {made.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def shell(folder, *command):
    started = [sys.executable, "-m", "corpus", "--data-dir", str(folder), *map(str, command)]
    return subprocess.run(started, capture_output=True, text=True, check=False)


def test_a_disk_that_is_full_is_a_sentence_while_reads_go_on_and_with_more_room_it_completes(small_disk, tmp_path):
    archive, file = small_disk / "data", lines(tmp_path / "many.jsonl", range(ARTICLES))
    assert shell(archive, "ingest", lines(tmp_path / "few.jsonl", range(100))).returncode == 0
    with Corpus.open(archive) as reader:
        ended = shell(archive, "ingest", file)
        assert ended.returncode == 1
        assert len(ended.stderr.splitlines()) == 1
        assert "full" in ended.stderr or "no space left" in ended.stderr
        assert len(found(reader)) >= 100
        assert reader.search(Query.parse('title:"Quay 7"')).hits
    with Corpus.open(archive) as another:
        assert another.search(Query.parse('title:"Quay 7"')).hits
    assert not mounted("-o", "remount,size=64m", at=small_disk).returncode
    held = len(recounted(archive))
    assert 100 <= held <= ARTICLES, "what was stored before the index found no room is there"
    assert shell(archive, "ingest", file).returncode == 0
    assert len(recounted(archive)) == ARTICLES


@pytest.fixture
def archive(tmp_path):
    with Keeper.open(tmp_path / "data") as keeper:
        keeper.ingest([lines(tmp_path / "few.jsonl", range(20))])
    return tmp_path / "data"


@pytest.fixture
def held(archive):
    """Another process that writes to the database until it is told to end; gives how."""
    code = (
        "import sqlite3, sys; database = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "database.execute('BEGIN IMMEDIATE'); print(flush=True); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", code, str(archive / "archive.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        other.stdout.readline()
        yield lambda: other.communicate("\n", timeout=20)
        if other.poll() is None:
            other.communicate("\n", timeout=20)


def test_who_holds_the_database_for_a_moment_is_waited_for(archive, held, tmp_path):
    releasing = threading.Timer(1.0, held)
    releasing.start()
    with Keeper.open(archive) as keeper:
        assert keeper.ingest([lines(tmp_path / "more.jsonl", range(20, 40))]).read == 20
    releasing.join()
    assert len(recounted(archive)) == 40


def ingest(archive, file):
    with Keeper.open(archive) as keeper:
        keeper.ingest([file])


def reindex(archive, _):
    with Keeper.open(archive) as keeper:
        keeper.reindex([], index_only=True)


def withhold(archive, _):
    with Corpus.open(archive) as corpus:
        corpus.withhold(found(corpus)[:1])


def remember(archive, _):
    with Corpus.open(archive) as corpus:
        corpus.remember("user:1", {"limit": 5})


@pytest.mark.parametrize("change", [ingest, reindex, withhold, remember])
def test_who_holds_the_database_for_long_is_told_of_and_nothing_else_stops(
    archive, held, tmp_path, monkeypatch, change
):
    monkeypatch.setattr("corpus.engine.local.database._PATIENCE", 0.3)
    file, before = lines(tmp_path / "more.jsonl", range(20, 40)), recounted(archive)
    with pytest.raises(CorpusLocked, match="try again"):
        change(archive, file)
    assert recounted(archive) == before, "who reads or looks through it is not held up"
    held()
    with Keeper.open(archive) as keeper:
        assert keeper.ingest([file]).read == 20
    assert len(recounted(archive)) == 40


def test_a_database_held_throughout_its_patience_is_a_sentence_of_the_shell(archive, held, monkeypatch, capsys):
    monkeypatch.setattr("corpus.engine.local.database._PATIENCE", 0.3)
    assert run(commands, ["--data-dir", str(archive), "reindex", "--index-only"]) == 3
    told = f"The archive in {archive} is being changed by another process: try again when it has ended.\n"
    assert capsys.readouterr().err == told
    held()
    assert verify(archive).problems == ()

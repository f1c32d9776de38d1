"""A glance at an archive tells what there is, and leaves everything as it was."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpus import Corpus, CorpusDamaged, CorpusMissing, CorpusTooNew, Keeper, glance


def state(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Every file of an archive but the memory that SQLite's processes share, with whatever would tell of a change."""
    files = (path for path in folder.rglob("*") if not path.name.endswith("-shm"))
    return {path: (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def set_format(folder: Path, number: int) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as connection, connection:
        connection.execute(f"PRAGMA user_version = {number}")


def test_a_sound_archive_is_told_with_its_size_and_nothing_is_changed(own_archive):
    before = state(own_archive)
    seen = glance(own_archive)
    assert (seen.articles, seen.trouble, seen.lags, seen.kept, seen.outdated) == (60, None, False, False, False)
    assert seen.database_bytes == (own_archive / "archive.db").stat().st_size
    assert seen.index_bytes > 10_000
    assert state(own_archive) == before


def test_what_others_write_meanwhile_is_seen_and_not_disturbed(own_archive, write):
    with Corpus.open(own_archive) as reader, Keeper.open(own_archive) as keeper:
        assert glance(own_archive).kept
        keeper.ingest([write({"text": "The tidal barrier held."})])
        before = state(own_archive)
        assert glance(own_archive).articles == 61
        assert state(own_archive) == before
        assert reader.status().articles == 61
    assert not glance(own_archive).kept


def test_an_index_that_would_be_healed_is_told_and_left(own_archive):
    pointer = own_archive / "index" / "current"
    pointer.unlink()
    before = state(own_archive)
    assert glance(own_archive).trouble == "there is none"
    assert state(own_archive) == before
    assert not pointer.exists()


def test_an_index_that_lags_is_told(own_archive, write):
    index = own_archive / "index"
    kept = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    with Keeper.open(own_archive) as keeper:
        keeper.ingest([write({"text": "The tidal barrier held."})])
    for path, content in kept.items():
        path.write_bytes(content)
    assert glance(own_archive).lags


def test_a_damaged_index_is_told_and_what_was_found_is_not_written_down(own_archive):
    [whole] = (own_archive / "index").rglob("whole.json")
    whole.unlink()
    term = max((own_archive / "index").rglob("*.term"), key=lambda path: path.stat().st_size)
    content = bytearray(term.read_bytes())
    content[len(content) // 2] ^= 0xFF
    term.write_bytes(content)
    assert "does not match its checksum" in glance(own_archive).trouble
    assert not whole.exists()


def test_an_older_format_is_told_and_not_brought_up_to_date(own_archive):
    set_format(own_archive, 1)
    before = state(own_archive)
    seen = glance(own_archive)
    assert (seen.outdated, seen.articles) == (True, 60)
    assert state(own_archive) == before


def test_what_is_no_archive_is_told(tmp_path, own_archive):
    with pytest.raises(CorpusMissing):
        glance(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    set_format(own_archive, 99)
    with pytest.raises(CorpusTooNew):
        glance(own_archive)
    for content in (b"", b"no database at all " * 400):
        (own_archive / "archive.db").write_bytes(content)
        with pytest.raises(CorpusDamaged):
            glance(own_archive)

"""What the archive promises: nothing that was taken in is lost, an index heals, one keeper at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import (
    Corpus,
    CorpusDamaged,
    CorpusLocked,
    CorpusMissing,
    CorpusTooNew,
    CorpusUnwritable,
    Input,
    Keeper,
    NotIndexed,
    Query,
    UnreadableInput,
    verify,
)

FERRY = Query.parse("ferry")


def index_folder(archive: Path) -> Path:
    return archive / "index" / (archive / "index" / "current").read_text().strip()


def index_files(archive: Path) -> dict[str, Path]:
    """A file of each kind that the index has: the names of most are others with every build."""
    files = [path for path in index_folder(archive).iterdir() if path.suffix not in {".draft", ".lock"}]
    return {path.name if path.suffix == ".json" else path.suffix: path for path in files}


def found(archive: Path) -> tuple[int, list[str]]:
    with Corpus.open(archive) as corpus:
        results = corpus.search(FERRY, limit=100)
        return results.ranked, [hit.article.id for hit in results.hits]


def test_the_same_input_twice_changes_nothing(tmp_path, write):
    path = write({"text": "One."}, {"text": "Two."})
    with Keeper.open(tmp_path / "data") as keeper:
        first, second = keeper.ingest([path]), keeper.ingest([path])
    assert (first.added, first.unchanged) == (2, 0)
    assert (second.added, second.updated, second.unchanged) == (0, 0, 2)


def test_a_changed_article_is_updated_and_found_by_its_new_words_only(tmp_path, write):
    with Keeper.open(tmp_path / "data") as keeper:
        keeper.ingest([write({"id": "a", "text": "The zeppelin landed."})])
        report = keeper.ingest([write({"id": "a", "text": "The balloon landed."})])
    assert report.updated == 1
    with Corpus.open(tmp_path / "data") as corpus:
        assert corpus.search(Query.parse("zeppelin")).ranked == 0
        assert corpus.search(Query.parse("balloon")).ranked == 1
        assert corpus.status().articles == 1


def kept(archive: Path, *changes: str) -> None:
    """Change the database by hand."""
    with closing(sqlite3.connect(archive / "archive.db")) as database, database:
        for change in changes:
            database.execute(change)


def updates(archive: Path) -> dict[str, datetime | None]:
    """By its headline when each article was updated."""
    with Corpus.open(archive) as corpus:
        hits = corpus.search(Query.parse("sort:oldest source:harbourpost.example copies:all"), limit=100).hits
        found = {hit.article.headline: hit.article.updated for hit in hits}
        assert {hit.article.headline: corpus.article(hit.article.id).updated for hit in hits} == found
    return found


@pytest.mark.parametrize("changed", [{"text": "A balloon."}, {"title": "Airship"}, {"author": "Ada"}])
def test_an_article_that_was_replaced_says_when_and_others_do_not(tmp_path, write, changed):
    first = {"title": "Flight", "text": "A zeppelin."}
    with Keeper.open(tmp_path / "data") as keeper:
        keeper.ingest([write(first, {"title": "Other", "text": "A ship."})])
        assert set(updates(tmp_path / "data").values()) == {None}
        before = datetime.now(UTC).replace(microsecond=0)
        keeper.ingest([write(first | changed, {"title": "Other", "text": "A ship."}, {"title": "New", "text": "Ha."})])
    found = updates(tmp_path / "data")
    moment = found.pop(changed.get("title", "Flight"))
    assert before <= moment <= datetime.now(UTC)
    assert (moment.utcoffset(), moment.microsecond) == (timedelta(), 0)
    assert found == {"Other": None, "New": None}


def test_when_an_article_was_replaced_is_kept_until_it_is_replaced_again(tmp_path, write):
    long = "The harbour council met on Tuesday and decided nothing of note about the quay. " * 4
    path = write({"title": "Told", "text": long}, {"title": "Told again", "text": long})
    with Keeper.open(tmp_path / "data") as keeper:
        keeper.ingest([path])
    kept(tmp_path / "data", "UPDATE articles SET updated = '2020-02-29T23:59:59+00:00'")
    then = datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC)
    with Keeper.open(tmp_path / "data") as keeper:
        assert keeper.ingest([path]).unchanged == 2
        keeper.reindex([Input("news", path)])
        keeper.reindex([], index_only=True)
    assert set(updates(tmp_path / "data").values()) == {then}

    never_compared = ("DELETE FROM signatures", "DELETE FROM bands", "DELETE FROM late_bands",
                      "INSERT INTO unsigned VALUES (1, 2)", "UPDATE articles SET story = key")  # fmt: skip
    kept(tmp_path / "data", *never_compared)
    with Keeper.open(tmp_path / "data"), Corpus.open(tmp_path / "data") as corpus:
        assert len(corpus.search(Query.parse("quay")).hits[0].copies) == 1, "they share a story again"
    assert set(updates(tmp_path / "data").values()) == {then}

    with Keeper.open(tmp_path / "data") as keeper:
        assert keeper.ingest([write({"title": "Told", "text": "Something else."})]).updated == 1
    found = updates(tmp_path / "data")
    assert found["Told"] > then
    assert found["Told again"] == then


def test_batches_of_any_size_say_the_same_of_an_article_that_comes_twice(tmp_path, write, monkeypatch):
    path = write(*({"id": "a", "title": "Flight", "text": text} for text in ("A zeppelin.", "A balloon.", "A kite.")))
    found = []
    for size in (1, 100):
        monkeypatch.setattr("corpus.keeping.taking._BATCH", size)
        with Keeper.open(tmp_path / str(size)) as keeper:
            keeper.ingest([path])
        found.append(updates(tmp_path / str(size))["Flight"] is not None)
    assert found == [True, True]


def test_an_archive_of_the_format_before_updates_and_documents_is_opened_as_it_is(own_archive):
    before = found(own_archive)
    kept(own_archive, "ALTER TABLE articles DROP COLUMN updated", "DROP TABLE documents", "PRAGMA user_version = 3",
         "DELETE FROM _sqlite_migrations WHERE name = 'updates_and_documents'")  # fmt: skip
    with Corpus.open(own_archive) as corpus:
        corpus.remember("user:1", {"limit": 5})
        assert corpus.recall(["user:1"]) == {"user:1": {"limit": 5}}
        assert all(hit.article.updated is None for hit in corpus.search(FERRY).hits)
    assert found(own_archive) == before


def test_an_identical_text_under_another_address_is_kept_as_a_copy(tmp_path, write):
    text = "The harbour council met on Tuesday and decided nothing of note about the quay. " * 4
    path = write(
        {"id": None, "text": text, "url": "https://one.example/a"},
        {"id": None, "text": text, "url": "https://two.example/b"},
    )
    with Keeper.open(tmp_path / "data") as keeper:
        report = keeper.ingest([path])
    assert (report.read, report.added, report.copies) == (2, 1, 1)


def test_what_a_keeper_takes_in_is_found_by_a_reader_that_is_open_already(tmp_path, write):
    with Corpus.open(tmp_path / "data", create=True) as reader:
        assert reader.search(FERRY).ranked == 0
        with Keeper.open(tmp_path / "data") as keeper:
            keeper.ingest([write({"text": "The ferry sailed."})])
        assert reader.search(FERRY).ranked == 1
        assert [source.key for source in reader.sources()] == ["harbourpost.example"]


def test_outlets_are_counted_on_as_articles_come_change_and_go(tmp_path, write):
    with Corpus.open(tmp_path / "data", create=True) as reader:

        def counted():
            with Corpus.open(tmp_path / "data") as fresh:
                assert reader.sources() == fresh.sources()
            return {source.name: source.articles for source in reader.sources()}

        def taken_in(**article):
            with Keeper.open(tmp_path / "data") as keeper:
                keeper.ingest([write({"url": None, "id": None, **article})])
            return counted()

        assert counted() == {}
        assert taken_in(id="1", source="wire", text="One.", date="2023-09-05") == {"wire": 1}
        assert taken_in(id="2", source="Wire", text="Two.", date="2021-01-01") == {"Wire": 2}
        assert taken_in(id="3", source="Post", text="Three.") == {"Wire": 2, "Post": 1}
        assert taken_in(id="2", source="Wire", text="Two.", date="2024-01-01") == {"Wire": 2, "Post": 1}
        reader.withhold([hit.article.id for hit in reader.search(Query.parse("three")).hits])
        assert counted() == {"Wire": 2}
        assert taken_in(id="4", source="Post", text="Four.") == {"Wire": 2, "Post": 1}


def test_a_missing_index_is_built_from_the_store(own_archive):
    before = found(own_archive)
    shutil.rmtree(own_archive / "index")
    assert found(own_archive) == before


@pytest.mark.parametrize("harm", ["truncate", "flip", "remove", "empty"])
def test_an_index_with_any_damaged_file_is_rebuilt_and_answers_as_before(own_archive, harm):
    before = found(own_archive)
    with Keeper.open(own_archive) as keeper:
        keeper.reindex([], index_only=True)  # what tests before this one left is no part of what is built
    kinds = sorted(index_files(own_archive))
    assert {".idx", ".term", ".store", "meta.json", "built.json"} <= set(kinds)
    for kind in kinds:
        victim = index_files(own_archive)[kind]
        content = bytearray(victim.read_bytes())
        content[len(content) // 3] ^= 0xFF
        victim.unlink()  # a new file, since cutting one that is mapped ends the process that has mapped it
        if harm != "remove":
            victim.write_bytes({"flip": content, "truncate": content[: len(content) // 2], "empty": b""}[harm])
        assert found(own_archive) == before, victim.name


def test_an_index_that_is_older_than_the_store_catches_up(own_archive, tmp_path, write):
    shutil.copytree(own_archive / "index", tmp_path / "old")
    with Keeper.open(own_archive) as keeper:
        keeper.ingest([write({"title": "New", "text": "Another ferry sailed."})])
    shutil.rmtree(own_archive / "index")
    shutil.copytree(tmp_path / "old", own_archive / "index")
    with Corpus.open(own_archive) as corpus:
        assert "New" in [hit.article.headline for hit in corpus.search(FERRY, limit=100).hits]
        assert corpus.status().index_articles == corpus.status().articles


def test_an_index_of_another_archive_is_not_used(own_archive, tmp_path, write):
    with Keeper.open(tmp_path / "other") as keeper:
        keeper.ingest([write({"text": "A ferry."})])
    before = found(own_archive)
    shutil.rmtree(own_archive / "index")
    shutil.copytree(tmp_path / "other" / "index", own_archive / "index")
    assert found(own_archive) == before


def test_a_leftover_of_a_killed_build_is_swept_away(own_archive):
    leftover = own_archive / "index" / "000099"
    leftover.mkdir()
    (leftover / "half").write_text("built")
    with Keeper.open(own_archive) as keeper:
        keeper.reindex([], index_only=True)
    assert not leftover.exists()


def test_what_was_left_by_a_look_that_was_killed_is_swept_away(own_archive, write):
    leftover = index_folder(own_archive) / "whole.json.4711"
    leftover.write_text("{")
    with Keeper.open(own_archive) as keeper:
        keeper.ingest([write({"text": "Another ferry sailed."})])
    assert not leftover.exists()


def test_a_look_at_every_file_writes_nothing_where_all_are_as_they_were(own_archive):
    assert verify(own_archive).sound
    noted = index_folder(own_archive) / "whole.json"
    before = noted.stat()
    assert verify(own_archive).sound
    assert (noted.stat().st_ino, noted.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_reindex_reads_the_inputs_again_and_switches_to_a_new_index(own_archive, write):
    old = index_folder(own_archive)
    path = write({"title": "New", "text": "Another ferry sailed."})
    with Keeper.open(own_archive) as keeper:
        report = keeper.reindex([Input("news", path)])
    assert report.added == 1
    assert index_folder(own_archive) != old
    assert not old.exists()


def test_a_reindex_of_an_input_that_is_not_there_leaves_the_old_index_serving(own_archive):
    before, old = found(own_archive), index_folder(own_archive)
    with Keeper.open(own_archive) as keeper, pytest.raises(UnreadableInput, match=r"nowhere\.jsonl"):
        keeper.reindex([Input("news", Path("nowhere.jsonl"))])
    assert index_folder(own_archive) == old
    assert found(own_archive) == before


def test_searches_during_reindexes_and_ingests_answer_from_one_whole_index(own_archive, write):
    expected = found(own_archive)
    ended, wrong = threading.Event(), []

    def search():
        with Corpus.open(own_archive) as corpus:
            while not ended.is_set():
                results = corpus.search(FERRY, limit=100)
                answer = (results.ranked, [hit.article.id for hit in results.hits])
                if answer != expected:
                    wrong.append(answer)

    reader = threading.Thread(target=search)
    reader.start()
    with Keeper.open(own_archive) as keeper:
        for number in range(6):
            keeper.reindex([], index_only=True)
            keeper.ingest([write({"id": number, "text": "A balloon."})])
    ended.set()
    reader.join()
    # An ingest changes how much a word tells, and so the order; which articles answer it must not change.
    assert {(ranked, frozenset(ids)) for ranked, ids in wrong} <= {(expected[0], frozenset(expected[1]))}


def test_only_one_keeper_may_change_an_archive_and_readers_need_not_wait(own_archive):
    with Keeper.open(own_archive):
        with pytest.raises(CorpusLocked, match="changed by another process"):
            Keeper.open(own_archive)
        assert found(own_archive)[0]


def test_an_index_that_cannot_be_written_is_a_sentence_and_the_articles_are_there_all_the_same(own_archive):
    shutil.rmtree(own_archive / "index")
    (own_archive / "index").write_text("in the way")
    with Corpus.open(own_archive) as corpus:
        assert corpus.status().articles == 60
        with pytest.raises(NotIndexed, match="dateline reindex"):
            corpus.search(FERRY)
    with pytest.raises(CorpusUnwritable, match="check its disk"):
        Keeper.open(own_archive)


@pytest.mark.parametrize("spoilt", ['{"layout": 1, "archive": "x", "seq": "y", "at": 5}', "[]", "\x00\xff"])
def test_a_spoilt_note_of_an_index_costs_a_rebuild(own_archive, spoilt):
    before = found(own_archive)
    (index_folder(own_archive) / "built.json").write_bytes(spoilt.encode("latin-1"))
    assert found(own_archive) == before


_MAKERS = """
import os, sys, time
from pathlib import Path
from corpus import Corpus
for attempt in range(12):
    begin, makers = time.time() + 0.1, []
    for _ in range(6):
        if not (maker := os.fork()):
            while time.time() < begin:
                pass
            Corpus.open(Path(sys.argv[1]) / str(attempt), create=True).close()
            os._exit(0)
        makers.append(maker)
    assert not any([os.waitpid(maker, 0)[1] for maker in makers])
"""


def test_several_who_make_one_archive_at_once_all_have_it(tmp_path):
    made = subprocess.run([sys.executable, "-c", _MAKERS, tmp_path], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    with Corpus.open(tmp_path / "11") as corpus:
        assert corpus.status().articles == 0


def test_a_missing_archive_is_said_and_not_made(tmp_path):
    with pytest.raises(CorpusMissing, match="dateline ingest"):
        Corpus.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_an_archive_of_a_newer_version_is_left_alone(own_archive):
    database = sqlite3.connect(own_archive / "archive.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    for opened in (Corpus.open, Keeper.open):
        with pytest.raises(CorpusTooNew, match="upgrade Dateline"):
            opened(own_archive)


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path):
    (tmp_path / "archive.db").write_bytes(b"This is not a database. " * 100)
    with pytest.raises(CorpusDamaged, match="backup"):
        Corpus.open(tmp_path)


@pytest.mark.parametrize("delay", [0.05, 0.3, 0.45, 0.6, 0.8])
def test_an_ingest_that_is_killed_loses_nothing_and_doubles_nothing(tmp_path, delay):
    articles = tmp_path / "many.jsonl"
    lines = (
        {"id": n, "text": f"Ferry number {n} sailed.", "source": "a.example", "date": "2023-01-01"}
        for n in range(4_000)
    )
    articles.write_text("\n".join(map(json.dumps, lines)))
    command = [sys.executable, "-m", "corpus", "--data-dir", str(tmp_path / "data"), "ingest", str(articles)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with Corpus.open(tmp_path / "data", create=True) as corpus:
        stored = corpus.status().articles
        assert corpus.search(FERRY).ranked == stored == corpus.status().index_articles
    with Keeper.open(tmp_path / "data") as keeper:
        report = keeper.ingest([articles])
    assert report.unchanged == stored
    assert report.added + report.copies == 4_000 - stored
    with Corpus.open(tmp_path / "data") as corpus:
        assert corpus.search(FERRY).ranked == 4_000

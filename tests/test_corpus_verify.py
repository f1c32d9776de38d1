"""What looking through an archive promises: to find what is wrong, mend what can be, tell exactly what is lost."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress

import pytest

from corpus import (
    Corpus,
    CorpusError,
    CorpusInUse,
    CorpusLocked,
    Intent,
    Keeper,
    Query,
    Trouble,
    verify,
)
from tests.test_corpus_backup import headlines, many, shell

COUNT = 60


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """An archive of sixty articles in two files: read it, never change it."""
    folder = tmp_path_factory.mktemp("sound")
    with Keeper.open(folder / "data") as keeper:
        keeper.ingest([many(folder / "a.jsonl", 0, 40), many(folder / "b.jsonl", 40, 20)])
    return folder / "data"


@pytest.fixture
def archive(sound, tmp_path):
    """A copy of it, which may be damaged."""
    return shutil.copytree(sound, tmp_path / "data")


def sql(folder, *statements):
    with closing(sqlite3.connect(folder / "archive.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def asked(folder, question):
    with closing(sqlite3.connect(folder / "archive.db")) as database:
        return database.execute(question).fetchall()


def kinds(verified):
    return {each.kind for each in verified.problems}


def told(verified):
    return " ".join(each.what for each in verified.problems)


def overwritten(path, place, content):
    with path.open("r+b") as file:
        file.seek(place)
        file.write(content)


def test_a_sound_archive_is_told_to_be_sound(archive):
    assert verify(archive).problems == ()
    assert verify(archive).articles == COUNT


def test_to_look_changes_nothing(archive):
    sql(archive, "DELETE FROM signatures", "UPDATE articles SET text = text || ' and more' WHERE key = 3")
    before = (archive / "archive.db").read_bytes()
    assert not verify(archive).sound
    assert (archive / "archive.db").read_bytes() == before


def test_an_article_that_was_altered_is_named_and_comes_again_from_its_file(archive, sound):
    (article,) = asked(archive, "SELECT id FROM articles WHERE key = 3")[0]
    sql(archive, "UPDATE articles SET text = 'Something else.' WHERE key = 3")
    found = verify(archive, repair=True)
    assert [(each.kind, each.mended) for each in found.problems] == [(Trouble.ARTICLE, False)]
    assert article in told(found)
    file = sound.parent / "a.jsonl"
    assert f"`dateline ingest {file}` reads it again" in told(found)
    assert asked(archive, "SELECT text FROM articles WHERE key = 3") == [("Something else.",)]
    with Keeper.open(archive) as keeper:
        assert keeper.ingest([file]).updated == 1
    assert asked(archive, "SELECT text FROM articles") == asked(sound, "SELECT text FROM articles")
    assert verify(archive).problems == ()


def test_an_article_that_cannot_be_read_is_taken_out_and_comes_again(archive, sound):
    sql(archive, "UPDATE articles SET text = CAST(x'ff41' AS TEXT), published = 'never' WHERE key = 3")
    found = verify(archive, repair=True)
    assert "cannot be read any more" in told(found)
    assert not found.sound
    assert verify(archive).problems == ()
    assert verify(archive).articles == COUNT - 1
    with Keeper.open(archive) as keeper:
        assert keeper.ingest([sound.parent / "a.jsonl"]).added == 1
    assert headlines(archive) == headlines(sound)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("INSERT INTO signatures VALUES (999, x'00')", "signatures belong to no article"),
        ("INSERT INTO bands VALUES (7, 999)", "copies are found belong to no article"),
        ("INSERT INTO refused VALUES (999, 'x', 'y')", "rejections of files that they do not know"),
        ("INSERT INTO sightings VALUES (999, 1, 1)", "of files that they do not know"),
        ("INSERT INTO sightings VALUES (1, 999, 9)", "the archive does not have them"),
        ("UPDATE articles SET story = 5 WHERE key IN (1, 2)", None),
    ],
)
def test_books_that_belong_to_nothing_are_found_and_mended(archive, damage, words):
    sql(archive, damage)
    if words is None:
        sql(
            archive,
            "DELETE FROM signatures WHERE key < 3",
            "DELETE FROM bands WHERE key < 3",
            "DELETE FROM late_bands WHERE key < 3",
        )
        words = "no article by which copies of them are found"
    assert words in told(verify(archive))
    assert kinds(verify(archive)) == {Trouble.BOOKS}
    found = verify(archive, repair=True)
    assert found.sound
    assert words in told(found)
    assert verify(archive).problems == ()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_to_the_index_is_found_and_mended(archive, sound, seed):
    chosen = random.Random(seed)
    files = [path for path in (archive / "index").rglob("*") if path.is_file() and path.stat().st_size]
    names = [path for path in files if path.name not in {".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"}]
    by_kind = sorted(names, key=lambda path: (path.suffix, path.name))  # most names are others with every build
    path = by_kind[seed % len(names)]
    content = bytearray(path.read_bytes())
    place = chosen.randrange(len(content))
    content[place] ^= 1 << chosen.randrange(8)
    path.write_bytes(chosen.choice([content, content[:place], b""]))
    verify(archive)
    found = verify(archive, repair=True)
    assert found.sound, told(found)
    assert verify(archive).problems == ()
    assert headlines(archive) == headlines(sound)


def test_a_byte_that_changed_by_itself_is_found(archive):
    with Corpus.open(archive):
        pass  # from now on it is remembered that all files were whole
    index = archive / "index" / (archive / "index" / "current").read_text()
    spoilt = max(index.glob("*.store"))
    overwritten(spoilt, 3, bytes([spoilt.read_bytes()[3] ^ 1]))
    whole = json.loads((index / "whole.json").read_text())
    whole[spoilt.name] = [spoilt.stat().st_size, spoilt.stat().st_ctime_ns]  # as if nobody had touched it
    (index / "whole.json").write_text(json.dumps(whole))
    assert "does not match its checksum" in told(verify(archive))


def test_an_index_that_lacks_one_article_and_has_another_twice_is_found(archive):
    sql(archive, "UPDATE articles SET seq = 1000 WHERE key = 5", "UPDATE articles SET seq = 5 WHERE key = 6")
    sql(archive, "UPDATE articles SET seq = 6 WHERE key = 5")
    assert "wrong about 2 articles" in told(verify(archive))
    assert verify(archive, repair=True).sound
    assert verify(archive).problems == ()


def test_an_index_of_the_databases_own_is_made_anew(archive):
    root = asked(archive, "SELECT rootpage FROM sqlite_master WHERE name = 'idx_articles_story'")[0][0]
    sql(archive, "PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE name = 'idx_articles_story'")
    sql(
        archive,
        "INSERT INTO articles SELECT 900, 'aaaaaaaaaa', headline, headline_derived, text, source, source_name,"
        " published, day, url, byline, section, language, story, checksum, 900, updated FROM articles WHERE key = 1",
    )
    sql(
        archive,
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('index', 'idx_articles_story', 'articles',"
        f" {root}, 'CREATE INDEX [idx_articles_story] ON [articles] ([story])')",
    )
    found = verify(archive)
    assert "An index of the database's own is wrong" in told(found)
    assert verify(archive, repair=True).sound
    assert verify(archive).problems == ()
    assert not list(archive.glob("*.damaged-*"))


def lost_of(verified):
    """The ids that are told as lost."""
    return {
        article
        for each in verified.problems
        if "articles could not be saved" in each.what
        for article in re.findall("“(.+?)”", each.what)
    }


@pytest.mark.parametrize("seed", range(16))
def test_of_a_damaged_database_all_that_is_lost_is_told_and_comes_again(archive, sound, seed):
    """Pages are zeroed or overwritten, bytes are flipped, the end is cut off: beyond the first page, the schema."""
    chosen = random.Random(seed)
    path = archive / "archive.db"
    size = path.stat().st_size
    page = 4096 * chosen.randrange(6, size // 4096)
    match seed % 4:
        case 0:
            overwritten(path, page, bytes(4096))
        case 1:
            overwritten(path, page, chosen.randbytes(4096))
        case 2:
            for _ in range(10):
                overwritten(path, chosen.randrange(6 * 4096, size), chosen.randbytes(1))
        case 3:
            os.truncate(path, size - chosen.randrange(1, size // 2))
    before = {each for (each,) in asked(sound, "SELECT id FROM articles")}
    found = verify(archive, repair=True)
    again = verify(archive)
    assert kinds(again) <= {Trouble.ARTICLE}, told(again)
    assert asked(archive, "PRAGMA integrity_check") == [("ok",)]
    kept = {each for (each,) in asked(archive, "SELECT id FROM articles")}
    if not found.sound:
        named = told(found)
        none = not kept and "No article could be saved" in named
        assert none or not {each for each in before - kept if each not in named}
        assert not lost_of(found) & kept
    assert before <= kept or not found.sound
    with Keeper.open(archive) as keeper:
        keeper.ingest([sound.parent / "a.jsonl", sound.parent / "b.jsonl"], intent=Intent(again=True))
    assert headlines(archive) == headlines(sound)


def middle_leaf(archive, table):
    """The number of a page in the middle of a table that has more than one."""
    [(root,)] = asked(archive, f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")
    page = (archive / "archive.db").read_bytes()[(root - 1) * 4096 : root * 4096]
    assert page[0] == 5, "no page that leads to others"  # sqlite.org/fileformat2, 1.6
    cells = int.from_bytes(page[3:5], "big")
    place = int.from_bytes(page[12 + cells // 2 * 2 :][:2], "big")
    return int.from_bytes(page[place : place + 4], "big")


def test_a_page_of_what_was_taken_out_costs_no_more_than_its_own_rows(archive):
    rows = "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 20999) SELECT i, i FROM n"
    sql(archive, f"INSERT INTO removed {rows}")
    overwritten(archive / "archive.db", (middle_leaf(archive, "removed") - 1) * 4096, bytes(4096))
    assert not verify(archive, repair=True).sound
    [(kept, last)] = asked(archive, "SELECT count(*), max(key) FROM removed")
    assert (kept > 19_000, last) == (True, 20_999)


def test_what_is_written_while_a_database_is_mended_is_not_lost(archive):
    [(root,)] = asked(archive, "SELECT rootpage FROM sqlite_master WHERE name = 'signatures'")
    overwritten(archive / "archive.db", (root - 1) * 4096, bytes(4096))
    code = (
        "import sqlite3, sys, time\n"
        "for number in range(150):\n"
        "    database = sqlite3.connect(sys.argv[1], timeout=10)\n"
        "    with database: database.execute('INSERT INTO documents VALUES (?, ?)', [str(number), '{}'])\n"
        "    database.close()\n"
        "    print(number, flush=True)\n"
        "    time.sleep(0.01)\n"
    )
    command = [sys.executable, "-c", code, str(archive / "archive.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        writer.stdout.readline()
        while writer.poll() is None:
            with suppress(CorpusInUse, CorpusLocked):
                verify(archive, repair=True)
        assert writer.returncode == 0
    verify(archive, repair=True)
    assert asked(archive, "SELECT count(*) FROM documents") == [(150,)]


@pytest.mark.parametrize("content", [b"", b"not a database at all", bytes(8192)])
def test_of_a_database_that_is_none_the_whole_is_told_to_be_lost(archive, content):
    (archive / "archive.db").write_bytes(content)
    assert kinds(verify(archive)) == {Trouble.DATABASE}
    found = verify(archive, repair=True)
    assert found.articles == 0
    assert not found.sound
    assert len(list(archive.glob("archive.db.damaged-*"))) == 1
    assert verify(archive).problems == ()


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_of_the_first_page_ends_in_a_traceback(archive, seed):
    chosen = random.Random(seed)
    for _ in range(4):
        overwritten(archive / "archive.db", chosen.randrange(4096), chosen.randbytes(1))
    ended = [shell(archive, "verify", *more).communicate() for more in ((), ("--repair",), ())]
    assert not any("Traceback" in err or "should not have" in err for _, err in ended)


def test_a_damaged_log_of_a_killed_keeper_is_found_or_harmless(archive, tmp_path, sound):
    hold = (
        "import os, sys; from pathlib import Path; from corpus import Keeper;"
        "keeper = Keeper.open(Path(sys.argv[1])); keeper.ingest([Path(sys.argv[2])]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", hold, archive, many(tmp_path / "c.jsonl", 500, 5)], check=False)
    log = archive / "archive.db-wal"
    overwritten(log, log.stat().st_size // 2, b"\xff" * 64)
    found = verify(archive, repair=True)
    assert verify(archive).problems == ()
    assert set(headlines(sound)) <= set(headlines(archive))
    assert found.articles >= COUNT


def reader(folder):
    """Another process that has the archive open, as the bot has."""
    code = (
        "import sys; from pathlib import Path; from corpus import Corpus;"
        "corpus = Corpus.open(Path(sys.argv[1])); print(corpus.status().articles, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_no_database_is_replaced_under_a_process_that_has_it_open(archive):
    with reader(archive) as other:
        assert other.stdout.readline() == f"{COUNT}\n"
        root = asked(archive, "SELECT rootpage FROM sqlite_master WHERE name = 'idx_articles_story'")[0][0]
        overwritten(archive / "archive.db", (root - 1) * 4096, bytes(4096))
        before = (archive / "archive.db").stat().st_ino
        with pytest.raises(CorpusInUse, match="stop Dateline, then run"):
            verify(archive, repair=True)
        assert (archive / "archive.db").stat().st_ino == before
        other.stdin.close()
    verify(archive, repair=True)
    assert verify(archive).problems == ()
    assert verify(archive).articles == COUNT


def test_books_and_index_are_mended_beside_a_process_that_reads(archive):
    with reader(archive) as other:
        other.stdout.readline()
        sql(archive, "INSERT INTO signatures VALUES (999, x'00')")
        shutil.rmtree(archive / "index")
        assert verify(archive, repair=True).sound
        other.stdin.close()


def test_to_mend_waits_for_no_keeper_and_to_look_needs_none(archive):
    with Keeper.open(archive), pytest.raises(CorpusLocked):
        verify(archive, repair=True)
    with Keeper.open(archive):
        assert verify(archive).problems == ()


def test_what_a_keeper_writes_meanwhile_is_no_problem(archive, tmp_path):
    writing = shell(archive, "ingest", many(tmp_path / "c.jsonl", 1_000, 2_000))
    looked = 0
    while writing.poll() is None:
        assert verify(archive).problems == ()
        looked += 1
    assert writing.communicate()[1] == ""
    assert looked


def test_an_article_taken_down_erased_and_restored_is_no_problem(archive, sound):
    with Corpus.open(archive) as corpus:
        article = corpus.search(Query.parse("source:harbourpost.example")).hits[0].article.id
        corpus.withhold([article], erase=True)
    assert verify(archive).problems == ()
    with Keeper.open(archive) as keeper:
        keeper.restore([article])
        assert verify(archive).problems == ()
        keeper.ingest([sound.parent / "a.jsonl", sound.parent / "b.jsonl"])
    assert verify(archive).problems == ()


def test_the_shell_says_sound_or_what_is_wrong(archive, tmp_path):
    ended = shell(archive, "verify")
    assert ended.communicate()[0] == f"The archive is sound: {COUNT} articles.\n"
    assert ended.returncode == 0
    sql(archive, "INSERT INTO signatures VALUES (999, x'00')")
    ended = shell(archive, "verify", "--json")
    plain = json.loads(ended.communicate()[0])
    assert (plain["sound"], [each["kind"] for each in plain["problems"]]) == (False, ["books"])
    assert ended.returncode == 1
    ended = shell(archive, "verify", "--repair")
    assert "The archive is sound again" in ended.communicate()[0]
    assert ended.returncode == 0
    with Corpus.open(archive) as corpus:
        assert (corpus.acts(1)[0].what, corpus.acts(1)[0].outcome) == ("verify", "1 mended, 0 not")
    with pytest.raises(CorpusError, match="There is no archive"):
        verify(tmp_path / "nowhere")

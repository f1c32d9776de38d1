"""An archive goes from one engine to the other and back, whole or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SAMPLES
from lying import options

from corpus import Corpus, CorpusError, CorpusUnfinished, Input, Intent, Keeper, Kind, Query, copy, glance, verify
from corpus.analysis import Analyser
from corpus.engine import TABLES, opened

ENGINES = ("opensearch",)
STORY = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane. " * 4


def rows(where, table):
    """What is kept; feeds are numbered by each engine in its own way."""
    with closing(opened(where, Analyser())) as engine:
        return sorted(
            map(repr, (row[1:] if table in {"feeds", "entries"} else tuple(row) for row in engine.rows(table)))
        )


@pytest.fixture
def lived_in(tmp_path) -> Path:
    """An archive in a folder that has some of everything."""
    folder, file = tmp_path / "lived-in", tmp_path / "own.jsonl"
    lines = [
        {"id": number, "title": f"Title {number}", "text": text, "source": "harbourpost.example", "date": "2023-09-05"}
        for number, text in enumerate([STORY, STORY, f"{STORY} A ferry stood idle.", "Short."])
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + "nonsense\n")
    with Keeper.open(folder, by="ann") as keeper:
        keeper.ingest([SAMPLES, file])
        keeper.ingest([file], intent=Intent(again=True))
    with Corpus.open(folder) as corpus:
        found = [hit.article.id for hit in corpus.search(Query.parse("ferry"), limit=5).hits]
        corpus.withhold(found[:1], why="asked", by="ann")
        corpus.withhold(found[1:2], erase=True, by="ann")
        corpus.limit("harbourpost.example", 200, by="ann")
        corpus.remember("user:1", {"answers": "public"})
        corpus.remember("a key / with everything # ?", {"é": [1, None]})
        corpus.follow([("https://wire.example/rss.xml", "wire")], by="ann")
    with Keeper.open(folder, by="ann") as keeper:
        keeper.correct(found[2], {"headline": "Put right"})
    with closing(opened(folder, Analyser())) as engine:
        ((feed, *_),) = engine.ledger.feeds()
        engine.ledger.leave(feed, {"failures": 2}, {b"one entry": (b"its checksum", 1), b"\x00\xff": (b"", 3)})
        engine.ledger.begin_act("bob", "ingest", "what he was killed at")
    return folder


def test_everything_arrives_and_comes_back_as_it_was(lived_in, lying, tmp_path):
    there, back = lying(tmp_path / "there"), tmp_path / "back"
    copied = copy(lived_in, there, by="ann")
    copy(there, back, by="ann")
    for table in TABLES:
        one, two, three = (rows(where, table) for where in (lived_in, there, back))
        if table == "audit":  # which has the copying too, and that whoever was at something is not at it any more
            assert len(three) == len(two) + 1 == len(one) + 2
            continue
        assert one == two == three, table
    assert copied.articles == len(rows(lived_in, "articles"))
    asked = [Query.parse(text) for text in ("harbour", "ferry storm", "sort:newest source:harbourpost.example", "har*")]
    with Corpus.open(lived_in) as one, Corpus.open(there) as two, Corpus.open(back) as three:
        for query in asked:  # of two that were just built: words of what went count until an index is merged
            first, second = two.search(query, limit=20), three.search(query, limit=20)
            assert [hit.article for hit in first.hits] == [hit.article for hit in second.hits]
            assert [hit.score for hit in first.hits] == pytest.approx([hit.score for hit in second.hits], rel=1e-5)
        assert two.recall(["user:1"]) == {"user:1": {"answers": "public"}}
        assert [each.id for each in two.withheld()] == [each.id for each in one.withheld()]
    for where in (there, back):
        assert verify(where).sound


def test_what_was_read_is_known_after_the_move(lived_in, lying, tmp_path):
    there = lying(tmp_path / "there")
    copy(lived_in, there)
    with Keeper.open(there, by="ann") as keeper:
        report = keeper.ingest([Input.of_path(SAMPLES), Input(Kind.PATH, "own", str(tmp_path / "own.jsonl"))])
    assert (report.added, report.updated) == (0, 0)
    assert report.skipped


def test_nothing_is_copied_over_an_archive(lived_in, lying, tmp_path):
    there = lying(tmp_path / "there")
    copy(lived_in, there)
    before = rows(there, "articles")
    with pytest.raises(CorpusError, match="already"):
        copy(lived_in, there)
    assert rows(there, "articles") == before


def test_what_is_filled_only_in_part_is_no_archive_for_anybody(lived_in, lying, tmp_path):
    there = lying(tmp_path / "there")

    def broken() -> None:
        raise InterruptedError

    for _ in range(2):
        with (
            closing(opened(lived_in, Analyser())) as one,
            closing(opened(there, Analyser(), create=True, unfinished=True)) as other,
            pytest.raises(InterruptedError),
        ):
            other.take_over(one.rows, broken)
    for create in (False, True):
        with pytest.raises(CorpusUnfinished):
            Corpus.open(there, create=create)
    with pytest.raises(CorpusUnfinished):
        Keeper.open(there)
    with Corpus.open(lived_in) as corpus:
        corpus.limit("harbourpost.example", None, by="ann")
    copied = copy(lived_in, there)
    with Corpus.open(there, create=True) as corpus:
        assert corpus.status().articles == corpus.status().index_articles == copied.articles
        assert corpus.limits() == ()
        first, second = (hit.article.id for hit in corpus.search(Query.parse("harbour"), limit=2).hits)
        corpus.withhold([first], why="asked", by="ann")
        assert corpus.article(first) is None
    with Keeper.open(there) as keeper:
        keeper.correct(second, {"headline": "Put right twice"})
    with Corpus.open(there) as corpus:
        assert corpus.article(second).headline == "Put right twice"


def test_a_copy_that_was_killed_is_none_and_can_be_made_again(lived_in, lying, tmp_path):
    there = lying(tmp_path / "there")
    line = [sys.executable, "-m", "corpus", *options(there), "copy", "local", "opensearch"]
    line[line.index(f"--data-dir={there.workplace}")] = f"--data-dir={lived_in}"
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as copying:
        time.sleep(1.6)
        copying.send_signal(signal.SIGKILL)
    try:
        with Corpus.open(there) as corpus:
            whole = corpus.status().articles
    except CorpusError:
        whole = 0
    assert whole in {0, len(rows(lived_in, "articles"))}
    if not whole:
        copy(lived_in, there)
    assert rows(there, "articles") == rows(lived_in, "articles")


def test_a_backup_of_a_cluster_is_an_archive_for_one_machine(own_archive, tmp_path):
    with Corpus.open(own_archive) as corpus:
        made = corpus.backup(tmp_path / "backup.db")
        articles = corpus.status().articles
    folder = tmp_path / "restored"
    folder.mkdir()
    made.path.rename(folder / "archive.db")
    with Corpus.open(folder) as restored:
        assert restored.status().articles == restored.status().index_articles == articles == made.articles
    assert verify(folder).sound


def test_what_somebody_changed_in_the_cluster_is_found_and_read_again(own_archive, nodes):
    with Corpus.open(own_archive) as corpus:
        article = corpus.search(Query.parse("harbour")).hits[0].article
    path = f"/{own_archive.name}-articles/_doc/{article.id}"
    document = nodes.ask(0, "GET", path)["_source"]
    nodes.ask(0, "PUT", f"{path}?refresh=true", {**document, "text": "Somebody wrote this."})
    found = verify(own_archive)
    assert not found.sound
    assert article.id in " ".join(str(each.what) for each in found.problems)
    verify(own_archive, repair=True)
    with Keeper.open(own_archive) as keeper:
        keeper.ingest([SAMPLES])
    assert verify(own_archive).sound
    with Corpus.open(own_archive) as corpus:
        assert corpus.article(article.id).text == article.text


def test_an_archive_that_is_divided_answers_as_one_that_is_not(lived_in, lying, tmp_path):
    whole = lying(tmp_path / "whole")
    divided = replace(lying(tmp_path / "divided"), shards=4)
    for where in (whole, divided):
        copy(lived_in, where)
    with Corpus.open(whole) as one, Corpus.open(divided) as four:
        assert one.sources() == four.sources()
        assert replace(one.status(), indexed_at=None) == replace(four.status(), indexed_at=None)
        for text in (
            "harbour",
            "ferry storm",
            "har*",
            "source:harbourpost.example",
            "copies:all council",
            '"the harbour"',
        ):
            query = Query.parse(text)
            first, second = one.search(query, limit=20), four.search(query, limit=20)
            assert [(hit.article, hit.copies) for hit in first.hits] == [
                (hit.article, hit.copies) for hit in second.hits
            ]
            assert [hit.score for hit in first.hits] == pytest.approx([hit.score for hit in second.hits], rel=1e-5)
            assert one.coverage(query) == four.coverage(query)
    assert verify(divided).sound


def test_a_glance_tells_what_there_is(own_archive):
    seen = glance(own_archive)
    assert seen.articles >= 40
    assert seen.trouble is None
    assert not seen.lags

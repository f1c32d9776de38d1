"""The shell as a person uses it: real processes, exit codes, one sentence for each failure, JSON that stays."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def dateline(tmp_path):
    """Run ``dateline`` in an empty folder of its own."""

    def run(*arguments, **settings):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
        program = "import sys; from bot.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", program, *map(str, arguments)]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


RAW = """The council met on Tuesday. It decided to close the harbour.
“Nobody asked us,” Mr. Álvarez said. The closure lasts until
2023-09-05 11:47:52
Original from www.harbourpost.example
rnrn"""


def sentence(process):
    """What went wrong, held to be one line and no traceback."""
    assert "Traceback" not in process.stderr
    assert len(process.stderr.strip().splitlines()) == 1, process.stderr
    return process.stderr.strip()


def test_an_article_in_its_raw_form_goes_in_and_its_excerpt_comes_out_with_source_and_date(dateline, tmp_path):
    (tmp_path / "000_b5.txt").write_text(RAW)
    report = json.loads(dateline("ingest", "000_b5.txt", "--json").stdout)
    assert report == {
        "read": 1, "added": 1, "updated": 0, "unchanged": 0, "copies": 0, "rejected": [],
        "removed": 0, "vanished": 0, "skipped": 0, "held_back": False, "dry_run": False,
    }  # fmt: skip

    answer = json.loads(dateline("search", "close", "harbour", "--json").stdout)
    assert {"query", "matched", "page", "results"} <= answer.keys()
    assert (answer["query"], answer["matched"], answer["page"]) == ("close harbour", 1, 1)
    (hit,) = answer["results"]
    assert hit["rank"] == 1
    assert hit["score"] > 0
    assert (hit["source"], hit["published"]) == ("harbourpost.example", "2023-09-05T11:47:52")
    assert (hit["url"], hit["byline"], hit["copies"]) == (None, None, [])
    assert (hit["headline"], hit["headline_derived"]) == ("The council met on Tuesday.", True)

    article = json.loads(dateline("show", hit["id"], "--json").stdout)
    for excerpt in hit["excerpts"]:
        assert excerpt["text"] == article["text"][excerpt["start"] : excerpt["end"]]
    marked = [hit["excerpts"][0]["text"][start:end] for start, end in hit["excerpts"][0]["highlights"]]
    assert marked == ["close", "harbour"]

    status = json.loads(dateline("status", "--json").stdout)
    assert (status["articles"], status["sources"]) == (1, 1)
    assert (status["first"], status["last"]) == ("2023-09-05", "2023-09-05")
    assert 0 <= status["index_age"] < 60


def test_a_report_counts_every_article_and_names_each_rejection(dateline, write):
    write({"text": "One."}, {"text": "Two.", "date": None}, {"text": "Three.", "source": None}, {"text": ""})
    done = dateline("ingest", "articles.jsonl", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["read"], report["added"]) == (4, 1)
    assert [each["reason"] for each in report["rejected"]] == ["no date", "no source", "no text"]
    assert [each["origin"] for each in report["rejected"]] == [f"articles.jsonl:{line}" for line in (2, 3, 4)]


def test_a_source_on_the_operators_word_is_enough(dateline, write):
    write({"text": "One.", "source": None})
    report = json.loads(dateline("ingest", "articles.jsonl", "--json", "--source", "The Daily Bugle").stdout)
    assert report["added"] == 1
    answer = json.loads(dateline("search", "source:the-daily-bugle", "--json").stdout)
    assert answer["results"][0]["source_name"] == "The Daily Bugle"


def test_when_everything_is_rejected_the_exit_code_says_so(dateline, write):
    write({"text": "One.", "date": "05/09/2023"})
    assert dateline("ingest", "articles.jsonl").returncode == 1
    assert dateline("ingest", "articles.jsonl", "--dates", "day-first").returncode == 0


def test_packed_articles_are_read_where_they_lie(dateline, tmp_path):
    with zipfile.ZipFile(tmp_path / "news.zip", "w") as archive:
        archive.writestr("a/000.txt", RAW)
    (tmp_path / "more.jsonl.gz").write_bytes(
        gzip.compress(json.dumps({"title": "T", "text": "Gz.", "domain": "a.example", "date": "2023-01-02"}).encode())
    )
    report = json.loads(dateline("ingest", "news.zip", "more.jsonl.gz", "--json").stdout)
    assert (report["read"], report["added"]) == (2, 2)


def test_broken_json_on_one_line_costs_that_line_only(dateline, tmp_path):
    good = json.dumps({"text": "One.", "source": "a.example", "date": "2023-09-05"})
    (tmp_path / "news.jsonl").write_text(f'{good}\n{{"text": "Two\n{good.replace("One", "Three")}\n')
    report = json.loads(dateline("ingest", "news.jsonl", "--json").stdout)
    assert (report["read"], report["added"]) == (3, 2)
    assert report["rejected"][0]["origin"] == "news.jsonl:2"


def test_a_line_over_sixteen_mebibytes_ends_its_file_and_keeps_what_came_before(dateline, tmp_path):
    good = json.dumps({"text": "One.", "source": "a.example", "date": "2023-09-05"})
    with (tmp_path / "news.jsonl").open("w") as file:
        file.write(good + "\n" + '{"text": "' + "x" * (16 * 2**20 + 1) + '"}\n' + good.replace("One", "Two") + "\n")
    done = dateline("ingest", "news.jsonl", "--json")
    report = json.loads(done.stdout)
    assert report["added"] == 1
    assert "16 MiB" in report["rejected"][0]["reason"]
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["nowhere.jsonl", "empty", "latin.txt", "noise.jsonl"])
def test_what_cannot_be_read_gets_a_sentence_and_a_code(dateline, tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin.txt").write_bytes(
        "Der Hafen schließt.\n2023-09-05 11:47:52\nOriginal from a.example\n".encode("cp1252")
    )
    (tmp_path / "noise.jsonl").write_bytes(bytes(range(256)) * 20)
    done = dateline("ingest", name)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert name in done.stdout + done.stderr


def test_no_match_is_an_answer_and_not_a_failure(dateline, write):
    write({"text": "One."})
    dateline("ingest", "articles.jsonl")
    done = dateline("search", "zeppelin")
    assert done.returncode == 0
    assert "No article matches zeppelin" in done.stdout
    assert "2023-09-05" in done.stdout


def test_what_may_have_been_meant_and_what_there_is_without_each_filter_is_printed(dateline, write):
    write({"text": "One harbour."}, {"text": "Two harbours."})
    dateline("ingest", "articles.jsonl")
    lines = dateline("search", "harbuor", "after:2030").stdout.splitlines()
    assert "Did you mean harbour after:2030-01-01?" in lines
    lines = dateline("search", "harbour", "after:2030").stdout.splitlines()
    assert "Without after:2030-01-01: 2 articles." in lines
    lines = dateline("search", "harbour", "zwei", "sort:newest").stdout.splitlines()
    assert "2 of 2 articles have all of harbour zwei sort:newest but zwei." in lines


def test_an_excluded_word_needs_no_quoting(dateline, write):
    write({"text": "One harbour."}, {"text": "Two harbour."})
    dateline("ingest", "articles.jsonl")
    answer = json.loads(dateline("search", "harbour", "-one", "--limit", "1", "--json").stdout)
    assert answer["query"] == "harbour -one"
    assert answer["matched"] == 1


def test_today_is_where_the_setting_or_the_option_says(dateline, write):
    write({"text": "One harbour."})
    dateline("ingest", "articles.jsonl")

    def day(*options, **settings):
        answer = json.loads(dateline(*options, "search", "after:today", "--json", **settings).stdout)
        return date.fromisoformat(answer["query"].removeprefix("after:"))

    east = day(TIMEZONE="Pacific/Kiritimati")
    west = day("--timezone", "Pacific/Niue", TIMEZONE="Pacific/Kiritimati")
    assert east - west in {timedelta(days=1), timedelta(days=2)}, "25 hours lie between them"
    done = dateline("--timezone", "Nowhere/Here", "status")
    assert done.returncode == 2
    assert "Nowhere/Here" in done.stderr


def test_pages_follow_one_another(dateline, write):
    write(*({"text": f"Harbour number {number}."} for number in range(5)))
    dateline("ingest", "articles.jsonl")
    pages = [
        json.loads(dateline("search", "harbour", "--limit", "2", "--page", page, "--json").stdout) for page in (1, 2, 3)
    ]
    assert [[hit["rank"] for hit in page["results"]] for page in pages] == [[1, 2], [3, 4], [5]]
    assert {page["pages"] for page in pages} == {3}


def test_an_answer_for_people_names_source_and_date(dateline, write):
    write({"title": "Storm ahead", "text": "The storm reached the harbour.", "url": "https://a.example/storm"})
    dateline("ingest", "articles.jsonl")
    printed = dateline("search", "storm").stdout
    for part in ["Storm ahead", "harbourpost.example", "2023-09-05", "https://a.example/storm", "reached the harbour"]:
        assert part in printed


def test_a_shown_article_says_when_it_was_updated_and_one_that_never_was_says_nothing(dateline, write):
    write({"text": "One."})
    dateline("ingest", "articles.jsonl")
    (hit,) = json.loads(dateline("search", "one", "--json").stdout)["results"]
    assert hit["updated"] is None
    assert "Updated" not in dateline("show", hit["id"]).stdout
    write({"text": "Two."})
    dateline("ingest", "articles.jsonl")
    updated = json.loads(dateline("show", hit["id"], "--json").stdout)["updated"]
    assert updated.endswith("+00:00")
    assert f"Updated here {updated[:19].replace('T', ' ')} UTC" in dateline("show", hit["id"]).stdout


def test_an_unknown_id_is_said(dateline, write):
    write({"text": "One."})
    dateline("ingest", "articles.jsonl")
    done = dateline("show", "nosuchid")
    assert done.returncode == 1
    assert "nosuchid" in sentence(done)


def test_a_missing_archive_has_a_code_of_its_own(dateline):
    for command in (["search", "x"], ["status"], ["show", "x"], ["reindex", "--index-only"]):
        done = dateline(*command)
        assert done.returncode == 3
        assert "dateline ingest" in sentence(done)


def test_a_query_that_asks_nothing_is_told_what_to_type(dateline, write):
    write({"text": "One."})
    dateline("ingest", "articles.jsonl")
    done = dateline("search", " ")
    assert done.returncode == 1
    assert "query is empty" in sentence(done)


def test_reindex_reads_the_inputs_of_the_environment(dateline, write):
    write({"text": "One."}, name="a.jsonl")
    done = dateline("reindex", "--json", CORPUS_INPUTS="news=a.jsonl")
    assert json.loads(done.stdout)["added"] == 1
    again = json.loads(dateline("reindex", "--json", CORPUS_INPUTS="news=a.jsonl").stdout)
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert json.loads(dateline("reindex", "--index-only", "--json").stdout)["read"] == 0


def test_reindex_without_an_input_says_what_to_set(dateline):
    done = dateline("reindex")
    assert done.returncode == 2
    assert "CORPUS_INPUTS" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADMIN_IDS", "ada"),
        ("USER_INSTALL", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("ALLOWED_GUILDS", "1"),
        ("CORPUS_INPUTS", "'"),
    ],
)
def test_an_unknown_setting_value_is_named(dateline, name, value):
    done = dateline("status", **{name: value})
    assert done.returncode == 4
    assert name in sentence(done)


def test_the_archive_of_another_folder_is_used_when_asked(dateline, tmp_path, write):
    write({"text": "One."})
    assert dateline("ingest", "articles.jsonl", DATA_DIR="elsewhere").returncode == 0
    assert (tmp_path / "elsewhere" / "archive.db").exists()
    assert json.loads(dateline("--data-dir", "elsewhere", "status", "--json").stdout)["articles"] == 1

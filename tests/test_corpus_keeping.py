"""What a keeper promises: nothing is read twice, nothing goes unasked, what is down stays down, all is written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lying import options

from corpus import (
    Corpus,
    CorpusLocked,
    Difference,
    Fate,
    Input,
    Intent,
    Keeper,
    Query,
    UnreadableInput,
    UnusableCorrection,
    parse_inputs,
)
from corpus.analysis import Analyser
from corpus.engine import opened

ENGINES = ("local", "opensearch")

STORY = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane. " * 4
OTHER = "Three ferries stood idle in the fog while their crews waited for a word from the harbour master. " * 4
DAY = "2023-09-05"


def written(path, *articles):
    """A file of articles, each a pair of its id and its text, or with more of its fields."""
    lines = [
        {
            "title": f"Title {each}",
            "id": each,
            "text": text,
            "source": "harbourpost.example",
            "date": DAY,
            **dict(*more),
        }
        for each, text, *more in articles
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def titles(folder, query="*"):
    with Corpus.open(folder) as corpus:
        text = "source:harbourpost.example,meridianwire.example copies:all" if query == "*" else query
        return sorted(hit.article.headline for hit in corpus.search(Query.parse(text), limit=100).hits)


def ids(folder):
    """The id of every article by its headline."""
    with Corpus.open(folder) as corpus:
        hits = corpus.search(Query.parse("source:harbourpost.example,meridianwire.example copies:all"), limit=100).hits
        return {hit.article.headline: hit.article.id for hit in hits}


def taken(folder, *paths, **options):
    with Keeper.open(folder, by="ann") as keeper:
        return keeper.ingest(paths, **options)


@pytest.fixture
def folder(lying, tmp_path):
    return lying(tmp_path / "data")


# What is read again.


def test_a_file_that_has_not_changed_is_passed_over_and_counts_as_if_it_were_read(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY), ("2", OTHER))
    file.write_text(file.read_text() + "no json\n")
    first, again = taken(folder, file), taken(folder, file)
    assert (first.added, len(first.rejected), first.skipped) == (2, 1, 0)
    assert (again.read, again.unchanged, again.rejected, again.skipped) == (3, 2, first.rejected, 1)


def test_a_file_is_read_again_where_that_is_asked_or_it_is_to_be_read_in_another_way(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY))
    taken(folder, file)
    assert taken(folder, file, intent=Intent(again=True)).skipped == 0
    assert taken(folder, file, source="Wire").skipped == 0
    assert taken(folder, file, source="Wire").skipped == 1


def test_only_the_file_of_a_folder_that_has_changed_is_read(folder, tmp_path):
    written(tmp_path / "news/a.jsonl", ("1", STORY))
    second = written(tmp_path / "news/b.jsonl", ("2", OTHER))
    taken(folder, tmp_path / "news")
    written(second, ("2", OTHER + "And then they left."))
    report = taken(folder, tmp_path / "news")
    assert (report.updated, report.unchanged, report.skipped) == (1, 1, 1)


def test_a_changed_file_that_keeps_its_size_and_its_time_is_read_again(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", "The quay is closed."))
    taken(folder, file)
    before = file.stat()
    file.write_text(file.read_text().replace("closed", "opened"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert taken(folder, file).updated == 1


# What is in no file any more.


def test_what_vanishes_from_a_file_or_with_it_is_told_and_kept_and_taken_out_when_asked(folder, tmp_path):
    kept = [(str(number), f"{number} ships came in and went out again before noon.") for number in range(10)]
    first = written(tmp_path / "news/a.jsonl", ("x", STORY), *kept)
    second = written(tmp_path / "news/b.jsonl", ("y", OTHER))
    taken(folder, tmp_path / "news")
    written(first, *kept)
    second.unlink()
    report = taken(folder, tmp_path / "news")
    assert (report.vanished, report.removed, report.unchanged) == (2, 0, 10)
    assert {"Title x", "Title y"} <= set(titles(folder))
    told: list[Difference] = []
    report = taken(folder, tmp_path / "news", intent=Intent(remove_vanished=True), tell=told.append)
    assert (report.vanished, report.removed) == (0, 2)
    assert {(each.fate, each.headline) for each in told} == {(Fate.REMOVED, "Title x"), (Fate.REMOVED, "Title y")}
    assert titles(folder) == [f"Title {number}" for number in range(10)]
    assert taken(folder, tmp_path / "news").vanished == 0


def test_what_another_file_still_holds_has_not_vanished(folder, tmp_path):
    first = written(tmp_path / "news/a.jsonl", ("x", STORY))
    written(tmp_path / "news/b.jsonl", ("x", STORY), ("y", OTHER))
    taken(folder, tmp_path / "news")
    first.unlink()
    assert taken(folder, tmp_path / "news").vanished == 0


def test_however_many_files_there_are_what_vanished_is_known(folder):
    with Keeper.open(folder):  # makes it
        pass
    with closing(opened(folder, Analyser())) as engine, engine.exclusive():
        ledger, count = engine.ledger, 1_200
        with engine.transaction():  # a file for each run, and what every other one held is not in it any more
            for number in range(count):
                file = ledger.open_book(f"/news/{number}.jsonl", "/news")
                ledger.saw([(file, number, number - number % 2 + 1)])
                ledger.close_book(file, b"as it was", "json", articles=1, refused=(), run=number + 1)
        assert ledger.vanished(["/news"]) == [*range(1, count, 2)]
        with engine.transaction():
            ledger.missed([key for key, _ in ledger.places("/news")])
        assert ledger.vanished(["/news"]) == [*range(count)]
        with engine.transaction():
            ledger.unsee([*range(10, count)])
        assert len(ledger.roots()) == 1
        assert ledger.roots()["/news"].files == 10


def test_an_article_that_comes_back_has_not_vanished(folder, tmp_path):
    file = written(tmp_path / "news/a.jsonl", ("x", STORY))
    written(tmp_path / "news/b.jsonl", ("y", OTHER))
    taken(folder, tmp_path / "news")
    content = file.read_text()
    file.unlink()
    assert taken(folder, tmp_path / "news").vanished == 1
    file.write_text(content)
    assert taken(folder, tmp_path / "news").vanished == 0


def test_behind_the_bad_part_of_a_file_nothing_is_known_to_have_vanished(folder, tmp_path):
    file = tmp_path / "news/a.json"
    file.parent.mkdir()
    articles = [{"id": each, "text": each * 9, "source": "harbourpost.example", "date": DAY} for each in "xy"]
    file.write_text(json.dumps(articles))
    taken(folder, tmp_path / "news")
    file.write_text(json.dumps(articles)[:-30])
    report = taken(folder, tmp_path / "news")
    assert (report.vanished, report.unchanged, len(report.rejected)) == (0, 1, 1)


def test_what_is_refused_for_the_way_in_which_it_is_read_has_not_vanished(folder, tmp_path):
    nameless = {"source": None}
    file = written(tmp_path / "news/a.jsonl", ("1", STORY, nameless), ("2", OTHER, nameless))
    taken(folder, tmp_path / "news", source="harbourpost.example")
    for _ in range(2):
        report = taken(folder, tmp_path / "news", intent=Intent(remove_vanished=True, shrink=True))
        assert (len(report.rejected), report.vanished, report.removed) == (2, 0, 0)
        written(file, ("1", STORY, nameless), ("2", OTHER + "And so on.", nameless))
    assert titles(folder) == ["Title 1", "Title 2"]
    report = taken(folder, tmp_path / "news", source="harbourpost.example", intent=Intent(remove_vanished=True))
    assert (report.updated, report.rejected, report.vanished) == (1, (), 0)


def test_a_file_of_which_something_is_refused_anyhow_is_passed_over_in_its_new_way_too(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY), ("2", ""))
    assert len(taken(folder, file).rejected) == 1
    assert taken(folder, file, source="Wire").skipped == 0
    assert taken(folder, file, source="Wire").skipped == 1
    written(file, ("3", OTHER), ("2", ""))
    assert taken(folder, file, source="Wire").vanished == 1


def test_the_files_of_names_that_are_no_utf_8_are_told_apart_and_known_again(folder, tmp_path):
    news = tmp_path / "news"
    for name, text in ((b"caf\xe9.jsonl", STORY), (b"caf\xe8.jsonl", OTHER)):
        written(news / os.fsdecode(name), (str(name), text))
    for _ in range(2):
        report = taken(folder, news, intent=Intent(remove_vanished=True))
        assert (report.read, report.vanished, report.removed) == (2, 0, 0)
    assert len(titles(folder)) == 2
    (news / os.fsdecode(b"caf\xe9.jsonl")).unlink()
    assert taken(folder, news).vanished == 1


def test_a_folder_that_cannot_be_asked_any_more_does_not_make_its_articles_vanish(folder, tmp_path):
    news = tmp_path / "news"
    written(news / "a.jsonl", ("1", STORY))
    written(news / "in/b.jsonl", ("2", OTHER))
    taken(folder, news)
    (news / "in").rename(tmp_path / "away")
    (news / "in").symlink_to(news / "in")  # whoever asks it is told that it cannot be followed
    report = taken(folder, news, intent=Intent(remove_vanished=True, shrink=True))
    assert (report.vanished, report.removed, len(report.rejected)) == (0, 0, 1)
    assert titles(folder) == ["Title 1", "Title 2"]


def answered_at_a_terminal(folder, *arguments, answer):
    """What a command says to somebody who answers its question."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "corpus", *options(folder), *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asked:
        os.close(theirs)
        os.write(ours, answer)
        told = asked.communicate(timeout=60)[0]
        os.close(ours)
    return told.decode()


def test_what_is_taken_out_by_a_yes_is_what_was_asked_about(folder, tmp_path):
    nameless = {"source": None}
    articles = [
        (str(number), f"{number} ships came in and went out again before noon.", nameless) for number in range(9)
    ]
    file = written(tmp_path / "news/a.jsonl", *articles)
    taken(folder, tmp_path / "news", source="harbourpost.example")
    written(file, *articles[:5])
    options = ["--source=harbourpost.example", "--remove-vanished"]
    answered_at_a_terminal(folder, "ingest", *options, "--dry-run", file.parent, answer=b"y\n")
    assert len(titles(folder)) == 9
    told = answered_at_a_terminal(folder, "ingest", *options, file.parent, answer=b"y\n")
    assert len(titles(folder)) == 5, told


def test_more_than_a_fifth_of_an_archive_goes_only_by_a_word_of_its_own(folder, tmp_path):
    articles = [(str(number), f"{number} ships came in and went out again before noon.") for number in range(9)]
    file = written(tmp_path / "news/a.jsonl", *articles)
    taken(folder, tmp_path / "news")
    written(file, *articles[:7])
    report = taken(folder, tmp_path / "news", intent=Intent(remove_vanished=True))
    assert (report.held_back, report.vanished, report.removed) == (True, 2, 0)
    assert len(titles(folder)) == 9
    report = taken(folder, tmp_path / "news", intent=Intent(remove_vanished=True, shrink=True))
    assert (report.held_back, report.vanished, report.removed) == (False, 0, 2)
    assert len(titles(folder)) == 7


def test_the_head_of_a_story_that_is_taken_out_is_followed_by_another(folder, tmp_path):
    file = written(tmp_path / "news/a.jsonl", ("x", STORY), ("z", OTHER))
    written(tmp_path / "news/b.jsonl", ("y", STORY, {"source": "meridianwire.example"}))
    taken(folder, tmp_path / "news")
    written(file, ("z", OTHER))
    assert taken(folder, tmp_path / "news", intent=Intent(remove_vanished=True, shrink=True)).removed == 1
    assert taken(folder, written(tmp_path / "c.jsonl", ("w", STORY + "So it was told."))).copies == 1


# A rehearsal.


FILES = st.lists(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([STORY, OTHER, STORY + " So it was.", "Short."]))),
    min_size=1,
    max_size=3,
)


INTENTS = st.fixed_dictionaries({name: st.booleans() for name in ("again", "remove_vanished", "shrink")})


@settings(max_examples=30)
@given(before=FILES, after=FILES, intent=INTENTS)
def test_a_rehearsal_tells_what_would_be_done_and_does_nothing(tmp_path_factory, before, after, intent):
    home = tmp_path_factory.mktemp("rehearsal")
    news, folder = home / "news", home / "data"
    written(news / "always.jsonl", ("q", "It is always here."))
    for number, articles in enumerate(before):
        written(news / f"{number}.jsonl", *articles)
    taken(folder, news)
    for number in range(3):
        (news / f"{number}.jsonl").unlink(missing_ok=True)
    for number, articles in enumerate(after):
        written(news / f"{number}.jsonl", *articles)
    told: list[Difference] = []
    done: list[Difference] = []
    stood = titles(folder)
    forecast = taken(folder, news, intent=Intent(**intent, rehearse=True), tell=told.append)
    assert titles(folder) == stood
    report = taken(folder, news, intent=Intent(**intent), tell=done.append)
    for name in ("added", "updated", "unchanged", "copies", "rejected", "removed", "vanished", "skipped", "held_back"):
        assert getattr(forecast, name) == getattr(report, name), name
    assert told == done


@pytest.mark.one_machine
def test_what_a_rehearsal_takes_in_lies_beside_the_archive_for_as_long_as_it_lasts(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    place, sizes = folder / "rehearsal", []
    place.mkdir()
    (place / "archive.db").write_text("left by one that was killed")
    more = written(tmp_path / "b.jsonl", ("2", OTHER))
    taken(
        folder, more, intent=Intent(rehearse=True), tell=lambda _: sizes.append((place / "archive.db").stat().st_size)
    )
    assert sizes
    assert not place.exists()


# What is taken down.


def test_what_is_taken_down_is_found_and_read_no_more_and_stays_so_through_any_ingest(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY), ("2", OTHER))
    taken(folder, file)
    wanted = ids(folder)["Title 1"]
    with Corpus.open(folder) as corpus:
        (down,) = corpus.withhold([wanted.upper()], why="asked for", by="ann")
        assert (down.id, down.why) == (wanted, "asked for")
        assert corpus.article(wanted) is None
        assert corpus.read(wanted) is None
        assert corpus.status().articles == 1
        assert not corpus.search(Query.parse("council quay")).hits
    for asked in ({}, {"intent": Intent(again=True)}):
        taken(folder, file, **asked)
        assert titles(folder) == ["Title 2"]
    (rejected,) = taken(folder, file, intent=Intent(again=True)).rejected
    assert "taken down" in rejected.reason
    with Keeper.open(folder) as keeper:
        keeper.reindex(parse_inputs(f"news={file}"))
    assert titles(folder) == ["Title 2"]


def test_it_does_not_come_back_under_another_address_of_its_outlet_and_others_may_tell_it(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    with Corpus.open(folder) as corpus:
        corpus.withhold([ids(folder)["Title 1"]])
    other = written(tmp_path / "b.jsonl", ("9", STORY.upper()), ("8", STORY, {"source": "meridianwire.example"}))
    report = taken(folder, other)
    assert (len(report.rejected), report.added) == (1, 1)
    assert titles(folder) == ["Title 8"]


def test_copies_go_down_with_it_where_that_is_asked(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY), ("2", STORY, {"source": "meridianwire.example"})))
    with Corpus.open(folder) as corpus:
        assert len(corpus.withhold([ids(folder)["Title 2"]], copies=True)) == 2
    assert titles(folder) == []


def test_what_is_restored_is_as_it_was(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY), ("2", STORY, {"source": "meridianwire.example"})))
    wanted = ids(folder)["Title 1"]
    with Corpus.open(folder) as corpus:
        before = corpus.article(wanted)
        corpus.withhold([wanted])
        assert [each.id for each in corpus.withheld()] == [wanted]
    with Keeper.open(folder) as keeper:
        assert [each.id for each in keeper.restore([wanted, "nobody"])] == [wanted]
    with Corpus.open(folder) as corpus:
        assert corpus.article(wanted) == before
        assert corpus.withheld() == ()
        (hit,) = corpus.search(Query.parse("council quay")).hits
        assert len(hit.copies) == 1


def test_what_was_erased_leaves_no_text_and_comes_back_from_its_file(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY))
    taken(folder, file)
    wanted = ids(folder)["Title 1"]
    with Corpus.open(folder) as corpus:
        corpus.withhold([wanted])
        (down,) = corpus.withhold([wanted], erase=True)
        assert down.article is None
    with Keeper.open(folder) as keeper:
        keeper.restore([wanted])
    assert titles(folder) == []
    assert taken(folder, file).added == 1
    assert ids(folder) == {"Title 1": wanted}


def test_to_take_down_waits_for_no_keeper_and_what_the_keeper_stores_meanwhile_stays_down(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY), ("2", OTHER))
    taken(folder, file)
    wanted = ids(folder)["Title 1"]
    with Corpus.open(folder) as corpus, Keeper.open(folder) as keeper:
        corpus.withhold([wanted])
        assert corpus.article(wanted) is None
        written(file, ("1", STORY + "It was told anew."), ("2", OTHER))
        keeper.ingest([file])
        keeper.reindex([], index_only=True)
        assert corpus.article(wanted) is None
        assert not corpus.search(Query.parse("council quay")).hits
    assert titles(folder) == ["Title 2"]


def test_what_is_taken_down_comes_back_as_its_file_has_it_by_now(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY), ("2", OTHER))
    taken(folder, file)
    wanted = ids(folder)["Title 1"]
    with Corpus.open(folder) as corpus:
        corpus.withhold([wanted])
    written(file, ("1", STORY, {"title": "Told anew"}), ("2", OTHER))
    taken(folder, file)
    with Keeper.open(folder) as keeper:
        keeper.restore([wanted])
        assert keeper.ingest([file]).updated == 1
    assert titles(folder) == ["Title 2", "Told anew"]


def test_what_was_corrected_to_another_outlet_stays_down_by_its_text_under_the_one_of_its_file(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    wanted = ids(folder)["Title 1"]
    with Keeper.open(folder) as keeper:
        keeper.correct(wanted, {"source": "meridianwire.example"})
    with Corpus.open(folder) as corpus:
        corpus.withhold([wanted])
    report = taken(folder, written(tmp_path / "b.jsonl", ("9", STORY.upper())))
    assert (report.added, len(report.rejected)) == (0, 1)


def test_what_is_taken_down_while_it_is_corrected_stays_down(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", *((str(number), f"Ship {number}. {STORY}") for number in range(40))))
    wanted = list(ids(folder).values())
    with ThreadPoolExecutor(1) as other, Corpus.open(folder) as corpus, Keeper.open(folder) as keeper:
        for each in wanted:
            down = other.submit(corpus.withhold, [each])
            keeper.correct(each, {"section": "Harbour"})
            down.result()
    with Corpus.open(folder) as corpus:
        assert not any(map(corpus.article, wanted))
        assert len(corpus.withheld()) == len(wanted)


def test_a_key_is_never_given_to_another_article(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    with Corpus.open(folder) as reader:
        view_before = reader.search(Query.parse("council")).hits
        with Corpus.open(folder) as corpus:
            corpus.withhold([view_before[0].article.id])
        taken(folder, written(tmp_path / "b.jsonl", ("2", OTHER)))
        assert [hit.article.headline for hit in reader.search(Query.parse("ferries")).hits] == ["Title 2"]
        assert not reader.search(Query.parse("council")).hits


# What is corrected.


def test_a_correction_stays_whatever_is_read_again_and_can_be_taken_back(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY, {"author": "Jo Marsh"}))
    taken(folder, file)
    wanted = ids(folder)["Title 1"]
    typed = {
        "headline": "Council decides nothing",
        "published": "4 September 2023",
        "byline": "",
        "source": "meridianwire.example",
    }
    with Keeper.open(folder, by="ann") as keeper:
        article = keeper.correct(wanted, typed)
        assert (article.id, article.headline, str(article.published)) == (wanted, typed["headline"], "2023-09-04")
        assert (article.byline, article.source, article.text) == (None, "meridianwire.example", STORY.strip())
        keeper.correct(wanted, {"section": "Harbour"})
    assert titles(folder, "title:decides on:2023-09-04 section:harbour") == [typed["headline"]]
    report = taken(folder, file, intent=Intent(again=True))
    assert (report.unchanged, report.updated) == (1, 0)
    written(file, ("1", STORY + "It was told anew.", {"author": "Jo Marsh"}))
    assert taken(folder, file).updated == 1
    with Corpus.open(folder) as corpus:
        article = corpus.article(wanted)
        assert (article.headline, article.section, "anew" in article.text) == (typed["headline"], "Harbour", True)
    with Keeper.open(folder) as keeper:
        article = keeper.correct(wanted, None)
        assert (article.headline, article.byline, article.section) == ("Title 1", "Jo Marsh", None)
    assert taken(folder, file, intent=Intent(again=True)).unchanged == 1


@pytest.mark.parametrize(
    "typed",
    [{}, {"headline": " "}, {"published": "soon"}, {"published": "05/09/2023"}, {"url": "nowhere"}, {"language": "1"},
     {"source": ""}, {"text": "Other words."}, {"published": ""}],
)  # fmt: skip
def test_what_cannot_be_a_correction_is_refused_and_changes_nothing(folder, tmp_path, typed):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    wanted = ids(folder)["Title 1"]
    with Keeper.open(folder) as keeper:
        with pytest.raises(UnusableCorrection):
            keeper.correct(wanted, typed)
        assert keeper.correct("nobody", {"headline": "Other"}) is None
    assert titles(folder) == ["Title 1"]


# How much of a source is shown.


@pytest.mark.parametrize("characters", [0, 60, 10_000])
def test_no_more_is_shown_of_a_source_than_its_limit(folder, tmp_path, characters):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY), ("2", OTHER, {"source": "meridianwire.example"})))
    with Corpus.open(folder) as corpus:
        whole = corpus.search(Query.parse("council quay crane")).hits[0]
        corpus.limit("harbourpost.example", characters)
        (hit,) = corpus.search(Query.parse("council quay crane")).hits
        assert sum(len(excerpt.text) for excerpt in hit.excerpts) <= characters
        for excerpt in hit.excerpts:
            assert excerpt.text in STORY
            assert all(span.stop <= len(excerpt.text) for span in excerpt.highlights)
        assert (len(hit.article.text), hit.article.limited) == (min(len(STORY.strip()), len(hit.article.text)), True)
        assert len(corpus.article(hit.article.id).text) <= characters
        reading = corpus.read(hit.article.id, Query.parse("council"))
        assert (len(reading.article.text) <= characters, reading.highlights) == (True, ())
        quote = corpus.quoted('"decided nothing of note about the quay"')
        assert len(quote.article.text) <= characters
        assert len(quote.article.text[quote.span.start : quote.span.stop]) == len(quote.article.text)
        (other,) = corpus.search(Query.parse("ferries fog")).hits
        assert (other.article.limited, bool(other.excerpts)) == (False, True)
        assert [each.characters for each in corpus.limits()] == [characters]
        corpus.limit("harbourpost.example", None)
        assert corpus.search(Query.parse("council quay crane")).hits[0] == whole


@pytest.mark.parametrize("typed", ["The Daily Bugle", "the daily bugle", "the-daily-bugle"])
def test_a_source_is_limited_by_its_name_too_also_before_there_is_one(folder, tmp_path, typed):
    with Corpus.open(folder, create=True) as corpus:
        corpus.limit(typed, 0)
        corpus.limit("www.harbourpost.example", 0)
    bugle = {"source": "The Daily Bugle"}
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY), ("2", OTHER, bugle)))
    with Corpus.open(folder) as corpus:
        for words in ("council quay", "ferries fog"):
            assert corpus.search(Query.parse(words)).hits[0].article.limited
        corpus.limit(typed.upper(), None)
        assert [each.source for each in corpus.limits()] == ["harbourpost.example"]


# What is written down.


def test_every_act_is_a_row_with_who_did_what_and_how_it_ended(folder, tmp_path):
    file = written(tmp_path / "a.jsonl", ("1", STORY))
    taken(folder, file)
    wanted = ids(folder)["Title 1"]
    with Keeper.open(folder, by="discord:1 ann") as keeper:
        with pytest.raises(UnusableCorrection):
            keeper.correct(wanted, {"published": "soon"})
        keeper.reindex([Input("news", str(file))])
    with Corpus.open(folder) as corpus:
        corpus.withhold([wanted], why="asked for", by="ben")
        corpus.limit("harbourpost.example", 0, by="ben")
        acts = corpus.acts(10)
        assert [(act.who, act.what) for act in acts] == [
            ("ben", "limit"), ("ben", "remove"), ("discord:1 ann", "reindex"), ("discord:1 ann", "correct"),
            ("ann", "ingest"),
        ]  # fmt: skip
        assert acts[1].about == f"{wanted} (asked for)"
        assert acts[3].outcome.startswith("failed: “soon” is no date")
        assert acts[4].outcome == "1 added"
        assert all(act.ended >= act.at for act in acts)
        assert corpus.acts(2, before=acts[1].key) == acts[2:4]


# In the shell.


def shell(folder, *arguments, inputs="", code=0, stdin=None):
    command = [sys.executable, "-m", "corpus", *options(folder), f"--inputs={inputs}", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, input=stdin, timeout=60)
    assert ended.returncode == code, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1]) if "--json" in arguments else ended.stdout + ended.stderr


def test_the_shell_can_do_all_of_it(folder, tmp_path):
    news = tmp_path / "news"
    written(news / "a.jsonl", ("1", STORY), ("2", OTHER))
    inputs = f"news={news}"
    assert shell(folder, "ingest", "news", "--dry-run", "--json", inputs=inputs)["dry_run"] is True
    changes = tmp_path / "changes.jsonl"
    assert shell(folder, "ingest", "news", "--json", "--changes", changes, inputs=inputs)["added"] == 2
    assert [json.loads(line)["what"] for line in changes.read_text().splitlines()] == ["added", "added"]
    (listed,) = shell(folder, "inputs", "--json", inputs=inputs)
    assert (listed["name"], listed["kind"], listed["files"], listed["articles"]) == ("news", "path", 1, 2)
    first = ids(folder)["Title 1"]
    assert shell(folder, "correct", first, "--headline=Other", "--json")["headline"] == "Other"
    assert "is no date" in shell(folder, "correct", first, "--published=soon", code=1)
    assert shell(folder, "limit", "harbourpost.example", "0", "--json") == {
        "limits": [{"source": "harbourpost.example", "characters": 0}]
    }
    removed = shell(folder, "remove", first, "nobody", "--json", code=1)
    assert ([each["id"] for each in removed["removed"]], removed["unknown"]) == ([first], ["nobody"])
    assert [each["id"] for each in shell(folder, "removed", "--json")] == [first]
    assert [each["id"] for each in shell(folder, "restore", first, "--json")["restored"]] == [first]
    (news / "a.jsonl").unlink()
    written(news / "b.jsonl", ("3", "Short."))
    report = shell(folder, "reindex", "--remove-vanished", "--json", inputs=inputs, code=1)
    assert (report["held_back"], report["vanished"]) == (True, 2)
    assert shell(folder, "reindex", "--remove-vanished", "--yes", "--json", inputs=inputs)["removed"] == 2
    what = [act["what"] for act in shell(folder, "audit", "--json")]
    assert what == [
        "reindex",
        "reindex",
        "restore",
        "remove",
        "limit",
        "correct",
        "correct",
        "ingest",
        "ingest (rehearsal)",
    ]


def test_a_reason_that_is_no_utf_8_is_written_down_as_far_as_it_is(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    with Corpus.open(folder) as corpus:
        corpus.withhold([ids(folder)["Title 1"]], why="caf\udce9", by="shell:ren\udce9")
        assert corpus.withheld()[0].why == "caf?"
        assert corpus.acts(1)[0].who == "shell:ren?"


def test_an_input_that_is_gone_as_a_whole_changes_nothing(folder, tmp_path):
    news = written(tmp_path / "news/a.jsonl", ("1", STORY)).parent
    shell(folder, "reindex", inputs=f"news={news}")
    (news / "a.jsonl").rename(tmp_path / "elsewhere.jsonl")
    assert "the folder is empty" in shell(
        folder, "reindex", "--remove-vanished", "--yes", inputs=f"news={news}", code=1
    )
    assert titles(folder) == ["Title 1"]


def test_a_program_is_told_how_far_it_has_come(folder, tmp_path):
    many = [(str(number), f"{number} ships came in.") for number in range(2_500)]
    file = written(tmp_path / "a.jsonl", *many)
    printed = shell(folder, "--lines", "reindex", inputs=f"news={file}").splitlines()
    told = [json.loads(line)["progress"] for line in printed if line.startswith("{")]
    assert [each["doing"] for each in told] == sorted((each["doing"] for each in told), reverse=True)
    reading = [each for each in told if each["doing"] == "reading"]
    assert reading[-1] == {
        "doing": "reading",
        "done": file.stat().st_size,
        "total": file.stat().st_size,
        "articles": 2_500,
    }
    assert told[-1]["doing"] == "indexing"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("news=/srv/news", [("news", "path", "/srv/news")]),
        ("/srv/news.jsonl", [("news", "path", "/srv/news.jsonl")]),
        ("a=https://x.example/b.jsonl.gz?c=d", [("a", "archive", "https://x.example/b.jsonl.gz?c=d")]),
        ("https://x.example/b.jsonl.gz?c=d", [("b", "archive", "https://x.example/b.jsonl.gz?c=d")]),
        ("wire=feed:https://x.example/rss?a=b", [("wire", "feed", "https://x.example/rss?a=b")]),
        ("feed:https://x.example/", [("x.example", "feed", "https://x.example/")]),
    ],
)
def test_an_input_is_a_path_an_archive_or_a_feed(text, kinds):
    assert [(each.name, each.kind, each.location) for each in parse_inputs(text)] == kinds


@pytest.mark.parametrize(
    "text", ["http://[::1", "a=https://[x]/news.jsonl", "feed:https://[2001:db8::/rss", "https://", "feed:x"]
)
def test_what_cannot_be_an_address_is_refused_in_a_sentence(text):
    with pytest.raises(UnreadableInput, match=r"is no (?:address|feed)"):
        parse_inputs(text)


def test_a_second_keeper_is_told_to_wait(folder, tmp_path):
    taken(folder, written(tmp_path / "a.jsonl", ("1", STORY)))
    with Keeper.open(folder), pytest.raises(CorpusLocked):
        Keeper.open(folder)

"""The second process that reads ahead: it saves time, and whatever becomes of it, no article is lost or doubled."""

import contextlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from corpus import Corpus, Keeper, Query
from corpus.ingest import Marked, Way, found, incoming

COUNT = 6_500


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "many.jsonl"
    lines = (
        {"id": str(number), "title": f"Title {number}", "text": f"Ship {number} left port. " * 20, "source": "Wire",
         "date": "2023-09-05"}
        for number in range(COUNT)
    )  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def child():
    """The process that this one started to read ahead; for a moment after its start it has no command line yet."""
    ended = time.monotonic() + 10
    while time.monotonic() < ended:
        if found := children():
            (only,) = found
            return only
        time.sleep(0.01)
    raise AssertionError("no second process was started")


def children(function=b"serve()"):
    """The processes that this one started to read ahead, or for another function."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            command = (status.parent / "cmdline").read_bytes()
            name, parent = status.parent.name, status.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid() and function in command:
            found.append(int(name))
    return found


def disturb(process, ended):
    """Stop a process and let it go on, over and over: a signal cuts a write to a full pipe short."""
    with contextlib.suppress(ProcessLookupError):
        while not ended.is_set():
            os.kill(process, signal.SIGSTOP)
            time.sleep(0.001)
            os.kill(process, signal.SIGCONT)
            time.sleep(0.002)


def whole(paths):
    return incoming(list(found(paths)), Way())


def headlines(items):
    return [item.article.headline for item in items if isinstance(item, Marked)]


EXPECTED = [f"Title {number}" for number in range(COUNT)]


def test_a_second_process_hands_over_every_article_in_order(many):
    items = whole([many])
    first = next(items)
    assert child()
    assert headlines([first, *items]) == EXPECTED
    assert not children()


def test_few_articles_start_no_second_process(tmp_path):
    path = tmp_path / "few.jsonl"
    path.write_text(json.dumps({"title": "One", "text": "Ship.", "source": "Wire", "date": "2023-09-05"}))
    items = whole([path])
    assert headlines(items) == ["One"]
    assert not children()


def test_what_it_writes_arrives_whole_though_output_is_unbuffered_and_it_is_stopped_again_and_again(many, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    items = whole([many])
    found, ended = [next(items)], threading.Event()
    disturber = threading.Thread(target=disturb, args=(child(), ended))
    disturber.start()
    found += items
    ended.set()
    disturber.join()
    assert headlines(found) == EXPECTED


def test_the_first_process_goes_on_where_the_second_dies(many):
    items = whole([many])
    found = [next(items)]
    os.kill(child(), signal.SIGKILL)
    assert headlines([*found, *items]) == EXPECTED


def test_the_second_process_ends_when_nobody_takes_its_articles(many):
    items = whole([many])
    next(items)
    assert child()
    items.close()
    assert not children()


def test_an_ingest_through_a_second_process_keeps_every_article(many, tmp_path):
    with Keeper.open(tmp_path / "data") as keeper:
        first, again = keeper.ingest([many]), keeper.ingest([many])
    assert first.added + first.copies == again.unchanged == COUNT


def test_every_article_is_found_though_the_process_that_analyses_dies(many, tmp_path):
    killed = []

    def kill(_):
        for process in children(b"serve_entries()"):
            os.kill(process, signal.SIGKILL)
            killed.append(process)

    with Keeper.open(tmp_path / "data") as keeper:
        keeper.ingest([many], progress=kill)
    assert killed
    assert not children(b"serve_entries()")
    with Corpus.open(tmp_path / "data") as corpus:
        assert corpus.status().index_articles == COUNT
        assert all(corpus.search(Query.parse(f"title:{number}")).matched == 1 for number in range(0, COUNT, 500))

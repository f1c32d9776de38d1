"""What an archive promises under a clock that jumps: nothing stalls, nothing is lost, and what was due is done."""

from __future__ import annotations

import os
import random
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from corpus import Corpus, FeedState, Input, Intent, Keeper, Query
from faulty_process import Clock, FaultyShell
from invented import lines
from news_server import NewsServer, Reply
from recount import recounted
from tests.test_corpus_forms import news_item

HOUR = 3_600
YEAR = 365 * 24 * HOUR
TO_1970 = 100_000 - time.time()
JUMPS = {"an hour back": -HOUR, "ten years ahead": 10 * YEAR, "1970": TO_1970}


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


@pytest.fixture
def shell(shim, tmp_path, clock):
    """The archive's shell under that clock."""
    (tmp_path / "printed").mkdir()
    with FaultyShell(shim, tmp_path / "printed", clock) as shell:

        def run(*command):
            ended = shell.run(["--data-dir", tmp_path / "data", *command], under=tmp_path / "data")
            assert "Traceback" not in ended.err, ended
            return ended

        yield run


def test_what_a_wrong_clock_takes_for_the_future_comes_when_it_is_right_again(shell, clock, tmp_path):
    file = lines(tmp_path / "a.jsonl", range(20))
    clock.jump(TO_1970)
    ended = shell("ingest", file)
    assert (ended.code, "date in the future" in ended.out) == (1, True)
    clock.jump(0)
    assert "18 added, 0 updated, 0 unchanged, 2 copies, 0 rejected" in shell("ingest", file).out
    assert len(recounted(tmp_path / "data")) == 20


def test_an_item_under_embargo_comes_when_that_has_ended(shell, clock, tmp_path):
    ends = datetime.now(UTC) + timedelta(hours=6)
    file = tmp_path / "news.xml"
    file.write_text(news_item(more=f"<embargoed>{ends:%Y-%m-%dT%H:%M:%SZ}</embargoed>"))
    assert "under embargo" in shell("ingest", file).out
    clock.jump(7 * HOUR)
    assert "1 added" in shell("ingest", file).out
    assert "Passed over 1 file" in shell("ingest", file).out


def test_nothing_vanishes_by_a_wrong_clock(shell, clock, tmp_path):
    file = lines(tmp_path / "a.jsonl", range(20))
    assert shell("ingest", file).code == 0
    clock.jump(TO_1970)
    shell("ingest", "--again", "--remove-vanished", "--yes", file)
    assert len(recounted(tmp_path / "data")) == 20


def test_a_clock_that_jumps_while_articles_come_in_stalls_nothing_and_loses_nothing(shell, clock, tmp_path):
    file, ended = lines(tmp_path / "a.jsonl", range(1_500)), threading.Event()

    def jump():
        while not ended.wait(0.005):
            clock.jump(random.choice([*JUMPS.values()]))

    jumping = threading.Thread(target=jump)
    jumping.start()
    first = shell("ingest", file)
    ended.set()
    jumping.join()
    clock.jump(0)
    assert first.code in {0, 1}
    assert shell("ingest", file).code == 0
    assert len(recounted(tmp_path / "data")) == 1_500


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_an_index_is_built_and_switched_whatever_the_clock_says_meanwhile(shell, clock, tmp_path, jump):
    assert shell("ingest", lines(tmp_path / "a.jsonl", range(20))).code == 0
    before = recounted(tmp_path / "data")
    for moment in (jump, 0, jump):
        clock.jump(moment)
        assert shell("reindex", "--index-only").code == 0
        assert shell("status").code == 0
        assert shell("verify").code == 0
        assert recounted(tmp_path / "data") == before


def test_files_of_the_future_are_read_and_served(tmp_path):
    file, folder = lines(tmp_path / "a.jsonl", range(20)), tmp_path / "data"
    with Keeper.open(folder) as keeper:
        keeper.ingest([file])
    before = recounted(folder)
    later = time.time() + 10 * YEAR
    for path in [file, *(path for path in folder.rglob("*") if path.is_file())]:
        os.utime(path, (later, later))
    assert recounted(folder) == before
    with Keeper.open(folder) as keeper:
        assert keeper.ingest([file]).skipped == 1
        keeper.reindex([Input("news", file)], intent=Intent(again=True))
    assert recounted(folder) == before


def test_a_feed_is_due_where_its_last_look_lies_in_the_future_unless_it_is_gone():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    soon, later = now + timedelta(minutes=15), now + timedelta(days=3650)
    assert not FeedState("u", "n", polled_at=now, next_at=soon).is_due(now)
    assert FeedState("u", "n", polled_at=later, next_at=later + timedelta(minutes=15)).is_due(now)
    assert not FeedState("u", "n", polled_at=later, next_at=None).is_due(now), "it is gone for good"


ITEM = (
    "<item><title>Ferry {0}</title><link>https://www.harbourpost.example/{0}</link><guid>{0}</guid>"
    "<pubDate>Tue, 05 Sep 2023 11:47:52 +0200</pubDate><description>{1}</description></item>"
)
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>The Harbour Post</title>'
    f"{ITEM.format(1, 'The ferry sailed at dawn with forty people on board. ' * 10)}</channel></rss>"
)


@pytest.fixture
def feed():
    with NewsServer() as server:
        server.replies["/feed.xml"] = Reply(FEED.encode(), kind="application/rss+xml", headers={"ETag": '"one"'})
        yield server


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_feed_that_was_looked_at_under_a_wrong_clock_is_looked_at_again_and_nothing_of_it_is_lost(
    shell, clock, tmp_path, feed, jump
):
    look = [
        "--inputs", f"post=feed:{feed.url('/feed.xml')}", "--fetch-networks", "127.0.0.0/8", "feeds", "poll", "--due",
    ]  # fmt: skip
    clock.jump(jump)
    assert shell(*look).code == 0
    clock.jump(0)
    ended = shell(*look)
    assert ended.code == 0, ended
    looks = [each for each in feed.requests if each.path == "/feed.xml"]
    assert len(looks) == 2, "the time of its next look was wrong"
    with Corpus.open(tmp_path / "data") as corpus:
        assert corpus.search(Query.parse("ferry")).matched == 1
    assert shell(*look).code == 0
    assert len([each for each in feed.requests if each.path == "/feed.xml"]) == 2, "and is right from now on"

"""What goes wrong with a cluster, done to a real one of three nodes: killed, stopped and paused, under a real load."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cluster import STARTING, ClusterFailed, why_not
from cluster import Cluster as Nodes
from conftest import SAMPLES, in_memory
from lying import options

from corpus import (
    AsyncCorpus,
    Cluster,
    Corpus,
    CorpusError,
    CorpusIncomplete,
    CorpusTooNew,
    CorpusUnreachable,
    Keeper,
    Query,
    verify,
)
from corpus.analysis import Analyser
from corpus.engine import opened
from corpus.engine.opensearch import connection

_T = TypeVar("_T")

ASKED = [
    "harbour",
    "ferry storm",
    '"the harbour"',
    "council -ferry",
    "har*",
    "what did the council decide",
    "sort:newest dam",
]
PAGE = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")
SPREAD = 3  # shards, so that every question needs all nodes
WORKERS = 1.3  # seconds of patience, as a worker has


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A cluster of its own, since its nodes come to harm."""
    if why := why_not():
        pytest.skip(why)
    with in_memory(tmp_path_factory.mktemp("faults")) as folder, Nodes(folder) as running:
        yield running


@pytest.fixture
def place(own: Nodes, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Where an archive may lie; all nodes are there at its beginning and its end."""
    name = f"f{abs(hash(request.node.name)):x}"[:14]
    own.wait_for("green", nodes=3, timeout=STARTING)
    yield Cluster(tuple(own.urls), name, shards=SPREAD, workplace=tmp_path)
    for number, node in enumerate(own.nodes):
        if not node.awake:
            own.restart(number)
    own.wait_for("red", nodes=3, timeout=STARTING)
    own.ask(0, "DELETE", f"/{name}-*")


@pytest.fixture
def filled(place: Cluster, own: Nodes) -> Cluster:
    """An archive of the samples, each shard on two nodes."""
    with Keeper.open(place) as keeper:
        keeper.ingest([SAMPLES])
    own.wait_for("green", nodes=3)
    return place


def news(folder: Path, count: int, *, name: str = "news.jsonl") -> Path:
    """A file of so many articles, a tenth of them copies of one before."""
    chance = Random(count)
    words = [f"word{number}" for number in range(400)]
    texts = [" ".join(chance.choices(words, k=60)) for _ in range(count)]
    for number in range(9, count, 10):
        texts[number] = texts[number - 1]
    rows = [
        {"id": number, "source": "harbourpost.example", "date": "2023-09-05", "title": f"Item {number}", "text": text}
        for number, text in enumerate(texts)
    ]
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def acts(own: Nodes, where: Cluster) -> int:
    """How many acts have begun there, as their numbers are given out."""
    try:
        return int(own.ask(0, "GET", f"/{where.name}-state/_doc/acts")["_version"])
    except ClusterFailed:  # none yet
        return 0


def begun(own: Nodes, where: Cluster, *command: str) -> subprocess.Popen[str]:
    """A command of the shell, which has the lock by now."""
    before = acts(own, where)
    process = shell(where, *command)
    while acts(own, where) == before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


def in_the_end(ask: Callable[[], _T]) -> _T:
    """What is answered once nodes that have just come back are warm, which takes seconds and no minute."""
    until = time.monotonic() + 15
    while True:
        try:
            return ask()
        except CorpusError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def shell(where: Cluster, *command: str) -> subprocess.Popen[str]:
    """A command of the shell, in a process of its own."""
    line = [sys.executable, "-m", "corpus", *options(where), *command]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def asked(archive: AsyncCorpus, seconds: float, rate: float) -> Counter[str]:
    """Ask for so long, so many times a second; gives what became of the questions."""
    became: Counter[str] = Counter()

    async def one(turn: int) -> None:
        query = Query.parse(ASKED[turn % len(ASKED)])
        try:
            found = await archive.ask(Corpus.search, query)
        except CorpusError as error:
            became[f"failed: {error}"] += 1
        else:
            became[f"{query}: {found.matched} of {found.searched}, {len(found.hits)} hits"] += 1

    began, tasks = time.monotonic(), []
    for turn in range(round(seconds * rate)):
        await asyncio.sleep(max(began + turn / rate - time.monotonic(), 0))
        tasks.append(asyncio.create_task(one(turn)))
    await asyncio.gather(*tasks)
    return became


def test_every_fault_that_is_told_of_is_one_that_was_done():
    table = PAGE.split("## When something fails")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
    assert len(rows) > 5
    for row in rows:
        *_, named = row.strip("| ").split(" | ")
        assert (tests := re.findall(r"`(test_\w+)`", named))
        assert all(callable(globals().get(test)) for test in tests), named


@pytest.mark.parametrize("manager", [False, True], ids=["a data node", "the cluster manager"])
@pytest.mark.asyncio
async def test_a_node_that_is_killed_under_fifty_searches_a_second_fails_none_of_them(filled, own, manager):
    dying = own.manager() if manager else (own.manager() + 1) % 3
    patient = replace(filled, patience=20)  # how long anybody waits is another test's: here a machine may be busy
    archive = AsyncCorpus(Corpus.open(patient), timeout=30, alone=True)
    try:
        asking = asyncio.create_task(asked(archive, seconds=8, rate=50))
        await asyncio.sleep(3)
        own.kill(dying)
        became = await asking
        await asyncio.to_thread(own.restart, dying)
    finally:
        await archive.close()
    assert became.total() == 400
    assert not [told for told in became if told.startswith("failed")], became
    assert len(became) == len(ASKED), became  # the same whole answer each time


def test_a_cluster_that_is_gone_is_told_in_a_sentence_and_heals(filled, own):
    with Corpus.open(replace(filled, patience=WORKERS)) as corpus:
        before = in_the_end(lambda: corpus.search(Query.parse("harbour")))
        for node in range(3):
            own.kill(node)
        began = time.monotonic()
        with pytest.raises(CorpusUnreachable, match="cannot be reached"):
            corpus.search(Query.parse("harbour"))
        assert time.monotonic() - began < 2
        for node in range(3):
            own.restart(node)
        own.wait_for("green", nodes=3, timeout=STARTING)
        assert in_the_end(lambda: corpus.search(Query.parse("harbour"))) == before


@pytest.mark.asyncio
async def test_a_node_that_hangs_makes_nobody_wait_for_longer_than_he_would(filled, own):
    hanging = (own.manager() + 1) % 3
    corpus = Corpus.open(replace(filled, patience=WORKERS))
    archive = AsyncCorpus(corpus, timeout=2.5, alone=True)
    try:
        own.pause(hanging)
        longest = 0.0
        for turn in range(12):
            began = time.monotonic()
            try:
                await archive.ask(Corpus.search, Query.parse(ASKED[turn % len(ASKED)]))
            except CorpusError as error:
                assert str(error).count(".") <= 3  # one clear thing  # noqa: PT017
            longest = max(longest, time.monotonic() - began)
        own.wait_for("yellow", nodes=2)
        found = await asyncio.to_thread(in_the_end, lambda: corpus.search(Query.parse("harbour")))
        assert found.hits
    finally:
        own.resume(hanging)
        await archive.close()
    assert longest < 3


def test_part_of_an_answer_is_never_shown_as_one(place, own):
    """Without copies, the shards of a node that goes are gone with it."""
    with Keeper.open(place) as keeper:
        keeper.ingest([SAMPLES])
    alone = {"auto_expand_replicas": False, "number_of_replicas": 0, "routing.rebalance.enable": "none"}
    own.ask(0, "PUT", f"/{place.name}-*/_settings", {"index": alone})
    with Corpus.open(replace(place, patience=WORKERS)) as corpus:
        whole = in_the_end(lambda: corpus.search(Query.parse("the harbour")))
        own.ask(0, "GET", "/_cluster/health?wait_for_no_relocating_shards=true&timeout=60s", timeout=STARTING)
        shards = own.ask(0, "GET", f"/_cat/shards/{place.name}-index?format=json")
        losing = next(node for node in range(3) if shards[0]["node"] == f"node-{node}")
        own.kill(losing)
        own.wait_for("red", nodes=2)
        with pytest.raises(CorpusError):
            corpus.search(Query.parse("the harbour"))
        with pytest.raises(CorpusError):
            corpus.headlines("har")
        with pytest.raises(CorpusError), Corpus.open(place) as fresh:  # nor by whoever comes now
            fresh.headlines("har")
        own.restart(losing)
        own.wait_for("green", nodes=3, timeout=STARTING)
        assert in_the_end(lambda: corpus.search(Query.parse("the harbour"))) == whole


def test_states_of_the_index_that_nobody_asks_any_more_are_let_go_of(filled, own, tmp_path):
    def held() -> int:
        stats = own.ask(0, "GET", "/_nodes/stats/indices/search")["nodes"].values()
        return sum(each["indices"]["search"]["point_in_time_current"] for each in stats)

    own.ask(0, "DELETE", "/_search/point_in_time/_all")  # of tests before this one, whose answers were lost
    with Corpus.open(filled) as corpus:
        for turn in range(12):
            with Keeper.open(filled) as keeper:
                keeper.ingest([news(tmp_path, 1 + turn, name=f"{turn}.jsonl")])
            assert corpus.search(Query.parse("harbour")).hits
        assert held() <= 2 * SPREAD


def test_a_copy_under_which_the_cluster_let_go_of_its_states_is_told_so(filled, own, monkeypatch):
    monkeypatch.setattr(connection, "_ASKED_EVERY", -1.0)  # as after minutes of standing still
    with closing(opened(filled, Analyser())) as engine, engine.snapshot():
        assert list(engine.soundness.articles())
        own.ask(0, "DELETE", "/_search/point_in_time/_all")
        with pytest.raises(CorpusIncomplete, match="as it was any more"):
            list(engine.soundness.articles())


def test_what_comes_late_brings_nothing_back_that_was_erased(filled, own):
    with Corpus.open(filled) as corpus:
        article = corpus.search(Query.parse("harbour")).hits[0].article
        path = f"/{filled.name}-articles/_doc/{article.id}"
        before = own.ask(0, "GET", path)
        corpus.withhold([article.id], erase=True)
    with pytest.raises(ClusterFailed, match="answered by 409"):
        own.ask(0, "PUT", f"{path}?version={before['_version']}&version_type=external_gte", before["_source"])
    settings = own.ask(0, "GET", f"/{filled.name}-articles/_settings")[f"{filled.name}-articles"]
    assert settings["settings"]["index"]["gc_deletes"] == "1d"  # for so long, which nothing is late by


def test_an_ingest_that_is_killed_again_and_again_loses_and_doubles_nothing(place, own, tmp_path):
    file, chance = news(tmp_path, 3_000), Random(7)
    for _ in range(5):
        ingest = begun(own, place, "ingest", str(file), "--again")
        time.sleep(chance.uniform(0.0, 3.0))
        ingest.send_signal(signal.SIGKILL)
        ingest.communicate()
    told = shell(place, "ingest", str(file), "--again", "--json")
    report = json.loads(told.communicate(timeout=120)[0])
    assert report["read"] == 3_000
    assert not report["rejected"]
    with Corpus.open(place) as corpus:
        status = corpus.status()
        assert (status.articles, status.index_articles) == (3_000, 3_000)
        found = corpus.search(Query.parse("source:harbourpost.example"))
        assert found.matched == 3_000
        assert found.pages == 2_700 // 5  # a tenth are copies
        assert [act.outcome for act in corpus.acts(10) if act.outcome == "cut off"]
    own.ask(0, "POST", f"/{place.name}-state/_refresh")
    left = own.ask(0, "GET", f"/{place.name}-state/_search?size=1000&_source=false")["hits"]["hits"]
    assert not [each["_id"] for each in left if each["_id"].startswith("acting-")], "no sign of life of the dead"
    assert verify(place).sound


def test_of_two_ingests_at_once_one_is_told(place, tmp_path):
    ours, theirs = (news(tmp_path, 2_000, name=f"{name}.jsonl") for name in ("ours", "theirs"))
    with Keeper.open(place) as keeper:
        other = shell(place, "ingest", str(theirs))
        keeper.ingest([ours])
        _, complaint = other.communicate(timeout=120)
    assert other.returncode == 3
    assert "is being changed by another process" in complaint
    with Corpus.open(place) as corpus:
        assert corpus.status().articles == 2_000


def test_of_two_reindexes_at_once_one_is_told_and_searches_go_on(filled):
    with Corpus.open(filled) as corpus, Keeper.open(filled) as keeper, ThreadPoolExecutor(1) as beside:
        before = corpus.search(Query.parse("harbour"))
        other = shell(filled, "reindex", "--index-only")
        ours = beside.submit(keeper.reindex, [], index_only=True)
        while other.poll() is None or not ours.done():
            assert corpus.search(Query.parse("harbour")) == before
        ours.result()
        told = other.communicate()
        assert other.returncode == 3, told
        assert corpus.search(Query.parse("harbour")) == before


def test_a_keeper_that_stood_still_for_long_changes_nothing_any_more(place, own, tmp_path):
    still = begun(own, place, "ingest", str(news(tmp_path, 5_000)))
    try:
        still.send_signal(signal.SIGSTOP)
        with Keeper.open(place) as keeper:  # after ten seconds without a sign of life
            keeper.ingest([SAMPLES])
            still.send_signal(signal.SIGCONT)
            _, complaint = still.communicate(timeout=120)
    finally:
        still.kill()
    assert still.returncode == 3
    assert "is being changed by another process" in complaint
    assert verify(place).sound


class Door(ThreadingHTTPServer):
    """Stands before a node and hands on what it is asked, but for those answers that it was told to give itself."""

    def __init__(self, node: str) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.node = node
        self.own: list[tuple[str, int, str]] = []
        """How a path ends, the status and the kind of error to answer it with: each once, the first one first."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def answered(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, told = self._own() or self._handed_on(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answered  # noqa: N815  # as the library calls them

    def _own(self) -> tuple[int, bytes] | None:
        ours = next((each for each in self.server.own if self.path.partition("?")[0].endswith(each[0])), None)
        if ours is None:
            return None
        self.server.own.remove(ours)
        _, status, kind = ours
        error = {"type": kind, "reason": "[node-0] says no", "root_cause": []}
        return status, json.dumps({"status": status, "error": error}).encode()

    def _handed_on(self, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
        asked = Request(self.server.node + self.path, body or None, headers, method=self.command)
        try:
            with urlopen(asked) as answer:  # a node on loopback
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def door(own: Nodes) -> Iterator[Door]:
    with Door(own.urls[0]) as open_door:
        threading.Thread(target=open_door.serve_forever, daemon=True).start()
        yield open_door
        open_door.shutdown()


def test_what_a_node_with_too_much_to_do_puts_off_is_asked_of_it_again(place, door, tmp_path):
    door.own = [("/_bulk", 429, "rejected_execution_exception")] * 2
    with Keeper.open(replace(place, urls=(door.url,))) as keeper:
        keeper.ingest([news(tmp_path, 300)])
    assert not door.own
    assert verify(place).sound


def test_a_question_that_the_cluster_has_no_time_for_is_not_asked_thrice(filled, door):
    with Corpus.open(replace(filled, urls=(door.url,))) as corpus:
        before = corpus.search(Query.parse("harbour"))
        door.own = [("/_search", 429, "rejected_execution_exception")] * 2
        with pytest.raises(CorpusIncomplete, match="too much to do") as told:
            corpus.search(Query.parse("harbour"))
        assert "node-0" not in str(told.value)
        assert len(door.own) == 1
        for status, sentence in ((429, "too much to do"), (500, "do not answer")):  # also who asks for one article
            door.own = [("/_mget", status, "rejected_execution_exception")]
            with pytest.raises(CorpusIncomplete, match=sentence) as told:
                corpus.article(before.hits[0].article.id)
            assert "node-0" not in str(told.value)
        for status in (400, 500, 503):  # of a shard that went or moved away: another state answers
            door.own = [("/_search", status, "search_phase_execution_exception")]
            assert corpus.search(Query.parse("harbour")) == before
            assert not door.own


def test_who_may_do_too_little_is_told_so_and_the_log_says_what(filled, door, caplog):
    with Corpus.open(replace(filled, urls=(door.url,))) as corpus:
        door.own = [("/_mget", 403, "security_exception")]
        with pytest.raises(CorpusUnreachable, match="too little"):
            corpus.search(Query.parse("harbour"))
    assert "says no" in caplog.text


def test_an_index_that_a_newer_dateline_built_is_left_alone(filled, own):
    path = f"/{filled.name}-state/_doc"
    (index,) = own.ask(0, "GET", f"/_alias/{filled.name}-index")
    note = own.ask(0, "GET", f"{path}/built-{index}")["_source"]
    with Corpus.open(filled) as corpus:
        corpus.search(Query.parse("harbour"))
        own.ask(0, "PUT", f"{path}/built-{index}", {**note, "layout": note["layout"] + 1})
        with pytest.raises(CorpusTooNew):
            corpus.search(Query.parse("harbour"))
    with pytest.raises(CorpusTooNew):
        Corpus.open(filled)
    assert [*own.ask(0, "GET", f"/_alias/{filled.name}-index")] == [index]


def test_two_threads_of_one_process_change_an_archive_one_after_the_other(filled):
    with Corpus.open(filled) as corpus:
        found = [hit.article.id for hit in corpus.search(Query.parse("harbour"), limit=8).hits]
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda each: corpus.withhold([each], by="ann"), found))
        assert {each.id for each in corpus.withheld()} == {*found}
        assert not {hit.article.id for hit in corpus.search(Query.parse("harbour"), limit=20).hits} & {*found}
    assert verify(filled).sound


def test_what_held_is_carried_out_by_whoever_comes_next(place, tmp_path):
    """A process dies between the step by which a transaction holds and the changes that it makes."""
    file = news(tmp_path, 300)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from corpus import Cluster, Keeper\n"
        "from corpus.engine.opensearch.connection import Connection\n"
        "Connection.bulk = lambda *_, **__: os._exit(9)\n"
        "with Keeper.open(Cluster(tuple(sys.argv[1].split()), sys.argv[2], workplace=Path(sys.argv[3]))) as keeper:\n"
        "    keeper.ingest([Path(sys.argv[4])])\n"
    )
    with Keeper.open(place):
        pass
    command = [sys.executable, "-c", script, " ".join(place.urls), place.name, str(tmp_path), str(file)]
    died = subprocess.run(command, check=False, timeout=60, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert died.returncode == 9
    with closing(opened(place, Analyser())) as engine:
        with engine.transaction():
            pass
        assert engine.count() == 300
    with Corpus.open(place) as corpus:  # which brings the index up to date
        assert corpus.status().index_articles == 300

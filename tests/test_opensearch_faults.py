"""What goes wrong with a cluster, done to a real one of three nodes: killed, stopped and paused, under a real load."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from cluster import Cluster as Nodes
from cluster import ClusterFailed, why_not
from conftest import SAMPLES
from lying import options

from corpus import AsyncCorpus, Cluster, Corpus, CorpusError, CorpusUnreachable, Keeper, Query, verify
from corpus.analysis import Analyser
from corpus.engine import opened

pytestmark = pytest.mark.timeout(300)

ASKED = [
    "harbour",
    "ferry storm",
    '"the harbour"',
    "council -ferry",
    "har*",
    "what did the council decide",
    "sort:newest dam",
]
SPREAD = 3  # shards, so that every question needs all nodes


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A cluster of its own, since its nodes come to harm."""
    if why := why_not():
        pytest.skip(why)
    with Nodes(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture
def place(own: Nodes, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Where an archive may lie; all nodes are there at its beginning and its end."""
    name = f"f{abs(hash(request.node.name)):x}"[:14]
    own.wait_for("green", nodes=3)
    yield Cluster(tuple(own.urls), name, patience=1.3, shards=SPREAD, workplace=tmp_path)
    for number, node in enumerate(own.nodes):
        if not node.awake:
            own.restart(number)
    own.wait_for("red", nodes=3)
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
    with Corpus.open(filled) as corpus:
        before = corpus.search(Query.parse("harbour"))
        for node in range(3):
            own.kill(node)
        began = time.monotonic()
        with pytest.raises(CorpusUnreachable, match="cannot be reached"):
            corpus.search(Query.parse("harbour"))
        assert time.monotonic() - began < 2
        for node in range(3):
            own.restart(node)
        own.wait_for("green", nodes=3)
        assert corpus.search(Query.parse("harbour")) == before


@pytest.mark.asyncio
async def test_a_node_that_hangs_makes_nobody_wait_for_longer_than_he_would(filled, own):
    hanging = (own.manager() + 1) % 3
    archive = AsyncCorpus(Corpus.open(filled), timeout=2.5, alone=True)
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
        found = await archive.ask(Corpus.search, Query.parse("harbour"))
        assert found.hits
    finally:
        own.resume(hanging)
        await archive.close()
    assert longest < 3


def test_part_of_an_answer_is_never_shown_as_one(place, own):
    """Without copies, the shards of a node that goes are gone with it."""
    with Keeper.open(place) as keeper:
        keeper.ingest([SAMPLES])
    own.ask(0, "PUT", f"/{place.name}-*/_settings", {"index": {"auto_expand_replicas": False, "number_of_replicas": 0}})
    with Corpus.open(place) as corpus:
        whole = corpus.search(Query.parse("the harbour"))
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
        own.wait_for("green", nodes=3)
        assert corpus.search(Query.parse("the harbour")) == whole


def test_states_of_the_index_that_nobody_asks_any_more_are_let_go_of(filled, own, tmp_path):
    with Corpus.open(filled) as corpus:
        for turn in range(12):
            with Keeper.open(filled) as keeper:
                keeper.ingest([news(tmp_path, 1 + turn, name=f"{turn}.jsonl")])
            assert corpus.search(Query.parse("harbour")).hits
        stats = own.ask(0, "GET", "/_nodes/stats/indices/search")["nodes"].values()
        assert sum(each["indices"]["search"]["point_in_time_current"] for each in stats) <= 2 * SPREAD


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


def test_an_ingest_that_is_killed_again_and_again_loses_and_doubles_nothing(place, tmp_path):
    file, chance = news(tmp_path, 3_000), Random(7)
    for _ in range(5):
        ingest = shell(place, "ingest", str(file))
        time.sleep(chance.uniform(1.0, 5.0))
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
    assert verify(place).sound


def test_of_two_ingests_at_once_one_is_told(place, tmp_path):
    both = [shell(place, "ingest", str(news(tmp_path, 2_000, name=f"{name}.jsonl"))) for name in "ab"]
    told = [each.communicate(timeout=120) for each in both]
    codes = sorted(each.returncode for each in both)
    assert codes == [0, 3], told
    assert any("is being changed by another process" in complaint for _, complaint in told)
    with Corpus.open(place) as corpus:
        assert corpus.status().articles == 2_000


def test_of_two_reindexes_at_once_one_is_told_and_searches_go_on(filled):
    with Corpus.open(filled) as corpus:
        before = corpus.search(Query.parse("harbour"))
        both = [shell(filled, "reindex", "--index-only") for _ in range(2)]
        while any(each.poll() is None for each in both):
            assert corpus.search(Query.parse("harbour")) == before
        told = [each.communicate() for each in both]
        assert sorted(each.returncode for each in both) in ([0, 3], [0, 0]), told  # the second may come after the first
        assert corpus.search(Query.parse("harbour")) == before


def test_a_keeper_that_stood_still_for_long_changes_nothing_any_more(place, tmp_path):
    still = shell(place, "ingest", str(news(tmp_path, 5_000)))
    try:
        time.sleep(3.0)
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

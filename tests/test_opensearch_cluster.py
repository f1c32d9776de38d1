"""The cluster that others test against: its nodes can be killed, paused and restarted, and none is left behind."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cluster import Cluster, ClusterFailed, why_not

PROGRAM = Path(__file__).parent / "opensearch" / "cluster.py"
ANALYSIS = {"analyzer": {"words": {"type": "custom", "tokenizer": "whitespace", "filter": ["lowercase", "stop"]}}}
COPIED = {"settings": {"number_of_shards": 1, "number_of_replicas": 2, "analysis": ANALYSIS}}


@pytest.fixture(autouse=True)
def needed() -> None:
    if why := why_not():
        pytest.skip(why)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def left(processes: list[int], within: float = 10) -> list[int]:
    """Who is still there, at the latest after that."""
    until = time.monotonic() + within
    while any(map(alive, processes)) and time.monotonic() < until:
        time.sleep(0.1)
    return [process for process in processes if alive(process)]


@contextmanager
def foreground(folder: Path, nodes: int) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """The program itself, and its nodes' processes."""
    command = [sys.executable, str(PROGRAM), "--port=0", f"--nodes={nodes}", f"--folder={folder}", "--heap=256m"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            told = [program.stdout.readline() for _ in range(nodes)]
            yield program, [int(line.split()[-1]) for line in told]
        finally:
            program.kill()


def test_a_killed_manager_is_replaced_and_comes_back_with_its_data(tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        assert len(set(cluster.urls)) == len({node.process.pid for node in cluster.nodes}) == 3
        cluster.ask(0, "PUT", "/articles", COPIED)
        cluster.wait_for("green")
        tokens = cluster.ask(1, "GET", "/articles/_analyze", {"analyzer": "words", "text": "The flood-water of May"})
        assert [each["token"] for each in tokens["tokens"]] == ["flood-water", "may"]
        cluster.ask(2, "PUT", "/articles/_doc/1", {"text": "before"})

        killed = cluster.manager()
        other = (killed + 1) % 3
        cluster.kill(killed)
        cluster.wait_for("yellow", nodes=2)
        assert cluster.manager() != killed
        cluster.ask(other, "PUT", "/articles/_doc/2?refresh=true", {"text": "meanwhile"})
        assert cluster.ask(other, "GET", "/articles/_count")["count"] == 2

        cluster.restart(killed)
        cluster.wait_for("green")
        found = cluster.ask(killed, "GET", "/articles/_search?preference=_local")["hits"]["hits"]
        assert {hit["_id"] for hit in found} == {"1", "2"}


def test_a_node_that_hangs_is_left_out_until_it_goes_on(tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        hangs = (cluster.manager() + 1) % 3
        cluster.pause(hangs)
        with pytest.raises(TimeoutError):
            cluster.ask(hangs, "GET", "/", timeout=0.5)
        cluster.wait_for(nodes=2)
        cluster.resume(hangs)
        cluster.wait_for(nodes=3)


def test_a_node_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(ClusterFailed, match=r"node-0 ended by itself(.|\n)*no\.such\.setting"):
        Cluster(tmp_path, 1, settings={"no.such.setting": 1}).__enter__()


def test_nodes_end_with_the_process_that_began_them_even_when_it_is_killed(tmp_path: Path) -> None:
    with foreground(tmp_path, 2) as (program, nodes):
        program.kill()
        program.wait()
        assert left(nodes) == []


def test_the_program_leaves_nothing_when_it_is_told_to_end(tmp_path: Path) -> None:
    with foreground(tmp_path, 1) as (program, nodes):
        program.terminate()
        assert program.wait(20) == 0
        assert not any(map(alive, nodes))

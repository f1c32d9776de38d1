"""A cluster of OpenSearch on loopback whose nodes are processes: to be killed, paused and started again.

`python tests/opensearch/cluster.py` (make opensearch) brings one up in the foreground. Needs Java 17 and Maven, which
gets OpenSearch the first time; all that it got and made lies in `target`, and serves until the sources change. Standard
library only, and nothing of Dateline.
"""

from __future__ import annotations

import argparse
import fcntl
import functools
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, NoReturn, Self

HERE = Path(__file__).resolve().parent
TARGET = HERE / "target"
POM = HERE / "pom.xml"
GOALS = ("resources:resources", "compiler:compile", "jar:jar", "dependency:build-classpath")

LOOPBACK = "127.0.0.1"
# Below what Linux gives to outgoing connections (32768 and above): the port of a node that is away stays free for it.
PORTS = range(20000, 32000)

STARTING = 120.0
LEAVING = 10.0
ANSWERING = 2.0
LOOKING = 0.1
STATUSES = ("red", "yellow", "green")

QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""What lets a JVM start soon and stay small; one that is to be measured for long takes ``flags=()``."""

FIXED = (
    "-Dlog4j.shutdownHookEnabled=false",  # the node still has to say that it closes
    "-Dlog4j2.disable.jmx=true",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",  # no file in the system's folder for each node
    "-Xlog:disable",
    "-Xlog:all=error:stderr",  # an archive of classes that does not fit is passed over without a word
)

SETTINGS: Mapping[str, object] = {
    "network.host": LOOPBACK,
    # A test's disk may be fuller than OpenSearch likes, which would then place no replica.
    "cluster.routing.allocation.disk.threshold_enabled": False,
    # A killed node is noticed by its connection. One that only hangs is noticed by these: 30 s by default.
    "cluster.fault_detection.follower_check.interval": "500ms",
    "cluster.fault_detection.follower_check.timeout": "1s",
    "cluster.fault_detection.leader_check.interval": "500ms",
    "cluster.fault_detection.leader_check.timeout": "1s",
    "cluster.publish.timeout": "3s",  # a node that hangs holds up a change of the cluster so long
    "discovery.find_peers_interval": "200ms",  # nodes that start side by side miss each other at first
    "discovery.request_peers_timeout": "1s",
}


class ClusterFailed(Exception):
    """The cluster did not come to where it was awaited; the message quotes the end of the nodes' logs."""


@functools.cache
def why_not() -> str | None:
    """Why no cluster can be started here, in a sentence, or None. The first time, it gets and makes what is needed."""
    try:
        _prepared()
    except ClusterFailed as failure:
        return str(failure)
    return None


@dataclass(frozen=True)
class Prepared:
    """What a node is started with: Java, the class path, and the archive of classes that halves its start."""

    java: str
    classpath: str
    archive: Path

    def command(self, node: Node, heap: str, flags: Sequence[str]) -> list[str]:
        memory = (f"-Xms{heap}", f"-Xmx{heap}", f"-Djava.io.tmpdir={node.home}")
        shared = [f"-XX:SharedArchiveFile={self.archive}"] if self.archive.exists() else []
        program = ("-cp", self.classpath, "ClusterNode", str(node.home), str(os.getpid()))
        return [self.java, *FIXED, *memory, *shared, *flags, *program]


@functools.cache
def _prepared() -> Prepared:
    home = os.environ.get("JAVA_HOME")  # which is Maven's Java too
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if not java:
        raise ClusterFailed("There is no Java.")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    digest = hashlib.sha256(f"{told}\n{QUICK}\n{FIXED}".encode())
    for file in (POM, *sorted(file for file in (HERE / "src").rglob("*") if file.is_file())):
        digest.update(file.read_bytes())
    with _alone():
        return _reused(java, digest.hexdigest()) or _made(java, digest.hexdigest())


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process at a time prepares."""
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _reused(java: str, digest: str) -> Prepared | None:
    """What was made from the same sources with the same Java, where Maven's store still has all of it."""
    try:
        made = json.loads((TARGET / "made.json").read_text())
    except (OSError, ValueError):
        return None
    prepared = Prepared(java, made["classpath"], TARGET / "classes.jsa")
    whole = all(Path(jar).exists() for jar in prepared.classpath.split(os.pathsep))
    return prepared if whole and made["digest"] == digest else None


def _made(java: str, digest: str) -> Prepared:
    for name in ("made.json", "classes.jsa", "node-1.jar"):  # not written over: a node may run from them
        (TARGET / name).unlink(missing_ok=True)
    resolved = TARGET / "classpath"
    _maven(*GOALS, f"-Dmdep.outputFile={resolved}")
    classpath = os.pathsep.join([str(TARGET / "node-1.jar"), resolved.read_text().strip()])
    prepared = Prepared(java, classpath, TARGET / "classes.jsa")
    _rehearse(prepared)
    (TARGET / "made.json").write_text(json.dumps({"digest": digest, "classpath": classpath}))
    return prepared


def _maven(*arguments: str) -> None:
    maven = shutil.which("mvn")
    if not maven:
        raise ClusterFailed("There is no Maven (mvn).")
    command = [maven, "--quiet", "--batch-mode", "--no-transfer-progress", "--file", str(POM), *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stdout.partition("[ERROR] ")[2].partition("\n")[0] or "it says nothing"
        raise ClusterFailed(f"Maven cannot get or make what a node needs: {reason}")


def _rehearse(prepared: Prepared) -> None:
    """Let a node do once what nodes do, and keep the classes that it needed as they lie in memory."""
    flags = (*QUICK, f"-XX:ArchiveClassesAtExit={prepared.archive}")
    with TemporaryDirectory() as folder, Cluster(Path(folder), 1, flags=flags, prepared=prepared) as cluster:
        mapping = {"settings": {"number_of_replicas": 0}, "mappings": {"properties": {"text": {"type": "text"}}}}
        cluster.ask(0, "PUT", "/rehearsal", mapping)
        cluster.ask(0, "PUT", "/rehearsal/_doc/1?refresh=true", {"text": "a flood"})
        cluster.ask(0, "POST", "/rehearsal/_search", {"query": {"match": {"text": "flood"}}})
        cluster.stop(0, timeout=STARTING)  # as it leaves, it writes the archive, which takes some seconds


class Node:
    """One node: its folder, its two ports, and its process while it has one."""

    def __init__(self, home: Path, http_port: int, transport_port: int) -> None:
        self.home = home
        self.http_port = http_port
        self.transport_port = transport_port
        self.log = home / "log"
        self.paused = False
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.http_port}"

    @property
    def awake(self) -> bool:
        """Whether it should answer."""
        return self.process is not None and not self.paused

    def start(self, command: Sequence[str]) -> None:
        assert self.process is None, f"{self.home.name} runs already"
        with self.log.open("ab") as log:
            # A group of its own keeps a terminal's Ctrl-C from it, and when this process dies, Linux wakes whoever is
            # paused in a group that is left alone: it then sees that its parent is gone.
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, process_group=0
            )

    def tell(self, number: signal.Signals) -> None:
        assert self.process is not None, f"{self.home.name} does not run"
        self.process.send_signal(number)

    def end(self, number: signal.Signals, timeout: float) -> None:
        """Tell it to end, and wait until it has; who does not in time is killed."""
        if self.process is None:
            return
        self.tell(number)
        self.tell(signal.SIGCONT)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process, self.paused = None, False

    def asked(self, method: str, path: str, body: object = None, timeout: float = ANSWERING) -> Any:
        """What it answers; OSError or HTTPException when it does not."""
        connection = http.client.HTTPConnection(LOOPBACK, self.http_port, timeout=timeout)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= http.client.BAD_REQUEST:
            raise ClusterFailed(f"{method} {path} was answered by {response.status}: {text}")
        return json.loads(text or "null")

    def health(self) -> dict[str, Any]:
        """The cluster as this node sees it by itself; empty when it does not answer."""
        try:
            health: dict[str, Any] = self.asked("GET", "/_cluster/health?local=true")
        except (OSError, http.client.HTTPException, ClusterFailed, ValueError):
            return {}
        return health

    def end_of_log(self, lines: int = 30) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([f"--- {self.home.name}", *text.splitlines()[-lines:]])


class Cluster:
    """Nodes of OpenSearch that find each other, from ``with`` until its end; none outlives the process that began it.

    Plain HTTP, no users, the data in a folder; nodes are counted from 0. What a kill or a restart leads to is awaited
    by `wait_for`, and by nothing else.
    """

    def __init__(
        self,
        folder: Path,
        nodes: int = 3,
        heap: str = "512m",
        *,
        port: int | None = None,
        settings: Mapping[str, object] | None = None,
        flags: Sequence[str] = QUICK,
        prepared: Prepared | None = None,
    ) -> None:
        """With a port, the nodes take it and the next ones, and for each other those a hundred above."""
        self._prepared = prepared
        self._settings = {**SETTINGS, **(settings or {})}
        self._heap, self._flags = heap, flags
        ports = _free_ports(2 * nodes) if port is None else _given_ports(port, nodes)
        folder = folder.resolve()
        self.nodes = [Node(folder / f"node-{i}", ports[i], ports[nodes + i]) for i in range(nodes)]

    @property
    def urls(self) -> list[str]:
        """The address of each node, also of one that is away."""
        return [node.url for node in self.nodes]

    def __enter__(self) -> Self:
        self._prepared = self._prepared or _prepared()
        try:
            for node in self.nodes:
                self._configure(node)
                self._start(node)
            self.wait_for("yellow", timeout=STARTING)  # a folder that was used before may lack replicas for a while
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _configure(self, node: Node) -> None:
        names = [each.home.name for each in self.nodes]
        own = {
            "cluster.name": "dateline-tests",
            "node.name": node.home.name,
            "http.port": node.http_port,
            "transport.port": node.transport_port,
            "path.data": str(node.home / "data"),
            "path.logs": str(node.home / "logs"),
            "discovery.seed_hosts": [f"{LOOPBACK}:{each.transport_port}" for each in self.nodes],
            "cluster.initial_cluster_manager_nodes": names,
        }
        told = {**own, **self._settings}
        (node.home / "config").mkdir(parents=True, exist_ok=True)
        # Every JSON is YAML.
        (node.home / "config" / "opensearch.yml").write_text(json.dumps(told, indent=1))

    def _start(self, node: Node) -> None:
        assert self._prepared, "the cluster was not entered"
        node.start(self._prepared.command(node, self._heap, self._flags))

    def kill(self, index: int) -> None:
        """SIGKILL: gone at once, as by a power cut of one machine."""
        self.nodes[index].end(signal.SIGKILL, LEAVING)

    def stop(self, index: int, timeout: float = LEAVING) -> None:
        """SIGTERM: it says goodbye and closes what is open."""
        self.nodes[index].end(signal.SIGTERM, timeout)

    def pause(self, index: int) -> None:
        """SIGSTOP: its connections stay open, and nothing is answered."""
        self.nodes[index].paused = True
        self.nodes[index].tell(signal.SIGSTOP)

    def resume(self, index: int) -> None:
        """SIGCONT: it goes on as if nothing had been."""
        self.nodes[index].tell(signal.SIGCONT)
        self.nodes[index].paused = False

    def restart(self, index: int) -> None:
        """Start it again on its ports and its data, having stopped it if it runs; when it is back, `wait_for` tells."""
        self.stop(index)
        self._start(self.nodes[index])

    def ask(self, index: int, method: str, path: str, body: object = None, timeout: float = 30.0) -> Any:
        """What a node answers, from JSON; an answer of 400 or above raises."""
        return self.nodes[index].asked(method, path, body, timeout)

    def manager(self) -> int:
        """Which node the others take for the elected cluster manager."""
        node = next(node for node in self.nodes if node.awake)
        told = node.asked("GET", "/_cat/cluster_manager?format=json&local=true")
        return [each.home.name for each in self.nodes].index(told[0]["node"])

    def wait_for(self, status: str = "green", nodes: int | None = None, timeout: float = 60.0) -> None:
        """Until each node that runs sees this status or a better one, a cluster manager, and so many nodes.

        Without a number: all of them.
        """
        wanted = len(self.nodes) if nodes is None else nodes
        good = STATUSES[STATUSES.index(status) :]

        def content(health: dict[str, Any]) -> bool:
            return (
                health.get("status") in good
                and health["number_of_nodes"] == wanted
                and health["discovered_cluster_manager"]
            )

        self._await(content, f"{wanted} nodes and {status}", timeout)

    def _await(self, content: Callable[[dict[str, Any]], bool], awaited: str, timeout: float) -> None:
        until = time.monotonic() + timeout
        while True:
            awake = [node for node in self.nodes if node.awake]
            for node in awake:
                if node.process is not None and node.process.poll() is not None:
                    self._fail(f"{node.home.name} ended by itself with {node.process.returncode}", [node])
            seen = {node.home.name: node.health() for node in awake}
            if seen and all(content(health) for health in seen.values()):
                return
            if time.monotonic() > until:
                self._fail(f"not {awaited} within {timeout:.0f} s but {seen or 'no node that runs'}", awake)
            time.sleep(LOOKING)

    @staticmethod
    def _fail(what: str, nodes: Sequence[Node]) -> NoReturn:
        raise ClusterFailed("\n".join([f"The cluster failed: {what}", *(node.end_of_log() for node in nodes)]))

    def close(self) -> None:
        """End all nodes, side by side; their data stays where it is."""
        for node in self.nodes:
            if node.process is not None:
                node.tell(signal.SIGTERM)
                node.tell(signal.SIGCONT)
        until = time.monotonic() + LEAVING
        for node in self.nodes:
            node.end(signal.SIGTERM, max(0.0, until - time.monotonic()))


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    # Not the shared generator: whoever seeds it, as test runners do, would give two processes the same ports.
    order = random.SystemRandom().sample(PORTS, len(PORTS))
    free = (port for port in order if _is_free(port))
    return [next(free) for _ in range(count)]


def _given_ports(port: int, nodes: int) -> list[int]:
    ports = [first + i for first in (port, port + 100) for i in range(nodes)]
    if taken := [each for each in ports if not _is_free(each)]:
        raise ClusterFailed(f"Somebody listens already at {', '.join(map(str, taken))} on {LOOPBACK}.")
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As OpenSearch does it: connections that have just been closed are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def main(arguments: Sequence[str] | None = None) -> None:
    """Bring a cluster up, say where it is, and hold it until told to leave."""
    parser = argparse.ArgumentParser(description="A cluster of OpenSearch on loopback, until Ctrl-C.")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--port", type=int, default=9200, help="of the first node, the others take the next; 0: any")
    parser.add_argument("--folder", type=Path, help="for data and logs; without it, one that is thrown away")
    parser.add_argument("--heap", default="512m", help="of each node")
    parser.add_argument("--measured", action="store_true", help="compile like a server, though it starts later")
    given = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    if why := why_not():
        sys.exit(why)
    with nullcontext(given.folder) if given.folder else TemporaryDirectory(prefix="dateline-opensearch-") as folder:
        try:
            flags = () if given.measured else QUICK
            with Cluster(Path(folder), given.nodes, given.heap, port=given.port or None, flags=flags) as cluster:
                _say(cluster)
                while True:
                    signal.pause()
        except ClusterFailed as failure:
            sys.exit(str(failure))


def _say(cluster: Cluster) -> None:
    first, example = cluster.urls[0], json.dumps({"text": "a flood"})
    lines = [
        *(f"{node.home.name}  {node.url}  process {node.process.pid}" for node in cluster.nodes if node.process),
        f"For example: curl '{first}/_cat/nodes?v'",
        f"             curl -XPOST '{first}/articles/_doc' -H 'Content-Type: application/json' -d '{example}'",
        f"Data and logs: {cluster.nodes[0].home.parent}",
        "Ctrl-C ends it.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

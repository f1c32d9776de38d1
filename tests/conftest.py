"""What many tests share: the archive of the samples, and small archives of a few articles."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cluster import Cluster as Nodes
from cluster import why_not as no_cluster
from hypothesis import settings
from lying import Lying
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from corpus import Corpus, Keeper, Where, copy
from faulty_process import FaultyShell, compiled, why_not

settings.register_profile("dateline", deadline=None)  # a shared machine pauses when it likes
settings.register_profile("gate", settings.get_profile("dateline"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dateline"))

MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
_ROOM = 4 * 2**30  # bytes
SAMPLES = Path(__file__).parent.parent / "corpus" / "samples"

Write = Callable[..., Path]


ENGINES = ("local", "opensearch")
"""What can keep an archive. A module that has such a name of its own runs its tests against each of these."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask for archives by each engine that the module names; most are about the one for one machine."""
    names = getattr(metafunc.module, "ENGINES", None)
    if metafunc.definition.get_closest_marker("one_machine"):
        names = ENGINES[:1]
    if names and "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", names, scope="session", indirect=True)


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """What keeps the archives of a test."""
    return getattr(request, "param", ENGINES[0])


class _OneCluster(LoadScopeScheduling):
    """Of the processes that test side by side, one alone tests what needs the cluster, so that there is one.

    Two modules have nodes of their own, to which they do harm.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module.endswith(("opensearch_cluster.py", "opensearch_faults.py")):
            return module
        return "opensearch" if "opensearch" in nodeid else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _OneCluster:
    """Marks of groups (``--dist loadgroup``) are not seen with pytest 9.2: they are told by names of tests instead."""
    return _OneCluster(config, log)


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A cluster of three nodes, each a process."""
    if why := no_cluster():
        pytest.skip(why)
    with in_memory(tmp_path_factory.mktemp("opensearch")) as folder, Nodes(folder) as running:
        yield running


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where there is room: a cluster writes every change to as many disks as it has nodes."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > _ROOM:
        with TemporaryDirectory(prefix="dateline-tests-", dir=MEMORY) as folder:
            yield Path(folder)
    else:
        yield otherwise


def _lying(request: pytest.FixtureRequest, engine: str) -> Iterator[Lying]:
    made = Lying(request.getfixturevalue("nodes") if engine == "opensearch" else None)
    yield made
    made.forget()


@pytest.fixture
def lying(request: pytest.FixtureRequest, engine: str) -> Iterator[Lying]:
    """Says where the archive of a folder lies, by the engine that is tested."""
    yield from _lying(request, engine)


@pytest.fixture(scope="session")
def lying_long(request: pytest.FixtureRequest, engine: str) -> Iterator[Lying]:
    """The same for archives that many tests share."""
    yield from _lying(request, engine)


@pytest.fixture(scope="session")
def samples_archive(lying_long: Lying, tmp_path_factory: pytest.TempPathFactory) -> Where:
    """The archive of the samples: read it, never change it."""
    where = lying_long(tmp_path_factory.mktemp("samples") / "data")
    with Keeper.open(where) as keeper:
        keeper.ingest([SAMPLES])
    return where


@pytest.fixture
def own_archive(lying: Lying, samples_archive: Where, tmp_path: Path) -> Where:
    """A copy of the samples' archive that a test may change or break."""
    where = lying(tmp_path / "data")
    if isinstance(samples_archive, Path) and isinstance(where, Path):
        return shutil.copytree(samples_archive, where)
    copy(samples_archive, where)
    return where


@pytest.fixture(scope="session")
def samples(samples_archive: Where) -> Iterator[Corpus]:
    """The samples, open for reading."""
    with Corpus.open(samples_archive) as corpus:
        yield corpus


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write articles as a JSON Lines file: each a mapping that needs a text, the rest has defaults."""

    def written(*articles: dict[str, object], name: str = "articles.jsonl") -> Path:
        path = tmp_path / name
        defaults = {"source": "harbourpost.example", "date": "2023-09-05"}
        lines = [json.dumps({"id": number, **defaults, **article}) for number, article in enumerate(articles)]
        path.write_text("\n".join(lines) + "\n")
        return path

    return written


@pytest.fixture
def archive_of(lying: Lying, tmp_path: Path, write: Write) -> Iterator[Callable[..., Corpus]]:
    """Make an archive of a few articles and open it."""
    opened: list[Corpus] = []

    def made(*articles: dict[str, object]) -> Corpus:
        where = lying(tmp_path / f"archive{len(opened)}")
        with Keeper.open(where) as keeper:
            report = keeper.ingest([write(*articles)])
        assert not report.rejected
        opened.append(Corpus.open(where))
        return opened[-1]

    yield made
    for corpus in opened:
        corpus.close()


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that injects faults, built once."""
    if why := why_not():
        pytest.skip(why)
    return compiled(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="session")
def faulty(shim: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyShell]:
    """The shell under the shim."""
    with FaultyShell(shim, tmp_path_factory.mktemp("printed")) as shell:
        yield shell

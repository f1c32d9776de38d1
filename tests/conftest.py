"""What many tests share: the archive of the samples, and small archives of a few articles."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from corpus import Corpus, Keeper
from faulty_process import FaultyShell, compiled, why_not

settings.register_profile("dateline", deadline=None)  # a shared machine pauses when it likes
settings.register_profile("gate", settings.get_profile("dateline"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dateline"))

SAMPLES = Path(__file__).parent.parent / "corpus" / "samples"

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def samples_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the samples: read it, never change it."""
    folder = tmp_path_factory.mktemp("samples") / "data"
    with Keeper.open(folder) as keeper:
        keeper.ingest([SAMPLES])
    return folder


@pytest.fixture
def own_archive(samples_archive: Path, tmp_path: Path) -> Path:
    """A copy of the samples' archive that a test may change or break."""
    return Path(shutil.copytree(samples_archive, tmp_path / "data"))


@pytest.fixture(scope="session")
def samples(samples_archive: Path) -> Iterator[Corpus]:
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
def archive_of(tmp_path: Path, write: Write) -> Iterator[Callable[..., Corpus]]:
    """Make an archive of a few articles and open it."""
    opened: list[Corpus] = []

    def made(*articles: dict[str, object]) -> Corpus:
        folder = tmp_path / f"archive{len(opened)}"
        with Keeper.open(folder) as keeper:
            report = keeper.ingest([write(*articles)])
        assert not report.rejected
        opened.append(Corpus.open(folder))
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

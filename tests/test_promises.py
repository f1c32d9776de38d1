"""What holds for the project as a whole: its direction, its documents, its locks."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from generated import readme

import corpus
from corpus import Query

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """Every text file of the project."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    binary = {".png", ".gz", ".zip"}
    return [ROOT / name for name in listed.stdout.splitlines() if Path(name).suffix not in binary]


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def test_the_archive_knows_nothing_of_discord_or_of_the_bot():
    for path in (ROOT / "corpus").rglob("*.py"):
        assert not roots(path) & {"bot", "discord", "dotenv"}, path


def test_the_bot_asks_only_through_the_door():
    for path in (ROOT / "bot").rglob("*.py"):
        inner = {name for name in imported(path) if name.startswith("corpus.")}
        # The one command adds its own verbs to those of the archive's shell.
        assert inner <= ({"corpus.cli"} if path.name == "cli.py" else set()), path


def test_the_door_names_everything_in_order():
    assert sorted(corpus.__all__) == sorted(set(corpus.__all__))
    assert all(hasattr(corpus, name) for name in corpus.__all__)


def test_values_and_errors_import_nothing_of_ours():
    for name in ("model", "errors", "words", "stems"):
        assert not roots(ROOT / "corpus" / f"{name}.py") & {"corpus", "bot"}


@pytest.mark.parametrize(
    ("flow", "may"), [("ingest", {"ingest"}), ("retrieval", {"retrieval", "analysis", "engine", "stems"})]
)
def test_a_flow_sees_values_errors_and_its_own_steps(flow, may):
    for path in (ROOT / "corpus" / flow).rglob("*.py"):
        ours = {name.split(".")[1] for name in imported(path) if name.startswith("corpus.")}
        assert ours <= may | {"model", "errors"}, path


def test_the_generated_parts_of_readme_are_what_the_code_says():
    assert readme(README) == README, "run `make docs`"


def examples() -> list[str]:
    """The queries that README shows."""
    table = re.search(r"<!-- queries -->\n(.*?)<!-- /queries -->", README, re.DOTALL)
    assert table
    return re.findall(r"^\| `([^`]+)` \|", table[1], re.MULTILINE)


@pytest.mark.parametrize("typed", examples())
def test_every_query_that_readme_shows_finds_something(samples, typed):
    query = Query.parse(typed)
    assert not query.notes
    assert samples.search(query).hits


def test_every_file_that_the_documents_point_to_is_there():
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_a_lock_has_names_versions_and_hashes_only(name):
    for line in (ROOT / name).read_text().splitlines():
        assert re.fullmatch(r"[a-z0-9._-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    #.*", line), line


def test_the_lock_for_development_holds_the_one_for_running():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("tests/requirements.txt")


def test_no_file_names_a_package_registry_or_a_machine():
    forbidden = re.compile("|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "/" + "root/", "/" + "work/"]))
    for path in tracked():
        assert not forbidden.search(path.read_text(encoding="utf-8", errors="replace")), path


def test_every_sample_is_of_an_invented_host(samples):
    assert samples.status().articles >= 40
    assert all(source.key.endswith(".example") for source in samples.sources())
    assert len(samples.sources()) >= 6

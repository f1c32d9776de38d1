"""What holds for the project as a whole: its direction, its documents, its locks."""

from __future__ import annotations

import ast
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from generated import readme

import corpus
from benchmarks.scale_table import DOCUMENT, filled, read
from corpus import Article, Query

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


def test_values_and_errors_import_nothing_of_ours_but_what_is_told():
    for name in ("model", "errors", "told", "words", "stems"):
        may = {"corpus.told"} if name in {"model", "errors"} else set()
        seen = imported(ROOT / "corpus" / f"{name}.py") - may
        assert not {module.split(".")[0] for module in seen} & {"corpus", "bot"}, name


@pytest.mark.parametrize(
    ("flow", "may"),
    [
        ("ingest", {"ingest", "beside"}),
        ("retrieval", {"retrieval", "analysis", "engine", "stems"}),
        ("fetch", {"fetch"}),
        ("feeds", {"feeds", "fetch", "ingest"}),
    ],
)
def test_a_flow_sees_values_errors_and_its_own_steps(flow, may):
    for path in (ROOT / "corpus" / flow).rglob("*.py"):
        ours = {name.split(".")[1] for name in imported(path) if name.startswith("corpus.")}
        assert ours <= may | {"model", "errors", "told"}, path


def test_the_generated_parts_of_readme_are_what_the_code_says():
    assert readme(README) == README, "run `make docs`"


def test_the_plans_for_a_cluster_are_what_the_measurements_come_to():
    assert filled(DOCUMENT.read_text(encoding="utf-8"), read()) == DOCUMENT.read_text(encoding="utf-8"), (
        "run `python -m benchmarks.scale_table`"
    )


TODAY = date(2024, 11, 15)  # the last sample is of the day before


def examples() -> list[str]:
    """The queries that README shows."""
    table = re.search(r"<!-- queries -->\n(.*?)<!-- /queries -->", README, re.DOTALL)
    assert table
    return re.findall(r"^\| `([^`]+)` \|", table[1], re.MULTILINE)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def has(*beginnings: str):
    """Whether an article has a word that begins like one of these."""
    return lambda article: any(word.startswith(beginnings) for word in words(f"{article.headline} {article.text}"))


def within(one: str, other: str, most: int):
    """Whether two words stand in an article with at most so many others between them."""

    def stand(article: Article) -> bool:
        places = dict[str, list[int]]()
        for place, word in enumerate(words(article.text)):
            places.setdefault(word, []).append(place)
        return any(abs(a - b) - 1 <= most for a in places.get(one, []) for b in places.get(other, []))

    return stand


def published(first: str, last: str):
    return lambda article: date.fromisoformat(first) <= article.published.day <= date.fromisoformat(last)


def both(*checks):
    return lambda article: all(check(article) for check in checks)


def lacks(check):
    return lambda article: not check(article)


HOLDS = {
    "astrolabe restorer": has("astrolabe", "restor"),
    "who stole the museum's astrolabe?": has("stole", "steal", "museum", "astrolabe"),
    '"stern door"': lambda article: "stern door" in article.text,
    '"cod treaty"~5': within("cod", "treaty", 5),
    "ferry -verdict": both(has("ferry", "ferries"), lacks(has("verdict"))),
    'ferry -"public inquiry"': both(
        has("ferry", "ferries"), lambda article: "public inquiry" not in article.text.casefold()
    ),
    "+treaty cod herring": has("treaty", "treaties"),
    "recruit*": has("recruit"),
    "ferry OR tanker": has("ferry", "ferries", "tank"),
    "(ferry OR tanker) +inquiry": both(has("ferry", "ferries", "tank"), has("inquir")),
    "vaccine AND volunteers NOT nerve": both(has("vaccin"), has("volunteer"), lacks(has("nerve"))),
    'title:"marsh fever"': lambda article: "marsh fever" in article.headline.casefold(),
    "body:biscuit": lambda article: "biscuit" in article.text,
    "author:Hollowell": lambda article: "Hollowell" in (article.byline or ""),
    "section:Culture": lambda article: article.section == "Culture",
    "huelga lang:es": both(has("huelga"), lambda article: article.language == "es"),
    "strike source:harbourpost.example": both(has("strike"), lambda article: article.source == "harbourpost.example"),
    "strike -source:meridianwire.example": both(
        has("strike"), lambda article: article.source != "meridianwire.example"
    ),
    "bank rates after:2023-06": both(has("bank", "rate"), published("2023-06-01", "9999-12-31")),
    "bank rates before:2023": both(has("bank", "rate"), published("0001-01-01", "2022-12-31")),
    "on:2023-06-15": published("2023-06-15", "2023-06-15"),
    "on:2023-06": published("2023-06-01", "2023-06-30"),
    "on:2023": published("2023-01-01", "2023-12-31"),
    "on:2022-Q3": published("2022-07-01", "2022-09-30"),
    "on:2021-W28": published("2021-07-12", "2021-07-18"),
    "date:2023-06..2023-08": published("2023-06-01", "2023-08-31"),
    "date:2021-07-16/P3D": published("2021-07-16", "2021-07-18"),
    "last:7d": published("2024-11-08", "2024-11-15"),
    "after:yesterday": published("2024-11-14", "2024-11-15"),
    "ferry sort:newest": has("ferry", "ferries"),
    "ferry sort:oldest": has("ferry", "ferries"),
    "flood copies:all": has("flood"),
    "source:the-meridian.example": lambda article: article.source == "the-meridian.example",
    "similar:s5nyewdicz": has("astrolabe"),
}
"""What holds of every article that one of README's queries finds."""


@pytest.mark.parametrize("typed", examples())
def test_every_query_that_readme_shows_finds_what_it_asks_for_and_nothing_else(samples, typed):
    query = Query.parse(typed, today=TODAY)
    assert not query.notes
    found = samples.search(query, limit=100)
    assert found.hits
    assert not found.notes
    assert not found.did_you_mean
    assert all(HOLDS[typed](hit.article) for hit in found.hits)


# Few stemmers know "steal", and what is like an article need not be all that has one word of it.
@pytest.mark.parametrize("typed", [typed for typed in HOLDS if "stole" not in typed and "similar" not in typed])
def test_no_article_that_a_query_of_readme_asks_for_is_missing(samples, typed):
    everything = samples.search(Query.parse("after:0001 copies:all"), limit=100).hits
    assert len(everything) == samples.status().articles
    found = samples.search(Query.parse(f"{typed} copies:all", today=TODAY), limit=100).hits
    assert {hit.article.id for hit in found} == {hit.article.id for hit in everything if HOLDS[typed](hit.article)}


def test_every_operator_of_the_language_has_an_example_in_readme():
    assert examples() == list(HOLDS)


def test_the_orders_that_readme_shows_are_those_of_the_dates(samples):
    for typed, newest_first in {"ferry sort:newest": True, "ferry sort:oldest": False}.items():
        moments = [hit.article.published.seconds for hit in samples.search(Query.parse(typed), limit=100).hits]
        assert moments == sorted(moments, reverse=newest_first)
        assert len(moments) > 2


def test_copies_by_themselves_are_more_than_folded_ones(samples):
    folded, each = (samples.search(Query.parse(typed), limit=100) for typed in ("flood", "flood copies:all"))
    assert len(folded.hits) + sum(len(hit.copies) for hit in folded.hits) == len(each.hits) > len(folded.hits)


def test_every_file_that_the_documents_point_to_is_there():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
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

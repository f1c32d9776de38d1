"""SECURITY.md names threats and the tests that hold them off; what no other file holds of it stands here."""

from __future__ import annotations

import ast
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from bot_process import started
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Corpus, CorpusError, Keeper, Query
from corpus.engine.local.database import ArchiveFile
from discord_double import DiscordDouble

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    """The table of threats, without its head."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("| threat")
    ]


def names_in(name: str) -> set[str]:
    """The tests that a file has."""
    path = ROOT / "tests" / name
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_every_threat_has_a_control_and_tests_that_are_there(row):
    threat, control, named = row
    found = re.findall(r"`(test_\w+\.py)::(test_\w+)`", named)
    assert threat
    assert control
    assert found
    assert named == ", ".join(f"`{file}::{test}`" for file, test in found), "something else stands there"
    for file, test in found:
        assert test in names_in(file), f"{file}::{test}"


def test_the_threats_are_all_there():
    assert len(rows()) >= 14


# SQL.

INJECTED = [
    "'", "''", '"', "';", "'; DROP TABLE articles; --", "' OR '1'='1", "x' UNION SELECT name FROM sqlite_master --",
    "%", "_", "\\", "?", "?1", ":a", "@a", "$a", "\0", "\ud800", ")", "(", "*", "NULL", "0x00", "--", "/*", "x" * 300,
    "NEAR(a b)", "a^2", "[a TO z]", "headline:x", "body:*", "_exists_:x",
]  # fmt: skip
typed = st.lists(st.one_of(st.sampled_from(INJECTED), st.text(max_size=4)), min_size=1, max_size=4).map("".join)


@pytest.fixture(scope="module")
def own(samples_archive, tmp_path_factory):
    """A copy of the samples' archive, open."""
    folder = tmp_path_factory.mktemp("own")
    with closing(sqlite3.connect(samples_archive / "archive.db")) as database:
        database.execute("VACUUM INTO ?", [str(folder / "archive.db")])
    with Keeper.open(folder):
        pass
    with Corpus.open(folder) as corpus:
        yield corpus


def schema(corpus: Corpus) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(corpus.where / "archive.db")) as database:
        return database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


@settings(max_examples=60)
@given(typed)
def test_no_statement_is_made_of_what_somebody_typed(own, text):
    before, articles = schema(own), own.status().articles
    assert own.article(text) is None
    assert own.read(text) is None
    asked = [
        lambda: own.search(Query.parse(text)),
        lambda: own.search(Query.parse("flood", source=text, after=text)),
        lambda: own.search(Query.words(text)),
        lambda: own.coverage(Query.parse(text)),
        lambda: own.headlines(text),
        lambda: own.withhold([text], why=text, by=text),
        lambda: own.acts(3, by=text),
    ]
    for ask in asked:
        with suppress(CorpusError):
            ask()
    with suppress(ValueError):  # what no key can be
        own.remember(text, {"text": text})
        assert own.recall([text]) == {text: {"text": text}}
        own.remember(text, None)
        assert own.forget(f"{text}x") == 0
    assert own.status().articles == articles
    assert schema(own) == before


def test_only_the_engine_speaks_sql():
    for path in [*(ROOT / "corpus").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        said = path.read_text(encoding="utf-8")
        if "engine/local" not in str(path):
            assert not re.search(r"\"(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA) ", said), path


# A database of somebody else's.


def test_every_database_is_opened_with_a_schema_that_is_not_trusted(tmp_path):
    opened = [
        path for path in (ROOT / "corpus").rglob("*.py") if "sqlite3.connect(" in path.read_text(encoding="utf-8")
    ]
    assert [path.name for path in opened] == ["database.py"], "there is one way to open a database"
    file = ArchiveFile(tmp_path / "archive.db", create=True)
    try:
        assert file.value("PRAGMA trusted_schema") == 0
        assert file.value("PRAGMA secure_delete") == 1
    finally:
        file.close()


def test_a_trigger_in_an_archive_may_call_nothing_that_does_more_than_compute(tmp_path):
    with Keeper.open(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "archive.db")) as database, database:
        database.execute("CREATE TRIGGER evil AFTER INSERT ON documents BEGIN SELECT load_extension('x.so'); END")
    with Corpus.open(tmp_path) as corpus, pytest.raises(CorpusError, match="unsafe use of load_extension"):
        corpus.remember("key", {})


# The token.


@pytest.mark.asyncio
async def test_the_token_is_in_no_file_that_the_worker_leaves(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        await discord.owner.slash("admin limit", source="harbourpost.example", characters="200")
        bot.terminate()
        assert await bot.wait() == 0
    files = [each for each in own_archive.rglob("*") if each.is_file()]
    assert any(each.name == "worker.json" for each in files)
    pieces = [discord.token[at : at + 8].encode() for at in range(len(discord.token) - 7)]
    assert not [each for each in files if any(piece in each.read_bytes() for piece in pieces)]


# The dependencies.

NOT_LOOKED_UP = "Dependency not found on the index and could not be audited"
AUDITS = {
    "nothing is known against them": (
        "echo 'No known vulnerabilities found' >&2; exit 0",
        0,
        "no known vulnerability in 2 packages",
    ),
    "one has a hole": ("echo 'Name Version ID Fix Versions'; echo 'a 1 X-1 2'; exit 1", 1, "X-1"),
    "the database is away": (
        "echo 'ConnectionError: Max retries exceeded' >&2; exit 1",
        0,
        "audit skipped: the database",
    ),
    "one is not known there": (f"echo 'a {NOT_LOOKED_UP}: a (1)'; exit 0", 0, "audit skipped for 1 of 2 packages"),
    "a hole is found and others are not known": (
        f"echo 'a 1 X-1 Fix Versions'; echo 'b {NOT_LOOKED_UP}'; exit 1",
        1,
        "X-1",
    ),
    "it fails by itself": ("echo 'no such option' >&2; exit 2", 2, "no such option"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="a script of bash")
@pytest.mark.parametrize("how", AUDITS)
def test_the_audit_says_what_it_found_and_what_it_did_not_look_up(how, tmp_path):
    script, code, said = AUDITS[how]
    auditor, lock = tmp_path / "pip-audit", tmp_path / "lock.txt"
    auditor.write_text(f"#!/bin/sh\n{script}\n")
    auditor.chmod(auditor.stat().st_mode | stat.S_IXUSR)
    lock.write_text("a==1 \\\n    --hash=sha256:0\nb==2 \\\n    --hash=sha256:0\n")
    done = subprocess.run(
        [ROOT / "tests/audit", auditor, lock], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == code
    assert said in done.stdout
    assert ("audit:" in done.stdout) is (how == "nothing is known against them")

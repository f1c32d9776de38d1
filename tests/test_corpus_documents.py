"""What people set: kept beside the articles, by whoever reads, whatever a keeper is doing, and whoever is killed."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import AsyncCorpus, Corpus, DocumentTooLarge, Input, Keeper, Query

ENGINES = ("local", "opensearch")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)  # no halves of characters
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(st.text(max_size=10), VALUES, max_size=4)


@pytest.fixture
def corpus(own_archive):
    with Corpus.open(own_archive) as opened:
        yield opened


def test_what_is_remembered_is_recalled_until_it_is_forgotten(corpus):
    corpus.remember("user:1", {"sources": ["tollness-times.example"], "private": True})
    corpus.remember("user:2", {"limit": 5})
    assert corpus.recall(["user:1", "user:2", "user:3"]) == {
        "user:1": {"sources": ["tollness-times.example"], "private": True},
        "user:2": {"limit": 5},
    }
    corpus.remember("user:1", {"private": False})
    corpus.remember("user:2", None)
    corpus.remember("user:3", None)
    assert corpus.recall(["user:1", "user:2"]) == {"user:1": {"private": False}}
    assert corpus.recall([]) == {}


def test_all_that_begins_alike_is_forgotten_at_once_and_nothing_else(corpus):
    for key in ["user:1", "user:10", "User:1", "user:2", "user%1", "us"]:
        corpus.remember(key, {})
    assert corpus.forget("user:1") == 2
    assert corpus.forget("user:1") == 0
    assert set(corpus.recall(["user:1", "user:10", "User:1", "user:2", "user%1", "us"])) == {
        "User:1", "user:2", "user%1", "us",
    }  # fmt: skip


@given(documents=st.dictionaries(TEXT.filter(bool), DOCUMENTS, max_size=6), beginning=TEXT, data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_document_under_any_key_comes_back_as_it_was(corpus, documents, beginning, data):
    corpus.forget("")
    prefix = data.draw(st.sampled_from([beginning, *(key[:2] for key in documents)]))
    for key, document in documents.items():
        corpus.remember(key, document)
    assert corpus.recall(list(documents)) == documents
    begun = {key for key in documents if key.startswith(prefix)}
    assert corpus.forget(prefix) == len(begun)
    assert set(corpus.recall(list(documents))) == documents.keys() - begun


def test_more_keys_than_one_question_holds_are_recalled(corpus):
    keys = [f"user:{number}" for number in range(1_200)]
    corpus.remember(keys[-1], {"last": True})
    assert corpus.recall(keys) == {keys[-1]: {"last": True}}


def test_a_document_of_more_than_two_thousand_bytes_is_refused_and_the_one_before_stays(corpus):
    corpus.remember("note", {"text": "ب" * 990})
    with pytest.raises(DocumentTooLarge, match=r"takes 2,011 bytes, and 2,000 are the most\. Make it shorter\."):
        corpus.remember("note", {"text": "x" * 2_000})
    assert corpus.recall(["note"]) == {"note": {"text": "ب" * 990}}


@pytest.mark.parametrize("document", [["a list"], "a text", {"set": {1, 2}}, {"number": float("nan")}])
def test_what_is_no_json_object_is_refused(corpus, document):
    with pytest.raises((TypeError, ValueError)):
        corpus.remember("key", document)
    assert corpus.recall(["key"]) == {}


@pytest.mark.parametrize("key", ["", "k" * 201, "\ud800"])
def test_a_key_that_cannot_be_one_is_refused(corpus, key):
    with pytest.raises(ValueError, match=r"a key has 1 to 200 characters|surrogates not allowed"):
        corpus.remember(key, {})
    with pytest.raises(ValueError, match=r"a key has 1 to 200 characters|surrogates not allowed"):
        corpus.recall([key])


def test_to_remember_changes_nothing_of_the_articles(corpus):
    before, answer = corpus.sources(), corpus.search(Query.parse("ferry"))
    corpus.remember("user:1", {"limit": 5})
    assert corpus.sources() is before, "what was counted is counted again only when the articles change"
    assert corpus.search(Query.parse("ferry")) == answer


def test_a_reader_remembers_while_a_keeper_holds_the_archive_and_it_outlives_every_rebuild(own_archive, corpus, write):
    with Keeper.open(own_archive) as keeper:
        corpus.remember("user:1", {"limit": 5})
        keeper.reindex([], index_only=True)
        keeper.reindex([Input("news", write({"text": "Another ferry."}))])
        keeper.ingest([write({"text": "A third ferry."})])
        assert corpus.recall(["user:1"]) == {"user:1": {"limit": 5}}
    with Corpus.open(own_archive) as again:
        assert again.recall(["user:1"]) == {"user:1": {"limit": 5}}


@pytest.mark.asyncio
async def test_it_is_asked_off_the_event_loop_like_all_else(own_archive):
    archive = AsyncCorpus(Corpus.open(own_archive), timeout=20)
    await asyncio.gather(*(archive.ask(Corpus.remember, f"user:{n}", {"number": n}) for n in range(20)))
    assert await archive.ask(Corpus.recall, ["user:7", "user:19"]) == {
        "user:7": {"number": 7},
        "user:19": {"number": 19},
    }
    assert await archive.ask(Corpus.forget, "user:") == 20
    await archive.close()


# Real processes

_WRITER = """
import sys
from itertools import count
from time import sleep
from pathlib import Path
from corpus import Corpus
with Corpus.open(Path(sys.argv[1])) as corpus:
    for number in count():
        corpus.remember(f"{sys.argv[2]}:{number}", {"number": number})
        print(number, flush=True)
        sleep(0.001)
"""

_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from corpus import Corpus, CorpusError
with Corpus.open(Path(sys.argv[1])) as corpus:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        corpus.remember("key", {"told": "lost"})
    except CorpusError as error:
        print(type(error).__name__, error, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(corpus.recall(["key"]), flush=True)
"""

_KEEPER = """
import sys
from pathlib import Path
from corpus import Keeper
from corpus.keeping import taking
taking._BATCH = 10
with Keeper.open(Path(sys.argv[1])) as kept:
    print("begun", flush=True)
    print(kept.ingest([Path(sys.argv[2])]).added, flush=True)
    kept.reindex([], index_only=True)
"""


def started(script: str, *arguments: object, first: str = "") -> subprocess.Popen[str]:
    """A process of its own, which has printed its first line, which begins so."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline().startswith(first or ("0", "begun"))
    return process


def ended(process: subprocess.Popen[str]) -> str:
    """What else a process prints until it ends, which it does without a complaint."""
    with process:
        printed = process.stdout.read()
        assert not process.stderr.read()
    return printed


def killed(process: subprocess.Popen[str]) -> int:
    """Kill a writer; the number of the last document of which it said that it is remembered."""
    process.send_signal(signal.SIGKILL)
    whole_lines = ended(process).split("\n")[:-1]
    return int(whole_lines[-1]) if whole_lines else 0


@pytest.mark.one_machine
def test_what_was_remembered_survives_the_death_of_its_process(own_archive):
    last = killed(started(_WRITER, own_archive, "a"))
    with Corpus.open(own_archive) as corpus:
        keys = [f"a:{number}" for number in range(last + 1)]
        assert corpus.recall(keys) == {key: {"number": number} for number, key in enumerate(keys)}


@pytest.mark.one_machine
def test_a_disk_that_takes_nothing_is_said_and_nothing_is_half_remembered(own_archive):
    with Corpus.open(own_archive) as corpus:
        corpus.remember("key", {"told": "kept"})
    full = started(_ON_A_FULL_DISK, own_archive, first="CorpusUnwritable")
    assert ended(full) == "{'key': {'told': 'kept'}}\n"


@pytest.mark.one_machine
def test_readers_that_remember_and_a_keeper_that_ingests_do_not_disturb_one_another(own_archive, tmp_path):
    articles = tmp_path / "many.jsonl"
    given = {"source": "a.example", "date": "2023-01-01"}
    articles.write_text("\n".join(json.dumps({"id": n, "text": f"Ferry {n}.", **given}) for n in range(200)))
    writers = {name: started(_WRITER, own_archive, name) for name in "ab"}
    ingest = started(_KEEPER, own_archive, articles)
    printed = ended(ingest)
    lasts = {name: killed(writer) for name, writer in writers.items()}
    assert (ingest.returncode, printed) == (0, "200\n")
    with Corpus.open(own_archive) as corpus:
        assert corpus.status().index_articles == corpus.status().articles == 260
        for name, last in lasts.items():
            assert last > 5
            assert len(corpus.recall([f"{name}:{number}" for number in range(last + 1)])) == last + 1

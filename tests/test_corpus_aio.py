"""The archive off the event loop: what it promises when it is closed under a question, or answers too late."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import pytest_asyncio

from corpus import (
    AsyncCorpus,
    Corpus,
    CorpusDamaged,
    CorpusError,
    CorpusMissing,
    CorpusStatus,
    CorpusTooNew,
    EmptyQuery,
    FetchFailed,
    Query,
    SearchTimeout,
    Told,
)
from corpus.answerer import Answerer


class _Reader:
    """Asks twice, and between the two until it is told to go on."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()

    def __call__(self, corpus: Corpus) -> tuple[CorpusStatus, CorpusStatus]:
        first = corpus.status()
        self.began.set()
        assert self.go_on.wait(10)
        return first, corpus.status()


@pytest_asyncio.fixture
async def archive(samples_archive: Path):
    archive = AsyncCorpus(Corpus.open(samples_archive), timeout=20)
    yield archive
    await archive.close()


@pytest.mark.asyncio
async def test_closed_under_a_question_it_is_answered_first(archive):
    reader = _Reader()
    answer = asyncio.create_task(archive.ask(reader))
    await asyncio.to_thread(reader.began.wait, 10)
    closing = asyncio.create_task(archive.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    reader.go_on.set()
    first, second = await answer
    assert first == second
    await closing


@pytest.mark.asyncio
async def test_the_second_process_begins_nothing_that_nobody_waits_for_any_more(samples_archive):
    answerer = await Answerer.start(samples_archive)
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answerer.ask("status", (), {}, within=-1.0), 1)
        assert (await answerer.ask("status", (), {}, within=10.0)).articles
    finally:
        await answerer.stop()


@pytest.mark.asyncio
async def test_when_the_closing_is_given_up_the_question_is_still_answered(archive):
    reader = _Reader()
    answer = asyncio.create_task(archive.ask(reader))
    await asyncio.to_thread(reader.began.wait, 10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(archive.close(), 0.05)
    reader.go_on.set()
    first, second = await answer
    assert first == second


@pytest.mark.asyncio
async def test_an_answer_that_takes_too_long_is_a_sentence(samples_archive):
    archive = AsyncCorpus(Corpus.open(samples_archive), timeout=1)
    reader = _Reader()
    with pytest.raises(SearchTimeout):
        await archive.ask(reader)
    reader.go_on.set()
    assert (await archive.ask(Corpus.search, Query.parse("ferry"))).hits
    await archive.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("odd", ["a\0b", "caf\ud800"])
async def test_what_no_command_can_be_given_is_a_sentence(archive, odd):
    with pytest.raises(CorpusError, match="characters in it that no command can be given"):
        await archive.keep("limit", odd, "0", inputs="", by="test")


# The second process.


QUERIES = [
    Query.parse(text)
    for text in ("ferry", "bank rates -storm", "who stole the astrolabe", "ferri", "flood sort:newest")
]


async def crowd(archive: AsyncCorpus, verb=Corpus.search, queries=QUERIES) -> list[object]:
    """Ask all at once, and each more than once."""
    asked = [*queries, *queries]
    return (await asyncio.gather(*(archive.ask(verb, query) for query in asked)))[: len(queries)]


async def with_a_second_process(archive: AsyncCorpus) -> int:
    """Ask until a second process answers; gives its id."""
    async with asyncio.timeout(20):
        while archive._answerer is None:
            await crowd(archive)
    return archive._answerer._child.pid


@pytest.mark.asyncio
async def test_one_question_after_the_other_needs_no_second_process(archive):
    for query in QUERIES:
        await archive.ask(Corpus.search, query)
    assert archive._changing is None


@pytest.mark.asyncio
async def test_an_archive_that_is_to_be_alone_has_no_second_process(samples_archive):
    archive = AsyncCorpus(Corpus.open(samples_archive), timeout=20, alone=True)
    await crowd(archive)
    assert archive._changing is None
    await archive.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("verb", [Corpus.search, Corpus.coverage, Corpus.export])
async def test_a_second_process_gives_the_same_answers(archive, samples, verb):
    await with_a_second_process(archive)
    answers = await crowd(archive, verb)
    assert answers == [verb(samples, query) for query in QUERIES]
    assert archive._answerer is not None


@pytest.mark.asyncio
async def test_what_a_second_process_tells_can_still_be_translated(archive, samples):
    await with_a_second_process(archive)
    asked = Query.parse("stern vesel", source="nowhere.example")
    [here, there] = samples.search(asked), await archive.ask(Corpus.search, asked)
    assert here.notes
    assert [(type(note), note.template, note.values) for note in there.notes] == [
        (type(note), note.template, note.values) for note in here.notes
    ]
    with pytest.raises(EmptyQuery) as raised:
        await archive.ask(Corpus.search, Query.parse(""))
    assert raised.value.told.template == EmptyQuery().told.template


@pytest.mark.asyncio
async def test_where_the_second_process_dies_every_question_is_answered_all_the_same(archive, samples, monkeypatch):
    process = await with_a_second_process(archive)
    asked = asyncio.create_task(crowd(archive, queries=QUERIES * 4))
    await asyncio.sleep(0)
    os.kill(process, signal.SIGKILL)
    assert await asked == [samples.search(query) for query in QUERIES * 4]
    await crowd(archive)
    assert archive._answerer is None
    assert archive._changing.done(), "what it died of may still be asked: it gets a pause"
    monkeypatch.setattr("corpus.aio._PAUSE", 0.0)
    assert await with_a_second_process(archive) != process


@pytest.mark.asyncio
async def test_a_second_process_goes_where_there_was_no_crowd_for_a_while(archive, monkeypatch):
    process = await with_a_second_process(archive)
    assert (await archive.ask(Corpus.search, QUERIES[0])).hits
    assert archive._answerer is not None, "it is quiet, but not for long yet"
    monkeypatch.setattr("corpus.aio._QUIET", 0.0)
    monkeypatch.setattr("corpus.aio._PAUSE", 0.0)
    assert (await archive.ask(Corpus.search, QUERIES[0])).hits
    await archive._changing
    assert not _lives(process)
    assert await with_a_second_process(archive) != process


@pytest.mark.asyncio
async def test_a_second_process_goes_with_the_archive(archive):
    process = await with_a_second_process(archive)
    await archive.close()
    assert not _lives(process)


def test_a_second_process_ends_by_itself_where_the_first_is_killed(samples_archive):
    program = (
        "import asyncio, sys; from pathlib import Path; from corpus.answerer import Answerer\n"
        "async def main():\n"
        "    answerer = await Answerer.start(Path(sys.argv[1]))\n"
        "    print(answerer._child.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", program, samples_archive], stdout=subprocess.PIPE) as first:
        second = int(first.stdout.readline())
        first.kill()
    deadline = time.monotonic() + 10
    while _lives(second):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(process: int) -> bool:
    """Whether a process runs: one that has ended may wait for somebody to take note of it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


@pytest.mark.asyncio
async def test_a_second_process_that_cannot_be_started_is_done_without(archive, samples, monkeypatch):
    monkeypatch.setattr("corpus.answerer.sys.executable", "/nowhere/python")
    for _ in range(3):
        assert await crowd(archive) == [samples.search(query) for query in QUERIES]
    assert archive._answerer is None


@pytest.mark.parametrize("error", [
    EmptyQuery([Told("In {language}.", language="es")]), CorpusMissing("data"), CorpusTooNew("data", 9, 6),
    CorpusDamaged("data", "why"), SearchTimeout(2.5), CorpusError("plain"), FetchFailed("a", "b", status=404),
])  # fmt: skip
def test_an_error_is_the_same_in_another_process(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.notes, vars(again)) == (type(error), str(error), error.notes, vars(error))
    assert type(again.told) is type(error.told)

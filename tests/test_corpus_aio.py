"""The archive off the event loop: what it promises when it is closed under a question, or answers too late."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
import pytest_asyncio

from corpus import AsyncCorpus, Corpus, CorpusError, CorpusStatus, Query, SearchTimeout


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

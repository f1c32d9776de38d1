"""Reindex, ingest, inputs and status, as a keeper has them in Discord: the real bot, a real archive, a real keeper."""

import asyncio
import csv
import gzip
import io
import json
import os
import signal
from datetime import UTC, datetime

import pytest
from bot_process import started
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import hostile_text
from test_bot_render import ENGLISH, text_of, within_limits

from bot.changes import Changes
from bot.render import keeping
from bot.upkeep import Outcome, Run
from corpus import (
    AsyncCorpus,
    Corpus,
    Difference,
    Doing,
    Fate,
    IngestReport,
    Input,
    InputStatus,
    Keeper,
    Kind,
    Progress,
    Query,
    Rejection,
    parse_inputs,
)
from discord_double import ADMINISTRATOR, DiscordDouble

HEADERS = ["what", "id", "source", "published", "headline", "url", "origin", "reason"]


def write_news(folder, count, *, first=0, name="news.jsonl"):
    """A file of so many articles, each with a text of its own."""
    file = folder / name
    lines = [
        {
            "title": f"Barrier {n}",
            "text": f"The tidal barrier numbered {n} held against wave {n * 7919}, says keeper {n * 104729}.",
            "source": "post.example",
            "date": "2024-03-14",
        }
        for n in range(first, first + count)
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return file


def kept(folder, inputs):
    """An archive of what these inputs hold."""
    with Keeper.open(folder / "data") as keeper:
        keeper.ingest(parse_inputs(inputs))
    return folder / "data"


def articles_in(data):
    with Corpus.open(data) as corpus:
        return corpus.status().articles


# In Discord


@pytest.mark.asyncio
async def test_an_input_is_read_by_its_name_and_the_first_of_each_kind_are_named(tmp_path):
    news = write_news(tmp_path, 4)
    data = kept(tmp_path, f"news={news}")
    with news.open("a") as more:
        more.write('\n{"title": "No *date*", "text": "It held.", "source": "post.example"}')
        for n in range(5):
            more.write(
                f'\n{{"title": "=New {n}", "text": "Fresh {n} {n}.", "source": "p.example", "date": "2024-04-01"}}'
            )
    async with DiscordDouble() as discord:
        await started(discord, data, CORPUS_INPUTS=f"news={news} other={tmp_path}")
        assert [each.value for each in await discord.owner.autocomplete("admin ingest", focused="name", name="ne")] == [
            "news"
        ]
        stranger = discord.user("stranger", permissions=ADMINISTRATOR)
        assert await stranger.autocomplete("admin ingest", focused="name", name="ne") == []
        answer = await discord.owner.slash("admin ingest", name="news")
        await answer.until(lambda shown: "10 read" in shown.text)
        assert answer.ephemeral
        assert "10 read: 5 added, 0 changed, 4 unchanged, 0 copies, 1 rejected" in answer.text
        assert "**Added**\n-# =New 0 · p.example · 2024" in answer.text
        assert "news.jsonl:5`:" in answer.text
        assert answer.text.count("=New") == 3
        [file] = answer.files
        rows = list(csv.reader(io.StringIO(file.data.decode(), newline="")))
        assert rows[0] == HEADERS
        assert len(rows) == 7
        assert "'=New 4" in {row[4] for row in rows}
        again = await discord.owner.slash("admin ingest", name="news")
        await again.until(lambda shown: "1 file passed over" in shown.text)
        assert not again.files


@pytest.mark.asyncio
async def test_only_what_is_configured_is_read_whatever_path_is_typed(tmp_path):
    news = write_news(tmp_path, 2)
    data = kept(tmp_path, f"news={news}")
    secret = write_news(tmp_path, 3, first=50, name="secret.jsonl")
    async with DiscordDouble() as discord:
        await started(discord, data, CORPUS_INPUTS=f"news={news}")
        answer = await discord.owner.slash("admin ingest", name=str(secret))
        assert "news" in answer.text
        assert articles_in(data) == 2


@pytest.mark.asyncio
async def test_a_dry_run_says_so_and_changes_nothing(tmp_path):
    news = write_news(tmp_path, 3)
    data = kept(tmp_path, f"news={news}")
    write_news(tmp_path, 5)
    async with DiscordDouble() as discord:
        await started(discord, data, CORPUS_INPUTS=f"news={news}")
        answer = await discord.owner.slash("admin reindex", dry_run=True)
        await answer.until(lambda shown: "5 read" in shown.text)
        assert "A dry run: nothing was changed" in answer.text
        assert articles_in(data) == 3


@pytest.mark.asyncio
async def test_what_would_shrink_the_archive_is_asked_and_done_after_a_restart_by_admins_alone(tmp_path):
    news = write_news(tmp_path, 10)
    data = kept(tmp_path, f"news={news}")
    write_news(tmp_path, 4)
    async with DiscordDouble() as discord:
        editor = discord.user("editor", permissions=ADMINISTRATOR)
        bot = await started(discord, data, CORPUS_INPUTS=f"news={news}", ADMIN_IDS=str(editor.id))
        dropped = await editor.slash("admin ingest", name="news", remove_vanished=True)
        await dropped.until(lambda shown: "Take them out" in {each.label for each in shown.buttons})
        kept_so = await discord.owner.slash("admin ingest", name="news", remove_vanished=True)
        await kept_so.until(lambda shown: "Take them out" in {each.label for each in shown.buttons})
        assert "6 articles would be taken out, that is 60% of the archive" in kept_so.text
        asked = await discord.owner.slash("admin reindex", remove_vanished=True)
        await asked.until(lambda shown: "Take them out" in {each.label for each in shown.buttons})
        await kept_so.press("Keep them")
        assert "Kept: nothing was taken out." in kept_so.text
        assert articles_in(data) == 10
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, data, CORPUS_INPUTS=f"news={news}")
        refused = await dropped.press("Take them out")  # who was an admin when it was asked
        assert "Only those who keep this archive" in refused.text
        assert articles_in(data) == 10
        write_news(tmp_path, 2)  # more has gone than was asked about
        await asked.press("Take them out")
        await asked.until(lambda shown: "8 articles would be taken out" in shown.text)
        assert articles_in(data) == 10
        await asked.press("Take them out")
        await asked.until(lambda shown: "8 articles taken out" in shown.text)
        assert articles_in(data) == 2


@pytest.mark.asyncio
async def test_one_runs_at_a_time_and_any_admin_gives_it_up_from_the_status(tmp_path):
    news = write_news(tmp_path, 20_000)
    data = kept(tmp_path, f"news={write_news(tmp_path, 3, first=90_000, name='few.jsonl')}")
    async with DiscordDouble() as discord:
        editor = discord.user("editor", permissions=ADMINISTRATOR)
        await started(discord, data, CORPUS_INPUTS=f"news={news}", ADMIN_IDS=str(editor.id))
        answer = await discord.owner.slash("admin reindex")
        second = await editor.slash("admin ingest", name="news")
        assert "running already" in second.text
        assert f"by {discord.owner.person.name}" in second.text
        status = await editor.slash("admin status")
        assert "**Running** Reindex" in status.text
        await status.press("Cancel")
        await answer.until(lambda shown: "given up by" in shown.text)
        assert "given up by" in status.text
        assert not answer.buttons
        late = await second.press("Cancel")
        assert "given up by" in (second.text + late.text)
        after = await editor.slash("admin status")
        assert "**Last reindex** given up" in after.text
        assert not after.buttons
        assert "Barrier" in (await discord.user("reader").slash("search", query="barrier")).text


@pytest.mark.asyncio
async def test_an_edit_that_discord_does_not_take_ends_no_run(tmp_path):
    news = write_news(tmp_path, 2)
    data = kept(tmp_path, f"news={news}")
    async with DiscordDouble() as discord:
        await started(discord, data, CORPUS_INPUTS=f"news={news}")
        discord.faults.answer_next("/webhooks/*/messages/@original", status=400, body={"message": "no", "code": 1})
        answer = await discord.owner.slash("admin reindex")
        await answer.until(lambda shown: "Reindexed" in shown.text)


@pytest.mark.asyncio
async def test_the_inputs_are_listed_with_what_each_gave(tmp_path):
    news = write_news(tmp_path, 2)
    data = kept(tmp_path, f"news={news}")
    async with DiscordDouble() as discord:
        await started(discord, data, CORPUS_INPUTS=f"news={news} wire=feed:https://wire.example/rss.xml")
        shown = (await discord.owner.slash("admin inputs")).text
        assert f"**news** · file or folder · `{news}`\n-# 1 file · 2 articles · read <t:" in shown
        assert "**wire** · feed · `https://wire.example/rss.xml`\n-# never read" in shown
        assert "**Taken down** 0 articles" in (await discord.owner.slash("admin status")).text


# Readers meanwhile


@pytest.mark.asyncio
async def test_whoever_searches_while_the_archive_is_reindexed_gets_whole_answers(tmp_path):
    """Every answer is of one state: as many as before or as after, and no article twice over its pages."""
    old, new = 60, 90
    news = write_news(tmp_path, old)
    data = kept(tmp_path, f"news={news}")
    write_news(tmp_path, new)
    archive, query = AsyncCorpus(Corpus.open(data), timeout=10), Query.parse("barrier")

    async def reindexed():
        for _ in range(3):
            await archive.keep("reindex", "--again", inputs=f"news={news}", by="test")

    try:
        keeping_on, matched = asyncio.create_task(reindexed()), []
        while not keeping_on.done():
            pages = [await archive.ask(Corpus.search, query, page=page, limit=10) for page in (1, 2, 3)]
            matched.extend(page.matched for page in pages)
            if len({page.matched for page in pages}) == 1:
                ids = [hit.article.id for page in pages for hit in page.hits]
                assert len(ids) == len(set(ids)) == 30
        await keeping_on
        matched.append((await archive.ask(Corpus.search, query)).matched)
    finally:
        await archive.close()
    assert set(matched) == {old, new}
    assert matched == sorted(matched)


# The parts


def table(changes):
    data = gzip.decompress(changes.data) if changes.name.endswith(".gz") else changes.data
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def changes_file(folder, headlines):
    file = folder / "changes.jsonl"
    row = dict.fromkeys(HEADERS)
    lines = [json.dumps(row | {"what": "added", "headline": each}, ensure_ascii=False) for each in headlines]
    file.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8", errors="replace")
    return file


def test_a_large_table_is_compressed_and_ends_where_a_file_must(tmp_path):
    noise = [os.urandom(20).hex() for _ in range(12_000)]
    file = changes_file(tmp_path, noise)
    whole = Changes.read(file)
    assert (whole.name, whole.lines, whole.left_out) == ("changes.csv", 12_000, 0)
    packed = Changes.read(file, plain=1_000)
    assert (packed.name, packed.lines, packed.left_out) == ("changes.csv.gz", 12_000, 0)
    assert table(packed) == table(whole)
    room = len(packed.data) - 1
    cut = Changes.read(file, plain=1_000, largest=room)
    assert len(cut.data) <= room
    assert (cut.lines, cut.left_out) == (10_000, 2_000)
    assert table(cut) == table(whole)[:10_001]


@given(headlines=st.lists(hostile_text, max_size=5))
@settings(max_examples=50)
def test_no_cell_of_the_table_is_run_by_a_spreadsheet(headlines, tmp_path_factory):
    changes = Changes.read(changes_file(tmp_path_factory.mktemp("changes"), headlines))
    for cell in (cell for row in table(changes) for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


texts = st.builds(lambda text, times: text * times, hostile_text, st.integers(1, 60))
differences = st.builds(
    Difference, st.sampled_from(Fate), headline=texts, source=texts, published=texts, origin=texts, reason=texts
)


@given(name=texts, one=differences, held=st.booleans(), rejected=texts)
def test_whatever_was_read_its_report_is_within_the_limits_of_a_message(name, one, held, rejected):
    run = Run(("ingest", name or "x"), f"discord:1 {name}")
    first = dict.fromkeys(Fate, (one,) * 3)
    report = IngestReport(added=10**9, rejected=(Rejection(rejected, rejected),), vanished=10**9, held_back=held)
    outcome = Outcome(datetime.now(UTC), report, Changes("changes.csv", b"", 10**6, 10**6, first))
    shown = keeping.ended(run, outcome, ENGLISH, articles=10**9, attaches=False)
    assert within_limits(shown.view)
    assert within_limits(keeping.under_way(run, ENGLISH, late=True))


@given(location=texts, names=st.lists(texts, max_size=60))
def test_whatever_the_inputs_are_called_they_are_within_a_message(location, names):
    rows = [(Input(name, location, Kind.PATH), InputStatus(3, 4, 1, datetime.now(UTC))) for name in names]
    assert within_limits(keeping.inputs(rows, ENGLISH))


def test_an_input_whose_name_is_no_utf_8_is_known_by_a_button_too():
    run = Run(("ingest", "caf\udce9"), "discord:1 Ada")  # as Python gives a byte of the environment
    outcome = Outcome(datetime.now(UTC), IngestReport(vanished=9, held_back=True))
    assert within_limits(keeping.ended(run, outcome, ENGLISH, articles=9, attaches=False).view)
    assert keeping.scope(run) != keeping.scope(Run(("ingest", "caf\udce8"), "discord:1 Ada"))


def test_progress_tells_the_share_that_is_done():
    run = Run(("reindex",), "discord:1 Ada")
    run.see(Progress(Doing.READING, 45, 100, 1234))
    shown = text_of(keeping.under_way(run, ENGLISH))
    assert "**Reading** · begun <t:" in shown
    assert "by Ada" in shown
    assert "`█████████░░░░░░░░░░░` 45% · 1,234 articles" in shown
    assert run.ready is None

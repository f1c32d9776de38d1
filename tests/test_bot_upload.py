"""Articles that an admin uploads: looked through first, taken in or discarded; the real bot on a loopback Discord."""

import asyncio
import gzip
import io
import json
import os
import re
import signal
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from bot_process import LEAVING, started
from hypothesis import given
from hypothesis import strategies as st
from test_bot_markdown import hostile_text

from bot.uploads import Uploads
from corpus import Corpus, Intent, Keeper, Query
from discord_double import ADMINISTRATOR, Answer, DiscordDouble, File

pytestmark = pytest.mark.asyncio

NEW = {"title": "Lighthouse lit again", "text": "The lighthouse was lit again.", "source": "post.example"}


def lines(*articles: dict, name: str = "news.jsonl") -> File:
    dated = [{"date": "2024-03-14", **each} for each in articles]
    return File(name, "\n".join(map(json.dumps, dated)).encode())


def many(number: int) -> list[dict]:
    return [{**NEW, "id": place, "title": f"Headline {place}", "text": f"Text {place}."} for place in range(number)]


async def uploaded(discord: DiscordDouble, *files: File, **fields: object) -> Answer:
    form = await discord.owner.slash("admin upload")
    return await form.submit({"files": list(files), **fields})


async def taken_in(shown: Answer) -> Answer:
    done = await shown.press("Take in")
    return await done.until(lambda now: "### Taken in" in now.text)


def waiting(data: Path) -> list[Path]:
    return list((data / "uploads").glob("*/files/*"))


async def test_what_is_uploaded_is_seen_first_then_taken_in(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        undated = {**NEW, "title": "No date", "date": ""}
        shown = await uploaded(discord, lines(NEW, undated))
        assert shown.ephemeral
        assert "2 read: 1 to be added, 0 to be changed, 0 unchanged, 0 copies, 1 rejected" in shown.text
        assert "- Lighthouse lit again · post.example · `2024-03-14` · new" in shown.text
        assert "- `news.jsonl:2` " in shown.text
        assert str(own_archive) not in shown.text
        reader = discord.user("reader")
        assert "No article" in (await reader.slash("search", query='"lighthouse was lit again"')).text
        done = await taken_in(shown)
        assert "2 read: 1 added" in done.text
        assert not done.buttons
        assert not waiting(own_archive)
        assert "Lighthouse lit again" in (await reader.slash("search", query='"lighthouse was lit again"')).text
        [act] = acts(own_archive, "ingest")
        assert act.who == f"discord:{discord.owner.id} {discord.owner.person.name}"


def acts(data: Path, what: str):
    with Corpus.open(data) as corpus:
        return [act for act in corpus.acts(100) if act.what == what and act.who.startswith("discord")]


async def test_an_upload_is_taken_in_after_the_bot_was_killed(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        shown = await uploaded(discord, lines({**NEW, "source": ""}), source="The Evening Post")
        assert "· the-evening-post ·" in shown.text
        bot.signal(signal.SIGKILL)
        await bot.wait()
        await started(discord, own_archive)
        assert "1 read: 1 added" in (await taken_in(shown)).text
        with Corpus.open(own_archive) as corpus:
            assert "The Evening Post" in {source.name for source in corpus.sources()}


async def test_pressed_twice_at_once_it_is_taken_in_once(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        shown = await uploaded(discord, lines(*many(3)))
        await asyncio.gather(*(shown.press("Take in", first_response=True) for _ in range(2)))
        await discord.until(lambda: bot.output.count("command=upload-take") == 2, "both presses to have ended")
        assert "### Taken in" in shown.text
        with Corpus.open(own_archive) as corpus:
            assert len(corpus.export(Query.parse("source:post.example")).hits) == 3


async def test_discarded_or_gone_it_says_so_and_nothing_is_taken_in(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        shown = await uploaded(discord, lines(NEW))
        stale = shown.message.body
        dropped = await shown.press("Discard")
        assert "Discarded" in dropped.text
        assert not waiting(own_archive)
        shown.message.body = stale
        for button in ("Discard", "Take in"):
            late = await shown.press(button, first_response=True)
            await discord.until(lambda late=late: late.followups, "a word")
            assert "no longer here" in late.followups[0].text
            assert late.followups[0].ephemeral


async def test_told_to_leave_while_files_are_taken_in_the_bot_leaves_and_they_can_be_taken_in_later(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        shown = await uploaded(discord, lines(*many(500)))
        taking = await shown.press("Take in")
        assert "Taking the files in" in taking.text
        began = time.monotonic()
        bot.terminate()
        assert await bot.wait() == 0
        assert time.monotonic() - began < LEAVING
        await started(discord, own_archive)
        label = taking.buttons[0].label
        again = await shown.press(label)
        await again.until(lambda now: "### Taken in" in now.text or "to be added" in now.text, timeout=60)


async def test_in_a_direct_message_too_dates_are_read_as_it_was_chosen(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        form = await discord.owner.slash("admin upload", channel=discord.owner.dm)
        shown = await form.submit({"files": [lines({**NEW, "date": "05/09/2023"})], "dates": "month-first"})
        assert shown.ephemeral
        assert "`2023-05-09`" in shown.text
        assert "1 added" in (await taken_in(shown)).text


async def test_more_than_a_message_holds_comes_as_a_file(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        shown = await uploaded(discord, lines(*many(25)))
        assert "and 15 more" in shown.text
        [file] = shown.files
        told = [json.loads(line) for line in file.data.decode().splitlines()]
        assert [each["what"] for each in told] == ["added"] * 25
        assert str(own_archive) not in file.data.decode()
        done = await taken_in(shown)
        assert "25 added" in done.text
        assert not done.files


def database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("CREATE TABLE articles (text)")
        return made.serialize()


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("news.jsonl", gzip.compress(b" " * 2**24))
        archive.writestr("zeros.jsonl", b"\0" * 2**26)
    return packed.getvalue()


async def test_what_holds_no_articles_is_rejected_with_a_sentence_and_not_kept(own_archive):
    files = {
        "archive.db": database(),
        "setup.exe": b"MZ\x90\0" + bytes(200),
        "empty.jsonl": b"",
        "bomb.zip": bomb(),
        "README.md": b"MZ\x90\0" + bytes(200),
    }
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        shown = await uploaded(discord, *(File(name, data) for name, data in files.items()))
        assert "There is nothing to take in" in shown.text
        for name in files:
            assert re.search(rf"^- `{name}\S*` \S+", shown.text, re.MULTILINE)
        assert not shown.buttons
        assert not waiting(own_archive)


async def test_a_file_that_is_too_large_is_not_fetched(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        shown = await uploaded(discord, File("large.jsonl", bytes(25 * 2**20 + 1)))
        assert "25 MB are the most" in shown.text
        assert not waiting(own_archive)


async def test_a_file_that_does_not_lie_with_discord_is_not_fetched(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        base, discord.core.base = discord.core.base, "http://127.0.0.1:9"
        form = await discord.owner.slash("admin upload")
        shown = await form.submit({"files": [lines(NEW)]})
        discord.core.base = base
        assert "does not lie with Discord" in shown.text


async def test_while_another_changes_the_archive_the_files_wait(own_archive):
    async with DiscordDouble() as discord:
        await started(discord, own_archive)
        with Keeper.open(own_archive):
            shown = await uploaded(discord, lines(NEW))
            assert "try again when it has ended" in shown.text
        ready = await shown.press("Look again")
        assert "1 to be added" in ready.text
        with Keeper.open(own_archive):
            busy = await ready.press("Take in")
            await busy.until(lambda now: "try again when it has ended" in now.text)
        again = await busy.press("Look again")
        assert "1 added" in (await taken_in(again)).text


async def test_who_is_no_admin_or_none_any_more_uploads_nothing(own_archive):
    async with DiscordDouble() as discord:
        editor = discord.user("editor", permissions=ADMINISTRATOR)
        bot = await started(discord, own_archive, ADMIN_IDS=str(editor.id))
        form = await editor.slash("admin upload")
        shown = await form.submit({"files": [lines(NEW)]})
        bot.terminate()
        await bot.wait()
        await started(discord, own_archive)
        for answer in (
            await editor.slash("admin upload"),
            await form.submit({"files": [lines(NEW)]}),
            await shown.press("Take in"),
            await shown.press("Discard"),
        ):
            assert "Only those who keep this archive" in answer.text
        assert len(waiting(own_archive)) == 1


async def test_in_another_server_than_that_of_the_admins_nothing_is_taken_in(own_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, own_archive)
        shown = await uploaded(discord, lines(NEW))
        elsewhere = await discord.new_guild("Elsewhere")
        bot.terminate()
        await bot.wait()
        await started(discord, own_archive, ADMIN_GUILD=str(elsewhere.id))
        assert "kept from another server" in (await shown.press("Take in")).text
        assert len(waiting(own_archive)) == 1


@pytest.mark.parametrize("once", [True, False])
async def test_what_was_uploaded_does_not_vanish_with_its_files(tmp_path, write, once):
    data, folder = tmp_path / "data", tmp_path / "in"
    folder.mkdir()
    write({"text": "It stays.", "title": "Stays"}, name="in/kept.jsonl")
    file = write({"id": "u", "text": "It was uploaded.", "title": "Uploaded"}, name="in/once.jsonl")
    with Keeper.open(data) as keeper:
        keeper.ingest([folder], intent=Intent(once=once))
        file.unlink()
        keeper.ingest([folder], intent=Intent(remove_vanished=True, shrink=True))
    with Corpus.open(data) as corpus:
        assert corpus.status().articles == (2 if once else 1)


async def test_uploads_that_have_waited_for_more_than_a_day_are_swept(tmp_path):
    uploads = Uploads(tmp_path)
    old, late, new = (uploads.begin("", "") for _ in range(3))
    for upload, hours in ((old, 24), (late, 23)):
        then = time.time() - hours * 3600 - 1
        os.utime(upload.folder, (then, then))
    uploads.sweep()
    assert not old.folder.exists()
    assert late.folder.exists()  # it may be taken in at this moment, and is offered no more
    assert [uploads.find(each.name) for each in (old, late, new)] == [None, None, new]


names = st.one_of(
    hostile_text, st.sampled_from(["../../etc/passwd", ".hidden", "a" * 300, "..", "x/y.jsonl", "名" * 200])
)


@given(names.filter(bool), names.filter(bool))
async def test_whatever_a_file_is_called_it_lies_in_its_folder(tmp_path_factory, first, second):
    upload = Uploads(tmp_path_factory.mktemp("uploads")).begin("", "")
    upload.put(first, b"1")
    upload.put(second, b"2")
    assert sorted(each.read_bytes() for each in upload.files) == [b"1", b"2"]
    assert all(each.parent == upload.folder / "files" and not each.name.startswith(".") for each in upload.files)

"""The tokens are in no line that the process writes, however it comes to write it, and in no process that it starts."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
import warnings
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from bot_process import executed, started
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot import logs
from bot.hiding import Secrets
from discord_double import DiscordDouble

ROOT = Path(__file__).parents[1]
PIECE = 8  # characters of the bot's token that are nowhere to be seen in a row
REAL = "MTk4NjIyNDgzNDcxOTI1MjQ4.Gx3kQz.ml-V7rCkbmJ3oTnSx9qdYp_0WfUeHaZsRtLv2g"  # by its shape
GIVEN = "aW50ZXJhY3Rpb246MTE0OTU2MjQ4NzE2MTYxMjM0NTpLcWF4ZVpOb1l"  # by its shape, an interaction's

# A token of Discord's has dots, letters, digits, "_" and "-"; other signs are tried, too, but for those that JSON and
# Python write in another way.
letters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
segments = st.lists(letters, min_size=20, max_size=38).map("".join)
tokens = st.one_of(
    st.builds("{}.{}.{}".format, segments, st.text(letters, min_size=6, max_size=6), segments),
    st.text([chr(number) for number in range(33, 127) if chr(number) not in "\\\"'"], min_size=30, max_size=90),
)
around = st.text(max_size=12)
FORMS = {
    "plain": str,
    "as JSON": json.dumps,
    "as Python": repr,
    "in an address": lambda token: quote(token, safe=""),
    "in a header": lambda token: {"Authorization": f"Bot {token}"},
    "bytes": lambda token: token.encode(),
    "in Base64": lambda token: b64encode(f"Bot {token}".encode()).decode(),
    "in Base64 of addresses": lambda token: urlsafe_b64encode(f":{token}:x".encode()).decode(),
    "its first half": lambda token: token[: len(token) // 2],
    "its second half": lambda token: token[len(token) // 2 :],
    "over two lines": lambda token: f"{token[:20]}\n{token[20:]}",
}


@contextmanager
def log(form: str, token: str | None) -> Iterator[io.StringIO]:
    """All that is logged meanwhile; afterwards everything is as it was."""
    root, stream, hooks = logging.getLogger(), io.StringIO(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    before, level, root.handlers = root.handlers[:], root.level, []
    try:
        logs.start(level="debug", form=form, token=token, stream=stream)
        yield stream
    finally:
        logging.captureWarnings(capture=False)
        root.handlers = before
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def told(written: str, token: str) -> set[str]:
    """The pieces of a token that a text has."""
    pieces = {token[at : at + PIECE] for at in range(len(token) - PIECE + 1)}
    return {each for each in pieces if each in written}


def write(token: str, shown: object, form: str) -> str:
    """What stands in the log after this was logged in every way that there is."""
    with log(form, token) as stream:
        one = logging.getLogger("discord.http")
        one.warning("%s", shown)
        one.info("message with %s in it", shown, extra={"fields": {"seen": shown, "also": [shown]}})
        one.error(f"{shown}")  # as others do it
        one.error("too few: %d %s", shown)
        one.error("no number: %d", shown)
        cause = ValueError(shown)
        cause.add_note(f"and a note of {shown}")
        try:
            raise ExceptionGroup(f"of {shown}", [KeyError(shown), cause]) from cause  # noqa: TRY301
        except ExceptionGroup:
            one.exception("it failed")
            one.error("with its stack", stack_info=True, exc_info=True)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"warned of {shown}", stacklevel=1)
        sys.excepthook(RuntimeError, RuntimeError(shown), None)
    return stream.getvalue()


@given(tokens, st.sampled_from(list(FORMS)), around, around, st.sampled_from(["text", "json"]))
def test_no_eight_characters_of_the_token_in_a_row_are_in_the_log(token, name, before, after, form):
    made = FORMS[name](token)
    shown = f"{before}{made}{after}" if isinstance(made, str) else made
    written = write(token, shown, form)
    assert not told(written, token)
    assert "[hidden]" in written
    if "Base64" in name:
        assert not told(written, made[8:-8])
    if form == "json":
        lines = [json.loads(line) for line in written.splitlines()]
        assert len(lines) == 9


@settings(max_examples=30)
@given(
    st.text(letters, min_size=8, max_size=120),
    st.sampled_from(["text", "json"]),
    st.sampled_from(["webhooks", "interactions"]),
)
def test_no_token_of_an_interaction_is_in_the_log_wherever_it_stands(random, form, place):
    token = f"{GIVEN}{random}"
    address = f"https://discord.com/api/v10/{place}/198622483471925248/{token}/messages/@original?wait=true"
    for shown in (
        address,
        quote(address, safe=""),
        {"token": token, "type": 2},
        json.dumps({"token": token}),
        f"token={token}",
        token,
    ):
        assert random not in write(REAL, shown, form).replace("message with", "")


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_aiohttp_says_of_a_request_holds_no_token(form):
    url = URL(f"https://discord.com/api/v10/webhooks/198622483471925248/{GIVEN}xyz/messages/@original")
    headers = CIMultiDictProxy(CIMultiDict({"Authorization": f"Bot {REAL}"}))
    request = aiohttp.RequestInfo(url, "PATCH", headers, url)
    errors = [
        aiohttp.ClientResponseError(request, (), status=500, message=f"for {url}", headers=headers),
        aiohttp.ContentTypeError(request, ()),
        aiohttp.InvalidURL(url),
        aiohttp.TooManyRedirects(request, ()),
        TypeError("no header", headers),
    ]
    for error in errors:
        written = write(REAL, repr(error), form) + write(REAL, error, form)
        assert not told(written, REAL)
        assert GIVEN not in written


def test_what_is_no_secret_stays():
    line = "rejected news.jsonl:3: no date (https://discord.com/channels/1/2, token of a bot, webhooks/x)"
    assert Secrets(REAL).hide(line) == line
    assert Secrets(None).hide(line) == line


def test_a_message_begins_no_line_of_its_own():
    with log("text", REAL) as stream:
        logging.getLogger("x").warning(
            "rejected %s", "a\n2026-01-01T00:00:00Z INFO bot: all is well\u2028\x1b[2J\u202e"
        )
    assert stream.getvalue().count("\n") == 1
    assert r"a\n2026" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


# As the process breaks.

BREAKING = {
    "an error that nobody takes": "raise RuntimeError(TOKEN)",
    "an error from another": "try:\n 1 / 0\nexcept ZeroDivisionError as e:\n raise RuntimeError(f'x{TOKEN}x') from e",
    "in a thread": "t = threading.Thread(target=lambda: {}[TOKEN]); t.start(); t.join()",
    "as something is collected": "class X:\n def __del__(self): raise RuntimeError(TOKEN)\nX()",
    "in a task": (
        "async def main():\n async def fail(): raise RuntimeError(TOKEN)\n"
        " t = asyncio.create_task(fail(), name=TOKEN)\n await asyncio.sleep(0)\n del t\n gc.collect()\n"
        "asyncio.run(main())"
    ),
    "in a callback of the loop": (
        "async def main():\n asyncio.get_running_loop().call_soon(lambda: {}[TOKEN])\n await asyncio.sleep(0.01)\n"
        "asyncio.run(main(), debug=True)"
    ),
    "never awaited": "async def x(token): pass\nx.__qualname__ = TOKEN\nx(TOKEN)",
    "as a line is made": "logging.getLogger('x').error('%d', TOKEN)",
    "as a warning": "warnings.warn(TOKEN)",
    "as the interpreter tells where it is": "secret = TOKEN\nfaulthandler.dump_traceback()",
}


@pytest.mark.parametrize(("how", "form"), [*((how, "text") for how in BREAKING), ("in a thread", "json")])
def test_however_the_process_breaks_it_tells_that_and_no_token(how, form, tmp_path):
    script = tmp_path / "breaking.py"
    begin = "import asyncio, faulthandler, gc, logging, os, sys, threading, warnings\nfrom bot import logs\n"
    start = f"logs.start(level='debug', form={form!r}, token=TOKEN)\n"
    script.write_text(f"{begin}TOKEN = sys.stdin.read()\nwarnings.simplefilter('always')\n{start}{BREAKING[how]}")
    done = subprocess.run(
        [sys.executable, script], input=REAL, capture_output=True, text=True, timeout=30, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    written = done.stdout + done.stderr
    assert not told(written, REAL), written
    assert "hidden" in written or how in {"as a line is made", "as the interpreter tells where it is"}
    assert written.strip(), "nothing was told at all"
    assert "Traceback" not in done.stderr


def test_half_a_character_in_a_name_ends_no_line():
    script = "import logging\nfrom bot import logs\nlogs.start(level='info', form='text', token=None)\n"
    done = subprocess.run(
        [sys.executable, "-c", script + "logging.getLogger('x').info('caf\\udce9')"], capture_output=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.strip().endswith(b"x: caf\\udce9")
    assert not done.stderr


@pytest.mark.asyncio
async def test_the_whole_bot_at_its_most_talkative_says_no_token_while_discord_fails(samples_archive):
    async with DiscordDouble() as discord:
        bot = await started(discord, samples_archive, LOG_LEVEL="debug", PYTHONASYNCIODEBUG="1")
        discord.faults.answer_next("/webhooks/*", status=502, body="<html>bad gateway</html>", times=2)
        discord.faults.rate_limit_next("/webhooks/*", retry_after=0.2)
        await discord.user("reader").slash("search", query="flood", timeout=30)
        discord.faults.answer_next("/interactions/*", status=400, body={"code": 50035, "message": "Invalid Form Body"})
        await discord.user("reader").slash("search", query="ferry", timeout=30)
        discord.faults.expire_next_interaction()
        with suppress(AssertionError):  # nothing is shown of it
            await discord.user("reader").slash("search", query="storm", timeout=2)
        bot.terminate()
        await bot.wait()
    assert "rate limited" in bot.output
    assert not told(bot.output, discord.token)
    assert not re.search(r"interaction-token-\d+", bot.output)


def test_the_sentence_with_which_the_worker_leaves_holds_no_token(tmp_path):
    script = (
        "import sys\nfrom unittest.mock import patch\nimport discord\n"
        "from bot.cli import main\nfrom corpus import CorpusError\n"
        "async def login(self, token): raise CorpusError(f'It went wrong with {token}.')\n"
        "with patch.object(discord.Client, 'login', login):\n sys.exit(main(['run']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": REAL},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "It went wrong with [hidden].\n")


# In the processes that are started.


def descendants(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have."""
    try:
        children = [
            int(each)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for each in (task / "children").read_text().split()
        ]
    except OSError:  # gone meanwhile
        return
    for child in children:
        yield child
        yield from descendants(child)


def environment(pid: int, what: str = "environ") -> str:
    """With what a process was started, as the system shows it; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes().decode(errors="replace")
    except OSError:
        return ""


async def watched(pid: int, seen: dict[int, tuple[str, str]], until: asyncio.Event) -> None:
    """Take down the command line and the environment of every process that is started meanwhile."""
    while not until.is_set():
        for child in descendants(pid):
            command, given = environment(child, "cmdline"), environment(child)
            if given and "launcher.py" not in command:  # between fork and exec it is its parent still
                seen[child] = command, given
        await asyncio.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows the environment of a process")
@pytest.mark.asyncio
async def test_no_process_that_the_bot_starts_gets_the_token(tmp_path):
    article = {"title": "Flood", "source": "a.example", "date": "2023-09-05"}
    texts = (f"The barrier held against wave {number}." for number in range(3_000))
    (tmp_path / "news.jsonl").write_text("\n".join(json.dumps({**article, "text": each}) for each in texts))
    seen: dict[int, tuple[str, str]] = {}
    async with DiscordDouble() as discord:
        inputs = f"news={tmp_path / 'news.jsonl'}"
        bot = await executed(discord, tmp_path / "data", CORPUS_INPUTS=inputs, TZ="UTC", ready=False)
        ended = asyncio.Event()
        watching = asyncio.create_task(watched(bot.pid, seen, ended))
        await bot.wrote("ingest ended", timeout=60)
        await discord.user("reader").slash("trends", query="flood", timeout=30)
        ended.set()
        await watching
        assert discord.token in environment(bot.pid), (
            "it was started with it, and the system shows that to its own user"
        )
    commands = " ".join(command for command, _ in seen.values())
    assert all(part in commands for part in ("ingest", "bot.chart", "corpus.ingest", "corpus.engine")), commands
    for command, handed in seen.values():
        assert "TZ=UTC" in handed, "what else there is, they get"
        assert not told(f"{command}{handed}", discord.token)

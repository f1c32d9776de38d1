"""The log says what was done and never what must not be known."""

import io
import json
import logging
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.hiding import Secrets
from bot.logs import Journal

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.sesame.open"
ADDRESS = "https://discord.com/api/v10/webhooks/198622483471925248/aW50ZXJhY3Rpb24-secret_1/messages/@original"


@pytest.fixture
def written():
    """Everything that is logged, as text or JSON; the loggers are as before afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook

    def begin(form: str = "text") -> io.StringIO:
        logs.start(level="info", form=form, token=TOKEN, stream=stream)
        return stream

    root.handlers = []  # those of pytest would be closed
    yield begin
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    root.handlers = before
    root.setLevel(level)


def test_what_discord_py_says_of_suggestions_that_failed_names_nobody(written):
    stream = written()
    told = "Ignoring exception in autocomplete for %r (Guild: %s, User: %s)"
    logging.getLogger("discord.app_commands.tree").error(told, "search", 198622483471925248, 298622483471925248)
    line = stream.getvalue()
    assert line.endswith("ERROR discord.app_commands.tree: Ignoring exception in autocomplete for 'search'\n")


def test_a_line_is_time_level_logger_and_message(written):
    stream = written()
    logging.getLogger("bot.x").info("ready with %d", 3)
    assert stream.getvalue().split(" ", 1)[1] == "INFO bot.x: ready with 3\n"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_token_is_in_any_line_or_traceback(written, form):
    stream = written(form)
    try:
        {}[f"{TOKEN} and {ADDRESS}"]
    except KeyError:
        logging.getLogger("x").exception("with %s at %s", TOKEN, ADDRESS, extra={"fields": {"seen": TOKEN}})
    lines = stream.getvalue()
    assert "KeyError" in lines
    assert "sesame" not in lines
    assert "secret" not in lines
    assert "/webhooks/198622483471925248/[hidden]/messages" in lines


@given(st.text(), st.text())
def test_a_token_is_hidden_wherever_it_stands(before, after):
    assert TOKEN not in Secrets(TOKEN).hide(f"{before}{TOKEN}{after}{TOKEN}")


@pytest.mark.parametrize("queries", [True, False])
def test_an_interaction_is_one_line_with_the_question_only_where_the_operator_wants_it(written, queries):
    stream = written("json")
    journal = Journal(queries=queries)
    journal.open(1, "search", None)
    journal.found(1, 5, "flood barrier")
    assert len(journal) == 1
    journal.close(1, "answered")
    journal.close(1, "answered")
    assert len(journal) == 0
    [line] = map(json.loads, stream.getvalue().splitlines())
    assert line["command"] == "search"
    assert line["outcome"] == "answered"
    assert line["hits"] == 5
    assert 0 <= line["ms"] < 1000
    assert line.get("query") == ("flood barrier" if queries else None)


def test_as_text_the_same_line_reads_as_names_and_values(written):
    stream = written()
    journal = Journal(queries=True)
    journal.open(1, "admin status", None)
    journal.found(1, 0, 'a "quoted"\nquestion')
    journal.close(1, "answered")
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert 'command="admin status" outcome=answered hits=0 ms=' in line
    assert r'query="a \"quoted\"\nquestion"' in line

"""The one command: the archive's verbs, and ``run``, ``demo`` and ``doctor``. Reads the settings and hands them on.

Exit codes: 0 fine, 1 failed, 2 usage, 3 archive missing, locked or too new, 4 settings, 5 Discord refused us.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot.leaving import SETTINGS, leave_when_told
from bot.settings import Settings, names
from corpus import CorpusError, parse_fetching, parse_inputs
from corpus.cli import archive
from corpus.cli import run as run_group

_DOTENV = Path(".env")
_DOCTOR = "Find what is wrong with token, permissions, archive, disk or clock, and say how to mend it. Changes nothing."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``dateline`` and return its exit code."""
    settings, faults = Settings.as_far_as_usable(os.environ, _DOTENV)
    given = frozenset(os.environ)
    os.environ.pop("DISCORD_TOKEN", None)  # the settings hold it: no process that is started from here needs it
    os.environ.pop("OPENSEARCH_PASSWORD", None)  # only those get it that ask the archive
    defaults = {
        "data_dir": str(settings.data_dir),
        "engine": settings.corpus_engine,
        "opensearch_url": " ".join(settings.opensearch_url),
        "opensearch_index": settings.opensearch_index,
        "opensearch_shards": settings.opensearch_shards,
        "opensearch_user": settings.opensearch_user,
        "opensearch_password": settings.opensearch_password,
        "opensearch_ca": str(settings.opensearch_ca or ""),
        "opensearch_unverified": not settings.opensearch_verify,
        "inputs": settings.corpus_inputs,
        "timezone": str(settings.timezone),
        "fetch_hosts": settings.fetch_hosts,
        "fetch_networks": settings.fetch_networks,
    }
    return run_group(dateline(settings, (*faults, *_unreadable(settings)), given), arguments, defaults)


def dateline(settings: Settings, faults: Sequence[str] = (), given: frozenset[str] = frozenset()) -> click.Group:
    """The group of all commands: those of the archive, and those that need the settings.

    With ``faults``, sentences about settings that cannot be used, none runs but the doctor, who also looks at the names
    that the environment was ``given``.
    """
    check = click.Option(["--check"], is_flag=True, help="Open the archive and make all that needs no Discord.")
    or_demo = click.Option(["--or-demo"], is_flag=True, help="Without a token, serve the demo instead.")
    port = click.Option(["--port"], type=click.IntRange(0, 65535), default=0, help="Of the page; 0 is any free one.")
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print the findings as one line of JSON.")
    run = click.Command("run", callback=partial(_run, settings), params=[check, or_demo], help="Run the bot.")
    demo = click.Command("demo", callback=_demo, params=[port], help="The bot in a simulated Discord in the browser.")
    doctor = click.Command("doctor", callback=partial(_doctor, settings, faults, given), params=[as_json], help=_DOCTOR)
    return click.Group(
        name="dateline",
        help="A Discord bot that searches a news archive and answers with excerpts, each with its source and its date.",
        params=archive.params,
        callback=partial(_begin, faults),
        commands={**archive.commands, "run": run, "demo": demo, "doctor": doctor},
    )


def _begin(faults: Sequence[str], **options: Any) -> None:
    """Before any command: settings that cannot be used are told, and a doctor tells them in his own way."""
    if click.get_current_context().invoked_subcommand == "doctor":
        return
    if faults:
        raise _Unusable(faults[0])
    if archive.callback is not None:
        archive.callback(**options)


class _Unusable(click.ClickException):
    """A setting that cannot be used."""

    exit_code = SETTINGS


def _run(settings: Settings, *, check: bool, or_demo: bool) -> int:
    if or_demo and settings.discord_token is None:
        click.echo("DISCORD_TOKEN is not set: this is the demo, in a simulated Discord in the browser.")
        return _demo(port=0)
    leave_when_told()
    from bot.worker.run import work  # noqa: PLC0415  # discord.py takes half a second that `dateline search` does not owe

    return work(settings, check=check)


def _demo(*, port: int) -> int:
    leave_when_told()
    from bot.demo import run  # noqa: PLC0415  # as above

    return run(port)


def _doctor(settings: Settings, faults: Sequence[str], given: frozenset[str], *, as_json: bool) -> int:
    from bot.doctor import examine  # noqa: PLC0415  # as above

    return examine(settings, faults, names(given, _DOTENV), as_json=as_json)


def _unreadable(settings: Settings) -> Iterator[str]:
    """A sentence about each setting that only the archive can read, where it cannot."""
    try:
        parse_inputs(settings.corpus_inputs)
    except CorpusError as error:
        yield f"CORPUS_INPUTS cannot be read. {error}."
    try:
        parse_fetching(settings.fetch_hosts, settings.fetch_networks)
    except CorpusError as error:
        yield f"FETCH_HOSTS or FETCH_NETWORKS cannot be read. {error}"

"""The one command: the archive's verbs, and ``run`` and ``demo``. Reads the settings and hands them on.

Exit codes: 0 fine, 1 failed, 2 usage, 3 archive missing, locked or too new, 4 settings, 5 Discord refused us.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from bot.leaving import SETTINGS, leave_when_told
from bot.settings import Settings, SettingsError
from corpus import CorpusError, parse_fetching, parse_inputs
from corpus.cli import archive
from corpus.cli import run as run_group


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``dateline`` and return its exit code."""
    try:
        settings = Settings.from_env(os.environ, Path(".env"))
        _must_be_readable(settings)
    except SettingsError as error:
        click.echo(str(error), err=True)
        return SETTINGS
    os.environ.pop("DISCORD_TOKEN", None)  # the settings hold it: no process that is started from here needs it
    defaults = {
        "data_dir": str(settings.data_dir),
        "inputs": settings.corpus_inputs,
        "timezone": str(settings.timezone),
        "fetch_hosts": settings.fetch_hosts,
        "fetch_networks": settings.fetch_networks,
    }
    return run_group(dateline(settings), arguments, defaults)


def dateline(settings: Settings) -> click.Group:
    """The group of all commands: those of the archive, and those that need the settings."""
    check = click.Option(["--check"], is_flag=True, help="Do everything but connect.")
    or_demo = click.Option(["--or-demo"], is_flag=True, help="Without a token, serve the demo instead.")
    port = click.Option(["--port"], type=click.IntRange(0, 65535), default=0, help="Of the page; 0 is any free one.")
    run = click.Command("run", callback=partial(_run, settings), params=[check, or_demo], help="Run the bot.")
    demo = click.Command("demo", callback=_demo, params=[port], help="The bot in a simulated Discord in the browser.")
    return click.Group(
        name="dateline",
        help="A Discord bot that searches a news archive and answers with excerpts, each with its source and its date.",
        params=archive.params,
        callback=archive.callback,
        commands={**archive.commands, "run": run, "demo": demo},
    )


def _run(settings: Settings, *, check: bool, or_demo: bool) -> int:
    if or_demo and settings.discord_token is None:
        click.echo("DISCORD_TOKEN is not set: this is the demo, in a simulated Discord in the browser.")
        return _demo(port=0)
    leave_when_told()
    from bot.worker import work  # noqa: PLC0415  # discord.py takes half a second that `dateline search` does not owe

    return work(settings, check=check)


def _demo(*, port: int) -> int:
    leave_when_told()
    from bot.demo import run  # noqa: PLC0415  # as above

    return run(port)


def _must_be_readable(settings: Settings) -> None:
    try:
        parse_inputs(settings.corpus_inputs)
    except CorpusError as error:
        raise SettingsError(f"CORPUS_INPUTS cannot be read. {error}.") from error
    try:
        parse_fetching(settings.fetch_hosts, settings.fetch_networks)
    except CorpusError as error:
        raise SettingsError(f"FETCH_HOSTS or FETCH_NETWORKS cannot be read. {error}") from error

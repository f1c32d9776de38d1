"""The archive's verbs in the shell: ``corpus.shell`` has them, one subject a file; this puts them together.

A failure is one sentence and a code.

Exit codes: 0 fine (also no match), 1 failed or all rejected, 2 usage, 3 archive missing, locked, too new or damaged.
"""

from __future__ import annotations

import getpass
import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from corpus.engine import Cluster, addresses
from corpus.errors import (
    BackupFailed,
    ClusterError,
    CorpusError,
    CorpusUnwritable,
    StoreError,
)
from corpus.fetch import parse_fetching
from corpus.inputs import parse_inputs
from corpus.shell import asking, books, care, feeds, keeping
from corpus.shell.place import ARCHIVE, ENGINES, FAILED, USAGE, Place
from corpus.today import zone

_LEAST_URGENT = 19  # of nice(2): whoever asks the archive meanwhile goes first


def run(group: click.Group, arguments: Sequence[str] | None = None, defaults: dict[str, Any] | None = None) -> int:
    """Run a command and return its exit code; ``defaults`` stand for options of the group that were not given."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    try:
        code = group.main(arguments, standalone_mode=False, default_map=defaults, prog_name=group.name)
    except (Exception, KeyboardInterrupt) as error:
        if "--traceback" in (arguments or sys.argv):
            raise
        sentence, code = _told(error)
        click.echo(sentence, err=True, nl=bool(sentence))
    return code if isinstance(code, int) else 0


def _told(error: BaseException) -> tuple[str, int]:  # noqa: PLR0911  # a table: an error, its sentence, its code
    """What a person reads instead of a traceback, and the exit code."""
    match error:
        case click.UsageError():
            context = error.ctx.get_usage() + "\n" if error.ctx else ""
            return f"{context}{error.format_message()}", USAGE
        case click.ClickException():
            return error.format_message(), error.exit_code
        case CorpusUnwritable() | BackupFailed() | ClusterError():
            return str(error), FAILED
        case StoreError():
            return str(error), ARCHIVE
        case CorpusError():
            return str(error), FAILED
        case KeyboardInterrupt() | click.Abort():
            return "Stopped. What was taken in until now is kept.", FAILED
        case BrokenPipeError():  # the reader of our output has gone, as with `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return "", FAILED
        case _:
            return f"This should not have happened: {type(error).__name__}: {error} (--traceback tells more).", FAILED


@click.group(name="corpus")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, readable=False),
    default=Path("data"),
    show_default=True,
    help="The archive's folder.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    show_default=True,
    help="What keeps the archive: that folder, or a cluster.",
)
@click.option("--opensearch-url", default="", help="Addresses of the cluster's nodes, separated by spaces.")
@click.option("--opensearch-index", default="dateline", show_default=True, help="How its indices begin.")
@click.option("--opensearch-shards", default=1, show_default=True, help="Parts of articles and index that are made.")
@click.option("--opensearch-user", default="", help="Who asks the cluster; the password is OPENSEARCH_PASSWORD.")
@click.option("--opensearch-password", default="", envvar="OPENSEARCH_PASSWORD", hidden=True, help="Not to be typed.")
@click.option("--opensearch-ca", default="", help="A file with the certificates that the cluster is trusted by.")
@click.option("--opensearch-unverified", is_flag=True, help="Trust whoever answers: for a try on one machine alone.")
@click.option("--inputs", default="", help="What reindex reads: name=location, separated by spaces.")
@click.option(
    "--timezone",
    type=zone,
    default="UTC",
    show_default=True,
    help="Where today, yesterday and the like are meant, such as Europe/Madrid.",
)
@click.option("--fetch-hosts", default="", help="Hosts that may be asked beside those of the inputs.")
@click.option("--fetch-networks", default="", help="Networks that may be asked although they are not public.")
@click.option("--traceback", is_flag=True, help="Where something fails that should not, show the traceback.")
@click.option("--by", default=lambda: f"shell:{_user()}", hidden=True, help="Who this is, for the audit.")
@click.option("--lines", is_flag=True, hidden=True, help="Print how far it has come, as lines of JSON.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End when whoever started this is gone.")
@click.pass_context
def archive(
    context: click.Context,
    /,
    data_dir: Path,
    inputs: str,
    timezone: tzinfo,
    *,
    by: str,
    fetch_hosts: str,
    fetch_networks: str,
    lines: bool,
    until_stdin_closes: bool,
    engine: str,
    **others: Any,
) -> None:
    """Keep and search a news archive."""
    if until_stdin_closes:
        os.nice(_LEAST_URGENT)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the audit says that it was stopped
        threading.Thread(target=_leave_when_stdin_closes, daemon=True).start()
    os.environ.pop("OPENSEARCH_PASSWORD", None)  # no process that is started from here asks the archive by itself
    cluster, fetching = _cluster(data_dir, **others), parse_fetching(fetch_hosts, fetch_networks)
    context.obj = Place(engine, data_dir, cluster, parse_inputs(inputs), timezone, by, lines, fetching)


for _command in (
    keeping.ingest,
    asking.search,
    asking.export,
    asking.show_article,
    keeping.reindex,
    keeping.remove,
    keeping.restore,
    keeping.removed,
    keeping.correct,
    keeping.limit,
    books.inputs,
    feeds.feeds,
    books.audit,
    care.backup,
    care.copy,
    care.verify,
    asking.status,
    asking.evaluation,
):
    archive.add_command(_command)


def _cluster(
    workplace: Path,
    *,
    opensearch_url: str,
    opensearch_index: str,
    opensearch_shards: int,
    opensearch_user: str,
    opensearch_password: str,
    opensearch_ca: str,
    opensearch_unverified: bool,
    **_: object,
) -> Cluster | None:
    """The cluster that the options name, if they do."""
    try:
        urls = addresses(opensearch_url)
    except ValueError as error:
        raise click.UsageError(
            f"--opensearch-url {opensearch_url!r}: write it as https://search.example:9200."
        ) from error
    if not urls:
        return None
    return Cluster(
        urls,
        opensearch_index,
        opensearch_user,
        opensearch_password,
        Path(opensearch_ca) if opensearch_ca else None,
        verified=not opensearch_unverified,
        shards=max(opensearch_shards, 1),
        workplace=workplace,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # nobody has this number, as in many containers
        return str(os.getuid())


def _leave_when_stdin_closes() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not through Python's buffer, whose lock stops the end of the process
        pass
    os._exit(FAILED)  # at once: whatever is half done heals at the next start

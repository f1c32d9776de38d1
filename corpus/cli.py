"""The archive's verbs in the shell: ingest, search, export, show, reindex, status, eval.

A failure is one sentence and a code.

Exit codes: 0 fine (also no match), 1 failed or all rejected, 2 usage, 3 archive missing, locked, too new or damaged.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import click

from corpus import plain, show
from corpus.corpus import EXPORTED, LONGEST_EXPORT, LONGEST_PAGE, PAGE, Corpus
from corpus.errors import CorpusError, CorpusUnwritable, StoreError
from corpus.evaluation import check_ids, evaluate, read_collection, write_run
from corpus.files import as_csv, as_json_lines
from corpus.ingest import DateOrder
from corpus.inputs import Input, parse_inputs
from corpus.keeper import Keeper
from corpus.model import IngestReport
from corpus.retrieval.query import Query
from corpus.today import today, zone

FAILED, USAGE, ARCHIVE = 1, 2, 3

_PASS_ON = {"ignore_unknown_options": True}  # so that -word reaches the query


@dataclass(frozen=True, slots=True)
class Place:
    """Which archive a command is about, where its articles come from, and where it is today."""

    data_dir: Path
    inputs: tuple[Input, ...]
    timezone: tzinfo = UTC


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
        case CorpusUnwritable():
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
@click.option("--inputs", default="", help="What reindex reads: name=location, separated by spaces.")
@click.option(
    "--timezone",
    type=zone,
    default="UTC",
    show_default=True,
    help="Where today, yesterday and the like are meant, such as Europe/Madrid.",
)
@click.option("--traceback", is_flag=True, help="Where something fails that should not, show the traceback.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End when whoever started this is gone.")
@click.pass_context
def archive(
    context: click.Context, /, data_dir: Path, inputs: str, timezone: tzinfo, *, until_stdin_closes: bool, **_: object
) -> None:
    """Keep and search a news archive."""
    if until_stdin_closes:
        threading.Thread(target=_leave_when_stdin_closes, daemon=True).start()
    context.obj = Place(data_dir, parse_inputs(inputs), timezone)


@archive.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False))
@click.option("--source", help="The outlet of articles that name none, on your word.")
@click.option("--dates", type=click.Choice(["day-first", "month-first"]), help="How to read dates like 05/09/2023.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one line of JSON.")
@click.pass_obj
def ingest(place: Place, paths: tuple[str, ...], source: str | None, dates: DateOrder | None, *, as_json: bool) -> int:
    """Take articles in from files, folders, .zip and .gz: raw text, JSON, JSON Lines, CSV, HTML."""
    if "" in paths:
        raise click.UsageError("A PATH is empty: name a file or folder.")
    with Keeper.open(place.data_dir) as keeper, show.progress("Reading") as progress:
        report = keeper.ingest([Path(path) for path in paths], source=source, dates=dates, progress=progress)
    return _reported(report, as_json=as_json)


@archive.command(context_settings=_PASS_ON)
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, LONGEST_PAGE), default=PAGE, show_default=True, help="Hits on a page.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the page as one line of JSON.")
@click.pass_obj
def search(place: Place, text: tuple[str, ...], limit: int, page: int, *, as_json: bool) -> None:
    """Search the archive: words, "phrases", -word, source:HOST, after:DATE and more.

    \b
    cuba russia         any of the words, best first
    "cuba russia"       the phrase; "cuba russia"~5 within five words
    +word -word         must have, must not have; also before a "phrase" or a (group)
    mercen*             words that begin so
    a OR b, a AND b, NOT a, (a b) OR c
    title:a body:a author:a section:a lang:es source:nytimes.com
    after:2023-06 before:2023-09-05 on:2023-W36 date:2023-06..2023-08 last:7d
    sort:newest sort:oldest copies:all similar:ID
    """  # noqa: D301  # click reads a real \b as: leave these lines as they are
    query = _asked(place, text)
    with Corpus.open(place.data_dir) as corpus:
        results = corpus.search(query, page=page, limit=limit)
        if as_json:
            click.echo(_line(plain.results(results)))
        else:
            show.results(results, corpus.status())


@archive.command(context_settings=_PASS_ON)
@click.argument("text", nargs=-1, required=True)
@click.option("--form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--limit", type=click.IntRange(1, LONGEST_EXPORT), default=EXPORTED, show_default=True, help="Hits.")
@click.pass_obj
def export(place: Place, text: tuple[str, ...], form: str, limit: int) -> None:
    """Print the articles that match, each with its excerpts, as CSV or JSON Lines.

    Those that have all of the words, in the order that the query asks for.
    """
    query = _asked(place, text)
    with Corpus.open(place.data_dir) as corpus:
        exported = corpus.export(query, limit)
    click.echo((as_csv if form == "csv" else as_json_lines)(exported.hits), nl=False)
    for line in (*exported.notes, show.exported(exported)):
        click.echo(line, err=True)


@archive.command(name="show")
@click.argument("article_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the article as one line of JSON.")
@click.pass_obj
def show_article(place: Place, article_id: str, *, as_json: bool) -> int:
    """Print one article whole, by the id that search gives."""
    with Corpus.open(place.data_dir) as corpus:
        article = corpus.article(article_id)
    if article is None:
        click.echo(f"No article has the id “{article_id}”: take one from the results of a search.", err=True)
        return FAILED
    if as_json:
        click.echo(_line(plain.article(article)))
    else:
        show.article(article)
    return 0


@archive.command()
@click.option("--index-only", is_flag=True, help="Read no input: rebuild the index from the stored articles.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one line of JSON.")
@click.pass_obj
def reindex(place: Place, *, index_only: bool, as_json: bool) -> int:
    """Read the inputs again, build the index anew beside the one that serves, and switch."""
    if not index_only and not place.inputs:
        raise click.UsageError("No input is named: set CORPUS_INPUTS (or --inputs), or give --index-only.")
    with Keeper.open(place.data_dir, create=not index_only) as keeper, show.progress("Reindexing") as progress:
        report = keeper.reindex(place.inputs, index_only=index_only, progress=progress)
    if index_only and not as_json:
        click.echo("The index was built anew.")
        return 0
    return _reported(report, as_json=as_json)


@archive.command()
@click.option("--json", "as_json", is_flag=True, help="Print the status as one line of JSON.")
@click.pass_obj
def status(place: Place, *, as_json: bool) -> None:
    """Tell what the archive holds: articles, sources, first and last date, age of the index."""
    with Corpus.open(place.data_dir) as corpus:
        found = corpus.status()
    click.echo(_line(plain.status(found)) if as_json else show.status(found))


@archive.command(name="eval")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, readable=False))
@click.option("--run", type=click.Path(path_type=Path, dir_okay=False), help="Write the rankings, in TREC run format.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one line of JSON.")
def evaluation(folder: Path, run: Path | None, *, as_json: bool) -> None:
    """Measure the answers over a judged collection, in an archive that is thrown away."""
    if run and not run.parent.is_dir():
        raise click.UsageError(f"There is no folder {run.parent} for the run.")
    collection = read_collection(folder)
    if run:
        check_ids([*collection.queries, *(document.id for document in collection.documents)])
    try:
        figures, answers = evaluate(collection, show.progress)
    except KeyboardInterrupt as stopped:
        raise click.ClickException("Stopped: nothing was measured, nothing is left behind.") from stopped
    if run:
        write_run(run, answers.rankings)
    click.echo(_line(plain.figures(figures)) if as_json else show.figures(figures))


def _asked(place: Place, text: Sequence[str]) -> Query:
    """The query that was typed; words may begin with one hyphen, options with two."""
    if unknown := next((word for word in text if word.startswith("--")), None):
        raise click.NoSuchOption(unknown)
    return Query.parse(" ".join(text), today=today(place.timezone))


def _reported(report: IngestReport, *, as_json: bool) -> int:
    click.echo(_line(plain.report(report)) if as_json else show.report(report))
    return FAILED if report.read and report.read == len(report.rejected) else 0


def _line(value: plain.Plain) -> str:
    return json.dumps(value, ensure_ascii=False)


def _leave_when_stdin_closes() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not through Python's buffer, whose lock stops the end of the process
        pass
    os._exit(FAILED)  # at once: whatever is half done heals at the next start

"""The verbs that only ask: search, export, show, status, eval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from corpus import plain, show
from corpus.corpus import EXPORTED, LONGEST_EXPORT, LONGEST_PAGE, PAGE, Corpus
from corpus.evaluation import check_ids, evaluate, read_collection, write_run
from corpus.files import as_csv, as_json_lines
from corpus.retrieval.query import Query
from corpus.shell.place import Place, as_json, line, shown
from corpus.today import today

_PASS_ON = {"ignore_unknown_options": True}  # so that -word reaches the query


@click.command(context_settings=_PASS_ON)
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, LONGEST_PAGE), default=PAGE, show_default=True, help="Hits on a page.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@as_json("page")
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
    with Corpus.open(place.where) as corpus:
        results = corpus.search(query, page=page, limit=limit)
        if as_json:
            click.echo(line(plain.results(results)))
        else:
            show.results(results, corpus.status())


@click.command(context_settings=_PASS_ON)
@click.argument("text", nargs=-1, required=True)
@click.option("--form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--limit", type=click.IntRange(1, LONGEST_EXPORT), default=EXPORTED, show_default=True, help="Hits.")
@click.pass_obj
def export(place: Place, text: tuple[str, ...], form: str, limit: int) -> None:
    """Print the articles that match, each with its excerpts, as CSV or JSON Lines.

    Those that have all of the words, in the order that the query asks for.
    """
    query = _asked(place, text)
    with Corpus.open(place.where) as corpus:
        exported = corpus.export(query, limit)
    click.echo((as_csv if form == "csv" else as_json_lines)(exported.hits), nl=False)
    for told in (*exported.notes, show.exported(exported)):
        click.echo(told, err=True)


@click.command(name="show")
@click.argument("article_id", metavar="ID")
@as_json("article")
@click.pass_obj
def show_article(place: Place, article_id: str, *, as_json: bool) -> int:
    """Print one article whole, by the id that search gives."""
    with Corpus.open(place.where) as corpus:
        article = corpus.article(article_id)
    return shown(article, article_id, as_json=as_json)


@click.command()
@as_json("status")
@click.pass_obj
def status(place: Place, *, as_json: bool) -> None:
    """Tell what the archive holds: articles, sources, first and last date, age of the index."""
    with Corpus.open(place.where) as corpus:
        found = corpus.status()
    click.echo(line(plain.status(found)) if as_json else show.status(found))


@click.command(name="eval")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, readable=False))
@click.option("--run", type=click.Path(path_type=Path, dir_okay=False), help="Write the rankings, in TREC run format.")
@as_json("figures")
@click.pass_obj
def evaluation(place: Place, folder: Path, run: Path | None, *, as_json: bool) -> None:
    """Measure the answers over a judged collection, in an archive that is thrown away."""
    if run and not run.parent.is_dir():
        raise click.UsageError(f"There is no folder {run.parent} for the run.")
    collection = read_collection(folder)
    if run:
        check_ids([*collection.queries, *(document.id for document in collection.documents)])
    try:
        figures, answers = evaluate(collection, show.progress, place.cluster if place.engine == "opensearch" else None)
    except KeyboardInterrupt as stopped:
        raise click.ClickException("Stopped: nothing was measured, nothing is left behind.") from stopped
    if run:
        write_run(run, answers.rankings)
    click.echo(line(plain.figures(figures)) if as_json else show.figures(figures))


def _asked(place: Place, text: Sequence[str]) -> Query:
    """The query that was typed; words may begin with one hyphen, options with two."""
    if unknown := next((word for word in text if word.startswith("--")), None):
        raise click.NoSuchOption(unknown)
    return Query.parse(" ".join(text), today=today(place.timezone))

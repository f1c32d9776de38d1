"""The verbs of feeds: list, add, remove, import, export, poll."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from corpus import plain, show
from corpus.corpus import Corpus
from corpus.errors import UnreadableInput
from corpus.feeds import Outline, read_opml, write_opml
from corpus.inputs import Kind, parse_inputs
from corpus.keeping import polling
from corpus.shell.place import FAILED, Place, as_json, line


@click.group(invoke_without_command=True)
@click.pass_context
def feeds(context: click.Context) -> None:
    """Follow feeds (RSS, Atom, JSON Feed): without a command, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@feeds.command(name="list")
@as_json("feeds")
@click.pass_obj
def list_(place: Place, *, as_json: bool = False) -> None:
    """List the feeds that are followed, how they are and when they are looked at next."""
    with Corpus.open(place.where, create=True) as corpus:
        known = corpus.feeds(place.inputs)
    click.echo(line([plain.feed(each) for each in known]) if as_json else show.feeds(known))


@feeds.command()
@click.argument("url")
@click.argument("name", required=False)
@as_json("feeds")
@click.pass_obj
def add(place: Place, url: str, name: str | None, *, as_json: bool) -> None:
    """Follow the feed at URL from now on, under a NAME of its own."""
    (named,) = parse_inputs(f"feed:{url}") if url.startswith(("http://", "https://")) else (None,)
    if named is None or named.kind is not Kind.FEED:
        raise click.UsageError("URL is the address of a feed: it begins with https://")
    _follow(place, [Outline(named.location, name or named.name)], as_json=as_json)


@feeds.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@as_json("feeds")
@click.pass_obj
def import_(place: Place, file: Path, *, as_json: bool) -> None:
    """Follow every feed of a list in OPML, as readers of feeds export it."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise UnreadableInput(str(file), f"it cannot be read ({error.strerror or error}).") from error
    _follow(place, read_opml(body, str(file)), as_json=as_json)


@feeds.command()
@click.pass_obj
def export(place: Place) -> None:
    """Print the feeds that are followed as a list in OPML."""
    with Corpus.open(place.where, create=True) as corpus:
        known = corpus.feeds(place.inputs)
    click.echo(write_opml(Outline(each.url, each.name) for each in known), nl=False)


@feeds.command()
@click.argument("url", metavar="URL|NAME")
@as_json("feeds")
@click.pass_obj
def remove(place: Place, url: str, *, as_json: bool) -> int:
    """Follow a feed no more; what it gave stays."""
    with Corpus.open(place.where, create=True) as corpus:
        gone = corpus.unfollow(url, by=place.by)
        known = corpus.feeds(())
    if not gone:
        click.echo(f"No feed has the address or name “{url}”: `dateline feeds` lists them.", err=True)
        return FAILED
    click.echo(line([plain.feed(each) for each in known]) if as_json else show.feeds(known))
    return 0


@feeds.command()
@click.option("--due", is_flag=True, help="Only those whose time has come.")
@as_json("report")
@click.pass_obj
def poll(place: Place, *, due: bool, as_json: bool) -> int:
    """Look at the feeds now, and take in what is new."""
    with place.watching() as watch:
        report = polling.poll(place.where, place.inputs, due=due, by=place.by, fetching=place.fetching, progress=watch)
    click.echo(line(plain.report(report)) if as_json else show.report(report))
    return FAILED if report.read and report.read == len(report.rejected) and not due else 0


def _follow(place: Place, wanted: Sequence[Outline], *, as_json: bool) -> None:
    with Corpus.open(place.where, create=True) as corpus:
        corpus.follow([(each.url, each.name) for each in wanted], by=place.by)
        known = corpus.feeds(place.inputs)
    click.echo(line([plain.feed(each) for each in known]) if as_json else show.feeds(known))

"""The verbs that take care of the archive itself: backup, copy, verify."""

from __future__ import annotations

from pathlib import Path

import click

from corpus import plain, show
from corpus.corpus import Corpus
from corpus.keeping.copying import copy as copied_archive
from corpus.keeping.verify import verify as verified
from corpus.shell.place import ENGINES, FAILED, Place, as_json, line


@click.command()
@click.argument("destination", type=click.Path(path_type=Path, readable=False))
@as_json("backup")
@click.pass_obj
def backup(place: Place, destination: Path, *, as_json: bool) -> None:
    """Copy the archive into one file, while it goes on: DESTINATION is a folder, or a file that is not there yet."""
    with Corpus.open(place.where) as corpus:
        made = corpus.backup(destination, by=place.by)
    click.echo(line(plain.backup(made)) if as_json else show.backup(made))


@click.command()
@click.argument("source", type=click.Choice(ENGINES))
@click.argument("target", type=click.Choice(ENGINES))
@as_json("copy")
@click.pass_obj
def copy(place: Place, source: str, target: str, *, as_json: bool) -> None:
    """Copy the whole archive from one engine to the other, and compare every row of it."""
    with place.watching() as watch:
        copied = copied_archive(place.lying(source), place.lying(target), by=place.by, progress=watch)
    click.echo(line(plain.copied(copied)) if as_json else show.copied(copied, target))


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended; what cannot is told.")
@click.option("--quick", is_flag=True, help="Look at the database's pages and the index's files alone.")
@as_json("problems")
@click.pass_obj
def verify(place: Place, *, repair: bool, quick: bool, as_json: bool) -> int:
    """Look through the whole archive: database, articles, books and index. Without --repair nothing is changed."""
    with place.watching() as watch:
        found = verified(place.where, repair=repair, quick=quick, by=place.by, progress=watch)
    click.echo(line(plain.verified(found)) if as_json else show.verified(found))
    return 0 if found.sound else FAILED

"""The verbs that take care of the archive itself: backup, verify."""

from __future__ import annotations

from pathlib import Path

import click

from corpus import plain, show
from corpus.corpus import Corpus
from corpus.keeping.verify import verify as verified
from corpus.shell.place import FAILED, Place, as_json, line


@click.command()
@click.argument("destination", type=click.Path(path_type=Path, readable=False))
@as_json("backup")
@click.pass_obj
def backup(place: Place, destination: Path, *, as_json: bool) -> None:
    """Copy the archive into one file, while it goes on: DESTINATION is a folder, or a file that is not there yet."""
    with Corpus.open(place.data_dir) as corpus:
        made = corpus.backup(destination, by=place.by)
    click.echo(line(plain.backup(made)) if as_json else show.backup(made))


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended; what cannot is told.")
@click.option("--quick", is_flag=True, help="Look at the database's pages and the index's files alone.")
@as_json("problems")
@click.pass_obj
def verify(place: Place, *, repair: bool, quick: bool, as_json: bool) -> int:
    """Look through the whole archive: database, articles, books and index. Without --repair nothing is changed."""
    with place.watching() as watch:
        found = verified(place.data_dir, repair=repair, quick=quick, by=place.by, progress=watch)
    click.echo(line(plain.verified(found)) if as_json else show.verified(found))
    return 0 if found.sound else FAILED

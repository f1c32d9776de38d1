"""The verbs that look into the keeper's books: inputs, audit."""

from __future__ import annotations

import click

from corpus import plain, show
from corpus.corpus import Corpus
from corpus.shell.place import Place, as_json, line


@click.command()
@as_json("inputs")
@click.pass_obj
def inputs(place: Place, *, as_json: bool) -> None:
    """List the configured inputs, and what was read from each."""
    with Corpus.open(place.where, create=True) as corpus:
        known = corpus.inputs(place.inputs)
    click.echo(line([plain.input_(*each) for each in known]) if as_json else show.inputs(known))


@click.command()
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="Acts.")
@click.option("--before", type=int, help="Only acts before the one of this number.")
@as_json("acts")
@click.pass_obj
def audit(place: Place, limit: int, before: int | None, *, as_json: bool) -> None:
    """List who did what to the archive, the last act first."""
    with Corpus.open(place.where) as corpus:
        acts = corpus.acts(limit, before=before)
    click.echo(line([plain.act(each) for each in acts]) if as_json else show.acts(acts))

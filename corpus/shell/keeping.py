"""The verbs that change what the archive holds: ingest, reindex, remove, restore, removed, correct, limit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from corpus import plain, show
from corpus.corpus import Corpus
from corpus.errors import UnreadableInput
from corpus.ingest import DateOrder, read_field_map
from corpus.inputs import Input
from corpus.keeper import Keeper
from corpus.keeping.intake import Tell, Watch
from corpus.keeping.taking import Intent
from corpus.model import IngestReport
from corpus.shell.place import FAILED, Place, as_json, line, shown

_again = click.option("--again", is_flag=True, help="Read files too that have not changed since they were read.")
_remove_vanished = click.option(
    "--remove-vanished", is_flag=True, help="Take out what was in a file of these and is in none any more."
)
_yes = click.option(
    "--yes", "shrink", is_flag=True, help="Take it out even where that is more than a fifth of the archive."
)
_dry_run = click.option("--dry-run", "rehearse", is_flag=True, help="Change nothing: tell what would be changed.")
_changes = click.option(
    "--changes", type=click.Path(path_type=Path, dir_okay=False), help="Write every change to this file, as JSON Lines."
)


@click.command()
@click.argument("what", metavar="PATH|NAME...", nargs=-1, required=True)
@click.option("--source", help="The outlet of articles that name none, on your word.")
@click.option("--dates", type=click.Choice(["day-first", "month-first"]), help="How to read dates like 05/09/2023.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="A file in TOML: which fields stand for which part of an article.",
)
@_again
@_remove_vanished
@_yes
@_dry_run
@_changes
@click.option("--once", is_flag=True, hidden=True, help="Book no file: these will not be there again.")
@click.option("--agreed", type=int, default=0, hidden=True, help="So many may be taken out unasked.")
@as_json("report")
@click.pass_obj
def ingest(
    place: Place,
    /,
    what: tuple[str, ...],
    source: str | None,
    dates: DateOrder | None,
    *,
    mapping: Path | None,
    changes: Path | None,
    agreed: int,
    as_json: bool,
    **wanted: bool,
) -> int:
    """Take articles in from files and folders, packed or not, or from inputs by their names.

    A file that has not changed since it was read is passed over.
    """
    if "" in what:
        raise click.UsageError("A PATH is empty: name a file or folder.")
    inputs = [_input(place, each) for each in what]
    field_map = read_field_map(mapping) if mapping else None

    def run(keeper: Keeper, intent: Intent, tell: Tell | None, watch: Watch | None) -> IngestReport:
        return keeper.ingest(
            inputs, source=source, dates=dates, field_map=field_map, intent=intent, tell=tell, progress=watch
        )

    return _reported(place, run, Intent(**wanted, agreed=agreed), changes, create=True, as_json=as_json)


@click.command()
@click.option("--index-only", is_flag=True, help="Read no input: rebuild the index from the stored articles.")
@_again
@_remove_vanished
@_yes
@_dry_run
@_changes
@as_json("report")
@click.pass_obj
def reindex(place: Place, /, changes: Path | None, *, index_only: bool, as_json: bool, **wanted: bool) -> int:
    """Read the inputs again, build the index anew beside the one that serves, and switch."""
    if not index_only and not place.inputs:
        raise click.UsageError("No input is named: set CORPUS_INPUTS (or --inputs), or give --index-only.")

    def run(keeper: Keeper, intent: Intent, tell: Tell | None, watch: Watch | None) -> IngestReport:
        return keeper.reindex(place.inputs, index_only=index_only, intent=intent, tell=tell, progress=watch)

    if index_only and not as_json:
        with (
            place.keeper(create=False) as keeper,
            place.watching() as watch,
        ):
            keeper.reindex([], index_only=True, progress=watch)
        click.echo("The index was built anew.")
        return 0

    def take_out(keeper: Keeper, intent: Intent, _: Tell | None, watch: Watch | None) -> IngestReport:
        return keeper.ingest(place.inputs, intent=intent, progress=watch)  # without building the index once more

    create = not index_only
    return _reported(place, run, Intent(**wanted), changes, create=create, as_json=as_json, take_out=take_out)


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--why", default="", help="The reason, for the audit and for whoever looks at what was taken down.")
@click.option("--copies", is_flag=True, help="All articles of the same story too.")
@click.option("--erase", is_flag=True, help="Keep no text of it: it can only come back from its file.")
@as_json("articles")
@click.pass_obj
def remove(place: Place, ids: tuple[str, ...], why: str, *, copies: bool, erase: bool, as_json: bool) -> int:
    """Take articles down, by their ids: they stay down, whatever is read again, until they are restored."""
    with Corpus.open(place.where) as corpus:
        down = corpus.withhold(ids, why=why, copies=copies, erase=erase, by=place.by)
    unknown = _unknown(ids, [each.id for each in down])
    found = {"removed": [plain.withheld(each) for each in down], "unknown": unknown}
    click.echo(line(found) if as_json else show.taken_down(down, unknown))
    return FAILED if unknown else 0


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@as_json("articles")
@click.pass_obj
def restore(place: Place, ids: tuple[str, ...], *, as_json: bool) -> int:
    """Let articles that were taken down come again, by their ids."""
    with place.keeper(create=False) as keeper:
        back = keeper.restore([each.lower() for each in ids])
    unknown = _unknown(ids, [each.id for each in back])
    found = {"restored": [plain.withheld(each) for each in back], "unknown": unknown}
    click.echo(line(found) if as_json else show.restored(back, unknown))
    return FAILED if unknown else 0


@click.command()
@as_json("articles")
@click.pass_obj
def removed(place: Place, *, as_json: bool) -> None:
    """List the articles that were taken down, the last one first."""
    with Corpus.open(place.where) as corpus:
        down = corpus.withheld()
    click.echo(line([plain.withheld(each) for each in down]) if as_json else show.taken_down(down, []))


@click.command()
@click.argument("article_id", metavar="ID")
@click.option("--headline")
@click.option("--byline")
@click.option("--source", help="The outlet, by its host or its name.")
@click.option("--published", help="Such as 2023-09-05 or 2023-09-05T11:47:52+02:00.")
@click.option("--url")
@click.option("--section")
@click.option("--language", help="Its code, such as en.")
@click.option("--undo", is_flag=True, help="Take back all that was corrected.")
@as_json("article")
@click.pass_obj
def correct(place: Place, /, article_id: str, *, undo: bool, as_json: bool, **typed: str | None) -> int:
    """Correct an article's headline or credit: that stays, whatever is read again. An empty text takes a part away."""
    given = {name: text for name, text in typed.items() if text is not None}
    if undo and given:
        raise click.UsageError("--undo takes everything back: give it alone.")
    with place.keeper(create=False) as keeper:
        article = keeper.correct(article_id.lower(), None if undo else given)
    return shown(article, article_id, as_json=as_json)


@click.command()
@click.argument("source", required=False)
@click.argument("characters", required=False)
@as_json("limits")
@click.pass_obj
def limit(place: Place, source: str | None, characters: str | None, *, as_json: bool) -> None:
    """Show at most so many CHARACTERS of any article of a SOURCE: 0 is headline and link only, none is no limit.

    Without a SOURCE, list the limits there are.
    """
    with Corpus.open(place.where) as corpus:
        if source is not None:
            if characters is None or not (characters == "none" or characters.isdecimal()):
                raise click.UsageError("CHARACTERS is a number, or none: dateline limit harbourpost.example 0")
            corpus.limit(source, None if characters == "none" else int(characters), by=place.by)
        limits = corpus.limits()
    click.echo(line({"limits": [plain.limit(each) for each in limits]}) if as_json else show.limits(limits))


def _input(place: Place, named: str) -> Input:
    """An input by its name, else the file or folder at that path."""
    known = next((each for each in place.inputs if each.name == named), None)
    return known or Input.of_path(Path(named))


Run = Callable[[Keeper, Intent, Tell | None, Watch | None], IngestReport]


def _reported(
    place: Place,
    run: Run,
    intent: Intent,
    changes: Path | None,
    *,
    create: bool,
    as_json: bool,
    take_out: Run | None = None,
) -> int:
    """Run it, print its report, and give the exit code; what was held back is taken out by a yes, and ``take_out``."""
    with (
        place.keeper(create=create) as keeper,
        _written(changes) as tell,
        place.watching() as watch,
    ):
        report = run(keeper, intent, tell, watch)
    asks = report.held_back and not intent.rehearse and not as_json and sys.stdin.isatty()
    if asks and click.confirm(show.held_back(report)):
        with place.keeper(create=create) as keeper:
            report = (take_out or run)(keeper, replace(intent, again=False, shrink=True), None, None)
    click.echo(line(plain.report(report)) if as_json else show.report(report))
    return FAILED if report.held_back or (report.read and report.read == len(report.rejected)) else 0


@contextmanager
def _written(changes: Path | None) -> Iterator[Tell | None]:
    """Write each difference to this file as a line of JSON."""
    if changes is None:
        yield None
        return
    try:
        with changes.open("w", encoding="utf-8") as file:
            yield lambda difference: print(line(plain.difference(difference)), file=file)
    except OSError as error:
        raise UnreadableInput(str(changes), f"it cannot be written ({error.strerror or error}).") from error


def _unknown(ids: Sequence[str], found: Sequence[str]) -> list[str]:
    return [each for each in ids if each.lower() not in found]

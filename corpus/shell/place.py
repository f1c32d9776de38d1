"""What every command of the shell is told, and how a result is printed: for a person, or as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TypeVar

import click

from corpus import plain, show
from corpus.engine import Cluster, Where
from corpus.fetch import Fetching
from corpus.inputs import Input
from corpus.keeper import Keeper
from corpus.keeping.intake import Watch
from corpus.model import Article

FAILED, USAGE, ARCHIVE = 1, 2, 3
"""Exit codes: failed or all rejected, wrong usage, archive missing, locked, too new or damaged."""

ENGINES = ("local", "opensearch")
"""What can keep an archive: a folder of this machine, a cluster."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """Which archive a command is about, where its articles come from, where it is today, and who is at it.

    ``engine`` is the one that keeps it, in ``data_dir`` or in ``cluster``.

    ``lines`` says that a program reads: how far it has come is printed as lines of JSON before the result.
    ``fetching`` is what may be fetched.
    """

    engine: str
    data_dir: Path
    cluster: Cluster | None
    inputs: tuple[Input, ...]
    timezone: tzinfo = UTC
    by: str = "shell"
    lines: bool = False
    fetching: Fetching = Fetching()  # noqa: RUF009  # frozen, of frozen values

    @property
    def where(self) -> Where:
        """Where the archive lies that the commands are about.

        Raises:
            click.UsageError: in a cluster, of which no address is known.
        """
        return self.lying(self.engine)

    def lying(self, engine: str) -> Where:
        """Where the archive lies that this engine keeps, or would.

        Raises:
            click.UsageError: in a cluster, of which no address is known.
        """
        if engine == "local":
            return self.data_dir
        if self.cluster is None:
            raise click.UsageError("Which cluster? Set OPENSEARCH_URL, or give --opensearch-url before the command.")
        return self.cluster

    def keeper(self, *, create: bool = True) -> Keeper:
        """The archive, open for changing.

        Raises:
            StoreError: it cannot be opened, or somebody else is changing it.
        """
        return Keeper.open(self.where, create=create, by=self.by, fetching=self.fetching)

    @contextmanager
    def watching(self) -> Iterator[Watch | None]:
        """Whatever shows how far a keeper has come: a bar on a terminal, lines for a program, else nothing."""
        if self.lines:
            yield lambda progress: click.echo(line({"progress": plain.progress(progress)}))
        else:
            with show.watching() as watch:
                yield watch


def as_json(what: str) -> Callable[[Callable[..., _T]], Callable[..., _T]]:
    """The option ``--json`` of a command that prints such a thing."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print the {what} as one line of JSON.")


def shown(article: Article | None, article_id: str, *, as_json: bool) -> int:
    """Print an article, or say that none has this id; gives the exit code."""
    if article is None:
        click.echo(f"No article has the id “{article_id}”: take one from the results of a search.", err=True)
        return FAILED
    if as_json:
        click.echo(line(plain.article(article)))
    else:
        show.article(article)
    return 0


def line(value: object) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False)

"""``dateline doctor``: gathers what can be known without changing anything, judges it check by check, and tells.

Exit codes, the first that fits: 4 a setting is wrong (also a token that is missing, or too few shards), 3 the archive
cannot be used, 5 Discord refuses something (also the token), 1 anything else is wrong, 0 nothing is, whatever warnings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import click

from bot.doctor import asking, configured, connected, housed, machine, places, shown
from bot.doctor.finding import Finding, exit_code
from bot.doctor.gathered import Gathered
from bot.settings import Settings
from corpus import CorpusError, CorpusUnwritable, Glance, Input, Where, glance, parse_inputs

CHECKS: tuple[Callable[[Gathered], Iterator[Finding]], ...] = (
    configured.settings,
    connected.token,
    connected.interactions,
    connected.installs,
    connected.admins,
    places.guilds,
    places.commands,
    connected.connections,
    housed.archive,
    housed.inputs,
    housed.disk,
    housed.clock,
    housed.memory,
    housed.signs,
)


def examine(settings: Settings, faults: Sequence[str], names: frozenset[str], *, as_json: bool) -> int:
    """Examine everything and print what was found; ``faults`` are known already, ``names`` are all that is set."""
    findings = judged(_gathered(settings, tuple(faults), names))
    if as_json:
        click.echo(shown.as_json(findings))
    else:
        shown.show(findings)
    return exit_code(findings)


def judged(gathered: Gathered) -> list[Finding]:
    """What every check finds, without secrets."""
    token = gathered.settings.discord_token
    return [shown.safe(finding, token) for check in CHECKS for finding in check(gathered)]


def _gathered(settings: Settings, faults: tuple[str, ...], names: frozenset[str]) -> Gathered:
    token = settings.discord_token
    return Gathered(
        settings=settings,
        faults=faults,
        names=names,
        archive=_glance(settings.archive),
        missing=_missing(settings.corpus_inputs),
        disk=machine.disk(settings.data_dir),
        machine=machine.machine(settings),
        discord=asyncio.run(asking.ask(settings, token)) if token else None,
        now=datetime.now(UTC),
    )


def _glance(where: Where) -> Glance | CorpusError:
    try:
        return glance(where)
    except CorpusError as error:
        return error
    except OSError as error:
        return CorpusUnwritable(str(where), error.strerror or str(error))


def _missing(text: str) -> tuple[Input, ...]:
    try:
        return tuple(each for each in parse_inputs(text) if _is_missing(each))
    except CorpusError:  # told as a setting that cannot be used
        return ()


def _is_missing(each: Input) -> bool:
    try:
        return each.is_missing
    except OSError:  # this user may not even look
        return True

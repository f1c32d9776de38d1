"""What a doctor thinks of the settings by themselves: values that cannot be used, names that are nearly right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import fields

from bot.doctor.finding import Finding, ok, warning, wrong
from bot.doctor.gathered import Gathered
from bot.leaving import SETTINGS
from bot.settings import Settings

_NEAR = 0.85  # of 1: one or two letters of a dozen
_KNOWN = frozenset(each.name.upper() for each in fields(Settings))


def settings(gathered: Gathered) -> Iterator[Finding]:
    """Whether all that is set can be used, and whether anything was set under a name that is none."""
    for fault in gathered.faults:
        yield wrong("settings", fault, "Set it anew, or leave it empty for its default.", SETTINGS)
    for name, meant in sorted(misspelt(gathered.names).items()):
        yield warning("settings", f"{name} is no setting of Dateline's.", f"If you mean {meant}, rename it to that.")
    if not gathered.faults:
        yield ok("settings", "Every setting can be used.")


def misspelt(names: Iterable[str]) -> dict[str, str]:
    """The names that are nearly the name of a setting which is not set, each with that."""
    given = set(names)
    near = ((name, difflib.get_close_matches(name.upper(), _KNOWN - given, n=1, cutoff=_NEAR)) for name in given)
    return {name: found[0] for name, found in near if found and name not in _KNOWN}

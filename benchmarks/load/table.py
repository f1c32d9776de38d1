"""What the bot did under load, as Markdown, as JSON and as a line for whoever waits for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from benchmarks.load.turn import Turn

_COLUMNS = (
    "turn", "a second", "interactions", "first response p50, ms", "p99", "finished p50, ms", "p99", "refused", "errors",
    "lag p50, ms", "p99", "processors: bot", "children", "Discord", "private at most, MB", "with children",
)  # fmt: skip
_NOTES = """
- Each turn asks a real worker over real sockets, on a loopback Discord in a process of its own, on the same machine.
  People come at random moments (a Poisson process) and do not wait for one another: 70 % search (40 % of them one to
  three words, 30 % questions of 8 to 15 words, 20 % with a phrase or a filter, 10 % newest first; three of ten for
  everyone to read), 10 % turn a page, 10 % open an article, 10 % get suggestions as they type.
- *First response*: from the event on the gateway to the callback, of all; *finished*: to the answer itself, of those
  that were answered. *Refused*: told at once and privately to come back later. *Errors*: no first response within
  three seconds, no answer within fifteen, an incident, or a search that was given up.
- *Lag*: how late a timer of five milliseconds is woken in the worker's event loop. *Processors*: seconds of a
  processor a second. *Private*: memory that no file backs (RssAnon), in 10**6 bytes.
- *During reindex*: the owner's `/admin reindex again:true` goes on all the time.
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One run: the machine, the archive, who asked, and its turns."""

    machine: Mapping[str, str]
    articles: int
    people: int
    servers: int
    turns: tuple[Turn, ...]


def markdown(load: Load) -> str:
    """The figures for people."""
    return "\n".join(
        [
            "# Dateline under load",
            "",
            _origin(load),
            "",
            f"Machine: {', '.join(f'{name} {value}' for name, value in load.machine.items())}.",
            "",
            _joined(_COLUMNS),
            _joined(["--", *["--:"] * (len(_COLUMNS) - 1)]),
            *map(_row, load.turns),
            "",
            *filter(None, map(_told, load.turns)),
            *_compared(load.turns),
            _NOTES,
        ]
    )


def _origin(load: Load) -> str:
    crowd = f"{load.people:,} people in {load.servers:,} servers"
    return f"Written by `make load`: {crowd} ask about {load.articles:,} invented articles."


def as_json(load: Load) -> str:
    """The figures for programs."""
    return json.dumps(asdict(load), indent=1, ensure_ascii=False) + "\n"


def line(turn: Turn) -> str:
    """A turn in one line."""
    return (
        f"{turn.name}, {turn.rate:g} a second: first p50 {turn.first.p50:.0f}, p99 {turn.first.p99:.0f} ms; finished "
        f"p50 {turn.answered.p50:.0f}, p99 {turn.answered.p99:.0f} ms; {turn.refused} refused, {turn.errors} errors of "
        f"{turn.sent}; lag p99 {turn.lag.p99:.0f} ms; private {turn.memory.most:.0f} MB"
    )


def _row(turn: Turn) -> str:
    used, memory = turn.processors, turn.memory
    cells = (
        turn.name, f"{turn.sent / turn.seconds:.0f}", f"{turn.sent:,}", f"{turn.first.p50:.0f}",
        f"{turn.first.p99:.0f}", f"{turn.answered.p50:.0f}", f"{turn.answered.p99:.0f}", f"{turn.refused:,}",
        f"{turn.errors:,}", f"{turn.lag.p50:.1f}", f"{turn.lag.p99:.1f}", f"{used.bot / turn.seconds:.2f}",
        f"{used.children / turn.seconds:.2f}", f"{used.discord / turn.seconds:.2f}", f"{memory.most:.0f}",
        f"{memory.together:.0f}",
    )  # fmt: skip
    return _joined(cells)


def _told(turn: Turn) -> str:
    """What else there is to say of a turn; nothing where all went well."""
    parts = [f"{number} × “{notice}”" for notice, number in turn.notices.items()]
    if turn.told_lag is not None:
        parts.append(f"by the worker's own histogram the lag's p99 is below {turn.told_lag:g} ms")
    if turn.reindexed:
        parts.append(f"reindexes that ended meanwhile: {len(turn.reindexed)}")
    return f"{turn.name.capitalize()}: {'; '.join(parts)}.\n" if parts else ""


def _compared(turns: Iterable[Turn]) -> Iterable[str]:
    """How much longer an answer takes during a reindex."""
    named = {turn.name: turn for turn in turns}
    if {"quiet", "during reindex"} <= named.keys() and named["quiet"].answered.p99:
        ratio = named["during reindex"].answered.p99 / named["quiet"].answered.p99
        yield f"During a reindex the p99 of a finished answer is {ratio:.2f} times the quiet one."


def _joined(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

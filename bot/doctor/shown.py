"""How findings are shown: for a person, or as one line of JSON. No secret gets past here."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.doctor.finding import Finding, State
from bot.hiding import Secrets

_STYLES = {State.OK: "green", State.WARNING: "yellow", State.WRONG: "bold red"}
_ORDER = tuple(State)
_TOKEN = re.compile(r"[\w-]{20,}\.[\w-]{5,}\.[\w-]{8,}")  # of a bot, wherever it was pasted
_LEAST = 8  # characters of a token that are worth hiding: fewer stand in other words


def safe(finding: Finding, token: str | None) -> Finding:
    """The finding without a secret, and without characters that a terminal would obey."""
    return replace(finding, said=_safe(finding.said, token), mend=_safe(finding.mend, token))


def _safe(text: str, token: str | None) -> str:
    shown = Secrets(token if token and len(token) >= _LEAST else None).hide(text)
    shown = _TOKEN.sub("[hidden]", shown)
    return "".join(each if each.isprintable() else " " for each in shown)


def as_json(findings: Sequence[Finding]) -> str:
    """One list, on one line."""
    plain = [{"check": each.check, "state": each.state, "said": each.said, "mend": each.mend} for each in findings]
    return json.dumps(plain, ensure_ascii=False)


def show(findings: Sequence[Finding]) -> None:
    """Print a line for each: what is well first, what is wrong last, where the eye rests."""
    console = Console(highlight=False)
    lines = [_line(each) for each in sorted(findings, key=lambda finding: _ORDER.index(finding.state))]
    if console.is_terminal:
        table = Table.grid(padding=(0, 1))
        for line in lines:
            table.add_row(*line)
        console.print(table)
    else:  # a program that reads the lines wants them unbroken
        for line in lines:
            console.print(Text(" ").join(line), soft_wrap=True)
    console.print(Text(summed_up(findings)), soft_wrap=True)


def _line(finding: Finding) -> tuple[Text, Text, Text]:
    style = _STYLES[finding.state]
    mend = (f" {finding.mend}", style) if finding.mend else ""
    state, check = Text(finding.state, style), Text(f"{finding.check}:", "bold")
    return state, check, Text.assemble(finding.said, mend)


def summed_up(findings: Sequence[Finding]) -> str:
    """The last line."""
    warnings, faults = (sum(each.state is state for each in findings) for state in (State.WARNING, State.WRONG))
    told = {0: "Nothing is wrong", 1: "One thing is wrong"}.get(faults, f"{faults} things are wrong")
    more = {0: "", 1: "; there is one warning"}.get(warnings, f"; there are {warnings} warnings")
    return f"{told}{more}."

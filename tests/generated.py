"""Writes from the code what README says of commands, shell and settings: ``python tests/generated.py`` (make docs)."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import fields
from pathlib import Path

import click
from test_bot_commands import definitions

from bot.cli import dateline
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
_GROUP = 1  # the type of an option that is a command of its own (Discord: application command option types)

_MESSAGE = 3  # the type of a command in the menu of a message (Discord: application command types)


def readme(text: str) -> str:
    """README with its generated parts written anew."""
    for name, part in {"commands": _commands(), "shell": _shell(), "settings": _settings()}.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda found, part=part: found[1] + part + found[2],
            text,
            flags=re.DOTALL,
        )
    return text


def snapshot() -> str:
    """The commands as Discord is told of them."""
    return json.dumps(asyncio.run(definitions()), indent=2, ensure_ascii=False) + "\n"


def _commands() -> str:
    rows = [row for command in asyncio.run(definitions()) for row in _command_rows(command)]
    return _table("command", "options", "what it does", rows)


def _command_rows(command: dict, before: str = "/") -> list[tuple[str, str, str]]:
    name = f"{before}{command['name']}"
    nested = [option for option in command.get("options", []) if option["type"] == _GROUP]
    if nested:
        return [row for option in nested for row in _command_rows(option, f"{name} ")]
    options = ", ".join(f"`{option['name']}`" for option in command.get("options", []))
    if command["type"] == _MESSAGE:
        return [(f"`{command['name']}`", "", "In the menu of a message (Apps)")]
    return [(f"`{name}`", options, command["description"])]


def _shell() -> str:
    group = dateline(Settings())
    rows = []
    for name, command in group.commands.items():
        with click.Context(command, info_name=name) as context:
            pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
            options = [
                each.opts[0]
                for each in command.get_params(context)
                if isinstance(each, click.Option) and not each.hidden
            ]
        usage = " ".join(["dateline", name, *pieces])
        what = (command.help or "").split("\n\n")[0]
        rows.append((f"`{usage}`", ", ".join(f"`{each}`" for each in options if each != "--help"), what))
    return _table("command", "options", "what it does", rows)


def _settings() -> str:
    rows = [
        (
            f"`{each.name.upper()}`",
            f"`{each.metadata['default']}`" if each.metadata["default"] else "",
            each.metadata["why"],
        )
        for each in fields(Settings)
    ]
    return _table("setting", "default", "why", rows)


def _table(first: str, second: str, third: str, rows: list[tuple[str, str, str]]) -> str:
    lines = [f"| {first} | {second} | {third} |", "|---|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "tests" / "commands.json").write_text(snapshot(), encoding="utf-8")
    (ROOT / ".env.example").write_text(Settings.example(), encoding="utf-8")
    path = ROOT / "README.md"
    path.write_text(readme(path.read_text(encoding="utf-8")), encoding="utf-8")

"""Reads the files by which hosts start the worker, in the plain forms that they have here, and refuses any other."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]

INSTRUCTIONS = {
    "FROM", "ARG", "RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
}  # fmt: skip


@dataclass
class Stage:
    """One stage of a Dockerfile: its base, its name, and its instructions in order."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [text for name, text in self.steps if name == instruction]

    def last(self, instruction: str) -> str:
        return self.all(instruction)[-1]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for text in self.all("ENV") for pair in shlex.split(text))

    @property
    def start(self) -> list[str]:
        """What PID 1 is started as: both must be in exec form."""
        return [*json.loads(self.last("ENTRYPOINT")), *json.loads(self.last("CMD"))]

    @property
    def health(self) -> str:
        """The shell command of its health check."""
        return self.last("HEALTHCHECK").split("CMD ", 1)[1]


def stages(path: Path = ROOT / "Dockerfile") -> list[Stage]:
    """The stages of a Dockerfile."""
    found: list[Stage] = []
    for name, text in _instructions(path.read_text(encoding="utf-8")):
        if name == "FROM":
            base, *rest = text.split()
            found.append(Stage(base, rest[1] if rest else ""))
        else:
            found[-1].steps.append((name, text))
    return found


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    whole = ""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            whole += line.strip()
            if whole.endswith("\\"):
                whole = whole[:-1]
                continue
            name, _, rest = whole.partition(" ")
            assert name in INSTRUCTIONS, f"{name} is not known here"
            yield name, rest.strip()
            whole = ""
    assert not whole, "the last line goes on"


def unit(path: Path = ROOT / "deploy" / "dateline.service") -> dict[str, list[str]]:
    """The settings of a systemd unit, each with all of its values."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#;[":
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def yaml(path: Path) -> object:
    """The plain YAML that these files are written in: mappings and lists by two spaces, and scalars on their line."""
    lines = [line.rstrip() for line in path.read_text(encoding="utf-8").splitlines()]
    return _block([line for line in lines if line.strip() and not line.lstrip().startswith("#")])


def _block(lines: list[str]) -> object:
    if not lines:
        return None
    depth = len(lines[0]) - len(lines[0].lstrip(" "))
    starts = [number for number, line in enumerate(lines) if not line[depth:].startswith(" ")]
    parts = [lines[one:other] for one, other in zip(starts, [*starts[1:], len(lines)], strict=True)]
    assert all(line[:depth].isspace() or not depth for line in lines), "a line stands further left than its block"
    if all(part[0][depth:].startswith("- ") for part in parts):
        return [_item(part, depth) for part in parts]
    pairs = [_pair(part, depth) for part in parts]
    assert len({key for key, _ in pairs}) == len(pairs), "a key stands twice"
    return dict(pairs)


def _item(lines: list[str], depth: int) -> object:
    first = " " * (depth + 2) + lines[0][depth + 2 :]
    if len(lines) == 1 and not re.match(r"[A-Za-z_]+:( |$)", first.lstrip()):
        return _scalar(first.lstrip())
    return _block([first, *lines[1:]])


def _pair(lines: list[str], depth: int) -> tuple[str, object]:
    found = re.fullmatch(r"([A-Za-z][\w.-]*):(?: (.+))?", lines[0][depth:])
    assert found, f"{lines[0]!r} is not read here"
    if found[2] is None:
        return found[1], _block(lines[1:])
    assert len(lines) == 1, f"{lines[0]!r} has a value and a block"
    return found[1], _scalar(found[2])


def _scalar(text: str) -> object:
    if re.fullmatch(r'"[a-z]+"', text):
        return text[1:-1]
    assert not re.search(r"^[\[{&*!|>%@`\"']|: | #", text), f"{text!r} is not read here"
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text)

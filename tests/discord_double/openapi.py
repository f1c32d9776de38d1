"""Checks JSON against Discord's OpenAPI description.

Knows the description and nothing else: a method, a path template and a body give a list of complaints. Without
the file, which is no part of this repository, every body passes and `available` is False.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

from .limits import Json

_REPOSITORY = Path(__file__).resolve().parents[2]
DESCRIPTION = _REPOSITORY.parent / "shared" / "data" / "discord" / "openapi.json"
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def available() -> bool:
    """Whether the description is there to check against."""
    return DESCRIPTION.is_file()


def request_errors(method: str, template: str, body: object) -> list[str]:
    """What is wrong with a request body: "components/0/label: …", empty if nothing."""
    operation = _operation(method, template)
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return _errors(schema, body) if schema else []


def response_errors(method: str, template: str, status: int, body: object) -> list[str]:
    """What is wrong with an answer of this double, by the same description."""
    answers = _operation(method, template).get("responses", {})
    schema = answers.get(str(status), {}).get("content", {}).get("application/json", {}).get("schema")
    return _errors(schema, body) if schema else []


def _errors(schema: Json, body: object) -> list[str]:
    # Discord's lengths are safe in UTF-16 units and a schema counts code points: two plain characters for each
    # character outside the basic plane make the two counts one.
    text = _ASTRAL.sub("xx", json.dumps(body, ensure_ascii=False))
    found = _validator(json.dumps(schema)).iter_errors(json.loads(text))
    return [f"{'/'.join(map(str, error.instance_path)) or 'body'}: {error.message[:300]}" for error in found]


@functools.lru_cache(maxsize=256)
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    own = _discriminated(json.loads(schema), _description()["components"]["schemas"])
    return jsonschema_rs.Draft202012Validator({"components": _description()["components"], **own})


def _operation(method: str, template: str) -> Json:
    if not available():
        return {}
    found: Json = _description()["paths"].get(template, {}).get(method.lower(), {})
    return found


@functools.lru_cache(maxsize=1)
def _description() -> Json:
    described: Json = json.loads(DESCRIPTION.read_text("utf-8"))
    schemas = described["components"]["schemas"]
    # discord.py sends an id as an integer in two places, and Discord takes it.
    schemas["SnowflakeType"] = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$"}
    described["components"]["schemas"] = {name: _discriminated(schema, schemas) for name, schema in schemas.items()}
    return described


def _discriminated(schema: Any, schemas: Json) -> Any:
    """The same schema with each choice made by the body's `type`, so that an error names the field and not the
    whole body ("is not valid under any of the given schemas")."""
    if isinstance(schema, list):
        return [_discriminated(item, schemas) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _discriminated(value, schemas) for key, value in schema.items()}
    for keyword in ("oneOf", "anyOf"):
        if isinstance(schema.get(keyword), list):
            schema = _choice(schema, keyword, schemas)
    return schema


def _choice(schema: Json, keyword: str, schemas: Json) -> Json:
    rest = [branch for branch in schema[keyword] if branch != {"type": "null"}]
    others = {key: value for key, value in schema.items() if key != keyword}
    chosen = rest[0] if len(rest) == 1 else _by_type(rest, schemas) or {keyword: rest}
    if len(rest) == len(schema[keyword]):
        return others | chosen
    return others | {"if": {"type": "null"}, "then": True, "else": chosen}


def _by_type(branches: list[Json], schemas: Json) -> Json | None:
    types = [list(_types(branch, schemas)) for branch in branches]
    if not all(types):
        return None
    every = [number for numbers in types for number in numbers]
    chosen = [
        {"if": {"type": "object", "properties": {"type": {"enum": numbers}}, "required": ["type"]}, "then": branch}
        for numbers, branch in zip(types, branches, strict=True)
    ]
    return {"type": "object", "required": ["type"], "properties": {"type": {"enum": every}}, "allOf": chosen}


def _types(branch: Json, schemas: Json) -> Iterator[int]:
    name = str(branch.get("$ref", "")).rpartition("/")[2]
    yield from schemas.get(name, {}).get("properties", {}).get("type", {}).get("enum", [])

"""Components and embeds as Discord gives them back: with ids, defaults, and the addresses of attached files."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from . import refusals, rules
from .limits import Json

_DEFAULTS: dict[int, Json] = {
    3: {"min_values": 1, "max_values": 1},
    5: {"min_values": 1, "max_values": 1},
    6: {"min_values": 1, "max_values": 1},
    7: {"min_values": 1, "max_values": 1},
    8: {"min_values": 1, "max_values": 1},
    11: {"description": None, "spoiler": False},
    13: {"size": 0, "spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}
"""What Discord fills in, by component type."""


def components(asked: Sequence[Json], attachments: Sequence[Json]) -> list[Json]:
    """Components with ids and defaults; `attachment://name` becomes the address of the message's file."""
    finished = copy.deepcopy(list(asked))
    files = {f"attachment://{item['filename']}": item for item in attachments}
    every = list(rules.walk(finished))
    taken = {component.get("id") for component in every}
    free = (number for number in range(1, 1000) if number not in taken)
    for component in every:
        component["id"] = component.get("id") or next(free)
        for key, value in _DEFAULTS.get(component["type"], {}).items():
            if component.get(key) is None:
                component[key] = value
        for item in component.get("items") or []:
            item.update({"description": item.get("description"), "spoiler": bool(item.get("spoiler"))})
            item["media"] = _media(item["media"], files)
        for key in ("media", "file"):
            if key in component:
                component[key] = _media(component[key], files)
        if "file" in component:
            component["name"] = component["file"]["url"].rpartition("/")[2]
    return finished


def _media(asked: Json, files: dict[str, Json]) -> Json:
    url = asked["url"]
    if url.startswith("attachment://") and url not in files:
        raise refusals.invalid_form([f"components: There is no file for {url}."])
    url = files[url]["url"] if url in files else url
    return {"id": "0", "url": url, "proxy_url": url}


def embeds(asked: Sequence[Json]) -> list[Json]:
    """Embeds with their type and, for each field, whether it stands beside others."""
    finished: list[Json] = [{"type": "rich"} | copy.deepcopy(embed) for embed in asked]
    for embed in finished:
        for field in embed.get("fields") or []:
            field["inline"] = bool(field.get("inline"))
    return finished

"""What a message says of itself: the query that stands in it, as inline code, at the beginning of one of its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.press import Outdated, Press
from corpus import Query

_QUERY = re.compile(r"`([^`]+)`")


def header_of(press: Press) -> str:
    """The text that begins with the query; '' where there is none."""
    message = press.interaction.message
    texts = (text for component in (message.components if message else ()) for text in _texts(component))
    return next(filter(_QUERY.match, texts), "")


def query_on(press: Press) -> Query:
    """The query that the message answers.

    Raises:
        Outdated: there is none on it.
    """
    found = query_if_any(press)
    if found is None:
        raise Outdated
    return found


def query_if_any(press: Press) -> Query | None:
    """The query that the message answers, or that led to what it shows; None where nothing was asked."""
    found = _QUERY.match(header_of(press))
    return found and Query.parse(found[1], today=press.interaction.client.today)


def _texts(component: Any) -> Iterator[str]:
    if isinstance(content := getattr(component, "content", None), str):
        yield content
    for inner in getattr(component, "children", ()):
        yield from _texts(inner)

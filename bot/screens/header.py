"""What a message says of itself: the query that stands in it, as inline code, at the beginning of one of its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.press import Outdated, Press
from corpus import Query

if TYPE_CHECKING:
    from discord import Message

_QUERY = re.compile(r"`([^`]+)`")


def header_of(press: Press) -> str:
    """The text that begins with the query; '' where there is none."""
    message = press.interaction.message
    return _header(message) if message else ""


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
    message = press.interaction.message
    return answered(message) if message else None


def answered(message: Message) -> Query | None:
    """The query that a message answers; None where there is none on it. It has days, so it depends on no other."""
    found = _QUERY.match(_header(message))
    return Query.parse(found[1]) if found else None


def codes_on(press: Press) -> list[str]:
    """What stands as inline code at the beginning of texts of the message, in the order they are read."""
    message = press.interaction.message
    found = map(_QUERY.match, texts_of(message)) if message else ()
    return [each[1].strip() for each in found if each]


def page_of(message: Message) -> int:
    """The page that an answer shows, as the button that leads to any other says; the first where there is none."""
    for item in (item for row in message.components for item in getattr(row, "children", ())):
        act, *arguments = (getattr(item, "custom_id", None) or "").split(":")
        if act == "jump" and len(arguments) > 1 and arguments[1].isdecimal():
            return int(arguments[1])
    return 1


def _header(message: Message) -> str:
    return next(filter(_QUERY.match, texts_of(message)), "")


def texts_of(message: Message) -> Iterator[str]:
    """Every text that the components of a message show, in the order they are read."""
    return (text for component in message.components for text in _texts(component))


def _texts(component: Any) -> Iterator[str]:
    if isinstance(content := getattr(component, "content", None), str):
        yield content
    for inner in getattr(component, "children", ()):
        yield from _texts(inner)

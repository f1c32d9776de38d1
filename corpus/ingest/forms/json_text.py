"""JSON Lines, JSON arrays and JSON objects, streamed: no more than one article is held, however long the file.

Knows how articles are wrapped (a list under ``articles``), not what their fields mean.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping

from corpus.ingest.forms.json_scanner import MAX_VALUES, Scanner, has_too_many_values
from corpus.ingest.stream import MAX_BLANK, MAX_LINE, Unread, all_blank, chunks_of_text, numbered_lines, text_of
from corpus.model import RawArticle, Rejection

_WRAPPERS = ("articles", "items", "data", "results")
_OWN = {"title", "headline", "text", "body", "content", "fulltext"}
"""Names that only an article has: with one of them, a list under ``data`` is a part of the article."""


def read_json(stream: io.BufferedReader, origin: str) -> Iterator[RawArticle | Rejection]:
    """The articles of a JSON file, of one value a line or of one value over many lines; the origin is their line.

    Raises:
        Unread: the file is no JSON, or the rest of it is broken.
    """
    head = b""
    number = 0
    while not head.strip() and (line := stream.readline(MAX_LINE)):
        head, number = line, number + 1
        if number > MAX_BLANK:
            raise all_blank(number)
    if not head.strip():
        raise Unread("empty")
    if _is_json(head):
        yield from _read_line(number, head, origin)
        yield from _read_lines(stream, number + 1, origin)
        return
    if not head.lstrip().startswith((b"{", b"[")):  # no value begins so: a line that is spoilt, among others
        yield from _read_line(number, head, origin)
        yield from _read_lines(stream, number + 1, origin)
        return
    second = stream.readline(MAX_LINE) if head.endswith(b"\n") else b""
    if head.lstrip().startswith(b"{") and second.lstrip().startswith(b"{") and _is_json(second):
        yield from _read_line(number, head, origin)
        yield from _read_line(number + 1, second, origin)
        yield from _read_lines(stream, number + 2, origin)
        return
    yield from _read_values(Scanner(chunks_of_text(stream, head + second), number), origin)


def _is_json(line: bytes) -> bool:
    """Whether a line is a JSON object or array by itself."""
    if len(line) == MAX_LINE or has_too_many_values(line):  # cut there, or to be read value by value
        return False
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _read_lines(stream: io.BufferedReader, start: int, origin: str) -> Iterator[RawArticle | Rejection]:
    for number, line in numbered_lines(stream, start):
        yield from _read_line(number, line, origin)


def _read_line(number: int, line: bytes, origin: str) -> Iterator[RawArticle | Rejection]:
    here = f"{origin}:{number}"
    if has_too_many_values(line):
        yield Rejection(here, f"more than {MAX_VALUES:,} values, which no article has")
        return
    try:
        value = json.loads(text_of(line))
    except Unread as error:
        yield Rejection(here, error.reason)
    except RecursionError:
        yield Rejection(here, "JSON nested too deeply")
    except ValueError as error:
        yield Rejection(here, _reason(error))
    else:
        for item in _unwrapped(value):
            yield _article(item, here)


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON ({error.msg.removesuffix(' at')} at column {error.colno})"
    return "broken JSON (a number of thousands of digits)"  # the one other ValueError of json.loads


def _unwrapped(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
        return
    if isinstance(value, dict) and not _is_article(value):
        for name in _WRAPPERS:
            if isinstance(value.get(name), list):
                yield from value[name]
                return
    yield value


def _is_article(names: Iterable[str]) -> bool:
    return not _OWN.isdisjoint(name.lower() for name in names)


def _article(value: object, origin: str) -> RawArticle | Rejection:
    if not isinstance(value, Mapping):
        return Rejection(origin, "not a JSON object")
    return RawArticle({name.lower(): part for name, part in value.items()}, origin)


def _read_values(scanner: Scanner, origin: str) -> Iterator[RawArticle | Rejection]:
    """One value over many lines, or several one after the other."""
    while opening := scanner.peek():
        if opening == "[":
            yield from _read_items(scanner, origin)
        elif opening == "{":
            yield from _read_object(scanner, origin)
        else:
            raise scanner.broken("neither an object nor an array")


def _read_items(scanner: Scanner, origin: str) -> Iterator[RawArticle | Rejection]:
    scanner.take("[")
    if scanner.took("]"):
        return
    while True:
        scanner.peek()
        here = f"{origin}:{scanner.line}"
        yield _article(scanner.value(), here)
        if not scanner.took(","):
            break
    scanner.take("]")


def _read_object(scanner: Scanner, origin: str) -> Iterator[RawArticle | Rejection]:
    here = f"{origin}:{scanner.line}"
    fields: dict[str, object] = {}
    wrapped = holds_some = False
    scanner.take("{")
    while not scanner.took("}"):
        name = scanner.key()
        scanner.take(":")
        if name in _WRAPPERS and scanner.peek() == "[" and not _is_article(fields):
            for item in _read_items(scanner, origin):
                holds_some = True
                yield item
            wrapped = True
        else:
            fields[name] = scanner.value()
        if not scanner.took(","):
            scanner.take("}")
            break
    if not wrapped or (not holds_some and _is_article(fields)):
        yield _article(fields, here)

"""Walks through JSON text piece by piece: the values of a long array one at a time. Knows nothing of articles.

The standard library parses a value only whole. Here it parses each item of an array as soon as enough of the text has
come, so that a file larger than memory can be read without another library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from corpus.ingest.stream import MAX_LINE, Unread

_SPACE = re.compile(r"[ \t\r\n]*")
MAX_VALUES = 300_000
"""Values within one article: an empty list is three bytes in a file and seventy in memory."""

_LONG = 2**19
"""Characters from which on the values in a text are counted before more of it is parsed."""

_STEP = 2**20
"""Characters by which a long value is read on at most: of these alone it is not known what they hold."""

_CUT_NUMBER = 3
"""Characters behind a value that must have come: ``1.5e+3`` cut after ``1.5e+`` reads as ``1.5`` with two left over."""


def has_too_many_values(text: str | bytes) -> bool:
    """Whether a JSON text is seen, without parsing it, to hold more values than an article has."""
    if len(text) < _LONG:
        return False
    if isinstance(text, str):
        return sum(map(text.count, ",[{")) > MAX_VALUES
    return sum(map(text.count, (b",", b"[", b"{"))) > MAX_VALUES


class Scanner:
    """A place in a JSON text. ``line`` is the line it stands in, counted from the ``line`` given."""

    def __init__(self, pieces: Iterator[str], line: int = 1) -> None:
        self.line = line
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._ended = False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next character that is not space, or nothing at the end."""
        blank = 0
        while True:
            before = self._at
            self._advance(_SPACE.match(self._text, self._at).end())  # type: ignore[union-attr]  # matches always
            if self._at < len(self._text):
                return self._text[self._at]
            blank += self._at - before
            if blank > _LONG:
                raise self.broken("a megabyte of nothing but space")
            if not self._more(1):
                return ""

    def took(self, character: str) -> bool:
        """Step over ``character`` if it is the next one."""
        if self.peek() != character:
            return False
        self._at += 1
        return True

    def take(self, character: str) -> None:
        """Step over ``character``.

        Raises:
            Unread: something else stands there.
        """
        if not self.took(character):
            raise self.broken(f"expected {character}")

    def key(self) -> str:
        """The next value, which must be a string.

        Raises:
            Unread: it is not.
        """
        if self.peek() != '"':
            raise self.broken("expected a name in double quotes")
        return str(self.value())

    def value(self) -> object:
        """The next value, whole.

        Raises:
            Unread: it is broken, nested too deeply, or longer than ``MAX_LINE`` characters.
        """
        self.peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except RecursionError as error:
                raise self.broken("nested too deeply") from error
            except ValueError as error:  # it refers to the text, which could not grow where it lies: it is let go
                reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number too long"
            else:
                if end + _CUT_NUMBER > len(self._text) and self._more(_CUT_NUMBER):
                    continue
                if end - self._at > MAX_LINE:
                    raise self._too_long()
                self._advance(end)
                return value
            held = len(self._text) - self._at
            if held > _LONG and has_too_many_values(self._text[self._at :]):
                raise self.broken(f"more than {MAX_VALUES:,} values in one article")
            if self._more(min(2 * held, _STEP)):
                continue
            raise self._too_long() if len(self._text) - self._at > MAX_LINE else self.broken(reason)

    def broken(self, reason: str) -> Unread:
        """The error that ends the file here."""
        return Unread(f"broken JSON ({reason}): it and the rest of the file were not read", self.line)

    def _too_long(self) -> Unread:
        return Unread("an article is longer than 16 MiB: it and the rest of the file were not read", self.line)

    def _advance(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self, count: int) -> bool:
        """Read on by at least ``count`` characters; whether anything came: if not, all places in the text stay."""
        if self._ended or len(self._text) - self._at > MAX_LINE:
            return False
        piece = next(self._pieces, None)
        if piece is None:
            self._ended = True
            return False
        text, self._text = self._text[self._at :], ""
        wanted = len(text) + count
        while piece is not None:
            text += piece  # it grows where it lies: nothing else refers to it
            if len(text) >= wanted:
                break
            piece = next(self._pieces, None)
        self._ended = piece is None
        self._text, self._at = text, 0
        return True

"""What people set, as it is kept: JSON objects under keys whose meaning only whoever asks the archive knows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from corpus.errors import DocumentTooLarge

LARGEST = 2_000  # bytes of a document: some settings, or one line of a log
LONGEST_KEY = 200  # characters

Document = Mapping[str, object]
"""A JSON object: texts, numbers, true, false, null, lists and objects under names."""


def checked(keys: Sequence[str]) -> Sequence[str]:
    """These keys.

    Raises:
        ValueError: one is empty, too long, or half of a character.
    """
    for key in keys:
        if not 0 < len(key) <= LONGEST_KEY:
            raise ValueError(f"a key has 1 to {LONGEST_KEY} characters, and not {len(key)}")
        key.encode()  # SQLite keeps UTF-8
    return keys


def written(document: Document) -> str:
    """A document as text, in ASCII, since JSON may hold half characters and SQLite may not.

    It is measured in UTF-8: what is written in Arabic may be as long as what is written in English.

    Raises:
        DocumentTooLarge: it takes more than 2,000 bytes.
        TypeError, ValueError: it is no JSON object.
    """
    if not isinstance(document, Mapping):
        raise TypeError("a document is an object: what it holds stands under names")
    short = json.dumps(dict(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    size = len(short.encode("utf-8", "surrogatepass"))
    if size > LARGEST:
        raise DocumentTooLarge(size, LARGEST)
    return json.dumps(dict(document), separators=(",", ":"))


def read(text: str) -> dict[str, object]:
    """The document that was written."""
    document: dict[str, object] = json.loads(text)
    return document

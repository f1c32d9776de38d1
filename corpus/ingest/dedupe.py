"""When two articles are the same one, and when two are copies. Pure functions over values; knows no archive."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from hashlib import blake2b

from corpus.model import Article, PubDate

_START = 200
"""Characters of text that tell articles without id and address apart."""

FEWEST_WORDS = 30
"""Words from which on an equal text is a copy: below, it is a standing phrase (``Blah blah blah``)."""

UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""

_ASCII = bytes(range(128))
_FEW = 24  # kinds of characters that are replaced faster one kind after the other than all at once
_NOT_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())


class Verdict(Enum):
    """What an article is to the archive."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    COPY = "copy"


def judge(checksum: bytes, kept: bytes | None, *, story_is_kept: bool) -> Verdict:
    """What becomes of an article: ``kept`` is the checksum of the one with its id in the archive, if there is one.

    ``story_is_kept`` says that the archive has its text already, or nearly; it only matters for one that is new.
    """
    if kept is None:
        return Verdict.COPY if story_is_kept else Verdict.NEW
    return Verdict.UNCHANGED if kept == checksum else Verdict.UPDATED


def identity(source: str, published: PubDate, text: str, *, url: str | None = None, given: str | None = None) -> str:
    """By what an article is found again: its given id within its source, else its address, else how it begins.

    An address is the same by http and https.
    """
    if given:
        return f"id\n{source}\n{given}"
    if url:
        return f"url\n{url.partition('://')[2]}"
    return f"text\n{source}\n{published}\n{_folded(text[:_START])}"


def article_id(identity: str) -> str:
    """Ten characters (a-z, 2-7: none that look alike) of a hash.

    They are 50 bits: in one of 2,000 archives of a million articles two of them meet.
    """
    digest = blake2b(identity.encode(), digest_size=10, person=b"dateline id").digest()
    return base64.b32encode(digest)[:10].decode().lower()


def checksum(article: Article) -> bytes:
    """Sixteen bytes that differ when anything that is kept of an article differs."""
    kept = (
        article.headline, article.text, article.source, article.source_name, str(article.published), article.url,
        article.byline, article.section, article.language, "derived" if article.headline_derived else "given",
    )  # fmt: skip
    told = "\x00".join("\x01" if part is None else part for part in kept)  # cleaned text has no control characters
    return blake2b(told.encode(), digest_size=16).digest()


def story(article: Article) -> int:
    """The number of 63 bits of an article's own text, the same for equal ones: case, accents, marks, spaces aside.

    A text of fewer than 30 words is a story of its own. A copy is kept under the number of the story that it repeats.
    """
    told = f"text\n{_folded(article.text)}" if is_long(article.text) else f"id\n{article.id}"
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "big") >> 1


def is_long(text: str) -> bool:
    """Whether a text has 30 words; where words are not spaced, two letters count as one."""
    if len(text.split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS:
        return True
    return not text.isascii() and len(UNSPACED.findall(text)) >= 2 * FEWEST_WORDS


def respelled(text: str, form: Callable[[str], str]) -> str:
    """A text with every character beyond ASCII in the form that it is given here."""
    kinds = set(text.encode().translate(None, _ASCII).decode())
    if len(kinds) > _FEW:
        return text.translate({ord(kind): form(kind) for kind in kinds})
    for kind in kinds:
        text = text.replace(kind, form(kind))
    return text


def _folded(text: str) -> str:
    """Only the letters and digits, without case and accents."""
    if not text.isascii():
        text = respelled(text, _letters)
    return text.casefold().encode().translate(None, _NOT_LETTERS).decode()


@lru_cache(10_000)
def _letters(character: str) -> str:
    """What is left of a character without marks, punctuation and spaces."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", character)))

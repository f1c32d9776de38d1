"""Where the words of a text are, in any script. Knows no language: only letters, marks and what stands between.

Most texts need one look with a plain expression. What that one cannot read (scripts without spaces between words,
marks that belong to the letter before, ``#tags``, ``AT&T``, ``C++``) is read by a fuller one, which agrees with it on
everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import add

import regex

Place = tuple[str, int, int]
"""A word as it stands there, and where: in code points, half open."""

# Letters and digits, joined by inner apostrophes (Cuba's), dots of acronyms (U.S.), separators of numbers (76,000).
# It is given no underscores, which separate words but are ``\w``: half as quick again as with ``[^\W_]``.
_PLAIN = re.compile(r"\w++(?:['’]\w++|[.,]\d++|\.[^\W\d](?!\w))*+")

# Everything but Latin, Greek, Cyrillic, Hebrew and Arabic letters without marks, and common punctuation.
_BEYOND_PLAIN = re.compile(
    "[^\x00-\u02ff\u0370-\u0482\u048a-\u052f\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u0660-\u066a\u0671-\u06d4\u06f0-\u06f9"
    "\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20c0]"
)
_ASCII = bytes(range(128))
_SPACED = bytes(code if code not in _ASCII or chr(code).isalnum() or chr(code) in "'.," else 32 for code in range(256))

# Written without spaces between words. Korean has some, but what is looked for is a part of what stands between them.
_UNSPACED = (
    r"[[\p{L}&&[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Yi}]]"
    r"々〆〇ー\uff70]"
)
# What belongs to the letter before: also joiners, which Indic scripts and Persian need, and voicing of narrow kana.
_MARK = r"[\p{M}\u200c\u200d\uff9e\uff9f]"
_LETTER = rf"[[\p{{L}}\p{{N}}]--{_UNSPACED}--{_MARK}]"
_RUN = rf"{_LETTER}[{_LETTER}{_MARK}]*+"
_FULL = regex.compile(
    rf"""(?P<unspaced> (?: {_UNSPACED} {_MARK}* )++ )
       | (?P<made> \# {_RUN}
                 | [\p{{L}}--{_MARK}] (?: \+\+ | \# ) (?! [\p{{L}}\p{{N}}] )
                 | {_LETTER}{{1,3}} & {_LETTER}{{1,3}} (?: ['’]s )? (?! [\p{{L}}\p{{N}}\p{{M}}&] ) )
       | (?P<word> {_RUN} (?: ['’׳״] {_RUN} | [.,٫٬] \d+ | \. \p{{L}} (?! [\p{{L}}\p{{N}}\p{{M}}] ) )* )""",
    regex.VERBOSE | regex.VERSION1,
)
_BREAK = regex.compile(
    rf"(?<={_UNSPACED}{_MARK}*)[^\p{{L}}\p{{M}}\p{{N}}]++|[^\p{{L}}\p{{M}}\p{{N}}]++(?={_UNSPACED})", regex.VERSION1
)
_VOICING = re.compile("[\uff9e\uff9f]")
_CELL = regex.compile(rf"{_UNSPACED}{_MARK}*", regex.VERSION1)
_FEWEST_HUMPS = 3  # YouTube and McDonald are one word each
_HUMP = regex.compile(r"\p{Lu}*\p{N}+\p{Ll}*|\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+")


def words(text: str) -> list[str]:
    """The words of a text, in order."""
    if _is_plain(text):
        return _plain(_spaced(text))
    found: list[str] = []
    for unspaced, made, word in _FULL.findall(text):
        if word:
            found.append(word)
        elif unspaced:
            cells = _cells(unspaced)
            found += map(add, cells, cells[1:]) if len(cells) > 1 else [unspaced]
        else:
            found += [part for part, _, _ in _made(made, 0)]
    return found


def words_of(text: str, parts: Iterable[tuple[int, int]]) -> Iterator[list[str]]:
    """The words of each of these parts of a text, which no word may cross."""
    if _is_plain(text):
        spaced = _spaced(text)
        return (_plain(spaced[start:stop]) for start, stop in parts)
    return (words(text[start:stop]) for start, stop in parts)


def places(text: str) -> Iterator[Place]:
    """The same words with their places.

    Where words are not spaced, every two neighbouring characters are one, so that any part of a run is found as a
    phrase; a character that stands alone is a word. What is made of parts (#BlackLivesMatter, AT&T, C++) is a word, and
    its parts are words after it.
    """
    if _is_plain(text):
        return ((word.group(), word.start(), word.end()) for word in _PLAIN.finditer(text.replace("_", " ")))
    return _full(text)


def apart(text: str) -> list[str]:
    """The words of a text, none within another: where words are not spaced, every character is one.

    So a comma more or less changes no word beside it.
    """
    return words(text) if _is_plain(text) else [word for word, _, _ in _apart(text)]


def places_apart(text: str) -> Iterator[Place]:
    """The same words with their places."""
    return places(text) if _is_plain(text) else _apart(text)


def pieces(text: str) -> list[str]:
    """The text in pieces, parted where anything stands beside characters that are not spaced.

    Without a comma two such runs are one, and have one word more: so no phrase may span it.
    """
    return [piece for piece in _BREAK.split(text) if piece]


def humps(word: str) -> list[str]:
    """The parts of a word that was put together by capitals (BlackLivesMatter); none if they are less than three."""
    parts = [part for part, _, _ in _humps(word, 0)]
    return parts if "".join(parts) == word else []


def _spaced(text: str) -> str:
    """A plain text, as long as it was, with spaces for what surely joins no word; what may join some is left."""
    spaced = text.encode("utf-8", "surrogatepass").translate(_SPACED).decode("utf-8", "surrogatepass")
    return spaced.replace(". ", "  ").replace(", ", "  ")


def _plain(spaced: str) -> list[str]:
    """The words of a plain text with such spaces: twice as fast as by the expression, which reads only the rest."""
    pieces = spaced.split()
    if "".join(pieces).isalnum():
        return pieces
    found: list[str] = []
    for piece in pieces:
        if piece.isalnum():
            found.append(piece)
        else:
            found += _PLAIN.findall(piece)
    return found


def _is_plain(text: str) -> bool:
    if "#" in text or "&" in text or "+" in text:  # as in #tags, AT&T and C++
        return False
    return text.isascii() or not _BEYOND_PLAIN.search(_without_ascii(text))


def _without_ascii(text: str) -> str:
    """Three times as fast as an expression passes over what it leaves out."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def _full(text: str) -> Iterator[Place]:
    for found in _FULL.finditer(text):
        start, stop = found.span()
        if found["word"]:
            yield found[0], start, stop
        elif found["made"]:
            yield from _made(found[0], start)
        else:
            yield from _pairs(found[0], start)


def _apart(text: str) -> Iterator[Place]:
    for found in _FULL.finditer(text):
        start, word = found.start(), found[0]
        if found["made"] and word.startswith("#"):
            start, word = start + 1, word[1:]
        for part in _cells(word) if found["unspaced"] else [word]:
            yield part, start, start + len(part)
            start += len(part)


def _made(word: str, start: int) -> Iterator[Place]:
    if word.startswith("#"):
        yield word[1:], start + 1, start + len(word)
        yield from _humps(word[1:], start + 1)
        return
    yield word, start, start + len(word)
    for part in _PLAIN.finditer(word):
        yield part.group(), start + part.start(), start + part.end()


def _humps(word: str, start: int) -> list[Place]:
    parts = [(part.group(), start + part.start(), start + part.end()) for part in _HUMP.finditer(word)]
    return parts if len(parts) >= _FEWEST_HUMPS else []


def _pairs(run: str, start: int) -> Iterator[Place]:
    cells = _cells(run)
    if len(cells) == 1:
        yield run, start, start + len(run)
    for first, second in pairwise(cells):
        yield first + second, start, start + len(first) + len(second)
        start += len(first)


def _cells(run: str) -> Sequence[str]:
    """The characters of a run, each with its marks."""
    if run.isalpha() and not _VOICING.search(run):  # no marks, as in nearly all Chinese
        return run
    cells: list[str] = _CELL.findall(run)
    return cells

"""Addresses that lead to a passage: a text fragment, by which a browser scrolls to words of the page and marks them.

After the WICG draft "URL Fragment Text Directives": ``#:~:text=start,end`` names the first and the last words of a
passage, each percent-encoded, with ``-``, ``,`` and ``&`` too, which have a meaning there.
"""

from __future__ import annotations

from urllib.parse import quote

import regex

from bot.markdown import clean, link

_DIRECTIVE = ":~:"
_FIRST, _LAST = 4, 3  # words of a passage by which it is found
_LONG, _LONGEST = 40, 120  # characters of the first and of the last words, and of words that stand without a space
# Where nothing is spaced, what stands between commas and full stops is taken for a word.
_WORD = regex.compile(r"[^\s、，。；：！？「」『』（）]+")
_ENDS = regex.compile(r"^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$")  # quotation marks differ from page to page


def leading_to(url: str | None, passage: str) -> str | None:
    """An address that leads to these words of its page, as it may stand in a Markdown link; None where there is none.

    One that has a directive already, or a passage without words, leaves the address as it is.
    """
    plain, words = link(url), _found_by(passage)
    if plain is None or not words or _DIRECTIVE in plain:
        return plain
    return f"{plain}{'' if '#' in plain else '#'}{_DIRECTIVE}text={','.join(map(_encoded, words))}"


def _found_by(passage: str) -> tuple[str, ...]:
    """The first and the last words of a passage, verbatim; all of them where they are few. A passage is one line."""
    line = next(filter(None, (_ENDS.sub("", line) for line in passage.splitlines())), "")
    words = [found.span() for found in _WORD.finditer(line)]
    if not words:
        return ()
    stops = [stop for _, stop in words[:_FIRST]]
    starts = [start for start, _ in words[-_LAST:]]
    stop = max((stop for stop in stops if stop <= _LONG), default=stops[0])
    start = min((start for start in starts if len(line) - start <= _LONG), default=starts[-1])
    parts = (line,) if stop >= start else (_ENDS.sub("", line[:stop]), _ENDS.sub("", line[start:]))
    # What hides in a text of ours hardly hides in the page as well.
    return parts if all(0 < len(part) <= _LONGEST and clean(part) == part for part in parts) else ()


def _encoded(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")

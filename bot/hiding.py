"""What must not be known, found in any text and hidden: the bot's token and the tokens of interactions.

Knows nothing of Discord but the shape of its tokens, and nothing of where the text goes.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote

_HIDDEN = "[hidden]"
_PIECE = 8
"""Characters of the token in a row that are hidden wherever they stand: it has some seventy, so no part is of use."""

# The token of an interaction stands in the address of every answer to it (Discord's API reference), in the event that
# brought it, and is, as far as is known, Base64 of "interaction:" and what follows.
_SLASH = "(?:/|%2F)"
_ADDRESS = re.compile(rf"({_SLASH}(?:webhooks|interactions){_SLASH}\d+{_SLASH})[^/\s\"'?%]+", re.IGNORECASE)
_NAMED = re.compile(r"(\btoken\\*[\"']\s*:\s*\\*[\"']|\btoken=[\"']?)[^\s\"'\\,&)}]+", re.IGNORECASE)
_SHAPED = re.compile(r"aW50ZXJhY3Rpb2[\w+/=%-]{4,}")


class Secrets:
    """The bot's token in the forms that a text may have it in, and the tokens of interactions by their shape."""

    def __init__(self, token: str | None) -> None:
        self._token = token or ""
        pieces = (form[at : at + _PIECE] for form in _forms(self._token) for at in range(len(form) - _PIECE + 1))
        self._pieces = frozenset(pieces)

    def hide(self, text: str) -> str:
        """The text without any of them."""
        shown = _SHAPED.sub(_HIDDEN, _NAMED.sub(rf"\1{_HIDDEN}", _ADDRESS.sub(rf"\1{_HIDDEN}", text)))
        if self._token:
            shown = shown.replace(self._token, _HIDDEN)
        parts, at = [], 0
        for start, stop in self._runs(shown):
            parts += [shown[at:start], _HIDDEN]
            at = stop
        return "".join([*parts, shown[at:]])

    def _runs(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the text has pieces of the token; those that overlap are one run."""
        begun, end = 0, 0
        for at in range(len(text) - _PIECE + 1):
            if text[at : at + _PIECE] not in self._pieces:
                continue
            if at > end:
                if end:
                    yield begun, end
                begun = at
            end = at + _PIECE
        if end:
            yield begun, end


def _forms(token: str) -> Iterator[str]:
    """The token as it is, as an address has it, and as it stands within something in Base64."""
    yield from (token, quote(token, safe=""))
    for before in range(3):
        data = bytes(before) + token.encode()
        whole = len(data) // 3 * 4  # the characters behind depend on what follows
        clear = -(-before * 8 // 6)  # those before, on what precedes
        yield b64encode(data).decode()[clear:whole]
        yield urlsafe_b64encode(data).decode()[clear:whole]

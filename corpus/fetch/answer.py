"""What an answer over HTTP is, and by what it is known again. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NOT_MODIFIED = 304
"""The status of an answer that is still what the validators are of."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What HTTP knows an answer again by: its ``ETag`` and its ``Last-Modified``."""

    etag: str | None = None
    modified: str | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of a request that wants an answer only if it is another one."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its ``status`` is 200, or 304 where it is the one that the validators are of, and then without body.

    ``final_url`` is where it was found; ``permanent_url`` where it will be from now on, if it has moved for good.
    ``fresh_for`` is how many seconds it may be taken for the newest, where that is said.
    """

    url: str
    final_url: str
    permanent_url: str | None
    status: int
    body: bytes
    content_type: str
    charset: str | None
    validators: Validators
    fresh_for: int | None

    @property
    def unchanged(self) -> bool:
        """Whether it is the answer that the validators are of (RFC 9110, 15.4.5), and so has no body."""
        return self.status == NOT_MODIFIED

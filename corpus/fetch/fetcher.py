"""Fetcher: one request after the other to each host, every hop checked, every answer whole or not at all.

No retries: whoever polls decides when to ask again.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import time
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import aiohttp
from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractCookieJar
from protego import Protego
from yarl import URL

from corpus.errors import FetchFailed
from corpus.fetch.allowed import Fetching

AGENT = "Dateline"
"""The name by which robots.txt knows us."""

_HOPS = 5  # redirects that are followed
_CONNECTING = 10.0  # seconds
_CHUNK = 2**16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_NOT_MODIFIED, _OK = 304, 200
_LONGEST_DOWNLOAD = 6 * 3600.0  # seconds
_ROBOTS_LIFE = 24 * 3600.0  # seconds: RFC 9309, 2.4
_LARGEST_ROBOTS = 500 * 2**10  # bytes: RFC 9309, 2.5
_LONGEST_DELAY = 30.0  # seconds that a host's robots.txt may ask between two requests


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


class Fetcher:
    """Asks hosts for what stands at an address. To be used as ``async with Fetcher(fetching) as fetcher``."""

    def __init__(self, fetching: Fetching) -> None:
        self._fetching = fetching
        self._turns: defaultdict[str, _Turn] = defaultdict(_Turn)
        self._robots: dict[str, tuple[float, Protego | None]] = {}
        self._refused: set[str] = set()

    async def __aenter__(self) -> Self:
        connector = TCPConnector(
            socket_factory=self._socket, limit_per_host=1, force_close=True, ttl_dns_cache=0, use_dns_cache=False
        )
        cookies: AbstractCookieJar = DummyCookieJar()
        self._session = ClientSession(
            connector=connector,
            cookie_jar=cookies,
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": f"{AGENT}/{version('dateline')}", "Accept-Encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, url: str, validators: Validators = Validators(), *, accept: str = "*/*") -> Fetched:  # frozen
        """What stands at this address, or that it is still what the validators are of.

        Raises:
            FetchFailed: it may not be asked for, or the answer is none, is too large, or came only in part.
        """
        async with self._answer(url, {**validators.headers, "Accept": accept}, self._fetching.seconds) as answer:
            pieces = [piece async for piece in _unpacked(answer, self._fetching.most_bytes)]
            return answer.told(b"".join(pieces))

    async def download(
        self,
        url: str,
        to: Path,
        validators: Validators = Validators(),  # frozen
        *,
        most_bytes: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> Fetched:
        """Write what stands at this address to a file, whole or not at all; ``progress`` gets bytes done and in all.

        Raises:
            FetchFailed: as in ``get``; the file is not there then.
            OSError: it cannot be written.
        """
        async with self._answer(url, dict(validators.headers), _LONGEST_DOWNLOAD) as answer:
            if answer.response.status == _OK:
                draft = to.with_suffix(".draft")
                with draft.open("wb") as file:
                    await _written(answer, file, most_bytes, progress)
                draft.replace(to)
            return answer.told(b"")

    async def allowed_by_robots(self, url: str) -> bool:
        """Whether the host of this address lets robots read it (RFC 9309); not, while it cannot be asked for that."""
        parts = URL(url)
        origin = str(parts.origin())
        asked_at, rules = self._robots.get(origin, (-_ROBOTS_LIFE, None))
        if time.monotonic() - asked_at > _ROBOTS_LIFE:
            rules = await self._rules(origin)
            self._robots[origin] = time.monotonic(), rules
        if rules is None:
            return False
        delay = rules.crawl_delay(AGENT)
        if delay:
            self._turns[origin].delay = min(float(delay), _LONGEST_DELAY)
        return bool(rules.can_fetch(url, AGENT))

    async def _rules(self, origin: str) -> Protego | None:
        try:
            found = await self.get(f"{origin}/robots.txt", accept="text/plain")
        except FetchFailed as error:
            refused = error.status is not None and 400 <= error.status < 500  # noqa: PLR2004  # RFC 9309, 2.3.1.3
            return Protego.parse("") if refused else None
        return Protego.parse(found.body[:_LARGEST_ROBOTS].decode("utf-8", "replace"))

    @asynccontextmanager
    async def _answer(self, url: str, headers: dict[str, str], seconds: float) -> AsyncIterator[_Answer]:
        """The answer at the end of all redirects, each of which is checked as the first address is."""
        current, permanent, moved = url, True, None
        try:
            async with asyncio.timeout(seconds):
                for _ in range(_HOPS + 1):
                    async with self._hop(current, headers) as response:
                        if response.status not in _REDIRECTS:
                            _must_be_answer(url, response)
                            yield _Answer(url, current, moved, response)
                            return
                        permanent = permanent and response.status in _PERMANENT
                        current = _next(url, current, response)
                        moved = current if permanent else moved
            raise FetchFailed(url, f"it leads on more than {_HOPS} times")
        except TimeoutError as error:
            raise FetchFailed(url, f"the answer did not come within {seconds:g} seconds") from error
        except (aiohttp.ClientPayloadError, zlib.error) as error:
            raise FetchFailed(url, "the answer was cut off or damaged on its way") from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise FetchFailed(url, "its certificate is not valid") from error
        except (aiohttp.ClientError, ValueError, OSError) as error:
            raise FetchFailed(url, self._trouble(current, error)) from error

    @asynccontextmanager
    async def _hop(self, url: str, headers: dict[str, str]) -> AsyncIterator[ClientResponse]:
        """One request, when it is this host's turn."""
        if refusal := self._fetching.refusal(url):
            raise FetchFailed(url, refusal)
        async with self._turns[str(URL(url).origin())].taken(self._fetching.pause):
            timeout = ClientTimeout(total=None, sock_connect=_CONNECTING, sock_read=self._fetching.seconds)
            async with self._session.get(url, headers=headers, allow_redirects=False, timeout=timeout) as response:
                yield response

    def _socket(self, address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A socket for a connection to this very address, if that may be dialled: names may lead anywhere."""
        family, kind, protocol, _, where = address
        if not self._fetching.lets_dial(str(where[0])):
            self._refused.add(str(where[0]))
            raise OSError(f"{where[0]} is not public")
        return socket.socket(family, kind, protocol)

    def _trouble(self, url: str, error: Exception) -> str:
        if self._refused:
            return f"{URL(url).host} leads to {self._refused.pop()}, which is no public address (FETCH_NETWORKS)"
        if isinstance(error, aiohttp.ClientConnectorError):
            return f"{URL(url).host} cannot be reached ({error.os_error.strerror or 'no such host'})"
        if isinstance(error, aiohttp.ClientResponseError):
            return f"the answer is no HTTP that can be read ({error.message[:80]})"
        return f"the connection failed ({type(error).__name__})"


@dataclass(slots=True)
class _Turn:
    """Whose turn it is at one host, and when the last one ended."""

    lock: asyncio.Lock
    ended: float
    delay: float

    def __init__(self) -> None:
        self.lock, self.ended, self.delay = asyncio.Lock(), float("-inf"), 0.0

    @asynccontextmanager
    async def taken(self, pause: float) -> AsyncIterator[None]:
        async with self.lock:
            await asyncio.sleep(max(0.0, self.ended + max(pause, self.delay) - time.monotonic()))
            try:
                yield
            finally:
                self.ended = time.monotonic()


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response at the end of the redirects, whose body is still to come."""

    url: str
    final_url: str
    permanent_url: str | None
    response: ClientResponse

    def told(self, body: bytes) -> Fetched:
        headers = self.response.headers
        return Fetched(
            self.url,
            self.final_url,
            self.permanent_url,
            self.response.status,
            body,
            self.response.content_type,
            self.response.charset,
            Validators(headers.get("ETag"), headers.get("Last-Modified")),
            _fresh_for(headers),
        )


def _must_be_answer(url: str, response: ClientResponse) -> None:
    if response.status not in {_OK, _NOT_MODIFIED}:
        told = f"the answer is {response.status} {response.reason or ''}".rstrip()
        raise FetchFailed(url, told, status=response.status, retry_after=_retry_after(response.headers))


def _next(url: str, current: str, response: ClientResponse) -> str:
    """Where a redirect leads."""
    location = response.headers.get("Location")
    if not location:
        raise FetchFailed(url, "it leads on, but does not say where", status=response.status)
    target = URL(current).join(URL(location))
    if URL(current).scheme == "https" and target.scheme != "https":
        raise FetchFailed(url, "it leads from a secure address to one that is not", status=response.status)
    return str(target.with_fragment(None))


async def _unpacked(answer: _Answer, most: int) -> AsyncIterator[bytes]:
    """The body as it was before it was packed for the way.

    Raises:
        FetchFailed: it is more than ``most`` bytes, or packed in a way that was not asked for.
    """
    if answer.response.status == _NOT_MODIFIED:
        return
    unpack = _unpacker(answer)
    left = most
    async for chunk in answer.response.content.iter_chunked(_CHUNK):
        rest = chunk
        while rest:
            piece, rest = unpack(rest)
            left -= len(piece)
            if left < 0:
                raise FetchFailed(answer.url, f"the answer has more than {most:,} bytes")
            yield piece
    if not unpack.complete:
        raise FetchFailed(answer.url, "the answer was cut off or damaged on its way")


def _unpacker(answer: _Answer) -> _Unpacker:
    encoding = answer.response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in _WINDOWS:
        raise FetchFailed(answer.url, f"the answer is packed as {encoding[:40]}, which was not asked for")
    return _Unpacker(_WINDOWS[encoding])


_WINDOWS = {"identity": None, "": None, "gzip": 31, "x-gzip": 31, "deflate": 47}
"""zlib's ``wbits`` for an encoding: 16 more means gzip, 32 more means whichever it is."""


class _Unpacker:
    """Unpacks a stream by pieces of at most ``_CHUNK`` bytes, so that no bomb is ever held."""

    def __init__(self, window: int | None) -> None:
        self._packed = None if window is None else zlib.decompressobj(window)

    @property
    def complete(self) -> bool:
        return self._packed is None or self._packed.eof

    def __call__(self, data: bytes) -> tuple[bytes, bytes]:
        """A piece, and what of the data is left."""
        if self._packed is None or self._packed.eof:
            return (data if self._packed is None else b""), b""
        piece = self._packed.decompress(data, _CHUNK)
        return piece, self._packed.unconsumed_tail


async def _written(answer: _Answer, file: BinaryIO, most: int, progress: Callable[[int, int], None] | None) -> None:
    total = answer.response.content_length or 0
    packed = answer.response.headers.get("Content-Encoding") is not None
    async for piece in _unpacked(answer, most):
        await asyncio.to_thread(file.write, piece)
        if progress:
            progress(file.tell(), 0 if packed else total)
    file.flush()
    os.fsync(file.fileno())


def _fresh_for(headers: Mapping[str, str]) -> int | None:
    """How long an answer is promised to stay the newest (RFC 9111, 4.2.1)."""
    control = headers.get("Cache-Control", "").lower()
    if found := re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", control):
        return int(found[1])
    until = _moment(headers.get("Expires", ""))
    return max(0, round((until - datetime.now(UTC)).total_seconds())) if until else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds a host asks us to wait (RFC 9110, 10.2.3): a number, or a moment."""
    told = headers.get("Retry-After", "").strip()
    if told.isdecimal() and len(told) < 10:  # noqa: PLR2004  # beyond that it is no time that anybody waits
        return float(told)
    until = _moment(told)
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

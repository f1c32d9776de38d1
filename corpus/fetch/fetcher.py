"""Fetcher: one request after the other to each host, every hop checked, every answer whole or not at all.

No retries: whoever polls decides when to ask again.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import time
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
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
from corpus.fetch.answer import NOT_MODIFIED, Fetched, Validators

AGENT = "Dateline"
"""The name by which robots.txt knows us."""

_NONE = Validators()
_HOPS = 5  # redirects that are followed
_CONNECTING = 10.0  # seconds
_CHUNK = 2**16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_OK = 200
_LONGEST_DOWNLOAD = 6 * 3600.0  # seconds
_CUT_OFF = "the answer was cut off or damaged on its way"
_GZIP = 31  # zlib's ``wbits`` for a gzip stream
_ROBOTS_AWAY = 3600.0  # seconds after which a host is asked again that did not answer
_ROBOTS_LIFE = 24 * 3600.0  # seconds: RFC 9309, 2.4
_LARGEST_ROBOTS = 500 * 2**10  # bytes: RFC 9309, 2.5
_LONGEST_DELAY = 30.0  # seconds that a host's robots.txt may ask between two requests


class Fetcher:
    """Asks hosts for what stands at an address. To be used as ``async with Fetcher(fetching) as fetcher``."""

    def __init__(self, fetching: Fetching) -> None:
        self._fetching = fetching
        self._turns: defaultdict[str, _Turn] = defaultdict(_Turn)
        self._robots: dict[str, tuple[float, Protego | None]] = {}

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
            headers={"User-Agent": f"{AGENT}/{version('dateline')}", "Accept-Encoding": "gzip"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, url: str, validators: Validators = _NONE, *, accept: str = "*/*") -> Fetched:
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
        validators: Validators = _NONE,
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
                draft = to.with_name(f"{to.name}.draft")
                try:
                    with draft.open("wb") as file:
                        await _written(answer, file, most_bytes, progress)
                    draft.replace(to)
                finally:
                    draft.unlink(missing_ok=True)
            return answer.told(b"")

    async def allowed_by_robots(self, url: str) -> bool:
        """Whether the host of this address lets robots read it (RFC 9309).

        Raises:
            FetchFailed: that cannot be had from the host now, so nothing is to be read there.
        """
        if self._fetching.refusal(url):
            return False
        parts = URL(url)
        origin = str(parts.origin())
        asked_at, rules = self._robots.get(origin, (-_ROBOTS_LIFE, None))
        if time.monotonic() - asked_at > (_ROBOTS_LIFE if rules else _ROBOTS_AWAY):
            rules = await self._rules(origin)
            self._robots[origin] = time.monotonic(), rules
        if rules is None:
            raise FetchFailed(url, "its host does not say now what robots may read")
        delay = rules.crawl_delay(AGENT)
        if delay:
            self._turns[_host(url)].delay = min(float(delay), _LONGEST_DELAY)
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
        for _ in range(_HOPS + 1):
            async with self._hop(current, headers, seconds) as response:
                if response.status not in _REDIRECTS:
                    try:
                        _must_be_answer(url, response, headers)
                    except FetchFailed as error:
                        self._turns[_host(current)].leave_alone(error.retry_after or 0.0)
                        raise
                    yield _Answer(url, current, moved, response)
                    return
                permanent = permanent and response.status in _PERMANENT
                current = _next(url, current, response)
                moved = current if permanent else moved
        raise FetchFailed(url, f"it leads on more than {_HOPS} times")

    @asynccontextmanager
    async def _hop(self, url: str, headers: dict[str, str], seconds: float) -> AsyncIterator[ClientResponse]:
        """One request, when it is this host's turn; the time counts from then on, until the block ends."""
        if refusal := self._fetching.refusal(url):
            raise FetchFailed(url, refusal)
        timeout = ClientTimeout(total=None, sock_connect=_CONNECTING, sock_read=self._fetching.seconds)
        turn = self._turns[_host(url)]
        async with turn.taken(self._fetching.pause):
            if (wait := turn.not_before - time.monotonic()) > 0:
                raise FetchFailed(url, f"its host wants to be left alone for {wait:.0f} seconds", retry_after=wait)
            try:
                async with asyncio.timeout(seconds):
                    with _faults_told(url):
                        response = await self._session.get(url, headers=headers, allow_redirects=False, timeout=timeout)
                    try:
                        yield response
                    finally:
                        response.close()
            except TimeoutError as error:
                raise FetchFailed(url, f"the answer did not come within {seconds:g} seconds") from error

    def _socket(self, address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A socket for a connection to this very address, if that may be dialled: names may lead anywhere."""
        family, kind, protocol, _, where = address
        if not self._fetching.lets_dial(str(where[0])):
            raise OSError(errno.EACCES, f"{where[0]} is not public")
        return socket.socket(family, kind, protocol)


@contextmanager
def _faults_told(url: str) -> Iterator[None]:
    """Say in our own words what aiohttp and the system say in theirs, while they are at it."""
    try:
        yield
    except TimeoutError:
        raise  # whoever set the limit tells it
    except aiohttp.ClientPayloadError as error:
        raise FetchFailed(url, _CUT_OFF) from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise FetchFailed(url, "its certificate is not valid") from error
    except aiohttp.ClientResponseError as error:
        raise FetchFailed(url, f"the answer is no HTTP that can be read ({error.message[:80]})") from error
    except (aiohttp.ClientError, ValueError, OSError) as error:
        raise FetchFailed(url, _trouble(url, error)) from error


def _trouble(url: str, error: Exception) -> str:
    if private := re.search(r"(\S+) is not public", str(error)):
        return f"{URL(url).host} leads to {private[1]}, which is no public address (FETCH_NETWORKS)"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{URL(url).host} cannot be reached ({error.os_error.strerror or 'no such host'})"
    return f"the connection failed ({type(error).__name__})"


def _host(url: str) -> str:
    return URL(url).raw_host or ""


@dataclass(slots=True)
class _Turn:
    """Whose turn it is at one host, when the last one ended, and before when the host wants none."""

    lock: asyncio.Lock
    ended: float
    delay: float
    not_before: float

    def __init__(self) -> None:
        self.lock, self.ended, self.delay = asyncio.Lock(), float("-inf"), 0.0
        self.not_before = float("-inf")

    def leave_alone(self, seconds: float) -> None:
        """The host wants no more requests for so long."""
        self.not_before = max(self.not_before, time.monotonic() + seconds)

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


def _must_be_answer(url: str, response: ClientResponse, asked: Mapping[str, str]) -> None:
    known = {NOT_MODIFIED} if asked.keys() & {"If-None-Match", "If-Modified-Since"} else set[int]()
    if response.status not in {_OK, *known}:
        told = f"the answer is {response.status} {response.reason or ''}".rstrip()
        raise FetchFailed(url, told, status=response.status, retry_after=_retry_after(response.headers))


def _next(url: str, current: str, response: ClientResponse) -> str:
    """Where a redirect leads."""
    location = response.headers.get("Location")
    if not location:
        raise FetchFailed(url, "it leads on, but does not say where", status=response.status)
    try:
        target = URL(current).join(URL(location))
    except ValueError as error:
        raise FetchFailed(url, "it leads on to what is no address", status=response.status) from error
    if URL(current).scheme == "https" and target.scheme != "https":
        raise FetchFailed(url, "it leads from a secure address to one that is not", status=response.status)
    return str(target.with_fragment(None))


async def _unpacked(answer: _Answer, most: int) -> AsyncIterator[bytes]:
    """The body as it was before it was packed for the way.

    Raises:
        FetchFailed: it is more than ``most`` bytes, or packed in a way that was not asked for.
    """
    if answer.response.status == NOT_MODIFIED:
        return
    unpack = _unpacker(answer)
    left = most
    async for chunk in _received(answer):
        rest = chunk
        while rest:
            piece, rest = unpack(rest)
            left -= len(piece)
            if left < 0:
                raise FetchFailed(answer.url, f"the answer has more than {most:,} bytes")
            yield piece
    if not unpack.complete:
        raise FetchFailed(answer.url, _CUT_OFF)


async def _received(answer: _Answer) -> AsyncIterator[bytes]:
    """The body as it comes."""
    chunks = answer.response.content.iter_chunked(_CHUNK)
    while True:
        with _faults_told(answer.url):
            chunk = await anext(chunks, b"")
        if not chunk:
            return
        yield chunk


def _unpacker(answer: _Answer) -> _Unpacker:
    encoding = answer.response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise FetchFailed(answer.url, f"the answer is packed as {encoding[:40]}, which was not asked for")
    return _Unpacker(answer.url, packed=encoding.endswith("gzip"))


class _Unpacker:
    """Unpacks a stream by pieces of at most ``_CHUNK`` bytes, so that no bomb is ever held."""

    def __init__(self, url: str, *, packed: bool) -> None:
        self._url = url
        self._member = zlib.decompressobj(_GZIP) if packed else None

    @property
    def complete(self) -> bool:
        return self._member is None or self._member.eof

    def __call__(self, data: bytes) -> tuple[bytes, bytes]:
        """A piece, and what of the data is left."""
        if self._member is None:
            return data, b""
        if self._member.eof:  # gzip may have several members (RFC 1952, 2.2)
            self._member = zlib.decompressobj(_GZIP)
        try:
            piece = self._member.decompress(data, _CHUNK)
        except zlib.error as error:
            raise FetchFailed(self._url, _CUT_OFF) from error
        return piece, self._member.unconsumed_tail or self._member.unused_data


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
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""A web server on loopback that gives what a test puts there, well or badly. Real sockets, in a thread of its own."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Reply:
    """What a path gives. A ``fault`` is cut (half of the body), drip (byte by byte), silent, or raw (only the body)."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"
    fault: str | None = None


@dataclass(frozen=True)
class Request:
    """What was asked: its headers by lower-case names, and when, in seconds of a steady clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: float


class NewsServer:
    """Serves ``replies`` by path, answers conditional requests, and remembers what was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | list[Reply]] = {}
        self.requests: list[Request] = []
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def give(self, path: str, body: bytes | str = b"", **more: object) -> str:
        """Put something at a path; give its address."""
        content = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(content, **more)  # type: ignore[arg-type]
        return self.url(path)

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [each for each in self.requests if each.path == path]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        server = await asyncio.start_server(self._conversation, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._ended.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _conversation(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            self.requests.append(Request(method, path, headers, time.monotonic()))
            await self._answer(path, headers, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, asked: Mapping[str, str], writer: asyncio.StreamWriter) -> None:
        found = self.replies.get(path, Reply(b"nothing here", 404))
        reply = found if isinstance(found, Reply) else (found.pop(0) if len(found) > 1 else found[0])
        if reply.fault == "silent":
            await asyncio.sleep(60)
        if reply.fault == "raw":
            writer.write(reply.body)
            await writer.drain()
            return
        body, status = reply.body, reply.status
        if status == HTTPStatus.OK and _is_known(reply.headers, asked):
            body, status = b"", int(HTTPStatus.NOT_MODIFIED)
        phrase = HTTPStatus(status).phrase
        headers = {"Content-Type": reply.kind, "Content-Length": str(len(body)), "Connection": "close", **reply.headers}
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if reply.fault == "drip":
            for byte in body:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.2)
        else:
            writer.write(body[: len(body) // 2] if reply.fault == "cut" else body)
        await writer.drain()


def _is_known(headers: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    return bool(etag and asked.get("if-none-match") == etag) or bool(
        modified and asked.get("if-modified-since") == modified
    )


def packed(body: bytes) -> bytes:
    """A body as gzip."""
    return gzip.compress(body)

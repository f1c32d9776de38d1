"""What the worker tells those who watch it, over HTTP: whether it lives, whether it serves, and what it counts.

Listens only where ``PORT`` is set. Tells no question, no name, no id and no secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from bot.worker.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from bot.client import Dateline
    from bot.worker.leadership import Leadership


class PortTaken(Exception):
    """The port cannot be listened on; the text says why."""


@asynccontextmanager
async def health(port: int | None, client: Dateline, leadership: Leadership) -> AsyncIterator[None]:
    """Answer on this port, if there is one, until the block ends.

    Raises:
        PortTaken: it cannot be listened on.
    """
    if port is None:
        yield
        return
    desk = _Desk(client, leadership, Metrics(client))
    runner = web.AppRunner(desk.routes(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    lag = asyncio.create_task(desk.metrics.watch(), name="lag of the loop")
    try:
        await _listen(runner, port)
        yield
    finally:
        lag.cancel()
        await runner.cleanup()


async def _listen(runner: web.AppRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, None, port).start()  # on every address of the machine, old or new
    except OSError as error:
        raise PortTaken(f"PORT {port} cannot be listened on: {error.strerror or error}.") from error


class _Desk:
    """Answers the three questions."""

    def __init__(self, client: Dateline, leadership: Leadership, metrics: Metrics) -> None:
        self.metrics = metrics
        self._client = client
        self._leadership = leadership

    def routes(self) -> web.Application:
        application = web.Application(client_max_size=1024)
        application.router.add_get("/healthz", self._lives)
        application.router.add_get("/readyz", self._serves)
        application.router.add_get("/metrics", self._counts)
        return application

    async def _lives(self, _: web.Request) -> web.Response:
        """That this is answered is the answer; a worker whose connection is dead leaves by itself."""
        return web.json_response({"status": "alive", "silence": round(self._client.pulse.silence, 1)})

    async def _serves(self, _: web.Request) -> web.Response:
        """Whether people are answered. A worker that stands by is ready, too: hosts wait for that on a deploy."""
        if self._leadership.waits:
            return web.json_response({"status": "standing by"})
        if self._client.serves:
            return web.json_response({"status": "serving"})
        return web.json_response({"status": "not connected"}, status=503)

    async def _counts(self, _: web.Request) -> web.Response:
        return web.Response(body=await self.metrics.page(), headers={"Content-Type": CONTENT_TYPE})

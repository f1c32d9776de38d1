"""A lean loopback Discord: REST v10 and the gateway on 127.0.0.1, for hundreds of interactions a second.

It answers what discord.py asks, keeps times and counts and forgets the rest; it holds nothing against Discord's rules,
which `tests/discord_double` does. Knows nothing of what is asked, nor how often.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from aiohttp import BodyPartReader, WSMsgType, hdrs, web

from benchmarks.load import outcome
from benchmarks.load.people import Event, Json, People
from benchmarks.load.tally import Tally
from benchmarks.load.turn import ANSWERED, LATE, REFUSED, SILENT, STRAY, TROUBLE
from discord_double import Channel, Person, payloads

FIRST_SECONDS, ANSWER_SECONDS = 3.0, 15.0
"""How long Discord waits for a first response, and how long a person for an answer."""

_DISPATCH, _HEARTBEAT, _IDENTIFY, _INVALID, _HELLO, _ACK = 0, 1, 2, 9, 10, 11  # opcodes of the gateway
_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE, _CHOICES = 4, 5, 6, 7, 8  # types of a first response
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7
_BEAT_MS = 41250
_SINCE = "2024-01-01T00:00:00+00:00"

Given = Callable[[tuple[Person, Channel], Json], None]
"""Told of each message that answered, and whom."""


@dataclass(slots=True)
class _Open:
    """An interaction without its answer."""

    kind: str
    event: Event
    sent: float
    deferred: int = 0
    flags: int = 0


class Loopback:
    """The servers of Discord, to be entered with ``async with``."""

    def __init__(self, people: People, given: Given) -> None:
        self.tally = Tally()
        self._people, self._given = people, given
        self._application = str(people.world.application.id)
        self._author = payloads.user(people.world.application.bot)
        self._open: dict[str, _Open] = {}
        self._given_up: set[str] = set()
        self._followed: dict[str, asyncio.Future[None]] = {}
        self._socket: web.WebSocketResponse | None = None
        self._ready = asyncio.Event()
        self._events = 0
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=0.5)
        self._sweeping: asyncio.Task[None] | None = None
        self.base = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"{host}:{port}"
        self._sweeping = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._runner.cleanup()

    async def ready(self) -> None:
        """Wait until the bot is there with its commands."""
        await self._ready.wait()

    async def send(self, kind: str, event: Event, *, behind: float = 0.0) -> None:
        """Send an interaction, so many seconds after it should have been, and wait for nothing."""
        self._open[event.token] = _Open(kind, event, perf_counter())
        self.tally.sent(behind)
        await self._dispatch("INTERACTION_CREATE", event.data)

    async def follow(self, event: Event) -> None:
        """Send an interaction whose answer goes on for long, and wait until it is finished; it is not counted."""
        ended = self._followed[event.token] = asyncio.get_running_loop().create_future()
        await self._dispatch("INTERACTION_CREATE", event.data)
        try:
            await ended
        finally:
            del self._followed[event.token]

    async def quiet(self) -> None:
        """Wait until nothing is open any more."""
        while self._open:  # noqa: ASYNC110  # once a turn
            await asyncio.sleep(0.05)

    # The gateway

    async def _converse(self, request: web.BaseRequest) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, timeout=0.5)
        await socket.prepare(request)
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": _BEAT_MS}})
        async for frame in socket:
            asked = json.loads(frame.data) if frame.type is WSMsgType.TEXT else {}
            if asked.get("op") == _HEARTBEAT:
                await socket.send_json({"op": _ACK, "d": None})
            elif asked.get("op") == _IDENTIFY:
                await self._welcome(socket)
            elif asked:
                await socket.send_json({"op": _INVALID, "d": False})
        self._socket = None
        return socket

    async def _welcome(self, socket: web.WebSocketResponse) -> None:
        self._socket, self._events = socket, 0
        world = self._people.world
        ready = {
            "v": 10,
            "user": payloads.current_user(world.application.bot),
            "guilds": [{"id": str(guild), "unavailable": True} for guild in world.guilds],
            "session_id": "session",
            "resume_gateway_url": f"ws://{self.base}/gateway",
            "shard": [0, 1],
            "application": {"id": self._application, "flags": 0},
        }
        await self._dispatch("READY", ready)
        for guild in world.guilds.values():
            await self._dispatch("GUILD_CREATE", payloads.guild_create(guild, world.application.bot, people=100))
        self._ready.set()

    async def _dispatch(self, event: str, data: Json) -> None:
        self._events += 1
        if self._socket is not None:
            await self._socket.send_str(json.dumps({"op": _DISPATCH, "s": self._events, "t": event, "d": data}))

    # REST

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/gateway"):
            return await self._converse(request)
        came = perf_counter()
        body = await _body(request)
        match request.path.removeprefix("/api/v10/").split("/"):
            case ["interactions", key, token, "callback"]:
                return await self._responded(key, token, body, came)
            case ["webhooks", _, token, *_] if request.method in {hdrs.METH_PATCH, hdrs.METH_POST}:
                return await self._answered(token, body)
            case path:
                known = self._looked_up(request.method, path, body)
        if known is None:
            self.tally.ended("stray", STRAY, 0.0, f"{request.method} {request.path}")
            return _refused("404: Not Found", 0)
        return _json(known)

    def _looked_up(self, method: str, path: list[str], body: Any) -> Any:
        """What discord.py asks at its start; None for what it never does."""
        world = self._people.world
        match path:
            case ["applications", _, "commands"] if method == hdrs.METH_PUT:
                return self._people.commands.overwrite(None, body)
            case ["applications", _, "commands"]:
                return self._people.commands.listed()
            case ["users", "@me"]:
                return payloads.current_user(world.application.bot)
            case ["applications", "@me"] | ["oauth2", "applications", "@me"]:
                return payloads.application(world.application)
            case ["gateway", *_]:
                return self._gateway()
        return None

    def _gateway(self) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 14400000, "max_concurrency": 1}
        return {"url": f"ws://{self.base}/gateway", "shards": 1, "session_start_limit": limit}

    async def _responded(self, key: str, token: str, body: Json, came: float) -> web.Response:
        """The first response to an interaction."""
        receipt = _json({"interaction": {"id": key, "type": 2}})
        if token in self._followed:
            return receipt
        found = self._open.get(token)
        if found is None or found.deferred or came - found.sent > FIRST_SECONDS:
            return self._too_late(token, found)
        self.tally.responded(came - found.sent)
        kind, data = body["type"], body.get("data") or {}
        if kind in {_DEFERRED, _DEFERRED_UPDATE}:
            found.deferred, found.flags = kind, int(data.get("flags") or 0) & _EPHEMERAL
            await self._echo("MESSAGE_CREATE", found, {"flags": _LOADING})
        elif kind in {_MESSAGE, _UPDATE}:
            self._end(token, outcome.judged(data, at_once=True), self._message(token, data))
        else:
            self._end(token, ANSWERED, {})
        return receipt

    async def _answered(self, token: str, body: Json) -> web.Response:
        """The answer that was promised, or what is said beside it."""
        message = self._message(token, body)
        if token in self._followed:
            if not any(each.startswith("keeping-cancel") for each in outcome.custom_ids(body)):
                self._followed[token].set_result(None)
            return _json(message)
        found = self._open.get(token)
        if found is None:
            return self._too_late(token, None)
        self._end(token, outcome.judged(body, at_once=False), message)
        await self._echo("MESSAGE_UPDATE", found, message)
        return _json(message)

    def _too_late(self, token: str, found: _Open | None) -> web.Response:
        if token in self._given_up:
            pass  # it has been counted
        elif found is None:
            self.tally.ended("gone", STRAY, 0.0, "an answer to what was not asked, or has its answer")
        else:
            self._end(token, LATE, {})
        return _refused("Unknown interaction", 10062)

    def _end(self, token: str, became: str, message: Json) -> None:
        found = self._open.pop(token)
        if became in {LATE, SILENT}:
            self._given_up.add(token)
        told = outcome.text(message) if became in {REFUSED, TROUBLE} else ""
        self.tally.ended(found.kind, became, perf_counter() - found.sent, told)
        if became == ANSWERED and message:
            self._given((found.event.person, found.event.place), message)

    def _message(self, token: str, body: Json) -> Json:
        found = self._open.get(token)
        place = found.event.place.id if found else 0
        return {
            "id": token.rpartition("-")[2],
            "channel_id": str(place),
            "author": self._author,
            "content": body.get("content") or "",
            "timestamp": _SINCE,
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 20,
            "flags": int(body.get("flags") or 0) | (found.flags if found else 0),
            "components": body.get("components") or [],
        }

    async def _echo(self, event: str, found: _Open, message: Json) -> None:
        """What everybody reads the bot hears too, since it asks for the messages of servers."""
        if found.flags & _EPHEMERAL or found.deferred != _DEFERRED or found.event.place.guild is None:
            return
        whole = message if "id" in message else self._message(found.event.token, message)
        await self._dispatch(event, whole | {"guild_id": str(found.event.place.guild.id)})

    async def _sweep(self) -> None:
        """End what nobody answers."""
        while True:
            await asyncio.sleep(1)
            now = perf_counter()
            for token, found in list(self._open.items()):
                if now - found.sent > (ANSWER_SECONDS if found.deferred else FIRST_SECONDS + 1):
                    self._end(token, SILENT if found.deferred else LATE, {})


async def _body(request: web.BaseRequest) -> Any:
    """The JSON of a request; the files that come with it are of no interest."""
    if not request.can_read_body:
        return None
    if request.content_type != "multipart/form-data":
        return json.loads(await request.read() or b"null")
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "payload_json":
            return json.loads(await part.read())
    return None


def _json(answer: Any) -> web.Response:
    # Exactly this type, with no charset: discord.py takes anything else for text.
    return web.Response(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"})


def _refused(message: str, code: int) -> web.Response:
    body = json.dumps({"message": message, "code": code}).encode()
    return web.Response(status=404, body=body, headers={"Content-Type": "application/json"})

"""The gateway over a real websocket: HELLO, IDENTIFY, READY, heartbeats, RESUME, events.

Events are kept for each session, so that a client which was cut off gets what it missed when it resumes.
Reference > Gateway. Frames are uncompressed text, which discord.py accepts whatever it asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import WSMsgType, web

from . import limits, payloads
from .core import Core
from .limits import Json
from .messages import Message
from .sessions import Session
from .world import Channel, Guild

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
ENDS_SESSION = {1000, 1001, 4007, 4009}
CUT = 1006  # what a websocket reports where there was no close frame
HEARTBEAT_INTERVAL_MS = 41250


class Gateway:
    """All gateway sessions. `identifies`, `resumes` and `close_codes` are for tests to read; `close_codes` are
    those that clients closed with, None for a cut; what was closed from this side is not among them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._numbers = 0
        self.sessions: list[Session] = []
        self.identifies: list[Json] = []
        self.resumes: list[str] = []
        self.close_codes: list[int | None] = []
        self.heartbeat_interval_ms = HEARTBEAT_INTERVAL_MS
        self.acks = True
        self.resumable = True
        self.refusals = 0
        """How many connections are refused with 503 before one is taken."""
        self.mute = 0
        """How many connections are taken and never greeted."""
        self.slams = 0
        """How many connections are taken and closed before they are greeted."""
        self.unheard: set[int] = set()
        """Shards whose IDENTIFY is taken, and followed by no READY."""
        self._sockets: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self._closed_here: dict[web.WebSocketResponse, int] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Speak with one client until the connection ends."""
        if self.refusals:
            self.refusals -= 1
            self._core.transcript.add("gateway refuses a connection")
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, timeout=0.5)
        await socket.prepare(request)
        transport = request.transport
        self._sockets[socket] = transport if isinstance(transport, asyncio.Transport) else None
        try:
            if self.slams:
                self.slams -= 1
                self._core.transcript.add("gateway closes a connection before HELLO")
                await socket.close(code=1001)
            elif self.mute:
                self.mute -= 1
            else:
                await self._send(socket, {"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_interval_ms}})
            await self._converse(socket, int(request.match_info["launch"]))
        finally:
            del self._sockets[socket]
            self._part(socket)
        return socket

    async def _converse(self, socket: web.WebSocketResponse, launch: int) -> None:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message["op"] == HEARTBEAT:
                await self._beat(socket)
            elif message["op"] == IDENTIFY:
                await self._identify(socket, launch, message["d"])
            elif message["op"] == RESUME:
                await self._resume(socket, message["d"])

    async def _beat(self, socket: web.WebSocketResponse) -> None:
        for session in self.sessions:
            session.beats += session.socket is socket
        self._core.changed()
        if self.acks:
            await self._send(socket, {"op": HEARTBEAT_ACK, "d": None})

    async def _identify(self, socket: web.WebSocketResponse, launch: int, asked: Json) -> None:
        shard, shards = asked.get("shard") or (0, 1)
        intents = int(asked["intents"])
        self.identifies.append({"intents": intents, "shard": [shard, shards], "launch": launch})
        self._core.transcript.add(f"gateway <- IDENTIFY intents={intents} shard={shard}/{shards}")
        app = self._core.world.application
        if asked["token"] != app.token:
            await self._close(socket, 4004, "Authentication failed.")
        elif intents & limits.PRIVILEGED_INTENTS & ~app.privileged_intents:
            await self._close(socket, 4014, "Disallowed intent(s).")
        elif shard not in self.unheard:
            self._numbers += 1
            session = Session(f"session-{self._numbers}", launch, shard, shards, intents, socket=socket)
            self.sessions.append(session)
            await self._welcome(session)
        self._core.changed()

    async def _welcome(self, session: Session) -> None:
        world = self._core.world
        guilds = [guild for guild in world.guilds.values() if guild.holds_bot and session.holds(guild)]
        ready = {
            "v": 10,
            "user": payloads.current_user(world.application.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.address(session.launch),
            "shard": [session.shard, session.shards],
            "application": {"id": str(world.application.id), "flags": 0},
        }
        await self._dispatch(session, "READY", ready)
        if session.intents & limits.INTENT_GUILDS:
            for guild in guilds:
                await self._dispatch(session, "GUILD_CREATE", self._guild_create(guild))

    def _guild_create(self, guild: Guild) -> Json:
        world = self._core.world
        return payloads.guild_create(guild, world.application.bot, people=len(world.people))

    def address(self, launch: int) -> str:
        """The gateway's address for one launch of the bot."""
        return f"{self._core.base.replace('http', 'ws', 1)}/launch/{launch}/gateway"

    async def _resume(self, socket: web.WebSocketResponse, asked: Json) -> None:
        self._core.transcript.add(f"gateway <- RESUME {asked['session_id']} seq={asked['seq']}")
        self.resumes.append(asked["session_id"])
        found = [session for session in self.sessions if session.id == asked["session_id"]]
        if not found or asked["token"] != self._core.world.application.token:
            await self._send(socket, {"op": INVALID_SESSION, "d": False})
            return
        session = found[0]
        session.socket = socket
        for event in session.events[int(asked["seq"] or 0) :]:
            await self._send(socket, event)
        await self._dispatch(session, "RESUMED", {})
        self._core.changed()

    def _part(self, socket: web.WebSocketResponse) -> None:
        """The end of a connection; the session ends with it if the client said so."""
        here = self._closed_here.pop(socket, None)
        code = here or (socket.close_code if socket.close_code != CUT else None)
        if here is None:
            self.close_codes.append(code)
        self._core.transcript.add(f"gateway closed by {'Discord' if here else 'the bot'} with {code}")
        for session in self.sessions:
            if session.socket is socket:
                session.socket = None
                if code in ENDS_SESSION:
                    self.sessions = [other for other in self.sessions if other is not session]
        self._core.changed()

    async def publish(self, event: str, data: Json, place: Channel, *, intent: int = 0) -> None:
        """Send an event to every session that it concerns; one that is cut off gets it when it resumes."""
        sessions = [session for session in self.sessions if session.holds(place.guild)]
        if not sessions:
            raise self._core.failure(f"no bot is connected to get {event}")
        for session in sessions:
            if not intent or session.intents & intent:
                await self._dispatch(session, event, data)

    async def publish_message(self, message: Message) -> None:
        """MESSAGE_CREATE of a person's message. Without the privileged intent the bot reads it only where it is
        addressed: in a direct message, or mentioned (a reply to one of its messages mentions it)."""
        app, place = self._core.world.application, message.channel
        data = message.to_json(guild=place.guild)
        data["mentions"] = [self._mentioned(int(key), place) for key in sorted(message.pings)]
        if place.guild is not None and str(app.bot.id) not in message.pings and not app.reads_content:
            data |= {"content": "", "embeds": [], "attachments": [], "components": []}
        await self.publish("MESSAGE_CREATE", data, place, intent=_messages_intent(place))

    def _mentioned(self, key: int, place: Channel) -> Json:
        person = self._core.world.people[key]
        body = payloads.user(person)
        return body | {"member": payloads.member(person, with_user=False)} if place.guild is not None else body

    async def echo(self, message: Message) -> None:
        """MESSAGE_CREATE of a message by the bot itself, which hears its own messages too."""
        place = message.channel
        if not place.holds_bot or message.only_for is not None:
            return
        for session in self.sessions:
            if session.holds(place.guild) and session.intents & _messages_intent(place):
                await self._dispatch(session, "MESSAGE_CREATE", message.to_json(guild=place.guild))

    async def announce(self, guild: Guild) -> None:
        """GUILD_CREATE to the sessions of a guild that was made while they run."""
        for session in self.sessions:
            if session.holds(guild) and session.intents & limits.INTENT_GUILDS:
                await self._dispatch(session, "GUILD_CREATE", self._guild_create(guild))

    async def _dispatch(self, session: Session, event: str, data: Json) -> None:
        frame = {"op": DISPATCH, "s": len(session.events) + 1, "t": event, "d": data}
        session.events.append(frame)
        told = data if event in ("INTERACTION_CREATE", "MESSAGE_CREATE") else None
        self._core.transcript.add(f"gateway -> {event}", told)
        if session.socket is not None:
            await self._send(session.socket, frame)

    async def _send(self, socket: web.WebSocketResponse, frame: Json) -> None:
        # A client may leave at any moment; what it missed stays in its session.
        with contextlib.suppress(ConnectionError):
            await socket.send_str(json.dumps(frame))

    def _connected(self) -> list[Session]:
        return [session for session in self.sessions if session.socket is not None]

    async def caught_up(self) -> None:
        """Wait until every connected client has taken in all events so far: it answers an op 1 only after them."""
        waiting = {session: session.beats for session in self._connected()}
        await self.send_all(HEARTBEAT)
        await self._core.wait(
            lambda: all(session.beats > beats for session, beats in waiting.items()), "the bot to take in all events"
        )

    async def send_all(self, op: int, data: Any = None) -> None:
        """Send an op to every connection; a session that op 9 ends is forgotten."""
        sessions = self._connected()
        if op == INVALID_SESSION and not data:
            self.sessions = [session for session in self.sessions if session not in sessions]
        for session in sessions:
            assert session.socket is not None
            await self._send(session.socket, {"op": op, "d": data})

    async def send_text(self, text: str) -> None:
        """Send a frame to every connection as it is, whatever it is."""
        for session in self._connected():
            assert session.socket is not None
            await session.socket.send_str(text)

    async def close_all(self, code: int, reason: str = "") -> None:
        """Close every connection from this side."""
        for socket in list(self._sockets):
            await self._close(socket, code, reason)

    async def _close(self, socket: web.WebSocketResponse, code: int, reason: str) -> None:
        self._closed_here[socket] = code
        await socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """Cut every connection without a word."""
        for transport in self._sockets.values():
            if transport is not None:
                transport.abort()


def _messages_intent(place: Channel) -> int:
    return limits.INTENT_GUILD_MESSAGES if place.guild else limits.INTENT_DIRECT_MESSAGES

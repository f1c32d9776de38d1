"""REST v10 over real HTTP: reads a request, checks it, lets a route act, and answers as Discord does."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from . import answer_routes, command_routes, openapi, refusals
from .core import Core
from .faults import CUT, Faults, PlannedAnswer
from .gateway import Gateway
from .interactions import Interaction, Interactions
from .messages import File, Message
from .routes import Call, Rule, find
from .world import Channel

__all__ = ["Request", "Rest", "answer_routes", "command_routes"]
_BUCKET_LIMIT = 50


@dataclass(frozen=True)
class Request:
    """A request as it was answered, for tests to read. `path` begins after /api/v10; `launch` numbers the bot
    processes from 1."""

    launch: int
    method: str
    path: str
    body: Any
    status: int
    answer: Any


class Rest:
    """The REST side of one loopback Discord."""

    def __init__(self, core: Core, gateway: Gateway, interactions: Interactions, faults: Faults, shards: int) -> None:
        self.core, self.gateway, self.interactions, self.faults = core, gateway, interactions, faults
        self.shards = shards
        self.session_starts = 1000
        """How many IDENTIFYs a day allows, as GET /gateway/bot tells."""
        self.requests: list[Request] = []

    def interaction(self, call: Call) -> Interaction:
        """The interaction of a webhook route; an application's webhook bears the application's id."""
        if call.path_ids["webhook_id"] != str(self.core.world.application.id):
            raise refusals.unknown("Webhook", refusals.UNKNOWN_WEBHOOK)
        return self.interactions.with_token(call.path_ids["webhook_token"])

    def messages_in(self, channel: Channel) -> list[Message]:
        """The messages of a channel that were not deleted, oldest first."""
        return [
            message for message in self.core.messages.values() if message.channel is channel and not message.deleted
        ]

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one request."""
        method, path = request.method, f"/{request.match_info['path']}"
        body, files = await _read(request)
        planned = self.faults.take_answer(method, path)
        if planned is not None:
            await asyncio.sleep(planned.delay)
            if planned.hold is not None:
                planned.hold.waiting += 1
                self.core.changed()
                await planned.hold.wait()
        if planned is not None and planned.status == CUT and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if planned is not None and planned.status is not None:
            status, answer, headers = planned.status, planned.body, _planned_headers(planned)
        else:
            found = find(method, path)
            call = Call(
                int(request.match_info["launch"]),
                method,
                path,
                found[1] if found else {},
                dict(request.query),
                body,
                files,
            )
            status, answer = await self._answer(call, found[0] if found else None, request.headers)
            headers = _rate_limit_headers(method, found[0].template if found else path)
        self._record(request, path, body, status, answer)
        return _response(status, answer, headers)

    async def _answer(self, call: Call, rule: Rule | None, headers: Mapping[str, str]) -> tuple[int, Any]:
        if rule is None:
            self.core.blame(f"{call.method} {call.path}: this double has no such route")
            return 404, {"message": "404: Not Found", "code": 0}
        if rule.token and headers.get("Authorization") != f"Bot {self.core.world.application.token}":
            return 401, {"message": "401: Unauthorized", "code": 0}
        try:
            return await self._act(call, rule)
        except refusals.Refusal as refusal:
            if refusal.blame:
                self.core.blame(f"{call.method} {call.path}: {refusal} {json.dumps(refusal.errors or {})}")
            return refusal.status, refusal.body

    async def _act(self, call: Call, rule: Rule) -> tuple[int, Any]:
        if call.body is not None:
            complaints = openapi.request_errors(call.method, rule.template, call.body)
            if complaints:
                raise refusals.invalid_form(complaints)
        answer = await rule.do(self, call)
        status = 204 if answer is None else rule.status
        for complaint in openapi.response_errors(call.method, rule.template, status, answer) if answer else []:
            self.core.blame(f"{call.method} {call.path}: this double's own answer is wrong: {complaint}")
        return status, answer

    def _record(self, request: web.Request, path: str, body: Any, status: int, answer: Any) -> None:
        launch = int(request.match_info["launch"])
        self.requests.append(Request(launch, request.method, path, body, status, answer))
        self.core.transcript.add(f"bot {launch} {request.method} {path}", body)
        self.core.transcript.add(f"  answered {status}", answer if status >= 400 else None)
        self.core.changed()

    async def media(self, request: web.Request) -> web.Response:
        """Serve an attachment, as the content network does."""
        key = request.match_info["key"]
        file = self.core.uploads.get(key)
        for message in self.core.messages.values():
            file = file or message.files.get(key)
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.data, headers={"Content-Type": file.content_type})


async def _read(request: web.Request) -> tuple[Any, dict[int, File]]:
    """The JSON of a request and its files by number, from a JSON or a multipart body."""
    if not request.can_read_body:
        return None, {}
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return (json.loads(text) if text else None), {}
    body, files = None, {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        name = part.name or ""
        if name == "payload_json":
            body = json.loads(data)
        else:
            number = int(name.removeprefix("files[").removesuffix("]"))
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[number] = File(part.filename or name, data, kind)
    return body, files


def _rate_limit_headers(method: str, template: str) -> dict[str, str]:
    # Without these discord.py sends the requests of a route one after the other.
    bucket = f"{zlib.crc32(f'{method} {template}'.encode()):08x}"
    return {
        "X-RateLimit-Limit": str(_BUCKET_LIMIT),
        "X-RateLimit-Remaining": str(_BUCKET_LIMIT - 1),
        "X-RateLimit-Reset": f"{time.time() + 1:.3f}",
        "X-RateLimit-Reset-After": "1.000",
        "X-RateLimit-Bucket": bucket,
    }


def _planned_headers(planned: PlannedAnswer) -> dict[str, str]:
    return dict(planned.headers)


def _response(status: int, answer: Any, headers: Mapping[str, str]) -> web.Response:
    if answer is None:
        return web.Response(status=status, headers=headers)
    if isinstance(answer, str):
        return web.Response(status=status, text=answer, headers=headers)
    # Exactly this type, with no charset: discord.py takes anything else for text.
    return web.Response(
        status=status, body=json.dumps(answer).encode(), headers={"Content-Type": "application/json", **headers}
    )

"""REST v10: what each route does to the world. The templates are those of the OpenAPI description.

A route gets a `Call` and returns its JSON, or None for 204; it raises `Refusal` for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import limits, payloads, refusals
from .limits import Json
from .messages import REPLY, File, Message, Upload, reference, write
from .world import Channel, Guild, Person

if TYPE_CHECKING:
    from .rest import Rest


@dataclass(frozen=True)
class Call:
    """One request: the ids in its path, its query, its JSON and its files; `launch` tells the bot processes apart."""

    launch: int
    method: str
    path: str
    path_ids: dict[str, str]
    query: dict[str, str]
    body: Any
    files: dict[int, File] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """An id in the path as a number."""
        return int(self.path_ids[name])

    @property
    def upload(self) -> Upload:
        """The request as a message."""
        return Upload(self.body or {}, self.files)


Route = Callable[["Rest", Call], Awaitable[Any]]


@dataclass(frozen=True)
class Rule:
    """A route with its place: method, path template, whether the bot's token is needed, status of success."""

    method: str
    template: str
    pattern: re.Pattern[str]
    do: Route
    token: bool
    status: int


RULES: list[Rule] = []


def route(method: str, template: str, *, token: bool = True, status: int = 200) -> Callable[[Route], Route]:
    """Register a route. The first that matches is taken, so fixed paths stand before those with ids."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "$")

    def register(do: Route) -> Route:
        RULES.append(Rule(method, template, pattern, do, token, status))
        return do

    return register


def find(method: str, path: str) -> tuple[Rule, dict[str, str]] | None:
    """The rule for a request and the ids in its path."""
    for rule in RULES:
        if rule.method == method and (match := rule.pattern.match(path)):
            return rule, match.groupdict()
    return None


@route("GET", "/gateway", token=False)
async def _get_gateway(rest: Rest, call: Call) -> Json:
    return {"url": rest.gateway.address(call.launch)}


@route("GET", "/gateway/bot")
async def _get_gateway_bot(rest: Rest, call: Call) -> Json:
    left = max(0, rest.session_starts - len(rest.gateway.identifies))
    limit = {"total": 1000, "remaining": left, "reset_after": 14400000, "max_concurrency": 1}
    return {"url": rest.gateway.address(call.launch), "shards": rest.shards, "session_start_limit": limit}


@route("GET", "/users/@me")
async def _get_current_user(rest: Rest, call: Call) -> Json:
    return payloads.current_user(rest.core.world.application.bot)


@route("GET", "/oauth2/applications/@me")
async def _get_oauth2_application(rest: Rest, call: Call) -> Json:
    return payloads.application(rest.core.world.application)


@route("GET", "/applications/@me")
async def _get_application(rest: Rest, call: Call) -> Json:
    return payloads.application(rest.core.world.application)


@route("GET", "/users/@me/guilds")
async def _list_my_guilds(rest: Rest, call: Call) -> list[Json]:
    world = rest.core.world
    after, most = int(call.query.get("after", 0)), int(call.query.get("limit", 200))
    mine = sorted((each for each in world.guilds.values() if each.holds_bot and each.id > after), key=lambda g: g.id)
    return [payloads.guild_in_list(each, world.application.bot) for each in mine[:most]]


@route("POST", "/users/@me/channels")
async def _open_direct_channel(rest: Rest, call: Call) -> Json:
    person = _person(rest, int(call.body["recipient_id"]))
    return payloads.channel(rest.core.world.direct_channel(person))


@route("GET", "/users/{user_id}")
async def _get_user(rest: Rest, call: Call) -> Json:
    return payloads.user(_person(rest, call.number("user_id")))


@route("GET", "/guilds/{guild_id}")
async def _get_guild(rest: Rest, call: Call) -> Json:
    return payloads.guild(_guild(rest, call))


@route("GET", "/guilds/{guild_id}/members/{user_id}")
async def _get_member(rest: Rest, call: Call) -> Json:
    _guild(rest, call)
    return payloads.member(_person(rest, call.number("user_id")))


@route("GET", "/guilds/{guild_id}/channels")
async def _get_guild_channels(rest: Rest, call: Call) -> list[Json]:
    return [payloads.channel(channel) for channel in _guild(rest, call).channels]


@route("GET", "/channels/{channel_id}")
async def _get_channel(rest: Rest, call: Call) -> Json:
    return payloads.channel(_channel(rest, call))


@route("POST", "/channels/{channel_id}/typing", status=204)
async def _start_typing(rest: Rest, call: Call) -> None:
    _channel(rest, call, needs=limits.SEND_MESSAGES)


@route("GET", "/channels/{channel_id}/messages")
async def _list_messages(rest: Rest, call: Call) -> list[Json]:
    channel = _channel(rest, call, needs=limits.READ_MESSAGE_HISTORY)
    most = int(call.query.get("limit", 50))
    return [message.to_json() for message in reversed(rest.messages_in(channel)) if message.only_for is None][:most]


@route("POST", "/channels/{channel_id}/messages")
async def _create_message(rest: Rest, call: Call) -> Json:
    channel = _channel(rest, call, needs=limits.SEND_MESSAGES)
    core = rest.core
    if (sent := _sent_already(rest, channel, call.body)) is not None:
        return sent.to_json()
    message = Message(core.world.ids.fresh(), channel, core.world.application.bot)
    _refer(rest, message, call.body.get("message_reference"))
    body = dict(call.body) | {"flags": int(call.body.get("flags") or 0) & ~limits.EPHEMERAL}
    write(message, Upload(body, call.files), ids=core.world.ids, media=core.media)
    message.extra |= {"nonce": call.body["nonce"]} if call.body.get("nonce") else {}
    core.messages[message.id] = message
    await rest.gateway.echo(message)
    return message.to_json()


def _sent_already(rest: Rest, channel: Channel, body: Json) -> Message | None:
    """The message of the same nonce, which Discord gives back where `enforce_nonce` asks for it, and makes no other
    (Reference > Message > Create Message)."""
    nonce = body.get("nonce")
    if nonce is None or not body.get("enforce_nonce"):
        return None
    return next((sent for sent in rest.messages_in(channel) if sent.extra.get("nonce") == nonce), None)


@route("GET", "/channels/{channel_id}/messages/{message_id}")
async def _get_message(rest: Rest, call: Call) -> Json:
    return _message(rest, call).to_json()


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
async def _edit_message(rest: Rest, call: Call) -> Json:
    message = _message(rest, call)
    if message.author is not rest.core.world.application.bot:
        raise refusals.Refusal(403, refusals.NOT_THE_AUTHOR, "Cannot edit a message authored by another user")
    write(message, call.upload, ids=rest.core.world.ids, media=rest.core.media)
    return message.to_json()


@route("DELETE", "/channels/{channel_id}/messages/{message_id}", status=204)
async def _delete_message(rest: Rest, call: Call) -> None:
    message = _message(rest, call)
    if message.author is not rest.core.world.application.bot:
        raise refusals.Refusal(403, refusals.MISSING_PERMISSIONS, "Missing Permissions")
    message.delete()


def _person(rest: Rest, key: int) -> Person:
    try:
        return rest.core.world.people[key]
    except KeyError:
        raise refusals.unknown("User", refusals.UNKNOWN_USER) from None


def _guild(rest: Rest, call: Call) -> Guild:
    guild = rest.core.world.guilds.get(call.number("guild_id"))
    if guild is None or not guild.holds_bot:
        raise refusals.unknown("Guild", refusals.UNKNOWN_GUILD)
    return guild


def _channel(rest: Rest, call: Call, *, needs: int = 0) -> Channel:
    channel = rest.core.world.channels.get(call.number("channel_id"))
    if channel is None:
        raise refusals.unknown("Channel", refusals.UNKNOWN_CHANNEL)
    if not channel.holds_bot or not channel.bot_permissions & limits.VIEW_CHANNEL:
        raise refusals.Refusal(403, refusals.MISSING_ACCESS, "Missing Access")
    if needs & ~channel.bot_permissions:
        raise refusals.Refusal(403, refusals.MISSING_PERMISSIONS, "Missing Permissions")
    return channel


def _message(rest: Rest, call: Call) -> Message:
    channel = _channel(rest, call)
    message = rest.core.messages.get(call.number("message_id"))
    # An ephemeral message is no channel message: only its interaction's token reaches it.
    if message is None or message.channel is not channel or message.deleted or message.only_for is not None:
        raise refusals.unknown("Message", refusals.UNKNOWN_MESSAGE)
    return message


def _refer(rest: Rest, message: Message, about: Json | None) -> None:
    if not about:
        return
    target = rest.core.messages.get(int(about["message_id"]))
    if target is not None and not target.deleted:
        message.kind, message.extra = REPLY, reference(target)
    elif about.get("fail_if_not_exists", True):
        raise refusals.invalid_form(["message_reference: Unknown message"])

"""Messages as Discord keeps them: what a request makes of one, and the JSON of it.

A message is created and changed by the same rules whoever asks: a callback, a follow-up or a channel route.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import limits, payloads, refusals, rules, stored
from .limits import Json
from .world import Channel, Guild, Person, Snowflakes

REPLY = 19  # a message's type
_MENTION = re.compile(r"<@!?(\d+)>|@(everyone|here)")


@dataclass(frozen=True)
class File:
    """An uploaded file: its name, bytes, and the alt text that came with it."""

    name: str
    data: bytes = field(repr=False)
    content_type: str = "application/octet-stream"
    description: str | None = None


@dataclass(eq=False)
class Message:
    """One message. `revision` counts its changes; `only_for` is the one person who sees an ephemeral one."""

    id: int
    channel: Channel
    author: Person
    body: Json = field(default_factory=lambda: {"content": "", "embeds": [], "components": [], "attachments": []})
    flags: int = 0
    kind: int = 0
    extra: Json = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    pings: set[str] = field(default_factory=set)
    only_for: Person | None = None
    revision: int = 0
    deleted: bool = False
    edited: bool = False

    @property
    def v2(self) -> bool:
        """Whether it has Components V2; once so, it stays so."""
        return bool(self.flags & limits.COMPONENTS_V2)

    @property
    def loading(self) -> bool:
        """Whether it is still "… is thinking"."""
        return bool(self.flags & limits.LOADING)

    def delete(self) -> None:
        """Take it away; who looks at it sees nothing."""
        self.deleted = True
        self.revision += 1

    def to_json(self, *, guild: Guild | None = None) -> Json:
        """The message object; with `guild` as MESSAGE_CREATE sends it."""
        now = datetime.now(UTC).isoformat()
        body: Json = copy.deepcopy(self.body) | {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": payloads.user(self.author),
            "type": self.kind,
            "flags": self.flags,
            "timestamp": now,
            "edited_timestamp": now if self.edited else None,
            "tts": False,
            "pinned": False,
            "mention_everyone": "everyone" in self.pings,
            "mentions": [],
            "mention_roles": [],
        }
        if guild is not None:
            body |= {"guild_id": str(guild.id), "member": payloads.member(self.author, with_user=False)}
        return body | self.extra


@dataclass(frozen=True)
class Upload:
    """A message request: its JSON and the files that came with it, by their number."""

    body: Json
    files: dict[int, File]


def write(message: Message, upload: Upload, *, ids: Snowflakes, media: str, deferred: bool = False) -> None:
    """Let a request make or change a message, or refuse it as Discord does.

    `media` is the address under which files are served; `deferred` says that this is the first edit of a message
    that was only thinking: the kind of message is decided now, who sees it was decided then.
    """
    asked = upload.body
    fresh = message.revision == 0 or deferred
    flags = _flags(message, int(asked.get("flags") or 0), fresh=fresh)
    after = {key: asked[key] if key in asked else message.body[key] for key in ("content", "embeds", "components")}
    after = {
        "content": after["content"] or "",
        "embeds": after["embeds"] or [],
        "components": after["components"] or [],
    }
    complaints = rules.message_complaints(after, v2=bool(flags & limits.COMPONENTS_V2), was=asked)
    if complaints:
        raise refusals.invalid_form(complaints)
    attachments, files = _attachments(message, upload, ids=ids, media=media)
    after["attachments"] = attachments
    if not any(after.values()):
        raise refusals.Refusal(400, refusals.EMPTY_MESSAGE, "Cannot send an empty message", blame=True)
    after["components"] = stored.components(after["components"], attachments)
    after["embeds"] = stored.embeds(after["embeds"])
    message.pings |= _pings(after, asked.get("allowed_mentions"))
    message.edited = message.edited or not fresh
    message.body, message.files, message.flags = after, files, flags
    message.revision += 1


def _flags(message: Message, asked: int, *, fresh: bool) -> int:
    flags = message.flags & ~limits.LOADING | asked & (limits.SETTABLE_FLAGS | limits.COMPONENTS_V2)
    first = message.revision == 0 and not message.loading
    return flags | asked & limits.EPHEMERAL if fresh and first else flags


def _attachments(
    message: Message, upload: Upload, *, ids: Snowflakes, media: str
) -> tuple[list[Json], dict[str, File]]:
    """The attachments after a request: those listed or, where none are listed, all; then the new files."""
    listed = upload.body.get("attachments")
    old = {item["id"]: item for item in message.body["attachments"]}
    notes = {str(item.get("id")): item for item in listed or []}
    kept = list(old) if listed is None else [key for key in notes if key in old]
    attachments = [old[key] | _described(notes.get(key, {})) for key in kept]
    files = {key: message.files[key] for key in kept}
    for number, file in upload.files.items():
        note = notes.get(str(number), {})
        key = str(ids.fresh())
        files[key] = File(note.get("filename") or file.name, file.data, file.content_type, note.get("description"))
        attachments.append(attachment(key, files[key], media))
    missing = [key for key in notes if key not in old and not (key.isdigit() and int(key) in upload.files)]
    if missing:
        raise refusals.invalid_form(f"attachments: There is no file for {key}." for key in missing)
    return attachments, files


def reference(target: Message) -> Json:
    """What a reply says of the message it replies to."""
    about = {"type": 0, "message_id": str(target.id), "channel_id": str(target.channel.id)}
    if target.channel.guild is not None:
        about["guild_id"] = str(target.channel.guild.id)
    return {"message_reference": about}


def _described(note: Json) -> Json:
    return {"description": note["description"]} if note.get("description") is not None else {}


def attachment(key: str, file: File, media: str) -> Json:
    """An attachment object; its file is served by this double."""
    url = f"{media}/{key}/{file.name}"
    body: Json = {
        "id": key,
        "filename": file.name,
        "size": len(file.data),
        "url": url,
        "proxy_url": url,
        "content_type": file.content_type,
    }
    return body | {"description": file.description} if file.description is not None else body


def texts(body: Json) -> list[str]:
    """Every text of a message that a reader sees, in order: content, embeds, text displays."""
    shown = [body["content"]] if body.get("content") else []
    shown += [text for embed in body.get("embeds") or [] for text in rules.embed_texts(embed)]
    displays = (item for item in rules.walk(body.get("components") or []) if item["type"] == limits.TEXT_DISPLAY)
    return shown + [item["content"] for item in displays]


def _pings(body: Json, allowed: Json | None) -> set[str]:
    """Who would be pinged: user ids and "everyone", as the allowed mentions let through."""
    texts_that_ping = [body["content"], *(text for text in texts(body | {"content": "", "embeds": []}))]
    users, everyone = set(), False
    for user, crowd in _MENTION.findall(" ".join(texts_that_ping)):
        everyone = everyone or bool(crowd)
        users |= {user} if user else set()
    if allowed is None:
        return users | ({"everyone"} if everyone else set())
    parse = allowed.get("parse") or []
    let_through = users if "users" in parse else users & set(map(str, allowed.get("users") or []))
    return let_through | ({"everyone"} if everyone and "everyone" in parse else set())

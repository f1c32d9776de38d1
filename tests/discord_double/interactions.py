"""The life of an interaction: a token, one first response in 3 seconds, then 15 minutes of edits and follow-ups.

Reference > Interactions > Receiving and Responding. Who sees the answer is fixed by the first response.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from . import limits, payloads, refusals, rules
from .core import Core
from .limits import Json
from .messages import Message, Upload, write
from .world import Channel, Person

T = TypeVar("T")
_MESSAGE_KINDS = {1: 20, 2: 23, 3: 23}  # command type: CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND


@dataclass(eq=False)
class Interaction:
    """One interaction and what came of it. `source` is the message whose component was used."""

    id: int
    token: str
    kind: int
    person: Person
    place: Channel
    born: float
    payload: Json
    source: Message | None = None
    expired: bool = False
    callback: int | None = None
    original: Message | None = None
    revision: int = 0
    """The revision of `original` at the first response: a greater one means that it was edited since."""
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    refusals: list[int] = field(default_factory=list)

    @property
    def by_user_install_only(self) -> bool:
        """Whether only the user's own installation brought the application here."""
        return set(self.payload["authorizing_integration_owners"]) == {"1"}


class Interactions:
    """All interactions, by id and by token."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def open(self, kind: int, person: Person, place: Channel, data: Json, source: Message | None) -> Interaction:
        """A new interaction with its INTERACTION_CREATE payload."""
        key = self._core.world.ids.fresh()
        token = f"interaction-token-{key}"
        payload: Json = {
            "id": str(key),
            "application_id": str(self._core.world.application.id),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            **payloads.place_of_interaction(place, person, installed_in_guild=place.holds_bot),
        }
        if source is not None:
            payload["message"] = source.to_json()
        interaction = Interaction(key, token, kind, person, place, self._core.clock.now(), payload, source)
        self._by_id[key] = self._by_token[token] = interaction
        return interaction

    def respond(self, key: int, token: str, upload: Upload) -> Json:
        """The first response; the body of the answer to `with_response`."""
        interaction = self._by_id.get(key)
        if interaction is None or interaction.token != token:
            raise refusals.unknown("interaction", refusals.UNKNOWN_INTERACTION)
        try:
            self._respond(interaction, upload)
        except refusals.Refusal as refusal:
            interaction.refusals.append(refusal.code)
            raise
        return self._receipt(interaction)

    def _respond(self, interaction: Interaction, upload: Upload) -> None:
        age = self._core.clock.now() - interaction.born
        if interaction.callback is not None:
            message = "Interaction has already been acknowledged."
            raise refusals.Refusal(400, refusals.ALREADY_ACKNOWLEDGED, message)
        if interaction.expired or age > limits.FIRST_RESPONSE_SECONDS:
            raise refusals.unknown("interaction", refusals.UNKNOWN_INTERACTION)
        kind, data = upload.body["type"], upload.body.get("data") or {}
        allowed = limits.ALLOWED_CALLBACKS[interaction.kind]
        if interaction.kind == limits.MODAL_SUBMIT and interaction.source is None:
            allowed = allowed - {limits.DEFERRED_UPDATE, limits.UPDATE}
        if kind not in allowed:
            raise refusals.invalid_form([f"type: Value must be one of {sorted(allowed)}."])
        self._take(interaction, kind, Upload(data, upload.files))
        interaction.callback = kind

    def _take(self, interaction: Interaction, kind: int, upload: Upload) -> None:
        if kind == limits.CHOICES:
            interaction.choices = _accepted(upload.body["choices"], rules.choice_complaints(upload.body["choices"]))
        elif kind == limits.MODAL:
            interaction.modal = _accepted(upload.body, rules.modal_complaints(upload.body))
        elif kind in (limits.DEFERRED_UPDATE, limits.UPDATE):
            interaction.original = interaction.source
            if kind == limits.UPDATE and interaction.source is not None:
                self._write(interaction.source, upload)
        else:
            interaction.original = self._message(interaction, upload, loading=kind == limits.DEFERRED_MESSAGE)
        interaction.revision = interaction.original.revision if interaction.original else 0

    def _message(self, interaction: Interaction, upload: Upload, *, loading: bool = False) -> Message:
        """A new message of an interaction; `loading` makes one that only thinks, whose other flags are ignored."""
        core = self._core
        message = Message(core.world.ids.fresh(), interaction.place, core.world.application.bot)
        message.kind = _MESSAGE_KINDS.get(interaction.payload["data"].get("type", 0), 0)
        message.extra = {
            "application_id": str(core.world.application.id),
            "webhook_id": str(core.world.application.id),
            "interaction_metadata": _metadata(interaction),
        }
        if loading:
            message.flags = limits.LOADING | int(upload.body.get("flags") or 0) & limits.EPHEMERAL
        else:
            self._write(message, upload)
        message.only_for = interaction.person if message.flags & limits.EPHEMERAL else None
        core.messages[message.id] = message
        return message

    def _write(self, message: Message, upload: Upload) -> None:
        core = self._core
        write(message, upload, ids=core.world.ids, media=core.media, deferred=message.loading)

    def _receipt(self, interaction: Interaction) -> Json:
        about: Json = {"id": str(interaction.id), "type": interaction.kind}
        message = interaction.original
        if message is None:
            return {"interaction": about}
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": bool(message.flags & limits.EPHEMERAL),
        }
        if interaction.callback not in (limits.MESSAGE, limits.UPDATE):
            return {"interaction": about}
        return {"interaction": about, "resource": {"type": interaction.callback, "message": message.to_json()}}

    def with_token(self, token: str) -> Interaction:
        """The interaction whose token still serves, or the refusal that Discord gives."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.callback is None:
            raise refusals.unknown("Webhook", refusals.UNKNOWN_WEBHOOK)
        if self._core.clock.now() - interaction.born > limits.TOKEN_SECONDS:
            raise refusals.Refusal(401, refusals.INVALID_WEBHOOK_TOKEN, "Invalid Webhook Token")
        return interaction

    def message(self, interaction: Interaction, key: str) -> Message:
        """The message "@original", or a follow-up by its id."""
        known = [message for message in (interaction.original, *interaction.followups) if message is not None]
        for message in known:
            named = message is interaction.original if key == "@original" else str(message.id) == key
            if named and not message.deleted:
                return message
        raise refusals.unknown("Message", refusals.UNKNOWN_MESSAGE)

    def edit(self, interaction: Interaction, key: str, upload: Upload) -> Message:
        """PATCH of the original response or of a follow-up."""
        message = self.message(interaction, key)
        self._write(message, upload)
        return message

    def follow_up(self, interaction: Interaction, upload: Upload) -> Message:
        """POST of a follow-up; right after a deferral it edits the message that thinks, as Discord documents."""
        if interaction.original is not None and interaction.original.loading:
            return self.edit(interaction, "@original", upload)
        if interaction.by_user_install_only and len(interaction.followups) >= limits.USER_INSTALL_FOLLOWUPS:
            text = "This interaction has reached the maximum number of follow up messages"
            raise refusals.Refusal(400, refusals.TOO_MANY_FOLLOWUPS, text, blame=True)
        message = self._message(interaction, upload)
        interaction.followups.append(message)
        return message


def _metadata(interaction: Interaction) -> Json:
    metadata: Json = {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": payloads.user(interaction.person),
        "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
    }
    if interaction.kind == limits.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = str(interaction.source.id)
    if interaction.kind == limits.MODAL_SUBMIT:
        owners = metadata["authorizing_integration_owners"]
        metadata["triggering_interaction_metadata"] = {
            "id": str(interaction.id),
            "type": limits.COMMAND,
            "user": metadata["user"],
            "authorizing_integration_owners": owners,
        }
    return metadata


def _accepted(thing: T, complaints: list[str]) -> T:
    if complaints:
        raise refusals.invalid_form(complaints)
    return thing

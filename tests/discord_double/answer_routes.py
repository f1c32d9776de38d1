"""REST v10: the routes by which an interaction is answered: the callback and the application's webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import limits
from .limits import Json
from .routes import Call, route

if TYPE_CHECKING:
    from .rest import Rest


def _key(call: Call) -> str:
    return call.path_ids.get("message_id", "@original")


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", token=False)
async def _respond(rest: Rest, call: Call) -> Json | None:
    receipt = rest.interactions.respond(call.number("interaction_id"), call.path_ids["interaction_token"], call.upload)
    answer = rest.interactions.with_token(call.path_ids["interaction_token"]).original
    if call.body["type"] == limits.MESSAGE and answer is not None:
        await rest.gateway.echo(answer)
    wanted = call.query.get("with_response", "0").lower() in ("1", "true")
    return receipt if wanted else None


@route("POST", "/webhooks/{webhook_id}/{webhook_token}", token=False)
async def _follow_up(rest: Rest, call: Call) -> Json:
    interaction = rest.interaction(call)
    message = rest.interactions.follow_up(interaction, call.upload)
    if message in interaction.followups:
        await rest.gateway.echo(message)
    return message.to_json()


for _template in (
    "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
):

    @route("GET", _template, token=False)
    async def _get_answer(rest: Rest, call: Call) -> Json:
        return rest.interactions.message(rest.interaction(call), _key(call)).to_json()

    @route("PATCH", _template, token=False)
    async def _edit_answer(rest: Rest, call: Call) -> Json:
        return rest.interactions.edit(rest.interaction(call), _key(call), call.upload).to_json()

    @route("DELETE", _template, token=False, status=204)
    async def _delete_answer(rest: Rest, call: Call) -> None:
        rest.interactions.message(rest.interaction(call), _key(call)).delete()

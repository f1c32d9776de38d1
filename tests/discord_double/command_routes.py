"""REST v10: the routes of application commands, global and of a guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .limits import Json
from .routes import Call, route

if TYPE_CHECKING:
    from .rest import Rest


def _untranslated(definition: Json) -> Json:
    kept = {key: value for key, value in definition.items() if not key.endswith("_localizations")}
    nested = {key: [_untranslated(each) for each in kept[key]] for key in ("options", "choices") if kept.get(key)}
    return kept | nested


def _scope(call: Call) -> int | None:
    return call.number("guild_id") if "guild_id" in call.path_ids else None


for _base in ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands"):

    @route("GET", _base)
    async def _list_commands(rest: Rest, call: Call) -> list[Json]:
        listed = rest.core.commands.listed(_scope(call))
        # Discord's reference: Get Global Application Commands, query parameter with_localizations.
        return listed if call.query.get("with_localizations") == "true" else [_untranslated(each) for each in listed]

    @route("PUT", _base)
    async def _overwrite_commands(rest: Rest, call: Call) -> list[Json]:
        return rest.core.commands.overwrite(_scope(call), call.body or [])

    @route("POST", _base, status=201)
    async def _upsert_command(rest: Rest, call: Call) -> Json:
        return rest.core.commands.upsert(_scope(call), call.body)

    @route("GET", _base + "/{command_id}")
    async def _get_command(rest: Rest, call: Call) -> Json:
        return rest.core.commands.one(_scope(call), call.number("command_id"))

    @route("PATCH", _base + "/{command_id}")
    async def _edit_command(rest: Rest, call: Call) -> Json:
        return rest.core.commands.edit(_scope(call), call.number("command_id"), call.body)

    @route("DELETE", _base + "/{command_id}", status=204)
    async def _delete_command(rest: Rest, call: Call) -> None:
        rest.core.commands.delete(_scope(call), call.number("command_id"))

"""What a doctor thinks of Discord's answers about token, application and connection."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import discord

from bot import access
from bot.doctor.finding import Finding, ok, warning, wrong
from bot.doctor.gathered import OK, RATE_LIMITED, SERVER_ERROR, UNAUTHORIZED, Answer, Gathered
from bot.leaving import REFUSED, SETTINGS
from bot.worker.start import SERVERS_OF_A_SHARD

_FEW = 0.1  # of the connections of a day
_PARTS = 3  # of a token, between dots
_ACCEPTED = discord.TeamMembershipState.accepted.value
_RUNS = {role.value for role in access.RUNS}
_INTENTS = ("gateway_presence", "gateway_guild_members", "gateway_message_content")
_IN_PORTAL = "in the Developer Portal"


def unanswered(check: str, answer: Answer) -> Finding:
    """What an answer means that is none to the question."""
    status = answer.status
    if status == 0:
        mend = "See that this machine may open connections to discord.com, port 443, and that its DNS works."
        return wrong(check, f"Discord cannot be reached: {answer.why}.", mend)
    if status == RATE_LIMITED:
        wait = f"{answer.retry_after:,.0f} seconds" if answer.retry_after else "an hour"
        said = "Discord wants no requests for now: there were too many from here."
        return wrong(check, said, f"Leave it alone for {wait}, and do not start the bot meanwhile.", REFUSED)
    if status >= SERVER_ERROR or status == OK:
        said = f"Discord has trouble itself, or what answered is not Discord (status {status})."
        return wrong(check, said, "Try again in some minutes; discordstatus.com tells of disturbances.")
    mend = f"See {_IN_PORTAL} that DISCORD_TOKEN belongs to this application."
    return wrong(check, f"Discord refuses to answer, with status {status}.", mend, REFUSED)


def token(gathered: Gathered) -> Iterator[Finding]:
    """Whether there is one, and Discord takes it."""
    given, answers = gathered.settings.discord_token, gathered.discord
    if given is None or answers is None:
        if not any(fault.startswith("DISCORD_TOKEN") for fault in gathered.faults):
            mend = "Copy the bot's token from the Developer Portal, under Bot, into the environment or into .env."
            yield wrong("token", "DISCORD_TOKEN is not set.", mend, SETTINGS)
    elif answers.me.good:
        yield ok("token", f"Discord takes it for the bot “{answers.me.body.get('username')}”.")
    elif answers.me.status == UNAUTHORIZED and has_form(given):
        mend = f"Reset the token {_IN_PORTAL}, under Bot, and set DISCORD_TOKEN to the new one."
        yield wrong("token", "Discord refuses the token: it was reset, or its bot is gone.", mend, REFUSED)
    elif answers.me.status == UNAUTHORIZED:
        said = "DISCORD_TOKEN is not the token of a bot, which has three parts with dots between them."
        mend = f"Copy the token {_IN_PORTAL} from Bot: it is neither the client secret nor the public key."
        yield wrong("token", said, mend, REFUSED)
    else:
        yield unanswered("token", answers.me)


def has_form(text: str) -> bool:
    """Whether a text has the form of a token: three parts, of which the first is the bot's id in Base64."""
    parts = text.split(".")
    try:
        number = base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4))
    except (binascii.Error, ValueError):
        return False
    return len(parts) == _PARTS and all(parts) and number.isdigit()


def interactions(gathered: Gathered) -> Iterator[Finding]:
    """Whether Discord hands over commands and messages through the gateway, and what is not needed for that."""
    application = _application(gathered)
    if application is None:
        return
    if address := application.get("interactions_endpoint_url"):
        said = f"Discord sends every command to {address}, and none to this bot."
        mend = f"Empty the field Interactions Endpoint URL {_IN_PORTAL}, under General Information."
        yield wrong("interactions", said, mend, REFUSED)
    else:
        yield ok("interactions", "They come through the gateway.")
    flags = discord.ApplicationFlags._from_value(int(application.get("flags") or 0))  # noqa: SLF001
    on = any(getattr(flags, name) or getattr(flags, f"{name}_limited") for name in _INTENTS)
    more = "; those that are allowed in the Developer Portal may be switched off" if on else ""
    yield ok("intents", f"Dateline needs no privileged intent{more}.")


def installs(gathered: Gathered) -> Iterator[Finding]:
    """Whether people may add the application in the ways that the settings say."""
    answer = gathered.discord.application if gathered.discord else None
    if answer is not None and not answer.good:
        yield unanswered("application", answer)
    application, user_install = _application(gathered), gathered.settings.user_install
    if application is None:
        return
    troubles = list(_install_troubles(application, user_install=user_install))
    yield from troubles
    if not troubles:
        yield ok("application", "It can be added as USER_INSTALL says.")


def _install_troubles(application: dict[str, Any], *, user_install: bool) -> Iterator[Finding]:
    ways = application.get("integration_types_config") or {}
    if ways and user_install and "1" not in ways:
        mend = f"Tick User Install {_IN_PORTAL}, under Installation, or set USER_INSTALL=0."
        yield warning("application", "USER_INSTALL=1, but people cannot add the bot to their own account.", mend)
    if ways and not user_install and "1" in ways:
        said = "USER_INSTALL=0, but people can still add the bot to their own account, where it refuses to answer."
        yield warning("application", said, f"Untick User Install {_IN_PORTAL}, under Installation, or set it to 1.")
    if ways and "0" not in ways:
        mend = f"Tick Guild Install {_IN_PORTAL}, under Installation."
        yield warning("application", "The bot cannot be added to servers.", mend)
    params = (ways.get("0") or {}).get("oauth2_install_params") or application.get("install_params") or {}
    if "bot" not in params.get("scopes", ["bot"]):
        mend = f"Add the scope bot {_IN_PORTAL}, under Installation, or use the link that is told here."
        yield warning("application", "Its own link to add it to servers leaves out the bot, so it hears nothing.", mend)
    if user_install and application.get("bot_public") is False:
        mend = f"Switch on Public Bot {_IN_PORTAL}, under Bot, or set USER_INSTALL=0."
        yield warning("application", "USER_INSTALL=1, but only the application's owner can add it.", mend)
    if application.get("bot_require_code_grant"):
        mend = f"Switch off Requires OAuth2 Code Grant {_IN_PORTAL}, under Bot."
        yield warning("application", "It demands a code grant, so that every link to add it fails.", mend)


def admins(gathered: Gathered) -> Iterator[Finding]:
    """Whether anybody may use /admin."""
    application = _application(gathered)
    if application is None:
        return
    people = gathered.settings.admin_ids | _owners(application)
    if people:
        few = "One person" if len(people) == 1 else f"{len(people)} people"
        yield ok("admins", f"{few} may use /admin: owner, team and ADMIN_IDS.")
    else:
        mend = "Set ADMIN_IDS to the ids of those who may."
        yield warning("admins", "Nobody may use /admin: Discord names no owner, and ADMIN_IDS is empty.", mend)


def _owners(application: dict[str, Any]) -> frozenset[int]:
    """The application's owner, or of its team the owner, the admins and the developers; as ``bot.access`` has it."""
    team = application.get("team")
    if not team:
        owner = application.get("owner")
        return frozenset({int(owner["id"])} if owner else ())
    may = (each for each in team["members"] if each["membership_state"] == _ACCEPTED and each.get("role") in _RUNS)
    ids = [each["user"]["id"] for each in may]
    return frozenset(map(int, [*ids, *([team["owner_user_id"]] if team.get("owner_user_id") else [])]))


def connections(gathered: Gathered) -> Iterator[Finding]:
    """Whether Discord lets the bot connect: how often today, and by how many shards."""
    answer = gathered.discord.gateway if gathered.discord else None
    if answer is None:
        return
    if not answer.good:
        yield unanswered("connections", answer)
        return
    limit = answer.body["session_start_limit"]
    yield _starts(limit["remaining"], limit["total"], limit["reset_after"] / 3_600_000)
    yield _shards(gathered, answer.body["shards"])


def _starts(left: int, total: int, hours: float) -> Finding:
    said = f"Of {total:,} connections a day {left:,} are left."
    if not left:
        mend = f"Stop whatever starts the bot again and again, and wait {hours:.1f} hours."
        return wrong("connections", said, mend, REFUSED)
    if left < total * _FEW:
        mend = f"Find out what starts the bot again and again; in {hours:.1f} hours Discord counts anew."
        return warning("connections", said, mend)
    return ok("connections", said)


def _shards(gathered: Gathered, recommended: int) -> Finding:
    guilds: int = (_application(gathered) or {}).get("approximate_guild_count") or 0
    count, servers = gathered.settings.shard_count, "one server" if guilds == 1 else f"about {guilds:,} servers"
    if count is None:
        return ok("shards", f"Discord recommends {recommended} for {servers}.")
    mend = f"Set SHARD_COUNT to {recommended} or more for every worker, and divide SHARD_IDS among them."
    if guilds > count * SERVERS_OF_A_SHARD:
        said = f"SHARD_COUNT={count} is not enough for {servers}: a shard may have {SERVERS_OF_A_SHARD:,}."
        return wrong("shards", said, mend, SETTINGS)
    if count < recommended:
        return warning("shards", f"SHARD_COUNT={count}, and Discord recommends {recommended}.", mend)
    return ok("shards", f"SHARD_COUNT={count} is enough for {servers}.")


def _application(gathered: Gathered) -> dict[str, Any] | None:
    answer = gathered.discord.application if gathered.discord else None
    return dict(answer.body) if answer is not None and answer.good else None

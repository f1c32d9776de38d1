"""What a doctor thinks of the servers that the settings name: whether the bot is there, and what it may do there."""

from __future__ import annotations

from collections.abc import Iterator

import discord

from bot import registry
from bot.doctor.connected import unanswered
from bot.doctor.finding import Finding, ok, warning, wrong
from bot.doctor.gathered import FORBIDDEN, NOT_FOUND, Gathered
from bot.leaving import SETTINGS

_NEEDED = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
    "attach_files": "Attach Files",
}
"""What it takes to answer a message by a reply, with a chart or a list attached; commands need nothing of it."""

NEEDED = discord.Permissions(**dict.fromkeys(_NEEDED, True))


def guilds(gathered: Gathered) -> Iterator[Finding]:
    """Whether the bot is in the servers that are named, and may do there what it takes to answer."""
    answers, settings = gathered.discord, gathered.settings
    if answers is None or answers.listed is None:
        return
    if not answers.listed.good:
        yield unanswered("servers", answers.listed)
        return
    if settings.admin_guild is not None:
        yield from _guild(gathered, settings.admin_guild, "ADMIN_GUILD")
    for guild in sorted(settings.allowed_guilds - {settings.admin_guild}):
        yield from _guild(gathered, guild, "ALLOWED_GUILDS")
    link = f"To add it to a server: {discord.utils.oauth_url(answers.me.body['id'], permissions=NEEDED)}"
    yield ok("invitation", link)


def _guild(gathered: Gathered, guild: int, setting: str) -> Iterator[Finding]:
    answers = gathered.discord
    if answers is None or guild in answers.unseen:
        return
    found = answers.guilds.get(guild)
    if found is None and setting == "ADMIN_GUILD":
        said = f"The bot is not in the server {guild} of ADMIN_GUILD, so that /admin is nowhere."
        yield wrong("servers", said, "Add it there by the link below, or name another server.", SETTINGS)
    elif found is None:
        said = f"The bot is not in the server {guild} of ALLOWED_GUILDS."
        yield warning("servers", said, "Add it there by the link below, or take the server out of the list.")
    elif lacking := _lacking(int(found["permissions"])):
        said = f"In “{found['name']}” the bot lacks {', '.join(lacking)}, so that mentions may get no answer there."
        yield warning("permissions", said, "Give its role these permissions in the server's settings, under Roles.")
    else:
        yield ok("permissions", f"In “{found['name']}” the bot may do all that it needs.")


def _lacking(permissions: int) -> list[str]:
    has = discord.Permissions(permissions)
    return [] if has.administrator else [told for name, told in _NEEDED.items() if not getattr(has, name)]


def commands(gathered: Gathered) -> Iterator[Finding]:
    """Whether the commands are registered as this version has them."""
    for answer, ours in gathered.discord.commands if gathered.discord else ():
        if answer.status in {FORBIDDEN, NOT_FOUND}:  # it is not in the admins' server, which is told of the server
            continue
        if not answer.good:
            yield unanswered("commands", answer)
        elif registry.alike(ours, answer.body):
            yield ok("commands", f"{_counted(len(ours))} registered as this version has them.")
        else:
            said = (
                f"{_counted(len(answer.body))} registered{' and not as this version has them' if answer.body else ''}."
            )
            yield warning("commands", said, "The next start of the bot registers them.")


def _counted(number: int) -> str:
    return {0: "None are", 1: "One is"}.get(number, f"{number} are")

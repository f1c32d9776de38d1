"""Who may ask this archive, and who may act as its admin. Decides; does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import TeamMemberRole, TeamMembershipState, app_commands

from bot.defaults import Scope

if TYPE_CHECKING:
    from bot.client import Dateline
    from bot.settings import Settings

RUNS = (TeamMemberRole.admin, TeamMemberRole.developer)
"""The roles of a team's members who act as admins."""


class Refused(app_commands.CheckFailure):
    """A person may not do this here; the text is a polite sentence for them, in English, to be translated."""


def contexts(settings: Settings) -> app_commands.AppCommandContext:
    """Where the commands are offered: servers, the bot's direct messages, other private channels."""
    private = settings.user_install or not settings.allowed_guilds
    return app_commands.AppCommandContext(guild=True, dm_channel=private, private_channel=settings.user_install)


def installs(settings: Settings) -> app_commands.AppInstallationType:
    """Who may add the application: servers, and people where the operator lets them."""
    return app_commands.AppInstallationType(guild=True, user=settings.user_install)


def may_ask(interaction: discord.Interaction[Dateline]) -> None:
    """Let pass whoever may ask from here.

    A server outside ``ALLOWED_GUILDS`` is refused whoever brought the bot there, but for the one where admins act.
    ``USER_INSTALL=0`` refuses what only a person's own installation allows, and direct messages too where servers are
    limited: nobody there can be placed.

    Raises:
        Refused: the archive may not be asked from here.
    """
    by_person, guild = interaction.is_user_integration(), interaction.guild_id
    own = by_person and (guild is None or not interaction.is_guild_integration())
    _must_be_let(interaction.client.settings, guild, own=own)


def may_write(settings: Settings, guild: int | None) -> None:
    """Let pass whoever writes to the bot in this server, or directly: by the same rules.

    Raises:
        Refused: the archive may not be asked from there.
    """
    _must_be_let(settings, guild, own=False)


def _must_be_let(settings: Settings, guild: int | None, *, own: bool) -> None:
    """``own`` says that only the person's own installation brought the bot there."""
    listed = not settings.allowed_guilds or guild in {*settings.allowed_guilds, settings.admin_guild}
    if guild is None:
        listed = settings.user_install or not settings.allowed_guilds
    if not listed or (own and not settings.user_install):
        raise Refused("This archive cannot be asked from here: its keeper has limited it to other places.")


def may_keep(interaction: discord.Interaction[Dateline]) -> bool:
    """Whether this is an admin in the right place."""
    try:
        must_be_admin(interaction)
    except Refused:
        return False
    return True


def must_be_admin(interaction: discord.Interaction[Dateline]) -> None:
    """Let pass an admin in the right place. Discord's own permissions on the command are only a hint.

    Raises:
        Refused: the person is no admin, or this is not the server where admins act.
    """
    client = interaction.client
    if interaction.user.id not in admins(client):
        raise Refused("Only those who keep this archive may do that.")
    if client.settings.admin_guild not in (None, interaction.guild_id):
        raise Refused("The archive is kept from another server: use this command there.")


def may_set(interaction: discord.Interaction[Dateline], scope: Scope) -> None:
    """Let pass whoever may set defaults there: anyone their own, others' who manages the place, or an admin.

    Raises:
        Refused: the person may not, or this is no channel of a server.
    """
    if scope is Scope.USER:
        return
    if interaction.guild_id is None:
        raise Refused("In a direct message you can set defaults for yourself alone.")
    may = interaction.permissions
    manages = may.manage_channels if scope is Scope.CHANNEL else may.manage_guild
    if manages or may.administrator or interaction.user.id in admins(interaction.client):
        return
    if scope is Scope.CHANNEL:
        raise Refused("Only those who may manage this channel can set its defaults.")
    raise Refused("Only those who may manage this server can set its defaults.")


def admins(client: Dateline) -> frozenset[int]:
    """The application's owner, the team's owner, admins and developers as of login, and ``ADMIN_IDS``."""
    application = client.application
    if application is None:
        return client.settings.admin_ids
    team = application.team
    if team is None:
        return client.settings.admin_ids | {application.owner.id}
    accepted = (member for member in team.members if member.membership_state is TeamMembershipState.accepted)
    people = {member.id for member in accepted if member.role in RUNS}
    return client.settings.admin_ids | people | ({team.owner_id} if team.owner_id else set())

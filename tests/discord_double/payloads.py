"""Discord's JSON for the records of the world: users, members, guilds, channels, the application.

Pure functions; field by field what API v10 sends. Snowflakes are strings, as on the wire.
"""

from __future__ import annotations

from .limits import ATTACHMENT_BYTES, DEFAULT_PERMISSIONS, DIRECT, GROUP, TEXT, THREAD, Json
from .world import Application, Channel, Guild, Person

JOINED = "2024-01-01T00:00:00.000000+00:00"


def user(person: Person) -> Json:
    """A user object."""
    return {
        "id": str(person.id),
        "username": person.name,
        "discriminator": "0",
        "global_name": None if person.bot else person.name.title(),
        "avatar": None,
        "bot": person.bot,
        "system": False,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }


def current_user(person: Person) -> Json:
    """The bot's own user object, as in READY and GET /users/@me."""
    return user(person) | {
        "verified": True,
        "mfa_enabled": True,
        "email": None,
        "locale": "en-US",
        "banner": None,
        "accent_color": None,
    }


def member(person: Person, *, with_user: bool = True) -> Json:
    """A guild member object; without `user` it is the form found beside a message's author."""
    body: Json = {
        "roles": [],
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": JOINED,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return body | {"user": user(person)} if with_user else body


def channel(place: Channel) -> Json:
    """A channel object, of the kind the place is."""
    body: Json = {"id": str(place.id), "type": place.kind, "last_message_id": None, "flags": 0}
    if place.kind == TEXT and place.guild is not None:
        return body | {
            "guild_id": str(place.guild.id),
            "name": place.name,
            "position": 0,
            "nsfw": False,
            "permission_overwrites": [],
            "parent_id": None,
            "topic": None,
            "rate_limit_per_user": 0,
        }
    if place.kind == THREAD and place.guild is not None and place.parent is not None:
        return body | _thread(place, place.guild, place.parent)
    body["recipients"] = [user(person) for person in place.recipients]
    if place.kind == GROUP:
        body |= {"name": place.name, "icon": None, "owner_id": str(place.recipients[0].id)}
    return body


def _thread(place: Channel, server: Guild, parent: Channel) -> Json:
    """What a channel object has of a thread (Resources > Channel, thread-specific fields)."""
    return {
        "guild_id": str(server.id),
        "parent_id": str(parent.id),
        "owner_id": str(server.owner.id),
        "name": place.name,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": JOINED,
            "locked": False,
        },
    }


def guild(server: Guild) -> Json:
    """A guild object as GET /guilds gives it."""
    return {
        "id": str(server.id),
        "name": server.name,
        "owner_id": str(server.owner.id),
        "roles": [_everyone(server)],
        "emojis": [],
        "stickers": [],
        "features": [],
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "home_header": None,
        "banner": None,
        "description": None,
        "region": "us-east",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "application_id": None,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "max_members": 500000,
        "max_presences": None,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "preferred_locale": server.locale,
        "premium_progress_bar_enabled": False,
        "premium_subscription_count": 0,
        "premium_tier": 0,
        "public_updates_channel_id": None,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "system_channel_flags": 0,
        "system_channel_id": None,
        "vanity_url_code": None,
        "verification_level": 0,
        "widget_channel_id": None,
        "widget_enabled": False,
        "incidents_data": None,
    }


def guild_in_list(server: Guild, person: Person) -> Json:
    """A guild object as GET /users/@me/guilds gives it: little, but with what one may there."""
    return {
        "id": str(server.id),
        "name": server.name,
        "icon": None,
        "banner": None,
        "owner": server.owner is person,
        "permissions": str(server.bot_permissions),
        "features": [],
    }


def guild_create(server: Guild, bot: Person, *, people: int) -> Json:
    """GUILD_CREATE's data: the guild and what only the gateway tells of it."""
    return guild(server) | {
        "joined_at": JOINED,
        "large": False,
        "unavailable": False,
        "member_count": people,
        "members": [member(bot)],
        "channels": [channel(place) for place in server.channels],
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application(app: Application) -> Json:
    """The application as its own bot sees it: GET /oauth2/applications/@me and /applications/@me."""
    owner = app.owner
    body: Json = {
        "id": str(app.id),
        "name": "Dateline",
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "tags": [],
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "explicit_content_filter": 0,
        "max_participants": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 1,
        "approximate_user_authorization_count": 0,
        "integration_types_config": {"0": {}, "1": {}},
        "owner": user(owner),
        "team": None,
    }
    return body | (_team(app) if app.team else {}) | app.portal


def _team(app: Application) -> Json:
    # A team's application names a made-up user as its owner; people are in the team only.
    team_id = str(app.id + 1)
    people = [
        {"user": user(person), "team_id": team_id, "membership_state": 2, "role": "admin", "permissions": ["*"]}
        for person in app.team
    ]
    owner = user(Person(app.id + 1, f"team{app.id + 1}")) | {"flags": 1024, "public_flags": 1024}
    return {
        "owner": owner,
        "team": {
            "id": team_id,
            "name": "Newsroom",
            "icon": None,
            "owner_user_id": str(app.team[0].id),
            "members": people,
        },
    }


def _everyone(server: Guild) -> Json:
    return {
        "id": str(server.id),
        "name": "@everyone",
        "description": None,
        "permissions": str(DEFAULT_PERMISSIONS),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def place_of_interaction(place: Channel, person: Person, *, installed_in_guild: bool) -> Json:
    """The part of INTERACTION_CREATE that says where it happened, to whom, and by which installation."""
    body: Json = {
        "channel": channel(place),
        "channel_id": str(place.id),
        "locale": person.locale,
        "entitlements": [],
        "attachment_size_limit": ATTACHMENT_BYTES,
        "app_permissions": str(place.bot_permissions or DEFAULT_PERMISSIONS),
        "authorizing_integration_owners": owners(place, person, installed_in_guild=installed_in_guild),
        "context": 0 if place.guild else 1 if place.kind == DIRECT and place.holds_bot else 2,
    }
    if place.guild is None:
        return body | {"user": user(person)}
    server = place.guild
    body["channel"]["permissions"] = str(person.permissions)
    return body | {
        "member": member(person) | {"permissions": str(person.permissions)},
        "guild_id": str(server.id),
        "guild": {"id": str(server.id), "locale": server.locale, "features": []},
        "guild_locale": server.locale,
    }


def owners(place: Channel, person: Person, *, installed_in_guild: bool) -> dict[str, str]:
    """`authorizing_integration_owners`: "0" the guild ("0" in the bot's DM), "1" the user who installed it."""
    found: dict[str, str] = {}
    if place.guild is not None and installed_in_guild:
        found["0"] = str(place.guild.id)
    elif place.guild is None and place.holds_bot:
        found["0"] = "0"
    if person.installed:
        found["1"] = str(person.id)
    return found

"""Discord's numbers: limits, flags and type codes, each from its API documentation (v10, August 2026).

Knows nothing of the bot. Lengths are counted in UTF-16 code units, see `units`.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object as Discord sends it or gets it."""

# Reference > Interactions > Receiving and Responding
FIRST_RESPONSE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
USER_INSTALL_FOLLOWUPS = 5
AUTOCOMPLETE_CHOICES = 25
AUTOCOMPLETE_CHARACTERS = 100

# Reference > Message; Reference > Components
CONTENT_CHARACTERS = 2000
EMBED_CHARACTERS = 6000
COMPONENTS = 40
COMPONENT_TEXT_CHARACTERS = 4000
ATTACHMENT_BYTES = 10 * 1024 * 1024

# Reference > Application Commands
COMMAND_CHARACTERS = 8000
COMMANDS_BY_TYPE = {1: 100, 2: 15, 3: 15, 4: 1}

# Message flags
EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15
SETTABLE_FLAGS = 1 << 2 | 1 << 12  # SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS

# Permissions
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
MANAGE_MESSAGES = 1 << 13
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
USE_APPLICATION_COMMANDS = 1 << 31
SEND_MESSAGES_IN_THREADS = 1 << 38
DEFAULT_PERMISSIONS = (
    VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY | USE_APPLICATION_COMMANDS
)

# Gateway intents
INTENT_GUILDS = 1 << 0
INTENT_GUILD_MESSAGES = 1 << 9
INTENT_DIRECT_MESSAGES = 1 << 12
INTENT_MESSAGE_CONTENT = 1 << 15
PRIVILEGED_INTENTS = 1 << 1 | 1 << 8 | INTENT_MESSAGE_CONTENT  # members, presences, content

# Interaction types
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5

# Interaction callback types
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ALLOWED_CALLBACKS = {
    COMMAND: {MESSAGE, DEFERRED_MESSAGE, MODAL},
    COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE},
}

# Channel types
TEXT, DIRECT, GROUP, THREAD = 0, 1, 3, 11

# Component types
ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
ENTITY_SELECTS = {5, 6, 7, 8}
SELECTS = {STRING_SELECT, *ENTITY_SELECTS}
SECTION, TEXT_DISPLAY, CONTAINER, LABEL, FILE_UPLOAD = 9, 10, 17, 18, 19
V2_ONLY = set(range(9, 18))
LINK_BUTTON, PREMIUM_BUTTON = 5, 6

# Option types of a slash command
SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, the safe bound for every Discord limit."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

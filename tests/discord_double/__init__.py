"""A loopback Discord: REST v10 over real HTTP and the gateway over a real websocket, on 127.0.0.1.

The real bot runs in its own process with the real discord.py, which `launcher.py` points here from outside; people
act on it in plain words, and every body the bot sends is held against Discord's rules and its OpenAPI description:

    async with DiscordDouble() as discord:
        bot = await discord.launch("-m", "bot", env={"DISCORD_TOKEN": discord.token})
        reader = discord.user("reader")
        answer = await reader.slash("search", query="cuba")
        assert "Havana" in answer.text and not answer.ephemeral
        await answer.press("Next")

A person is made by `user(name, permissions=…, locale=…, installed=…)` and has `slash`, `autocomplete`, `context`,
`say` and `post`; where it happens is `channel=` (a text channel, `reader.dm`, or `discord.private_channel(reader)`).
An `Answer` has `texts`, `buttons`, `selects`, `files`, `modal`, `ephemeral`, `deferred`, `refusals`, `followups`; it
can be acted on with `press`, `select`, `submit`, and waited for with `until`. `discord.faults` cuts, refuses, delays
and repeats.

Leaving the context ends the bots and raises AssertionError if the bot sent anything that Discord would not take.
Without the OpenAPI description (`openapi_checked` is False) only the rules that no schema can say are held. A failure
prints the requests and events in order.
"""

from .answers import Answer, Shown
from .double import TOKEN, DiscordDouble
from .faults import Faults
from .limits import ADMINISTRATOR, ATTACH_FILES, DEFAULT_PERMISSIONS, MANAGE_CHANNELS, MANAGE_GUILD, MANAGE_MESSAGES
from .messages import File, Message
from .people import User
from .process import FROM_OUTSIDE, BotProcess
from .rest import Request
from .views import Button, Choice, Modal, Select
from .world import Application, Channel, Guild, Person

__all__ = [
    "ADMINISTRATOR",
    "ATTACH_FILES",
    "DEFAULT_PERMISSIONS",
    "FROM_OUTSIDE",
    "MANAGE_CHANNELS",
    "MANAGE_GUILD",
    "MANAGE_MESSAGES",
    "TOKEN",
    "Answer",
    "Application",
    "BotProcess",
    "Button",
    "Channel",
    "Choice",
    "DiscordDouble",
    "Faults",
    "File",
    "Guild",
    "Message",
    "Modal",
    "Person",
    "Request",
    "Select",
    "Shown",
    "User",
]

"""The names and descriptions of commands in the languages of Discord's clients, from the catalogues of the replies."""

from __future__ import annotations

import asyncio

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Place

from bot.language import ENGLISH, NAMES, Languages

NAME = "name of a command or an option"
"""In the catalogues this stands beside a name: one word, in small letters, without spaces."""

_NAMES = {Place.command_name, Place.group_name, Place.parameter_name}


class CommandTranslator(app_commands.Translator):
    """Says in another language what Discord shows of a command."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    async def load(self) -> None:
        """Read every catalogue, off the event loop."""
        await asyncio.to_thread(self._languages.read)

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The string for a client in this language; None where it stays as it is."""
        code = locale.value.partition("-")[0]
        if code == ENGLISH or code not in NAMES:
            return None
        language = self._languages.of(code)
        text = string.message
        said = language.named(NAME, text) if is_name(context) else language.label(text)
        return said if said != text else None


def is_name(context: app_commands.TranslationContextTypes) -> bool:
    """Whether this is a name that is typed; the name of a context menu is shown as it is."""
    return context.location in _NAMES and not isinstance(context.data, app_commands.ContextMenu)

"""What is said where there is no article yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.reader import Reader
from bot.render.archive import empty

if TYPE_CHECKING:
    from bot.client import Dateline


def nothing_yet(client: Dateline, reader: Reader) -> ui.LayoutView:
    """There is no article yet: that it is being filled, or how it is filled."""
    return empty(reader.language, filling=client.upkeep.running is not None, inputs=bool(client.settings.corpus_inputs))

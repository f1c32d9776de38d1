"""What a message has for those who read along: who answers for it, what posts it for all, what takes it away again."""

from __future__ import annotations

from bot.markdown import Markdown
from bot.reader import Audience, Reader
from bot.render.layout import Item, button


def shared_by(reader: Reader) -> list[Markdown]:
    """Who answers for it that a message stands where others read it; nothing where they do not."""
    if reader.audience is not Audience.PUBLIC:
        return []
    return [reader.language.say("Shared by {person}", person=Markdown(f"<@{reader.id}>"))]


def share_or_delete(reader: Reader, act: str, *arguments: object) -> Item:
    """What posts a private answer for everyone there, by this act; of a posted one, what takes it away."""
    return delete(reader) or button(reader.language.label("Share"), act, *arguments)


def delete(reader: Reader) -> Item | None:
    """What takes away a message that is not private; None for one that is."""
    if reader.audience is Audience.PRIVATE:
        return None
    return button(reader.language.label("Delete"), "delete", reader.id, danger=True)

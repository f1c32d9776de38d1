"""Taking articles down, after it was asked whether that is meant; letting them come again; all that are down."""

from __future__ import annotations

from discord import ui

from bot.press import Outdated, Press
from bot.reader import Reader
from bot.render import withholding as rendered
from bot.render.archive import notice
from bot.screens.for_admins import keep, kept
from bot.screens.header import codes_on
from bot.screens.reading import gone
from bot.tree import Interaction, answer, give
from corpus import Corpus


async def asked(
    interaction: Interaction, article_id: str, why: str, reader: Reader, *, copies: bool, erase: bool
) -> ui.LayoutView:
    """What is to be taken down, to be decided on."""
    reading = await interaction.client.archive.ask(Corpus.read, article_id)
    if reading is None:
        return gone(reader)
    return rendered.ask(reading, why, reader.language, copies=copies, erase=erase)


async def take_down(press: Press) -> None:
    """Take down what the message shows."""
    article_id, copies, erase = press.text(0), press.number(1), press.number(2)
    why = next(iter(codes_on(press)), "")
    await press.interaction.response.defer()
    flags = [*(["--copies"] if copies else []), *(["--erase"] if erase else [])]
    told = await kept(press, "remove", article_id, f"--why={why}", *flags)
    if told is None:
        return
    down, reader = told["removed"], press.reader
    await give(press.interaction, rendered.taken_down(down, reader.language) if down else gone(reader))


async def leave(press: Press) -> None:
    """Leave the article where it is."""
    await press.interaction.response.defer()
    await give(press.interaction, notice(press.reader.language.say("It stays in the archive.")))


async def restore(press: Press) -> None:
    """Let these articles come again."""
    await _restored(press, *press.arguments)


async def restore_chosen(press: Press) -> None:
    """Let the article come again that was chosen in the menu."""
    if not press.values:
        raise Outdated
    await _restored(press, *press.values)


async def back(interaction: Interaction, article_id: str, reader: Reader) -> ui.LayoutView:
    """Let an article come again, and say so."""
    down = {each.id for each in await interaction.client.archive.ask(Corpus.withheld)}
    if article_id.strip().lower() not in down:
        return _none_down(reader)
    told = await keep(interaction, "restore", article_id.strip().lower())
    return rendered.restored(told["restored"], reader.language) if told["restored"] else _none_down(reader)


async def removed(interaction: Interaction, number: int, reader: Reader) -> ui.LayoutView:
    """A page of all that is down."""
    return rendered.removed(await interaction.client.archive.ask(Corpus.withheld), number, reader.language)


async def turn(press: Press) -> None:
    """Another page of all that is down, in place."""
    number = press.number(0)
    await press.interaction.response.defer()
    await answer(press.interaction, removed(press.interaction, number, press.reader))


async def _restored(press: Press, *ids: str) -> None:
    await press.interaction.response.defer()
    if (told := await kept(press, "restore", *ids)) is None:
        return
    back = told["restored"]
    shown = rendered.restored(back, press.reader.language) if back else _none_down(press.reader)
    await give(press.interaction, shown)


def _none_down(reader: Reader) -> ui.LayoutView:
    return notice(reader.language.say("No article by that id is taken down: `/admin removed` lists those that are."))

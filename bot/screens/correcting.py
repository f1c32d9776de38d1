"""Headline and credit of an article, corrected in a form; what was refused stays on the message."""

from __future__ import annotations

from collections.abc import Mapping

from bot.markdown import clean
from bot.press import Press
from bot.reader import Reader, reader_of
from bot.render import correcting as rendered
from bot.screens.for_admins import keep, kept
from bot.screens.header import codes_on
from bot.screens.place import begin_privately
from bot.screens.reading import gone
from bot.tree import Interaction, give
from corpus import Article, Corpus, CorpusError


async def begin(interaction: Interaction, article_id: str) -> None:
    """Open the form with what stands there now; where there is no such article, say so."""
    reader = await reader_of(interaction)
    article = await interaction.client.archive.ask(Corpus.article, article_id)
    if article is None:
        await interaction.response.send_message(view=gone(reader), ephemeral=True)
        return
    form = rendered.correction_form(article.id, rendered.as_typed(article), reader.language)
    await interaction.response.send_modal(form)


async def put_in(interaction: Interaction, article_id: str, typed: Mapping[str, str], reader: Reader) -> None:
    """Put parts that are not in the form, such as the section; where there is no such article, say so."""
    article = await _article(interaction, article_id)
    if article is None:
        await give(interaction, gone(reader))
    else:
        await put(interaction, article.id, typed, reader)


async def put(interaction: Interaction, article_id: str, typed: Mapping[str, str], reader: Reader) -> None:
    """Put what was typed in the place of what stands there, and show how it stands now, or why it cannot."""
    try:
        told = await keep(interaction, "correct", article_id, *(f"--{part}={text}" for part, text in typed.items()))
    except CorpusError as error:
        interaction.client.journal.outcome(interaction.id, type(error).__name__)
        said = reader.language.told(error.told)
        shown = {part: text for part, text in typed.items() if part in rendered.FIELDS}
        await give(interaction, rendered.refused(said, article_id, shown, reader.language))
        return
    await _show(interaction, str(told["id"]), reader)


async def again(press: Press) -> None:
    """Open the form once more."""
    await begin(press.interaction, press.text(0))


async def fill(press: Press) -> None:
    """Correct what is otherwise in the form than in the article."""
    reader, article_id = await begin_privately(press), press.text(0)
    article = await _article(press.interaction, article_id)
    if article is None:
        await give(press.interaction, gone(reader))
        return
    before = rendered.as_typed(article)
    fields = {part: clean(press.fields.get(part, text)) for part, text in before.items()}
    changed = {part: text for part, text in fields.items() if text != before[part]}
    if changed:
        await put(press.interaction, article_id, changed, reader)
    else:
        await give(press.interaction, rendered.unchanged(article_id, reader.language))


async def refill(press: Press) -> None:
    """Open the form with what was typed before and refused."""
    article_id, typed = press.text(0), rendered.parts_typed(press.text(1), codes_on(press))
    article = await _article(press.interaction, article_id)
    if article is None:
        await press.interaction.response.send_message(view=gone(press.reader), ephemeral=True)
        return
    values = {**rendered.as_typed(article), **typed}
    await press.interaction.response.send_modal(rendered.correction_form(article_id, values, press.reader.language))


async def undo(press: Press) -> None:
    """Take back all that was corrected of an article."""
    await press.interaction.response.defer()
    if (told := await kept(press, "correct", press.text(0), "--undo")) is not None:
        await _show(press.interaction, str(told["id"]), press.reader)


async def _show(interaction: Interaction, article_id: str, reader: Reader) -> None:
    article = await _article(interaction, article_id)
    await give(interaction, gone(reader) if article is None else rendered.corrected(article, reader.language))


async def _article(interaction: Interaction, article_id: str) -> Article | None:
    return await interaction.client.archive.ask(Corpus.article, article_id)

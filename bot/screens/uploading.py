"""Uploaded files: looked through first, then taken in or discarded.

The name of their folder stands in the ``custom_id``, what else is known of them lies in the folder.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence

import aiohttp
import discord

from bot.language import Language
from bot.markdown import Markdown
from bot.press import Press, Sent
from bot.render import uploading as rendered
from bot.render.archive import facts, notice
from bot.render.uploading import Preview
from bot.screens.for_admins import keep, tell
from bot.screens.place import begin_privately
from bot.tree import Interaction, give
from bot.uploads import LARGEST, Upload
from corpus import CorpusError, IngestReport, read_report

_MEGA = 2**20
_COULD_NOT = (discord.HTTPException, aiohttp.ClientError, OSError)


async def upload(press: Press) -> None:
    """Fetch the files, and show what would become of them."""
    await begin_privately(press)
    language, sent = press.reader.language, press.files
    refused = _refused(sent, language)
    if refused:
        await give(press.interaction, notice(refused))
        return
    try:
        kept = await _fetched(press, sent)
    except _COULD_NOT as error:
        said = language.say("The files could not be fetched and kept: {reason}. Upload them again.", reason=str(error))
        await give(press.interaction, notice(said))
        return
    await _look(press, kept)


async def look(press: Press) -> None:
    """Look through the files again, in place."""
    await press.interaction.response.defer()
    if found := await _found(press):
        await _look(press, found)


async def take_in(press: Press) -> None:
    """Take the files in, and show what became of them. Done twice, it changes nothing the second time."""
    await press.interaction.response.defer()
    found, language, taking = await _found(press), press.reader.language, press.interaction.client.uploads.taking
    if found is None:
        return
    taking.add(found.name)
    try:
        await give(press.interaction, rendered.being_taken_in(found.name, language))
        report = await _read(press.interaction, found)
        await asyncio.to_thread(found.discard)
    except CorpusError as error:
        await give(press.interaction, rendered.undecided(_told(found, error, language), found.name, language))
        return
    finally:
        taking.discard(found.name)
    await give(press.interaction, facts(language.say("Taken in"), rendered.taken_in(report, language)))


async def discard(press: Press) -> None:
    """Delete the files."""
    await press.interaction.response.defer()
    if found := await _found(press):
        await asyncio.to_thread(found.discard)
        await give(press.interaction, notice(press.reader.language.say("Discarded: nothing of it was taken in.")))


async def _look(press: Press, kept: Upload) -> None:
    """Show what would become of the files; where nothing would, they are deleted."""
    interaction, language = press.interaction, press.reader.language
    try:
        report = await _read(interaction, kept, "--dry-run", f"--changes={kept.changes}")
        shown = await asyncio.to_thread(lambda: Preview.of(kept.name, report, kept.differences()))
    except CorpusError as error:
        await give(interaction, rendered.undecided(_told(kept, error, language), kept.name, language))
        return
    files = [] if shown.is_whole else [await asyncio.to_thread(_changes, kept, interaction.filesize_limit)]
    if not shown.incoming:
        await asyncio.to_thread(kept.discard)
    await give(interaction, rendered.preview(shown, language), files)


async def _read(interaction: Interaction, kept: Upload, *options: str) -> IngestReport:
    files = [str(each) for each in kept.files]
    told = await keep(interaction, "ingest", *files, *kept.options, "--once", *options)
    rejected = [{**each, "origin": kept.shown(each["origin"])} for each in told["rejected"]]
    return read_report({**told, "rejected": rejected})


async def _found(press: Press) -> Upload | None:
    """The upload that the button is about; where it has gone, the message stays as it is, and why is told beside it.

    None also while it is being taken in, which the message says already.
    """
    uploads = press.interaction.client.uploads
    if press.text(0) in uploads.taking:
        return None
    found = uploads.find(press.text(0))
    if found is None:
        gone = press.reader.language.say(
            "These files are no longer here: they were taken in or discarded, or have waited for more than a day."
        )
        await tell(press, notice(gone))
    return found


async def _fetched(press: Press, sent: Sequence[Sent]) -> Upload:
    """The files in a folder of their own.

    Raises:
        discord.HTTPException: Discord does not give one.
        OSError: one cannot be fetched, or kept.
    """
    client, fields = press.interaction.client, press.fields
    dates = fields.get(rendered.DATES, "")
    order = "" if dates == rendered.AS_THEY_ARE else dates
    kept = await asyncio.to_thread(client.uploads.begin, fields.get(rendered.SOURCE, "").strip(), order)
    try:
        for each in sent:
            data = await client.http.get_from_cdn(each.address)
            await asyncio.to_thread(kept.put, each.name, data)
    except BaseException:
        kept.discard()
        raise
    return kept


def _refused(sent: Sequence[Sent], language: Language) -> Markdown | None:
    """Why these files are not fetched; None where they are."""
    if not sent:
        return language.say("There is no file: choose one at least.")
    for each in sent:
        if each.size > LARGEST:
            return language.say(
                "{file} is too large: {most} MB are the most. Split it, or have it read from `CORPUS_INPUTS`.",
                file=each.name,
                most=LARGEST // _MEGA,
            )
        if not each.address.startswith(f"{discord.Asset.BASE}/"):
            return language.say("{file} does not lie with Discord: it is not fetched.", file=each.name)
    return None


def _told(kept: Upload, error: CorpusError, language: Language) -> Markdown:
    """What the keeper had to tell instead, without the folder of the files."""
    return language.told(kept.shown(str(error)))


def _changes(kept: Upload, size: int) -> discord.File:
    """All that would be changed, as JSON Lines: whole lines, as many as may be attached."""
    data = io.BytesIO()
    with kept.changes.open(encoding="utf-8") as lines:
        for line in map(kept.shown, lines):
            written = line.encode()
            if data.tell() + len(written) > size:
                break
            data.write(written)
    data.seek(0)
    return discord.File(data, rendered.CHANGES)

"""Setting how much of an outlet's articles is shown, and listing what is set."""

from __future__ import annotations

from discord import ui

from bot.markdown import Markdown, clean, code
from bot.reader import Reader
from bot.render import limiting as rendered
from bot.render.archive import notice
from bot.screens.for_admins import keep
from bot.tree import Interaction
from corpus import Corpus, Limit, Source

_LONGEST = 200  # characters of an outlet's name


async def limits(interaction: Interaction, reader: Reader) -> ui.LayoutView:
    """What is set."""
    return rendered.limits(await interaction.client.archive.ask(Corpus.limits), reader.language)


async def limit(interaction: Interaction, outlet: str, characters: str, reader: Reader) -> ui.LayoutView:
    """Show no more than that of this outlet from now on, and list all limits."""
    say, most = reader.language.say, _characters(characters, reader)
    known = await interaction.client.archive.ask(Corpus.sources)
    key = _key(outlet, known)
    if most is None:
        return notice(say("{typed} is no limit: choose one, or type a number of characters.", typed=characters))
    if not key or key.startswith("-") or len(key) > _LONGEST:
        return notice(say("{typed} names no outlet: choose one of those that are suggested.", typed=outlet))
    told = await keep(interaction, "limit", key, most)
    notes = [_set(key, most, reader)]
    if key not in {each.key for each in known}:
        notes.append(say("The archive has no article of it yet."))
    set_now = [Limit(str(each["source"]), int(each["characters"])) for each in told["limits"]]
    return rendered.limits(set_now, reader.language, *notes)


def _set(key: str, most: str, reader: Reader) -> Markdown:
    say = reader.language.say
    if most == rendered.NO_LIMIT:
        return say("{outlet} has no limit any more.", outlet=code(key))
    shown = rendered.characters(int(most), reader.language)
    return say("Of {outlet} is shown from now on: {limit}.", outlet=code(key), limit=shown)


def _key(typed: str, known: tuple[Source, ...]) -> str:
    """The outlet that is meant by its key or its name; one that there is not yet as it was typed."""
    sought = clean(typed).casefold()
    by_name = {clean(each.name).casefold(): each.key for each in reversed(known)}
    return by_name.get(sought, sought) if sought not in {each.key for each in known} else sought


def _characters(typed: str, reader: Reader) -> str | None:
    """A limit as the shell takes it; None where it is none."""
    sought = typed.strip().casefold()
    words = {
        reader.language.label("headline and link only").casefold(): "0",
        reader.language.label("no limit").casefold(): rendered.NO_LIMIT,
        rendered.NO_LIMIT: rendered.NO_LIMIT,
    }
    return sought if rendered.is_number(sought) else words.get(sought)

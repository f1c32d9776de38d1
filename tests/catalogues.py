"""Gathers from the code what is said to people, and brings the catalogues up to date: ``make docs``.

What is new stands there without a translation, which a test refuses; what is said no more is gone.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from discord import Locale, app_commands

from bot.client import Dateline
from bot.language import CATALOGUES, ENGLISH, NAMES
from bot.registry import payload
from bot.settings import Settings
from bot.translator import NAME, is_name
from corpus import AsyncCorpus, Corpus

ROOT = Path(__file__).parent.parent
_CALLS = {
    "bot": {"say": 1, "label": 1, "count": 2, "counted": 2, "Refused": 1},
    "corpus": {"Told": 1, "counted": 2},
}
"""The calls that say something to people, by package, and how many texts each begins with: one, or one for a plural."""


def said() -> Catalog:
    """Everything that is said to people, in English, without translations."""
    catalogue = Catalog(fuzzy=False)
    for context, message in [*_in_code(), *asyncio.run(_of_commands())]:
        catalogue.add(message, context=context)
    return catalogue


def of(code: str) -> Catalog:
    """The catalogue of a language as it lies there."""
    path = CATALOGUES / f"{code}.po"
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def brought_up_to_date(code: str) -> Catalog:
    """The catalogue of a language with exactly what is said now."""
    old, new = of(code), Catalog(locale=code, fuzzy=False)
    for message in said():
        if message.id:
            known = old.get(message.id, message.context)
            new.add(message.id, known.string if known else None, context=message.context)
    return new


def write(code: str) -> None:
    """Write the catalogue of a language anew."""
    new = brought_up_to_date(code)
    head = f'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += f'"Plural-Forms: {new.plural_forms}\\n"\n\n'
    with (CATALOGUES / f"{code}.po").open("wb") as file:
        file.write(head.encode())
        write_po(file, new, width=110, no_location=True, omit_header=True, sort_output=True)


def _in_code() -> Iterator[tuple[None, str | tuple[str, ...]]]:
    """What stands in the code, by its tree: Babel's own extraction does not look into f-strings before Python 3.12."""
    for package, calls in _CALLS.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (number := calls.get(_called(node.func))):
                    texts = [each.value for each in node.args if isinstance(each, ast.Constant)][:number]
                    if len(texts) == number and all(isinstance(text, str) for text in texts):
                        yield None, texts[0] if number == 1 else tuple(texts)


def _called(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


async def _of_commands() -> set[tuple[str | None, str]]:
    """What Discord shows of commands: as a translator would be asked for it."""
    asked: set[tuple[str | None, str]] = set()

    class Listener(app_commands.Translator):
        async def translate(
            self,
            string: app_commands.locale_str,
            locale: Locale,  # noqa: ARG002  # the base class has it
            context: app_commands.TranslationContextTypes,
        ) -> None:
            if string.message not in NAMES.values():  # a language is called by its own name everywhere
                asked.add((NAME if is_name(context) else None, string.message))

    with TemporaryDirectory() as folder:
        archive = AsyncCorpus(Corpus.open(Path(folder), create=True))
        try:
            client = Dateline(archive, Settings())
            await client.tree.set_translator(Listener())
            await payload(client.tree, None)
        finally:
            await archive.close()
    return asked


if __name__ == "__main__":
    for language in NAMES:
        if language != ENGLISH:
            write(language)

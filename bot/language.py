"""The languages to answer in: sentences by gettext's catalogues, plurals, numbers, dates and lists by Babel.

What is written in the code is English, and is its own key. A template has bare fields, ``{name}``; what fills a field
is escaped, unless it is ``Markdown`` already.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_month_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent, get_group_symbol

from bot.markdown import Markdown, clean, escape, prose, short
from corpus import PubDate, Told

CATALOGUES = Path(__file__).parent / "locales"

ENGLISH = "en"
NAMES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt": "Português",
    "ru": "Русский",
    "uk": "Українська",
    "zh": "中文",
    "ja": "日本語",
    "ar": "العربية",
}
"""Every language that there are replies in, by its code, as it names itself. Discord itself is not there in Arabic."""

_COMMAND = re.compile(r"`/([\w-]+)((?: [\w-]+)*)`")
_FORMS = {"en": "en_US", "pt": "pt_BR", "zh": "zh_Hans_CN"}  # locales where the code alone says too little

_DATE_PART = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*")
_COUNTED_DATE = re.compile(r"(\d{4})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)?")
_LINK = 3  # letters of a word between the parts of a date, such as “de”; longer ones are no part of a date

Value = object
"""What fills a field: ``Markdown``, a text, a number, a day, what the archive told, or several texts."""


class Language:
    """One language to answer in."""

    def __init__(self, code: str, form: str, catalogue: gettext.NullTranslations, commands: Mapping[str, int]) -> None:
        """``code`` is one of ``NAMES``, ``form`` the locale of its dates and numbers, such as ``en_GB``.

        ``commands`` are the ids of the registered commands, by their names.
        """
        self.code = code
        self._locale = Locale.parse(form)
        self._catalogue = catalogue
        self._commands = commands

    def say(self, template: str, /, **values: Value) -> Markdown:
        """A sentence of the program as markdown: what stands between backticks is code, every value is escaped.

        The name of a command becomes a mention of it: Discord shows that as the client names it, and ready to be used.
        """
        return self._filled(self._catalogue.gettext(template), values)

    def count(self, singular: str, plural: str, number: int, /, **values: Value) -> Markdown:
        """A sentence about so many of something, as markdown; ``{number}`` stands for how many."""
        return self._filled(self._catalogue.ngettext(singular, plural, number), {"number": number, **values})

    def label(self, template: str, /, **values: Value) -> str:
        """Plain text: for a button, a choice, a title, an alternative text. Nothing in it is escaped."""
        return self._catalogue.gettext(template).format_map(self._plain(values))

    def counted(self, singular: str, plural: str, number: int, /, **values: Value) -> str:
        """Plain text about so many of something."""
        template = self._catalogue.ngettext(singular, plural, number)
        return template.format_map(self._plain({"number": number, **values}))

    def named(self, context: str, text: str) -> str:
        """A word that means different things in different places, by where it stands: the name of a command."""
        return self._catalogue.pgettext(context, text)

    def told(self, sentence: str, room: int | None = None) -> Markdown:
        """What the archive tells, as markdown; in English where it is not known what it was made of.

        With ``room``, cut so that it takes so many UTF-16 units at most.
        """
        text = self._translated(sentence) if isinstance(sentence, Told) else sentence
        return Markdown(prose(text if room is None else short(text, room)))

    def number(self, number: int) -> str:
        """A whole number, as ``format_decimal`` writes it, which takes thirty times as long: a menu has fifty."""
        return f"{number:,}".replace(",", self._thousands)

    def decimal(self, number: float) -> str:
        """A number with one decimal place."""
        return format_decimal(number, "#,##0.0", locale=self._locale)

    def percent(self, share: float) -> str:
        """A share of one, in percent with two significant digits at least."""
        return format_percent(share, "#,##0.##%", locale=self._locale)

    def day(self, day: date) -> str:
        """A day in words."""
        return format_date(day, "long", locale=self._locale)

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return format_skeleton("yMMMM", day, locale=self._locale)

    def published(self, moment: PubDate) -> str:
        """A publication date to the precision that is known, never moved to another zone."""
        if moment.time is None:
            return self.day(moment.day)
        zone = "" if moment.offset is None else f" UTC{str(moment)[-6:] if moment.offset else ''}"
        return f"{self.day(moment.day)}, {format_time(moment.time, 'HH:mm', locale=self._locale)}{zone}"

    def dated(self, text: str) -> str:
        """A date with the month in this language's words, as one with English words; any other text as it is."""
        if counted := _COUNTED_DATE.fullmatch(text):
            return "-".join(filter(None, counted.groups()))
        parts = _DATE_PART.findall(text.casefold())
        months = [self._months.get(part) for part in parts]
        if len(list(filter(None, months))) != 1 or any(map(self._is_no_part, parts)):
            return text
        return " ".join(month or part for part, month in zip(parts, months, strict=True) if month or part.isdecimal())

    def any_of(self, parts: list[str]) -> str:
        """Several things of which one is meant: “a, b or c”."""
        return format_list(parts, style="or", locale=self._locale)

    def all_of(self, parts: list[str]) -> str:
        """Several things: “a, b and c”."""
        return format_list(parts, locale=self._locale)

    def _filled(self, template: str, values: Mapping[str, Value]) -> Markdown:
        mentioned = _COMMAND.sub(self._mention, prose(template))
        return Markdown(mentioned.format_map(self._shown(values)))

    def _mention(self, command: re.Match[str]) -> str:
        number = self._commands.get(command[1])
        return command[0] if number is None else f"</{command[1]}{command[2]}:{number}>"

    def _is_no_part(self, word: str) -> bool:
        """Whether a word shows that a text is no date."""
        return not word.isdecimal() and len(word) > _LINK and word not in self._months

    @cached_property
    def _thousands(self) -> str:
        """What stands between groups of three digits."""
        return get_group_symbol(self._locale)

    @cached_property
    def _months(self) -> Mapping[str, str]:
        """The English name of a month, by each name that it has in this language."""
        english = get_month_names("wide", locale=ENGLISH)
        named = [
            get_month_names("abbreviated", "stand-alone", self._locale),
            get_month_names("abbreviated", "format", self._locale),
            get_month_names("wide", "stand-alone", self._locale),
            get_month_names("wide", "format", self._locale),
        ]
        return {names[month].casefold().rstrip("."): english[month] for names in named for month in english}

    def _translated(self, told: Told) -> str:
        values = self._plain(told.values)
        if told.plural is None:
            return self._catalogue.gettext(told.template).format_map(values)
        number = told.values["number"]
        template = self._catalogue.ngettext(told.template, told.plural, number if isinstance(number, int) else 0)
        return template.format_map(values)

    def _shown(self, values: Mapping[str, Value]) -> dict[str, str]:
        """The values as markdown."""
        return {
            name: value if isinstance(value, Markdown) else escape(clean(self._text(value)))
            for name, value in values.items()
        }

    def _plain(self, values: Mapping[str, Value]) -> dict[str, str]:
        return {name: self._text(value) for name, value in values.items()}

    def _text(self, value: Value) -> str:
        match value:
            case Told():
                return self._translated(value)
            case int():
                return self.number(value)
            case date():
                return self.day(value)
            case tuple():
                return ", ".join(f"“{each}”" for each in value)
            case _:
                return str(value)


class Languages:
    """All of them, each read when it is first wanted."""

    def __init__(self) -> None:
        self.commands: dict[str, int] = {}
        """The ids of the registered commands, by their names, as soon as they are known."""
        self._catalogues: dict[str, gettext.NullTranslations] = {ENGLISH: gettext.NullTranslations()}
        self._known: dict[str, Language] = {}

    def of(self, locale: str) -> Language:
        """The language for a locale of Discord's, such as ``es-419``, or for a code; English where there is none."""
        code = locale.partition("-")[0]
        code = code if code in NAMES else ENGLISH
        form = "en_GB" if locale == "en-GB" else _FORMS.get(code, code)
        if form not in self._known:
            self._known[form] = Language(code, form, self._catalogue(code), self.commands)
        return self._known[form]

    def read(self) -> None:
        """Read all that was not wanted yet."""
        for code in NAMES:
            self.of(code)

    def _catalogue(self, code: str) -> gettext.NullTranslations:
        if code not in self._catalogues:
            self._catalogues[code] = _read(CATALOGUES / f"{code}.po")
        return self._catalogues[code]


def _read(path: Path) -> gettext.NullTranslations:
    """A catalogue; compiled in memory, so that what is kept and reviewed is text."""
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

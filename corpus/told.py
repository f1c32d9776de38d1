"""What the archive tells in words: English, and still what it was made of, so that it can be said in another language.

Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

Value = str | int | tuple[str, ...]
"""What stands in a sentence: a text (which may be ``Told`` itself), a number, or several texts."""


class Told(str):
    """An English sentence that remembers its ``template`` and its ``values``, by which a voice can translate it.

    A template holds nothing but bare fields, ``{name}``. Where it counts something, ``plural`` is the template for any
    other number than one, which is ``values["number"]``.
    """

    __slots__ = ("plural", "template", "values")

    template: str
    plural: str | None
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Self:
        """Say it in English: numbers with commas, several texts as a list in quotation marks."""
        return cls._made(template, None, values)

    @classmethod
    def counted(cls, singular: str, plural: str, number: int, /, **values: Value) -> Self:
        """A sentence about so many of something; ``{number}`` stands for how many."""
        return cls._made(singular, plural, {"number": number, **values})

    def __reduce__(self) -> tuple[object, ...]:
        """How it passes from one process to another: by what it was made of."""
        return self._made, (self.template, self.plural, self.values)

    @classmethod
    def _made(cls, template: str, plural: str | None, values: Mapping[str, Value]) -> Self:
        chosen = template if plural is None or values["number"] == 1 else plural
        told = super().__new__(cls, chosen.format_map({name: english(value) for name, value in values.items()}))
        told.template, told.plural, told.values = template, plural, values
        return told


def english(value: Value) -> str:
    """A value as an English sentence shows it."""
    if isinstance(value, tuple):
        return ", ".join(f"“{each}”" for each in value)
    return f"{value:,}" if isinstance(value, int) else value

"""A question in a form that every engine can read its own way. Imports nothing heavy: cold starts go through here."""

from __future__ import annotations

from dataclasses import asdict, dataclass

STOP_WORDS = frozenset(
    """
    a an the this that these those some any each every other another such no nor not only own same so than too very
    i me my we our ours you your he him his she her hers it its they them their theirs what which who whom whose
    when where why how am is are was were be been being have has had having do does did doing can could may might
    must shall should will would and or but if because as until while of at by for with about against between into
    through during before after above below to from up down in out on off over under again further then once here
    there all both few more most just since
    """.split()
)
"""English stop words, the same for every peer that takes a list; an engine without one drops them from the question."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: words, phrases and excluded words, a source (host), and days in ISO 8601.

    ``kind`` is ``words``, ``question``, ``narrowed`` or ``newest``; ``after`` is inclusive, ``before`` is not. Without
    words and phrases it asks for the newest articles that pass the filters.
    """

    kind: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    source: str | None = None
    after: str | None = None
    before: str | None = None

    @property
    def typed(self) -> str:
        """The question as a reader of Dateline types it."""
        parts = [*self.words, *(f'"{phrase}"' for phrase in self.phrases), *(f"-{word}" for word in self.without)]
        filters = {"source": self.source, "after": self.after, "before": self.before}
        return " ".join(parts + [f"{name}:{value}" for name, value in filters.items() if value])

    @property
    def plain(self) -> str:
        """Everything asked for as one line of words, for engines without phrases."""
        return " ".join([*self.words, *self.phrases])

    @property
    def content(self) -> tuple[str, ...]:
        """The words that are no stop words."""
        return tuple(word for word in self.words if word.lower() not in STOP_WORDS)

    def fields(self) -> dict[str, object]:
        """The question as JSON; ``read_ask`` turns it back."""
        return asdict(self)


def read_ask(fields: dict[str, object]) -> Ask:
    """The question that ``Ask.fields`` wrote."""
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Ask(**{**fields, **lists})  # type: ignore[arg-type]  # written by Ask.fields in the same run

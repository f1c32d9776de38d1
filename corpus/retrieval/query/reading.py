"""Typed text, operators and all, as clauses and filters. Never fails: what is not read as typed is said in a note.

Side by side is read last, OR before it, AND before that; then signs, fields, groups. The text is walked once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice
from typing import NamedTuple

from corpus.retrieval.query.clauses import Clause, Field, In, Phrase, Prefix, Word
from corpus.retrieval.query.filtering import FILTERS, FilterReader, nothing_behind
from corpus.retrieval.query.pasting import pasted_words, without_small_words
from corpus.retrieval.query.plain import LONGEST_INPUT, LONGEST_WORD, OPERATORS, as_word, bare, plain
from corpus.retrieval.query.settling import DEEPEST, MOST_HEAVY, Group, Room, both, either, listed, must, without
from corpus.told import Told

LONGEST_QUERY = 300  # characters of the canonical text: it has to stand in one line of a message

_MOST_TOKENS = 1_000  # several times as many as there is room for
_MOST_NOTES = 8
_LONGEST_PHRASE = 200
_WIDEST = 15  # words that ``~`` may reach over: fewer than lie between headline and body in the index
_LEAST_STEM = 2  # letters before a star: fewer stand for a good part of the vocabulary
_MOST_PARENTHESES = 30  # within one another; what was settled has far fewer
_FIELDS = {
    "title": Field.TITLE, "headline": Field.TITLE, "intitle": Field.TITLE,
    "body": Field.BODY, "text": Field.BODY,
    "author": Field.AUTHOR, "byline": Field.AUTHOR, "by": Field.AUTHOR,
    "section": Field.SECTION,
}  # fmt: skip
_TOKEN = re.compile(
    rf"""(?P<sign> (?<![^\s(|:]) [-+]+ (?![-+\s)|]|\Z) )
       | (?P<field> (?:{"|".join(sorted({*_FIELDS, *FILTERS}))}): ) (?!//)
       | (?P<phrase> "[^"]*" (?:~[0-9]+)? )
       | (?P<open> \( )
       | (?P<close> \) )
       | (?P<bar> \|+ )
       | (?P<stray> " )
       | (?P<word> [^\s"()|]+ )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_UNREAD = Told("Only the first {number} characters were read.", number=LONGEST_INPUT)
_TOO_LONG = Told("The text has more than {number} characters: small words were left out.", number=LONGEST_QUERY)
_CUT = Told("The query was cut at {number} characters.", number=LONGEST_QUERY)
_TOO_HEAVY = Told(
    "Only the first {number} phrases, prefixes and exclusions were read; “~” counts as one more.", number=MOST_HEAVY
)
_TOO_DEEP = Told("Groups are read {number} deep: parentheses within them were left out.", number=DEEPEST)
_LONE_PARENTHESIS = Told("A parenthesis without a partner was left out.")
_STAR = Told("A star stands for the end of a word with at least {number} letters before it.", number=_LEAST_STEM)
_FOR_ALL = Told("Filters hold for the whole query, wherever they stand in it.")
_FILTER = Group()  # what a filter leaves behind among the clauses
_UNKNOWN_FIELD = re.compile(r"([a-z]+):(?!//)", re.IGNORECASE | re.ASCII)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    stop: int
    operator: str  # AND, OR or NOT, where it is one

    @classmethod
    def of(cls, found: re.Match[str]) -> _Token:
        kind, text = found.lastgroup or "", found.group()
        operator = "OR" if kind == "bar" else text if kind == "word" and text in OPERATORS else ""
        return cls(kind, text, *found.span(), operator)


class Reader:
    """Reads one query: its text, the options beside it, and then what there is room for."""

    def __init__(self, today: date) -> None:
        self._notes: dict[Told, None] = {}
        self._tokens: list[_Token] = []
        self._place = 0
        self._depth = 0
        self._read = Group()
        self.filters = FilterReader(today, self.note)

    def note(self, told: Told) -> None:
        """Remember how something was read that is not as it was typed."""
        if len(self._notes) < _MOST_NOTES:
            self._notes[told] = None

    @property
    def notes(self) -> tuple[Told, ...]:
        """What was noted, each once."""
        return tuple(self._notes)

    def read(self, text: str) -> None:
        """Take everything that stands in a typed text."""
        if len(text) > LONGEST_INPUT:
            self.note(_UNREAD)
        found = _TOKEN.finditer(plain(text[:LONGEST_INPUT]))
        tokens = list(map(_Token.of, islice(found, _MOST_TOKENS)))
        if next(found, None):
            self.note(Told("Only the first {number} words and signs were read.", number=_MOST_TOKENS))
        self._tokens = _paired(tokens, self.note)
        self._read = self._side_by_side(None)

    def take_option(self, name: str, value: str) -> None:
        """Take an option of a command: the same as the operator of its name in the text."""
        if value := plain(value[:LONGEST_INPUT]).strip():
            self.filters.take(name, value.strip('"'), whole=value.startswith('"'))

    def take_words(self, pasted: str) -> None:
        """Take a pasted text as words; the small ones go first where there are too many."""
        if len(pasted) > LONGEST_INPUT:
            self.note(_UNREAD)
        words = pasted_words(pasted)
        if sum(len(f"{word} ") for word in words) > LONGEST_QUERY:
            telling = without_small_words(words)
            if len(telling) < len(words):
                self.note(_TOO_LONG)
            words = telling
        self._read = Group(tuple(words))

    def clauses(self) -> tuple[Clause, ...]:
        """What there is room for beside the filters, which go first."""
        while len(str(self.filters)) > LONGEST_QUERY:
            self.filters.fewer_sources()
            self.note(_CUT)
        room = Room(LONGEST_QUERY - len(str(self.filters)))
        kept = room.fit(self._read)
        if room.full:
            self.note(_CUT)
        if room.too_heavy:
            self.note(_TOO_HEAVY)
        if room.too_deep:
            self.note(_TOO_DEEP)
        return kept

    def _side_by_side(self, field: Field | None) -> Group:
        """Everything up to the end of the group."""
        groups = []
        while (token := self._peek()) and token.kind != "close":
            if token.operator in {"OR", "AND"}:
                self._note_lone(self._next())
            else:
                groups.append(self._alternatives(field))
        return listed(groups)

    def _alternatives(self, field: Field | None) -> Group:
        return self._chain("OR", either, lambda: self._chain("AND", both, lambda: self._signed(field)))

    def _chain(self, operator: str, join: Callable[[Iterable[Group]], Group], operand: Callable[[], Group]) -> Group:
        """Operands with this operator between them; one that has nothing on a side is noted."""
        groups = [operand()]
        while (token := self._peek()) and token.operator == operator:
            self._next()
            after = self._peek()
            present = after is not None and after.kind != "close" and after.operator not in {"OR", "AND"}
            groups.append(operand() if present else Group())
            self._note_idle(token, *groups[-2:])
        return join(groups) if len(groups) > 1 else groups[0]

    def _signed(self, field: Field | None) -> Group:
        """What stands behind signs and fields, with their meaning; of several fields the last one counts."""
        negations, asked, name = 0, False, ""
        before: _Token | None = None
        while token := self._peek():
            glued = before is not None and before.kind in {"sign", "field"}
            if before and glued and token.start != before.stop:
                break
            if token.kind == "field":
                name = token.text[:-1].lower()
            elif token.kind == "sign":
                asked = True
                negations += "-" in token.text
            elif token.operator == "NOT" and not glued:
                asked = True
                negations += 1
            elif token.kind in {"word", "phrase", "open"} and (glued or not token.operator):
                return self._operand(field, name, negations, asked=asked)
            else:
                break
            before = self._next()
        if name in FILTERS:
            self.filters.take(name, "")
        elif before:
            self._note_lone(before)
        return Group()

    def _operand(self, field: Field | None, name: str, negations: int, *, asked: bool) -> Group:
        excluded = negations % 2 == 1
        if name in FILTERS:
            self._take_filter(name, excluded=excluded)
            return _FILTER
        group = self._atom(_FIELDS.get(name, field))
        if excluded:
            return without(group)
        return must(group) if asked else group

    def _take_filter(self, name: str, *, excluded: bool) -> None:
        if self._depth:
            self.note(_FOR_ALL)
        depth = 0
        while True:  # one value, or those of a group: source:(a OR b)
            token = self._next()
            depth += (token.kind == "open") - (token.kind == "close")
            if token.kind == "phrase":
                self.filters.take(name, _quoted(token.text)[0], whole=True, excluded=excluded)
            elif token.kind == "word" and not (depth and token.operator):
                self.filters.take(name, token.text, excluded=excluded)
            elif token.kind in {"sign", "field"}:
                self._note_lone(token)
            if not depth:
                return

    def _atom(self, field: Field | None) -> Group:
        token = self._next()
        if token.kind == "open":
            self._depth += 1
            group = self._side_by_side(field)
            self._depth -= 1
            self._next()
            return group
        leaves = [self._phrase(token.text)] if token.kind == "phrase" else self._words(token.text)
        present = [leaf for leaf in leaves if leaf is not None]
        return Group(tuple(In(field, leaf) if field else leaf for leaf in present))

    def _phrase(self, typed: str) -> Phrase | None:
        text, slop = _quoted(typed)
        phrase = " ".join(text.split())
        if len(phrase) > _LONGEST_PHRASE:
            self.note(Told("Phrases are read up to {number} characters.", number=_LONGEST_PHRASE))
            phrase = phrase[:_LONGEST_PHRASE].rpartition(" ")[0] or phrase[:_LONGEST_PHRASE]
        if slop > _WIDEST:
            self.note(Told("Words of a phrase may be up to {number} apart.", number=_WIDEST))
        return Phrase(phrase, min(slop, _WIDEST)) if any(map(str.isalnum, phrase)) else None

    def _words(self, typed: str) -> list[Word | Prefix | None]:
        """A word without the punctuation around it; a colon parts words."""
        if unknown := _UNKNOWN_FIELD.match(typed):
            name = unknown[1][:LONGEST_WORD]
            self.note(Told("“{name}:” is not a filter here: it was read as words.", name=name))
        if not any(map(str.isalnum, typed)):
            self._note_scrap(typed)
        return [leaf for part in typed.split(":") for leaf in self._parts(part)]

    def _parts(self, typed: str) -> list[Word | Prefix | None]:
        """A word, or a prefix; a star anywhere else parts words as well."""
        before, text, behind = bare(typed)
        if len(text) > LONGEST_WORD:
            self.note(Told("Words are read up to {number} characters.", number=LONGEST_WORD))
        elif text and "*" in typed:
            if behind.startswith("*") and "*" not in before + text and sum(map(str.isalnum, text)) >= _LEAST_STEM:
                return [Prefix(text)]
            self.note(_STAR)
        return [as_word(part) for part in text[:LONGEST_WORD].split("*")]

    def _peek(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _next(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _note_idle(self, token: _Token, left: Group, right: Group) -> None:
        """Say that AND or OR joined nothing; with filters AND means what they mean, and so does OR between two."""
        filters = sum(side is _FILTER for side in (left, right))
        if filters == 1 and token.operator == "OR":
            self.note(_FOR_ALL)
        elif not filters and not (left.clauses and right.clauses):
            self._note_lone(token)

    def _note_lone(self, token: _Token) -> None:
        if token.kind == "field":
            self.note(nothing_behind(token.text[:-1]))
        else:
            self.note(_idle(token.operator or token.text[:1]))

    def _note_scrap(self, typed: str) -> None:
        if typed[0] in "-+*~":
            self.note(_idle(typed[0]))


def _idle(sign: str) -> Told:
    return Told("“{sign}” has nothing to act on: it was left out.", sign=sign)


def _paired(tokens: list[_Token], note: Callable[[Told], None]) -> list[_Token]:
    """The tokens without quotation marks and parentheses that have no partner, or lie too deep."""
    opened: list[int] = []
    dropped = {place for place, token in enumerate(tokens) if token.kind == "stray"}
    if dropped:
        note(Told("A quotation mark without a partner was left out."))
    for place, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(place)
        elif token.kind == "close" and opened:
            partner = opened.pop()
            if len(opened) >= _MOST_PARENTHESES:
                note(_TOO_DEEP)
                dropped |= {partner, place}
        elif token.kind == "close":
            note(_LONE_PARENTHESIS)
            dropped.add(place)
    if opened:
        note(_LONE_PARENTHESIS)
    dropped |= set(opened)
    return [token for place, token in enumerate(tokens) if place not in dropped]


def _quoted(typed: str) -> tuple[str, int]:
    """The words of a phrase, and how many words it may reach over."""
    text, _, slop = typed[1:].rpartition('"')
    figures = slop.removeprefix("~").lstrip("0")
    return text, min(int(figures[:4] or 0), _WIDEST + 1)

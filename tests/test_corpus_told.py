"""What the archive tells: English, made of a template and of values, so that it can be said in another language."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import fuzz_queries
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import corpus
from corpus import CorpusError, EmptyQuery, Query, Told

TODAY = date(2024, 3, 31)
ARCHIVE = Path(corpus.__file__).parent


def shown(value: object) -> str:
    """A value as an English sentence has it."""
    match value:
        case Told():
            return said_anew(value)
        case int():
            return f"{value:,}"
        case tuple():
            return ", ".join(f"“{each}”" for each in value)
    assert isinstance(value, str)
    return value


def said_anew(told: Told) -> str:
    """The sentence made again of its parts, as a translation would be."""
    template = told.template if told.plural is None or told.values["number"] == 1 else told.plural
    return template.format(**{name: shown(value) for name, value in told.values.items()})


def is_told(sentence: str) -> bool:
    """Whether a sentence knows what it was made of, and is made of bare fields and nothing else."""
    assert isinstance(sentence, Told), sentence
    for template in filter(None, (sentence.template, sentence.plural)):
        for _, name, form, conversion in Formatter().parse(template):
            assert name is None or (name in sentence.values and not form and not conversion), template
    return said_anew(sentence) == str(sentence)


# What was asked.

_SCRAPS = st.sampled_from(fuzz_queries.scraps())
_FILTERS = st.tuples(
    st.sampled_from(["on:", "last:", "sort:", "copies:", "after:", "-before:", "source:", "-lang:", "tag:"]),
    st.one_of(_SCRAPS, st.text("{}0123456789dwm./-", max_size=12)),
).map("".join)
_TYPED = st.lists(st.one_of(_SCRAPS, _FILTERS, st.text(max_size=12), st.just(" ")), max_size=30).map("".join)


@given(_TYPED)
@settings(max_examples=1_000)
@example("on:05/09/2023 sort:{name} copies:{} tag:x after:.. AND last:{0}")
@example('"a b"~99 a* ' + "-b " * 9 + "source:,")
def test_every_note_on_what_was_typed_or_pasted_can_be_said_anew(typed):
    for query in (Query.parse(typed, today=TODAY), Query.words(typed)):
        assert all(map(is_told, query.notes))


@pytest.mark.parametrize(
    ("typed", "template", "values"),
    [
        ("tag:x", "“{name}:” is not a filter here: it was read as words.", {"name": "tag"}),
        (f"a {'b' * 6_000}", "Only the first {number} characters were read.", {"number": 6_000}),
        (
            "on:05/09/2023",
            "“{name}:{value}” was left out: {why}.",
            {
                "name": "on",
                "value": "05/09/2023",
                "why": "it may be 2023-05-09 or 2023-09-05, so write one of these",
            },
        ),
    ],
)
def test_a_note_remembers_the_template_and_the_values_that_it_was_made_of(typed, template, values):
    first = Query.parse(typed, today=TODAY).notes[0]
    assert (first.template, dict(first.values)) == (template, values)


def test_the_reason_within_a_note_can_be_translated_by_itself():
    (note,) = Query.parse("on:05/09/2023", today=TODAY).notes
    why = note.values["why"]
    assert isinstance(why, Told)
    assert why.template == "it may be {first} or {last}, so write one of these"


@pytest.mark.parametrize(
    "typed",
    [
        "the of",
        "zeppelin ferry",
        "zeppelin quokka ferry",
        "ferry source:nobody.example",
        "ferry source:harborpost.example",
        " ".join(f"{beginning}*" for beginning in ("co", "re", "in", "de", "st", "pr", "ma", "ba")),
    ],
)
def test_every_note_on_what_the_archive_lacks_can_be_said_anew(samples, typed):
    notes = samples.search(Query.parse(typed)).notes
    assert notes
    assert all(map(is_told, notes))


def test_one_missing_word_and_several_are_two_forms_of_one_sentence(samples):
    one, several = (
        samples.search(Query.parse(typed)).notes[0] for typed in ("zeppelin ferry", "zeppelin quokka ferry")
    )
    assert (one, several) == ("No article has the word “zeppelin”.", "No article has the words “zeppelin”, “quokka”.")
    assert (one.template, one.plural) == (several.template, several.plural)


def test_the_or_between_outlets_that_may_be_meant_can_be_translated_by_itself(archive_of):
    archive = archive_of(
        {"text": "A ferry.", "source": "harbourpost.example"}, {"text": "A tanker.", "source": "harbourpast.example"}
    )
    (note,) = archive.search(Query.parse("source:harborpost.example")).notes
    assert note.endswith("Did you mean harbourpost.example or harbourpast.example?")
    near = note.values["near"]
    assert isinstance(near, Told)
    assert (near.template, set(near.values.values())) == (
        "{one} or {other}",
        {"harbourpost.example", "harbourpast.example"},
    )


# What can go wrong.

_FITTING = {
    "told": Told("It is so."),
    "notes": (),
    "origin": "news{0}.jsonl:12",
    "place": "data/{place}",
    "url": "https://news.example/{feed}",
    "file": "news-{1}.db",
    "name": "{wire}",
    "status": 503,
    "retry_after": 2.5,
    "reason": "it is {broken}",
    "found": 1_009,
    "known": 8,
    "names": ("news", "{wire}"),
    "least": 4,
    "seconds": 2.5,
    "size": 2_011,
    "most": 2_000,
}


def errors(kind: type[CorpusError] = CorpusError) -> Iterator[type[CorpusError]]:
    yield kind
    for leaf in kind.__subclasses__():
        yield from errors(leaf)


@pytest.mark.parametrize("kind", [*errors()])
def test_every_error_can_be_said_anew(kind):
    error = kind(**{name: _FITTING[name] for name in inspect.signature(kind).parameters})
    assert is_told(error.told)
    assert str(error) == error.told


def test_an_empty_question_is_told_apart_from_how_it_was_read(samples):
    query = Query.parse("sort:upwards")
    with pytest.raises(EmptyQuery) as caught:
        samples.search(query)
    error = caught.value
    assert error.notes == query.notes
    assert all(map(is_told, [*error.notes, error.told]))
    assert error.told.startswith("The query is empty")
    assert str(error) == f"{query.notes[0]} {error.told}"


# How it is written.


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Where one of these is called in the archive, and the call."""
    for path in ARCHIVE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("self.") in names:
                yield f"{path.relative_to(ARCHIVE)}:{node.lineno}", node


@pytest.mark.parametrize(("name", "templates"), [("Told", 1), ("Told.counted", 2)])
def test_every_template_stands_as_it_is_where_it_is_used_so_that_catalogues_can_be_made_of_them(name, templates):
    found = list(calls(name))
    assert found
    for where, call in found:
        assert len(call.args) >= templates, where
        assert all(isinstance(template, ast.Constant) for template in call.args[:templates]), where


def test_no_note_is_put_together_before_it_is_told():
    found = list(calls("note", "_note", "notes.append"))
    assert found
    for where, call in found:
        assert not any(isinstance(part, ast.JoinedStr) for part in ast.walk(call)), where

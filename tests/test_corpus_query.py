"""The query language: what is typed becomes one query, whose text reads back as the same."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Filters, Phrase, Query, Without, Word

_SCRAPS = st.sampled_from(
    ["source:", "-source:", "after:", "before:", "2023-06", "2023-13-45", '"', '"a b"', "-", "--", "“x”", "`", ":", ","]
)
_TYPED = st.lists(st.one_of(_SCRAPS, st.text(max_size=12), st.just(" ")), max_size=30).map("".join)


@given(_TYPED)
@settings(max_examples=1_000)
def test_whatever_is_typed_becomes_a_query_whose_text_reads_back_as_the_same(typed):
    query = Query.parse(typed)
    text = str(query)
    assert Query.parse(text) == query
    assert len(text) <= 300
    assert "`" not in text
    assert len(text.splitlines()) <= 1


@given(st.text(max_size=400))
def test_pasted_text_holds_no_operator_and_its_text_reads_back_as_the_same(pasted):
    query = Query.words(pasted)
    assert all(isinstance(clause, Word) for clause in query.clauses)
    assert query.filters == Filters()
    assert Query.parse(str(query)) == query


def test_words_phrases_and_exclusions_are_told_apart():
    query = Query.parse('cuba "human trafficking network" -tourism -"visa free"')
    assert query.clauses == (
        Word("cuba"),
        Phrase("human trafficking network"),
        Without(Word("tourism")),
        Without(Phrase("visa free")),
    )


def test_filters_are_read_wherever_they_stand():
    query = Query.parse('source:NYTimes.com cuba -source:tass.com after:2023-06 before:2023-09-05 source:"The Daily"')
    assert query.clauses == (Word("cuba"),)
    assert query.filters == Filters(
        sources=("nytimes.com", "the daily"),
        without=("tass.com",),
        after=date(2023, 6, 1),
        before=date(2023, 9, 5),
    )


def test_an_option_is_the_same_as_the_operator_of_its_name():
    by_option = Query.parse("cuba", source="nytimes.com", after="2023", before="2024-02")
    assert by_option == Query.parse("cuba source:nytimes.com after:2023 before:2024-02")


@pytest.mark.parametrize(
    ("typed", "read", "note"),
    [
        ('"unbalanced phrase', "unbalanced phrase", "quotation mark"),
        ("after:yesterday storm", "storm", "after:yesterday"),
        ("before:2023-02-30 storm", "storm", "2023-02-30"),
        ("tag:sports goal", "tag sports goal", "tag:"),
        ("source: storm", "storm", "source:"),
        ("after:2024 before:2023 storm", "storm after:2024-01-01 before:2023-01-01", "No day lies between"),
    ],
)
def test_what_cannot_be_read_as_typed_is_said_in_a_note(typed, read, note):
    query = Query.parse(typed)
    assert str(query) == read
    assert note in " ".join(query.notes)


def test_a_query_longer_than_a_line_of_a_message_is_cut_at_a_word_and_says_so():
    query = Query.parse("harbour " * 1_000)
    assert str(query) == " ".join(["harbour"] * 37)
    assert any("cut at 300" in note for note in query.notes)


@pytest.mark.parametrize("typed", ["", "   ", "-", '""', "?!", "\x00\u202e"])
def test_what_asks_nothing_is_empty(typed):
    assert Query.parse(typed).empty


def test_a_plain_question_keeps_its_words_without_the_punctuation():
    assert str(Query.parse("What did Cuba say, about “Russian” recruiters?")) == (
        'What did Cuba say about "Russian" recruiters'
    )

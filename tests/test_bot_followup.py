"""A short message goes on from an answer by rule, in English and in the reader's language; all else is a question."""

from __future__ import annotations

import gettext
from datetime import date
from typing import ClassVar

import pytest
from catalogues import of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_language import FIELD

from bot.followup import Asked, Beyond, Setting, understood
from bot.language import NAMES, Language, Languages
from corpus import Query, Source

TODAY = date(2024, 3, 31)
DAY = date(2020, 1, 1)
SOURCES = tuple(
    Source(key, name, 1, DAY, DAY)
    for key, name in [
        ("reuters.example", "Reuters"),
        ("the-meridian.example", "The Meridian"),
        ("sarrowvalleyecho.example", "sarrowvalleyecho.example"),
        ("lavoz.example", "La Voz del Albór"),
    ]
)
ENGLISH = Languages().of("en")


class German(gettext.NullTranslations):
    """A catalogue with some of the rules."""

    SAID: ClassVar = {
        "older | earlier": "älter | früher",
        "only {name} | only from {name} | just {name} | from {name}": "nur {name} | nur von {name}",
        "without {name} | not {name} | but not {name}": "ohne {name}",
        "last {number} weeks | the last {number} weeks | past {number} weeks": "die letzten {number} Wochen",
        "in {day} | on {day} | during {day} | {day}": "im {day} | am {day} | {day}",
        "and | or": "und | oder",
    }

    def gettext(self, message: str) -> str:
        return self.SAID.get(message, message)


def asked(text: str, before: str, page: int = 1, *, languages: tuple[Language, ...] = (ENGLISH,)):
    """What a message asks after an answer to a query; None where it is a question by itself."""
    step = understood(text, Setting(SOURCES, TODAY, languages))
    return step(Asked(Query.parse(before), page)) if step else None


def query(text: str, before: str, **more) -> str:
    turn = asked(text, before, **more)
    assert isinstance(turn, Asked), f"{text!r} was not understood"
    assert turn.page == 1
    return str(turn.query)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("only Reuters", "floods", "floods source:reuters.example"),
        ("just reuters.example!", "floods", "floods source:reuters.example"),
        ("From REUTERS.", "floods", "floods source:reuters.example"),
        ("only the meridian", "floods", "floods source:the-meridian.example"),
        ("only meridian", "floods", "floods source:the-meridian.example"),
        ("only Sarrow Valley Echo", "floods", "floods source:sarrowvalleyecho.example"),
        ("only la voz del albor", "floods", "floods source:lavoz.example"),
        ("only reuters, the Meridian and lavoz", "floods",
         "floods source:reuters.example source:the-meridian.example source:lavoz.example"),
        ("only reuters", "floods source:lavoz.example -source:reuters.example", "floods source:reuters.example"),
        ("only 2022", "floods", "floods after:2022-01-01 before:2023-01-01"),
        ("only harbour inquiry", "floods", "floods +harbour +inquiry"),
        ('just "stern door"', "floods", 'floods +"stern door"'),
        ("from Reuters and Peru", "floods", "floods +Reuters +and +Peru"),
        ("without Reuters", "floods", "floods -source:reuters.example"),
        ("not verdict", "floods", "floods -verdict"),
        ("but not Reuters", "floods", "floods -source:reuters.example"),
    ],
)  # fmt: skip
def test_an_answer_is_held_to_outlets_periods_and_words(text, before, after):
    assert query(text, before) == after


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("what about Kazakhstan?", "election results", "election results +Kazakhstan"),
        ("And Peru?", "election results +Kazakhstan", "election results +Peru"),
        ("how about Peru", "Kazakhstan", "Peru"),
        ("what about 2022", "floods after:2020", "floods after:2022-01-01 before:2023-01-01"),
        ("what about the Meridian", "floods source:reuters.example", "floods source:the-meridian.example"),
        ("same but 2022", "floods", "floods after:2022-01-01 before:2023-01-01"),
        ("the same but Reuters", "floods source:lavoz.example", "floods source:reuters.example"),
        ("same for Peru", "election Kazakhstan", "election Kazakhstan +Peru"),
        ("but tanker", "ferry sort:newest", "tanker sort:newest"),
    ],
)
def test_an_answer_is_had_of_something_else(text, before, after):
    assert query(text, before) == after


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2022", "after:2022-01-01 before:2023-01-01"),
        ("in 2022?", "after:2022-01-01 before:2023-01-01"),
        ("2022-Q3", "after:2022-07-01 before:2022-10-01"),
        ("May 2021", "after:2021-05-01 before:2021-06-01"),
        ("on 5 September 2023", "after:2023-09-05 before:2023-09-06"),
        ("since May 2021", "after:2021-05-01"),
        ("from May 2021 on", "after:2021-05-01"),
        ("before 2021", "before:2021-01-01"),
        ("until 2021", "before:2022-01-01"),
        ("from 2020 to May 2021", "after:2020-01-01 before:2021-06-01"),
        ("between 2020 and 2021", "after:2020-01-01 before:2022-01-01"),
        ("last month", "after:2024-02-29"),
        ("the last 7 days", "after:2024-03-24"),
        ("yesterday", "after:2024-03-30 before:2024-03-31"),
    ],
)
def test_a_bare_period_takes_the_place_of_the_one_before(text, days):
    assert query(text, "floods after:2019 before:2020 sort:oldest") == f"floods {days} sort:oldest"


@pytest.mark.parametrize(
    ("text", "page", "then"),
    [
        ("next", 2, 3), ("More!", 1, 2), ("go to page 4", 1, 4), ("previous", 3, 2), ("back", 1, 1),
        ("page 12", 1, 12), ("first", 9, 1), ("page 0", 4, 1), ("page ٣", 1, 3),
    ],
)  # fmt: skip
def test_a_page_is_named_or_stands_next_to_the_one_before(text, page, then):
    assert asked(text, "floods", page) == Asked(Query.parse("floods"), then)


@pytest.mark.parametrize(
    ("text", "after"),
    [("newest", "floods sort:newest"), ("Oldest first", "floods sort:oldest"), ("best", "floods")],
)
def test_another_order_is_named(text, after):
    assert query(text, "floods sort:oldest") == after


def test_older_and_newer_are_what_lies_beyond_the_days_of_the_page():
    days = [date(2021, 5, 4), date(2020, 2, 1), date(2022, 1, 1)]
    older, newer = asked("older", "floods after:2019", 2), asked("later?", "floods after:2019", 2)
    assert isinstance(older, Beyond)
    assert isinstance(newer, Beyond)
    assert older.asked == newer.asked == Asked(Query.parse("floods after:2019"), 2)
    assert str(older.than(days).query) == "floods before:2020-02-01"
    assert str(newer.than(days).query) == "floods after:2022-01-02"
    assert older.than([]) == older.asked
    assert newer.than([date.max]).query.filters.after == date.max


@pytest.mark.parametrize(
    "text",
    [
        "", "?!", "floods in Peru", "when did the ferry sink", "page", "page two", "page 1234567", "in Paris", "only",
        "last word", "older houses", "next election", "the first woman in space", "only ...", "2022 floods",
        f"only {'x' * 300}", "and why did the ferry sink that night", "from the sea to the court in two years",
    ],
)  # fmt: skip
def test_all_else_is_a_question_by_itself(text):
    assert asked(text, "floods") is None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Nur Reuters", "floods source:reuters.example"),
        ("nur Reuters oder lavoz", "floods source:reuters.example source:lavoz.example"),
        ("ohne Urteil", "floods -Urteil"),
        ("im Mai 2021", "floods after:2021-05-01 before:2021-06-01"),
        ("am 5. März 2021", "floods after:2021-03-05 before:2021-03-06"),
        ("die letzten 2 Wochen", "floods after:2024-03-17"),
        ("nur Mai 2021", "floods after:2021-05-01 before:2021-06-01"),
        ("only Reuters", "floods source:reuters.example"),
        ("last week", "floods after:2024-03-24"),
    ],
)
def test_the_rules_are_read_in_the_language_of_the_reader_and_in_english(text, after):
    german = Language("de", "de", German(), {})
    assert query(text, "floods", languages=(german, ENGLISH)) == after
    assert isinstance(asked("Früher!", "floods", languages=(german, ENGLISH)), Beyond)


@pytest.mark.parametrize(
    ("locale", "text", "days"),
    [
        ("pt", "5 de setembro de 2023", "after:2023-09-05 before:2023-09-06"),
        ("fr", "août 2020", "after:2020-08-01 before:2020-09-01"),
        ("ru", "март 2022", "after:2022-03-01 before:2022-04-01"),
        ("uk", "5 березня 2022", "after:2022-03-05 before:2022-03-06"),
        ("ja", "2022年5月", "after:2022-05-01 before:2022-06-01"),
        ("zh_Hans_CN", "2022年5月1日", "after:2022-05-01 before:2022-05-02"),
        ("ar", "مايو 2021", "after:2021-05-01 before:2021-06-01"),
    ],
)
def test_months_are_read_in_the_words_of_the_language(locale, text, days):
    language = Language(locale[:2], locale, gettext.NullTranslations(), {})
    assert query(text, "floods", languages=(language,)) == f"floods {days}"
    assert asked(f"{text} soup", "floods", languages=(language,)) is None


@pytest.mark.parametrize("code", [code for code in NAMES if code != "en"])
def test_every_way_that_a_translator_gives_has_the_fields_of_the_rule_once_each(code):
    for message in of(code):
        if " | " in str(message.id):
            wanted = sorted(FIELD.findall(message.id.partition(" | ")[0]))
            for way in filter(None, message.string.split(" | ")):
                assert sorted(FIELD.findall(way)) == wanted, (message.id, way)


@pytest.mark.parametrize("code", NAMES)
def test_whatever_a_translator_gives_the_english_ways_are_read(code):
    languages = (Languages().of(code), ENGLISH)
    assert query("only Reuters", "floods", languages=languages) == "floods source:reuters.example"
    assert asked("Page 7", "floods", languages=languages).page == 7


_BEGINNINGS = st.sampled_from(
    ["", "only ", "from ", "not ", "what about ", "and ", "same but ", "since ", "in ", "last ", "page ", "between "]
)


@settings(max_examples=300)
@given(
    _BEGINNINGS,
    st.one_of(st.text(max_size=60), st.sampled_from(["reuters", "2022", '2022" source:x "', "1 to 2", "{name}"])),
    st.text(max_size=20),
)
def test_whatever_is_written_asks_what_reads_back_as_the_same(beginning, text, before):
    turn = asked(f"{beginning}{text}", before, page=2)
    if isinstance(turn, Beyond):
        turn = turn.than([date(2021, 5, 4)])
    if turn is not None:
        assert turn.page >= 1
        assert Query.parse(str(turn.query)) == turn.query

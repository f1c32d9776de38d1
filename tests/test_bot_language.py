"""Every sentence is there in every language, with all that its English has; numbers and dates are of the place."""

import re
from datetime import date, time, timedelta

import pytest
from babel.numbers import format_decimal
from catalogues import brought_up_to_date, of, said
from hypothesis import given
from hypothesis import strategies as st
from test_bot_markdown import hostile_text, rendered

from bot.language import ENGLISH, NAMES, Languages
from bot.markdown import Markdown, clean
from bot.translator import NAME
from corpus import PubDate, Told

LANGUAGES = Languages()
OTHERS = [code for code in NAMES if code != ENGLISH]
FIELD = re.compile(r"\{([^}]*)\}")
CODE = re.compile(r"`([^`]+)`")
NAMED = re.compile(r"^[-_'\w]{1,32}$")  # Discord's documentation of application commands


def seen(markdown: str) -> str:
    return "".join(text for _, text in rendered(markdown))


def forms(text: object) -> list[str]:
    return list(text) if isinstance(text, list | tuple) else [str(text or "")]


@pytest.fixture(scope="module")
def english():
    return [message for message in said() if message.id]


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_exactly_what_is_said(code, english):
    theirs = {(message.context, str(message.id)) for message in of(code) if message.id}
    assert theirs == {(message.context, str(message.id)) for message in english}, "run `make docs`"


@pytest.mark.parametrize("code", OTHERS)
def test_everything_is_translated_in_every_plural(code):
    lacking = [message.id for message in brought_up_to_date(code) if message.id and not all(forms(message.string))]
    assert lacking == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_fields_and_the_code_of_the_english(code):
    for message in of(code):
        if not message.id:
            continue
        wanted = set(FIELD.findall(forms(message.id)[-1]))
        for form in forms(message.string):
            found = set(FIELD.findall(form))
            assert wanted - {"number"} <= found <= wanted, (message.id, form)
            assert sorted(CODE.findall(form)) == sorted(CODE.findall(forms(message.id)[-1])), (message.id, form)


@pytest.mark.parametrize("code", OTHERS)
def test_the_names_of_commands_are_names_to_discord(code):
    for message in of(code):
        if message.context == NAME:
            assert NAMED.match(message.string), message.string
            assert message.string == message.string.lower()


def test_a_field_is_a_bare_name_that_markdown_leaves_alone(english):
    for message in english:
        for form in forms(message.id):
            assert all(re.fullmatch(r"[a-z]+", field) for field in FIELD.findall(form)), form


@pytest.mark.parametrize("code", NAMES)
@given(value=hostile_text)
def test_whatever_fills_a_field_renders_as_text(code, value):
    said_so = LANGUAGES.of(code).say("by {name}", name=value)
    assert clean(value) in seen(said_so)


@given(value=hostile_text)
def test_what_is_markdown_already_is_not_escaped_again(value):
    assert str(LANGUAGES.of("en").say("by {name}", name=Markdown(value))) == f"by {value}"


def test_a_command_is_mentioned_as_soon_as_its_id_is_known():
    languages = Languages()
    language = languages.of("de")
    sentence = "This message can no longer do that: ask again with `/search`."
    assert language.say(sentence).endswith("`/search`.")
    languages.commands["search"] = 7
    assert language.say(sentence).endswith("</search:7>.")


@pytest.mark.parametrize(
    ("locale", "number", "day"),
    [
        ("en-US", "1,234,567", "September 5, 2023"),
        ("en-GB", "1,234,567", "5 September 2023"),
        ("de", "1.234.567", "5. September 2023"),
        ("fr", "1\u202f234\u202f567", "5 septembre 2023"),
        ("es-ES", "1.234.567", "5 de septiembre de 2023"),
        ("es-419", "1.234.567", "5 de septiembre de 2023"),
        ("pt-BR", "1.234.567", "5 de setembro de 2023"),
        ("uk", "1\xa0234\xa0567", "5 вересня 2023\u202fр."),
        ("ja", "1,234,567", "2023年9月5日"),
        ("zh-CN", "1,234,567", "2023年9月5日"),
        ("ar", "1,234,567", "5 سبتمبر 2023"),
        ("pl", "1,234,567", "September 5, 2023"),
    ],
)
def test_numbers_and_days_are_those_of_the_place_and_english_where_it_is_not_known(locale, number, day):
    language = LANGUAGES.of(locale)
    assert (language.number(1234567), language.day(date(2023, 9, 5))) == (number, day)


@pytest.mark.parametrize("locale", [*NAMES, "en-GB"])
@given(number=st.integers(min_value=0, max_value=10**12))
def test_a_number_is_written_as_babel_writes_it(locale, number):
    language = LANGUAGES.of(locale)
    assert language.number(number) == format_decimal(number, locale=language._locale)


def test_a_date_keeps_the_precision_that_is_known():
    language = LANGUAGES.of("en-GB")
    day = date(2023, 9, 5)
    assert language.published(PubDate(day)) == "5 September 2023"
    assert language.published(PubDate(day, time(11, 47))) == "5 September 2023, 11:47"
    assert language.published(PubDate(day, time(11, 47), timedelta(0))) == "5 September 2023, 11:47 UTC"
    assert language.published(PubDate(day, time(11, 47), timedelta(hours=2))) == "5 September 2023, 11:47 UTC+02:00"


def test_what_the_archive_tells_is_told_in_the_language_of_the_reader():
    told = Told("No outlet here is called “{name}”.", name="`x` *y*")
    assert str(LANGUAGES.of("en").told(told)) == r"No outlet here is called “`x` \*y\*”."


@given(st.text())
def test_what_is_not_known_to_be_a_sentence_is_shown_as_it_is(text):
    assert clean(text.replace("`", "")) in seen(LANGUAGES.of("de").told(text.replace("`", "")))

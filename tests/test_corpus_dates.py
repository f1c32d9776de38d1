"""What an article says of its date, as it comes out on the other side: to the precision it was given, or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.ingest import DateOrder, parse
from corpus.model import Article, PubDate, RawArticle, Rejection

OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2025, 1, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001


def dated(value: object, *, dates: DateOrder | None = None, **more: object) -> str:
    """The date of an article that says ``value``, or the reason why it has none."""
    fields = {"text": "Words enough.", "source": "The Daily Bugle", "date": value, **more}
    article = parse(RawArticle(fields, "here"), dates=dates)
    return str(article.published) if isinstance(article, Article) else article.reason


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("2023-09-05", "2023-09-05"),
        ("2023-09-05 11:47:52", "2023-09-05T11:47:52"),
        ("2023-09-05T11:47:52Z", "2023-09-05T11:47:52+00:00"),
        ("2023-09-05T11:47:52.123+02:00", "2023-09-05T11:47:52+02:00"),
        ("2023-09-05T11:47:52,123", "2023-09-05T11:47:52"),
        ("2023-09-05T11:47:52-0430", "2023-09-05T11:47:52-04:30"),
        ("2023-09-05 11:47:52 +0000", "2023-09-05T11:47:52+00:00"),
        ("2023-09-05 11:47:52 UTC", "2023-09-05T11:47:52+00:00"),
        ("2023-09-05T11:47", "2023-09-05T11:47:00"),
        ("2023-09-05Z", "2023-09-05"),
        ("2023-09-05+02:00", "2023-09-05"),
        ("20230905", "2023-09-05"),
        ("20230905114752", "2023-09-05T11:47:52"),
        ("20230905T114752Z", "2023-09-05T11:47:52+00:00"),
        ("2023/9/5 1:02", "2023-09-05T01:02:00"),
        ("2023年9月5日", "2023-09-05"),
        ("2023년 9월 5일", "2023-09-05"),
    ],
)
def test_a_date_that_begins_with_the_year_is_read_as_it_stands(written: str, known: str) -> None:
    assert dated(written) == known


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Tue, 05 Sep 2023 11:47:52 +0200", "2023-09-05T11:47:52+02:00"),
        ("Tue, 05 Sep 2023 11:47:52 +0200 (CEST)", "2023-09-05T11:47:52+02:00"),
        ("Tue, 05 Sep 2023 11:47:52 GMT", "2023-09-05T11:47:52+00:00"),
        ("Tue, 05 Sep 2023 11:47:52 EST", "2023-09-05T11:47:52-05:00"),
        ("Tue Sep 05 11:47:52 +0000 2023", "2023-09-05T11:47:52+00:00"),
        ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01"),
        ("September 5, 2023", "2023-09-05"),
        ("Sept. 5, 2023", "2023-09-05"),
        ("Tuesday 5th of September, 2023", "2023-09-05"),
        ("Sep 5 2023 8pm", "2023-09-05T20:00:00"),
        ("September 5, 2023 at 11:47 PM", "2023-09-05T23:47:00"),
        ("September 5, 2023, 12:10 a.m. EDT", "2023-09-05T00:10:00-04:00"),
        ("1:32 PM ET, Tue September 5, 2023", "2023-09-05T13:32:00"),
    ],
)
def test_english_dates_are_read_with_their_time_and_zone(written: str, known: str) -> None:
    assert dated(written) == known


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("martes, 5 de septiembre de 2023", "2023-09-05"),
        ("5 de septiembre de 2023, 11:47 p. m.", "2023-09-05T23:47:00"),
        ("5 septembre 2023 à 11h47", "2023-09-05T11:47:00"),
        ("1er août 2023", "2023-08-01"),
        ("Dienstag, 5. März 2024, 11:47 Uhr", "2024-03-05T11:47:00"),
        ("5 de março de 2024", "2024-03-05"),
        ("5 settembre 2023", "2023-09-05"),
        ("5 сентября 2023 г.", "2023-09-05"),
        ("5 września 2023", "2023-09-05"),
    ],
)
def test_months_are_read_in_several_languages(written: str, known: str) -> None:
    assert dated(written) == known


def test_a_month_name_is_read_in_the_language_of_the_article() -> None:
    assert dated("5 listopada 2023", language="pl") == "2023-11-05"


def test_a_month_name_that_means_another_month_in_another_language_is_no_date_without_it() -> None:
    assert dated("15 listopada 2023", language="hr") == "2023-10-15"
    assert "unreadable date" in dated("15 listopada 2023")


def test_a_number_that_is_milliseconds_or_a_day_and_a_time_is_no_date() -> None:
    assert "ambiguous date" in dated(202309051147)
    assert dated("202309051147") == "2023-09-05T11:47:00"


def test_a_number_is_seconds_or_milliseconds_or_a_day() -> None:
    assert dated(1693914472) == dated("1693914472") == dated(1693914472000) == "2023-09-05T11:47:52+00:00"
    assert dated(20230905) == "2023-09-05"


def test_a_date_as_a_database_exports_it_is_read() -> None:
    assert dated({"$date": "2023-09-05T01:00:00Z"}) == "2023-09-05T01:00:00+00:00"


def test_a_zone_that_means_several_offsets_is_dropped() -> None:
    assert dated("September 5, 2023 11:47 IST") == "2023-09-05T11:47:00"
    assert dated("Tue, 05 Sep 2023 11:47:52 -0000") == "2023-09-05T11:47:52"
    assert dated("Tue, 05 Sep 2023 11:47:52 +9900") == "2023-09-05T11:47:52"


@pytest.mark.parametrize("written", ["05/09/2023", "5.9.2023", "05-09-2023 14:00"])
def test_day_and_month_that_could_be_exchanged_need_the_keepers_word(written: str) -> None:
    assert dated(written).startswith("ambiguous date")
    assert "day-first or month-first" in dated(written)
    assert dated(written, dates="day-first")[:10] == "2023-09-05"
    assert dated(written, dates="month-first")[:10] == "2023-05-09"


def test_day_and_month_that_can_only_be_read_in_one_way_need_no_word() -> None:
    assert dated("25/12/2023") == dated("12/25/2023") == "2023-12-25"
    assert dated("12/25/2023", dates="day-first") == "2023-12-25"
    assert dated("5/5/2023") == dated("05/5/2023") == "2023-05-05"


@pytest.mark.parametrize(
    "written",
    [
        "today", "yesterday", "2 hours ago", "September 2023", "2023", "2023-09", "summer 2023", "5-6 September 2023",
        "5/9/23", "Tue, 5 Sep 23 11:47:52 GMT", "31/02/2023", "2023-13-45", "2023-09-05 25:61:00", "13 Foo 2023",
        "Friday, 13 2023", "10 March 2023 (updated 11 March 2023)", "2023-W36-2", "x" * 5000,
        "September 5, 2023 13:00 PM", "2023/9/5 25:00", "20231345", "2023-99-99T00:00",
        True, 7, float("inf"), 10**400, ["2023-09-05", "2023-09-06"], {"year": 2023, "month": 9},
    ],
)  # fmt: skip
def test_what_is_no_calendar_day_is_refused_with_a_short_reason(written: object) -> None:
    reason = dated(written)
    assert reason.startswith("unreadable date")
    assert len(reason) < 150


@pytest.mark.parametrize("written", [None, "", "  ", "None", "nan", float("nan"), []])
def test_a_date_that_says_nothing_is_no_date(written: object) -> None:
    assert dated(written) == "no date"


def test_days_before_newspapers_are_refused() -> None:
    assert dated("0001-01-01") == "date before 1600: 0001-01-01"
    assert dated("1609-07-15") == "1609-07-15"


def test_a_day_in_the_future_is_refused_and_tomorrow_is_not() -> None:
    today = datetime.now(UTC).date()
    assert dated(str(today + timedelta(days=1))) == str(today + timedelta(days=1))
    assert dated(str(today + timedelta(days=9))).startswith("date in the future")


def test_the_most_exact_of_several_dates_is_taken_and_an_unreadable_one_passed_over() -> None:
    assert dated("2023-09-05", publishedAt="2023-09-05T11:47:52Z") == "2023-09-05T11:47:52+00:00"
    assert dated("2023-09-05", publishedAt="soon") == "2023-09-05"


@given(MOMENTS, OFFSETS)
def test_any_moment_comes_back_from_its_iso_and_its_mail_form(moment: datetime, offset: timedelta) -> None:
    aware = moment.replace(tzinfo=timezone(offset))
    assert dated(aware.isoformat()) == dated(format_datetime(aware)) == aware.isoformat()
    assert dated(moment.isoformat()) == moment.isoformat()


@given(st.dates(date(1600, 1, 1), date(2025, 1, 1)))
def test_any_day_is_the_same_in_every_spelling_and_never_grows_a_time(day: date) -> None:
    spellings = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day:%B} {day.day}, {day:%Y}",
        f"{day:%a}, {day:%d %b %Y}",
    ]
    assert {dated(spelling) for spelling in spellings} == {day.isoformat()}


@given(
    st.builds(PubDate, st.dates(), st.none())
    | st.builds(PubDate, st.dates(), st.times().map(lambda t: t.replace(microsecond=0)), st.none() | OFFSETS)
)
def test_a_publication_date_comes_back_from_its_text(known: PubDate) -> None:
    assert PubDate.from_iso(str(known)) == known
    assert (known.time is None) == (len(str(known)) == len("2023-09-05"))


@settings(deadline=None)  # the first odd text loads dateparser
@given(
    st.text()
    | st.from_regex(r"[0-9 :/.TZ+-]{1,30}")
    | st.integers()
    | st.floats()
    | st.dictionaries(st.text(), st.text())
)
def test_no_value_is_more_than_a_refusal(value: object) -> None:
    fields = {"text": "Words.", "source": "x.example", "date": value}
    found = parse(RawArticle(fields, "here"))
    assert isinstance(found, Article | Rejection)
    if isinstance(found, Article):
        assert PubDate.from_iso(str(found.published)) == found.published


def test_midnight_that_is_given_stays_and_none_is_added() -> None:
    assert PubDate.from_iso("2023-09-05T00:00:00").time == time(0)
    assert PubDate.from_iso("2023-09-05").time is None

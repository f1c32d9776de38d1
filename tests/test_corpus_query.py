"""The query language: what is typed becomes one query, whose text reads back as the same."""

from datetime import date

import fuzz_queries
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus import Either, Field, Filters, In, Must, Phrase, Prefix, Query, Sort, Together, Without, Word

TODAY = date(2024, 3, 31)


def read(typed: str, **options: str) -> str:
    return str(Query.parse(typed, today=TODAY, **options))


# What is typed, at random and from the parts of the language.

_SCRAPS = st.sampled_from(fuzz_queries.scraps())
_TYPED = st.lists(st.one_of(_SCRAPS, st.text(max_size=12), st.just(" ")), max_size=30).map("".join)
_LEAVES = st.one_of(
    st.sampled_from(["cuba", "Álvaro", "C++", "or", "OR", "mercen*", "m*", '"visa free"', '"a b"~5', '""', "source:x"]),
    st.from_regex(r"[\w'.,*-]{1,8}", fullmatch=True),
)
_BUILT = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["-", "+", "NOT ", "title:", "-author:", ""]), inner).map("".join),
        st.tuples(st.sampled_from([" OR ", " AND ", " ", "|"]), inner, inner).map(lambda t: f"({t[1]}{t[0]}{t[2]})"),
        st.tuples(st.sampled_from([" OR ", " AND ", " "]), inner, inner).map(lambda t: f"{t[1]}{t[0]}{t[2]}"),
    ),
    max_leaves=25,
)


@given(st.one_of(_TYPED, _BUILT))
@settings(max_examples=2_000)
@example("e\u034f\u0301 \u1fef \u0315\u0323 \u3164")
@example("title:) title:| -( NOT")
def test_whatever_is_typed_or_pasted_becomes_a_query_whose_text_reads_back_as_the_same(typed):
    fuzz_queries.check(typed)


def test_a_few_thousand_hostile_inputs_are_read_within_their_bounds():
    assert fuzz_queries.run(seed=7, number=3_000) < 5 * fuzz_queries.SLOWEST  # a shared machine is slow at times


# Words, phrases, signs, groups.


def test_words_phrases_prefixes_and_signs_are_told_apart():
    query = Query.parse(
        'cuba "human trafficking network" "cuba russia"~5 mercen* -tourism -"visa free" NOT spa +sanctions'
    )
    assert query.clauses == (
        Word("cuba"),
        Phrase("human trafficking network"),
        Phrase("cuba russia", slop=5),
        Prefix("mercen"),
        Without(Word("tourism")),
        Without(Phrase("visa free")),
        Without(Word("spa")),
        Must(Word("sanctions")),
    )
    assert query.notes == ()


def test_or_binds_tighter_than_standing_side_by_side_and_and_tighter_than_or():
    assert Query.parse("cuba OR havana recruits").clauses == (Either((Word("cuba"), Word("havana"))), Word("recruits"))
    assert Query.parse("a AND b OR c").clauses == (Either((Together((Word("a"), Word("b"))), Word("c"))),)
    assert Query.parse("a AND b").clauses == (Must(Word("a")), Must(Word("b")))


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("cuba OR havana recruits", "(cuba OR havana) recruits"),
        ("a|b", "a OR b"),
        ("a || b | c", "a OR b OR c"),
        ("(a b) OR c", "(a AND b) OR c"),
        ("(+a b) OR +c", "(a AND b) OR c"),
        ("(a (b)) ((c))", "a b c"),
        ("(a OR b) OR (c OR d)", "a OR b OR c OR d"),
        ("a AND (b AND c)", "+a +b +c"),
        ("a AND NOT b", "+a -b"),
        ("a AND (b OR c)", "+a +(b OR c)"),
        ("x (a AND b)", "x +a +b"),
        ("+(a b)", "+a +b"),
        ("+(a OR b)", "+(a OR b)"),
        ("-(a b)", "-a -b"),
        ("-(a OR b)", "-a -b"),
        ("-(a AND b)", "-(a AND b)"),
        ("NOT (a b)", "-a -b"),
        ("NOT NOT a", "+a"),
        ("--a -+b", "-a -b"),
        ("a OR NOT b", "a OR -b"),
        ("-(a AND -(b AND c))", "-(a AND -(b AND c))"),
        ("or and not", "or and not"),
        ("OR, title:AND -NOT", "or title:and -not"),
        ("state-of-the-art x-y", "state-of-the-art x-y"),
        ("C++ c# 5% U.S. it's", "C++ c# 5% U.S it's"),
        ("12:30 a:b", "12 30 a b"),
        ("mercen*, (so*)", "mercen* so*"),
        ('"a b"~5 "a b"~0 "a b"~007', '"a b"~5 "a b" "a b"~7'),
        ("ВОЕННЫЕ 東京都 नमस्ते عربي", "ВОЕННЫЕ 東京都 नमस्ते عربي"),
        ("「東京 大阪」（カナダ OR 米国）", '"東京 大阪" (カナダ OR 米国)'),
        ("„Kuba“ «Россия и Куба» “a b”", '"Kuba" "Россия и Куба" "a b"'),
    ],
)
def test_what_is_typed_has_one_form(typed, canonical):
    assert read(typed) == canonical


def test_fields_stand_before_words_phrases_prefixes_and_groups():
    query = Query.parse('title:shoigu headline:"the war" by:mora* -author:x text:(a OR b) section:(world AND sport)')
    assert query.clauses == (
        In(Field.TITLE, Word("shoigu")),
        In(Field.TITLE, Phrase("the war")),
        In(Field.AUTHOR, Prefix("mora")),
        Without(In(Field.AUTHOR, Word("x"))),
        Either((In(Field.BODY, Word("a")), In(Field.BODY, Word("b")))),
        Must(In(Field.SECTION, Word("world"))),
        Must(In(Field.SECTION, Word("sport"))),
    )
    assert read("title:(a body:b) intitle:-c") == "title:a body:b -title:c"


# Filters, order, copies.


def test_filters_are_read_wherever_they_stand():
    query = Query.parse(
        'source:NYTimes.com,bbc.com cuba -source:tass.com lang:es,EN -lang:ru site:"The Daily" '
        "sort:newest after:2023-06 before:2023-09-05 copies:all"
    )
    assert query.clauses == (Word("cuba"),)
    assert query.filters == Filters(
        sources=("nytimes.com", "bbc.com", "the daily"),
        without=("tass.com",),
        languages=("es", "en"),
        without_languages=("ru",),
        after=date(2023, 6, 1),
        before=date(2023, 9, 5),
    )
    assert (query.sort, query.copies_all, query.notes) == (Sort.NEWEST, True, ())


@pytest.mark.parametrize(
    "typed",
    ["source:(a OR b) storm", "source:a OR source:b storm", "storm AND source:a,b", "source:a AND site:b AND storm"],
)
def test_filters_may_be_joined_as_one_would_say_it(typed):
    query = Query.parse(typed)
    assert str(query) == "storm source:a source:b"
    assert query.notes == ()


def test_an_option_is_the_same_as_the_operator_of_its_name():
    by_option = Query.parse("cuba", source="The Daily", after="7d", before="Sep 2024", sort="oldest", today=TODAY)
    typed = 'cuba source:"The Daily" after:7d before:"Sep 2024" sort:oldest'
    assert by_option == Query.parse(typed, today=TODAY)
    assert Query.parse("cuba", source=" ", after="", before=None, sort="") == Query.parse("cuba")
    assert Query.parse("", source="a,b").filters.sources == ("a", "b")


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("after:2023", "after:2023-01-01"),
        ("after:2023-06", "after:2023-06-01"),
        ("before:2023-09-05", "before:2023-09-05"),
        ("before:2023", "before:2023-01-01"),
        ("on:2023-09-05", "after:2023-09-05 before:2023-09-06"),
        ("date:2023-02", "after:2023-02-01 before:2023-03-01"),
        ("on:2023", "after:2023-01-01 before:2024-01-01"),
        ("date:2023-06..2023-08", "after:2023-06-01 before:2023-09-01"),
        ("date:2023-06..", "after:2023-06-01"),
        ("date:..2023-08", "before:2023-09-01"),
        ("date:2023-06-01/2023-08-31", "after:2023-06-01 before:2023-09-01"),
        ("date:2023/2024", "after:2023-01-01 before:2025-01-01"),
        ("date:2023-06-01/P3M", "after:2023-06-01 before:2023-09-01"),
        ("date:P2W/2023-09-05", "after:2023-08-23 before:2023-09-06"),
        ("date:P1Y2M10D/2023-09-05", "after:2022-06-26 before:2023-09-06"),
        ("last:7d", "after:2024-03-24"),
        ("last:week", "after:2024-03-24"),
        ("last:month", "after:2024-02-29"),
        ("last:1y", "after:2023-03-31"),
        ("after:yesterday", "after:2024-03-30"),
        ("on:today", "after:2024-03-31 before:2024-04-01"),
        ("after:2w before:7d", "after:2024-03-17 before:2024-03-24"),
        ("date:3m..today", "after:2023-12-31 before:2024-04-01"),
        ("on:2023-Q3", "after:2023-07-01 before:2023-10-01"),
        ("on:2023Q4", "after:2023-10-01 before:2024-01-01"),
        ("on:2023-W36", "after:2023-09-04 before:2023-09-11"),
        ("on:2023/09/05", "after:2023-09-05 before:2023-09-06"),
        ("on:2023/09", "after:2023-09-01 before:2023-10-01"),
        ("on:20230905", "after:2023-09-05 before:2023-09-06"),
        ('on:"Sep 2023"', "after:2023-09-01 before:2023-10-01"),
        ("on:sept-2023", "after:2023-09-01 before:2023-10-01"),
        ('on:"5 September 2023"', "after:2023-09-05 before:2023-09-06"),
        ('on:"Sep 5, 2023"', "after:2023-09-05 before:2023-09-06"),
        ("on:25/09/2023", "after:2023-09-25 before:2023-09-26"),
        ("on:05.05.2023", "after:2023-05-05 before:2023-05-06"),
        ("after:2023 after:2022 before:2025 before:2024", "after:2023-01-01 before:2024-01-01"),
        ("on:2023-09 last:1y date:..2023-09-10", "after:2023-09-01 before:2023-09-11"),
        ("on:9999-12-31", "after:9999-12-31"),
        ("on:9999", "after:9999-01-01"),
        ("on:9999-Q4", "after:9999-10-01"),
        ("on:9999-W52", "after:9999-12-27"),
        ("on:0001", "after:0001-01-01 before:0002-01-01"),
        ("before:0001", "before:0001-01-01"),
        ("after:9999y", "after:0001-01-01"),
        ("date:P9999Y/2023", "before:2024-01-01"),
        ("date:9999-06/P9999Y", "after:9999-06-01"),
    ],
)
def test_days_are_read_in_the_ways_that_people_write_them(typed, days):
    query = Query.parse(typed, today=TODAY)
    assert str(query) == days
    assert query.notes == ()


@given(
    st.sampled_from(["after", "before", "on", "last"]),
    st.text(alphabet="0123456789-/.PYMWDpq ", max_size=16),
    st.dates(),
)
@example("on", "9999y..9999-12-31", date.min)
@example("on", "P1D/0001-01-01", date.max)
@example("on", "9999-12-31/P1D", date.max)
@example("last", "0d", date.max)
def test_no_date_is_beyond_the_calendar(name, value, today):
    query = Query.parse(f'{name}:"{value}"', today=today)
    assert Query.parse(str(query)) == query


def test_today_is_the_day_that_is_given():
    assert Query.parse("after:yesterday", today=date(2020, 1, 1)).filters.after == date(2019, 12, 31)
    assert Query.parse("after:today").filters.after is not None


# What is not read as typed.


@pytest.mark.parametrize(
    ("typed", "canonical", "note"),
    [
        ('"unbalanced phrase', "unbalanced phrase", "quotation mark"),
        ("(storm", "storm", "parenthesis"),
        ("storm)) wind", "storm wind", "parenthesis"),
        ("before:2023-02-30 storm", "storm", "“before:2023-02-30” was left out: there is no such day"),
        ("after:2023-13 storm", "storm", "no such day"),
        ("after:soon storm", "storm", "write a date as 2023, 2023-09, 2023-09-05"),
        ("date:2023-06-15T10:00 storm", "storm", "“date:2023-06-15T10:00” was left out: write a date as"),
        ("source:(a -title:b) storm", "storm source:a source:b", "“-” has nothing to act on"),
        ("last:7h storm", "storm", "write it as 7d"),
        ("after:05/09/2023 storm", "storm", "it may be 2023-05-09 or 2023-09-05"),
        ("after:..2023 storm", "storm", "no first day"),
        ("-after:2023 storm", "storm", "cannot be excluded"),
        ("tag:sports goal", "tag sports goal", "tag:"),
        ("source: storm", "storm", "source:"),
        ("title: storm", "storm", "title:"),
        ('source:"" storm', "storm", "source:"),
        ("lang:spanish storm", "storm", "lang:es"),
        ("sort:random storm", "storm", "relevance, newest and oldest"),
        ("sort:newest sort:oldest storm", "storm sort:oldest", "one order"),
        ("copies:none storm", "storm", "copies:all"),
        ("(source:x OR a) b", "a b source:x", "whole query"),
        ("after:2024 before:2023 storm", "storm after:2024-01-01 before:2023-01-01", "No day lies between"),
        ("a OR source:x b", "a b source:x", "whole query"),
        ("OR storm", "storm", "“OR” has nothing to act on"),
        ("storm AND", "storm", "“AND” has nothing to act on"),
        ("storm NOT", "storm", "“NOT” has nothing to act on"),
        ("a OR OR b", "a OR b", "“OR”"),
        ("storm - wind", "storm wind", "“-”"),
        ("m* storm", "m storm", "star"),
        ("*storm w*d", "storm w d", "star"),
        ('"a b"~99', '"a b"~15', "15"),
        ("x" * 70, "x" * 60, "60 characters"),
        ("a OR (b AND (c OR (d AND e)))", "a OR (b AND (c OR d OR e))", "3 deep"),
        (
            " ".join(f'"{n} x"' for n in range(9)) + " y",
            " ".join(f'"{n} x"' for n in range(8)) + " y",
            "first 8 phrases",
        ),
        (" ".join(f"source:{n}" for n in range(11)), " ".join(f"source:{n}" for n in range(10)), "first 10 sources"),
    ],
)
def test_what_cannot_be_read_as_typed_is_said_in_a_note(typed, canonical, note):
    query = Query.parse(typed, today=TODAY)
    assert str(query) == canonical
    assert note in " ".join(query.notes)
    assert len(query.notes) == len(set(query.notes))


def test_a_query_longer_than_a_line_of_a_message_is_cut_at_a_word_and_says_so():
    query = Query.parse("harbour " * 1_000)
    assert str(query) == " ".join(["harbour"] * 37)
    assert any("cut at 300" in note for note in query.notes)


def test_of_alternatives_that_are_too_long_the_first_are_kept():
    query = Query.parse(f"({' OR '.join(f'harbour{number}' for number in range(100))}) storm")
    assert str(query).startswith("harbour0 OR harbour1 OR ")
    assert len(str(query)) <= 300
    assert any("cut at 300" in note for note in query.notes)


@pytest.mark.parametrize(
    "typed", ["", "   ", "-", '""', "?!", "\x00\u202e", "()", "OR", "sort:newest", "+(-())", "\u3164"]
)
def test_what_asks_nothing_is_empty(typed):
    assert Query.parse(typed).empty


def test_notes_make_no_other_query():
    assert Query.parse('"cuba') == Query.parse("cuba")


def test_a_plain_question_keeps_its_words_without_the_punctuation():
    assert read("What did Cuba say, about “Russian” recruiters?") == 'What did Cuba say about "Russian" recruiters'


# Pasted text.


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("RT @realDonaldTrump: NOT true! -source:x (a OR b)", "RT real Donald Trump not true source x a or b"),
        ("#BlackLivesMatter #COVID19 #Election2020", "Black Lives Matter COVID19 Election 2020"),
        ("#MeToo #USElection", "Me Too US Election"),
        ("#G20 @nytimes #iPhone #black_lives #Álvaro", "G20 nytimes iPhone black lives Álvaro"),
        ("see https://t.co/abc?x=1, pic.twitter.com/xyz and www.a.example now", "see and now"),
        ("看https://t.co/abc，東京", "看 東京"),
        ("and/or km/h nytimes.com a@b.example", "and or km h nytimes.com a b.example"),
        ("Storm storm STORM the storm", "Storm the"),
        ('"quoted" title:x mercen* C++', "quoted title x mercen C"),
        ("हिन्दी नमस्ते", "हिन्दी नमस्ते"),
        ("", ""),
    ],
)  # fmt: skip
def test_pasted_text_is_words_and_nothing_else(pasted, words):
    query = Query.words(pasted)
    assert str(query) == words
    assert all(isinstance(clause, Word) for clause in query.clauses)
    assert query.notes == ()


def test_of_a_long_pasted_text_the_small_words_go_first():
    words = [f"harbour{number}" for number in range(30)]
    query = Query.words(" of the with ".join(words))
    assert str(query) == " ".join(words)
    assert any("small words" in note for note in query.notes)
    longer = Query.words(" of the with ".join([*words, "storm", "wind"]))
    assert len(str(longer)) <= 300
    assert any("cut at 300" in note for note in longer.notes)


@pytest.mark.parametrize(
    "steered",
    [lambda query: query.ordered(Sort.NEWEST), lambda query: query.within(date(2023, 1, 1), date(2023, 2, 1))],
    ids=["ordered", "within"],
)
def test_a_query_that_is_steered_reads_back_as_the_same_however_long_it_was(steered):
    query = steered(Query.words(" ".join(f"harbour{number}" for number in range(60))))
    assert len(str(query)) <= 300
    assert Query.parse(str(query)) == query


# A query that goes on from another.


@pytest.mark.parametrize(
    ("before", "more", "after"),
    [
        ("ferry Aurelia", "inquiry", "ferry Aurelia +inquiry"),
        ("ferry", 'cod "stern door"', 'ferry +cod +"stern door"'),
        ("ferry OR tanker", "inquiry", "(ferry OR tanker) +inquiry"),
        ("ferry source:a.example sort:newest", "cod after:2022",
         "ferry +cod source:a.example after:2022-01-01 sort:newest"),
        ("ferry copies:all", "cod", "ferry +cod copies:all"),
        ("ferry", "cod OR herring", "ferry +(cod OR herring)"),
        ("source:a.example", "cod", "+cod source:a.example"),
        ("similar:s5nyewdicz", "cod", "+cod similar:s5nyewdicz"),
        ("ferry", "cod similar:s5nyewdicz", "ferry +cod similar:s5nyewdicz"),
        ("ferry", "", "ferry"),
    ],
)  # fmt: skip
def test_a_query_requires_further_words_and_keeps_all_else(before, more, after):
    assert str(Query.parse(before).requiring(Query.parse(more))) == after


@pytest.mark.parametrize(
    ("before", "less", "after"),
    [
        ("ferry Aurelia", "verdict", "ferry Aurelia -verdict"),
        ("ferry", 'verdict "stern door"', 'ferry -verdict -"stern door"'),
        ("ferry -cod before:2023", "verdict", "ferry -cod -verdict before:2023-01-01"),
        ("ferry", "source:a.example", "ferry -source:a.example"),
        ("similar:s5nyewdicz", "verdict", "-verdict similar:s5nyewdicz"),
        ("similar:s5nyewdicz", "source:a.example", "similar:s5nyewdicz -source:a.example"),
        ("ferry", "-verdict", "ferry +verdict"),
    ],
)
def test_a_query_excludes_further_words_and_keeps_all_else(before, less, after):
    assert str(Query.parse(before).excluding(Query.parse(less))) == after


@pytest.mark.parametrize(
    ("before", "other", "after"),
    [
        ("election results", "Kazakhstan", "election results +Kazakhstan"),
        ("election results +Kazakhstan", "Peru", "election results +Peru"),
        ("election +Kazakhstan -poll", "Peru", "election -poll +Peru"),
        ("Kazakhstan", "Peru", "Peru"),
        ('"visa free" -poll after:2022', "Peru", "Peru -poll after:2022-01-01"),
        ("+Kazakhstan", "Peru", "Peru"),
        ("ferry OR tanker", "Peru", "(ferry OR tanker) +Peru"),
        ("source:a.example sort:oldest", "Peru", "Peru source:a.example sort:oldest"),
    ],
)
def test_a_query_is_asked_of_something_else_in_the_place_of_what_had_to_hold(before, other, after):
    assert str(Query.parse(before).about(Query.parse(other))) == after


def test_where_there_is_no_room_for_all_the_further_words_stay():
    full = Query.words(" ".join(f"harbour{number}" for number in range(60)))
    joined = full.requiring(Query.parse("verdict"))
    assert str(joined).startswith("+verdict harbour0 ")
    assert any("cut at 300" in note for note in joined.notes)
    heavy = Query.parse(" ".join(f"-w{number}" for number in range(8)))
    assert Without(Word("verdict")) in heavy.excluding(Query.parse("verdict")).clauses


@given(_TYPED, st.one_of(_TYPED, _BUILT), st.sampled_from([Query.requiring, Query.excluding, Query.about]))
@settings(max_examples=300)
def test_a_query_that_goes_on_from_another_reads_back_as_the_same(before, more, joined):
    query = joined(Query.parse(before, today=TODAY), Query.parse(more, today=TODAY))
    assert Query.parse(str(query)) == query
    assert len(str(query)) <= 300

"""An article, and what leads on from it, stand on one message in every language, whatever they say and for everyone."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bot_markdown import hostile_text, rendered
from test_bot_render import ENGLISH, READERS, addresses, articles, queries, text_of, texts, within_limits

from bot.markdown import clean, units
from bot.reader import Audience, Reader
from bot.render.article import Opened, article, choice
from bot.render.export import Files, exported
from bot.render.layout import OPTION
from bot.render.story import story
from bot.render.why import why
from corpus import Article, Copy, Export, Given, Headline, Hit, PubDate, Query, Reading, Span, Why

readers = st.sampled_from(READERS)
long_texts = st.builds(lambda text, times: text * times, hostile_text, st.integers(0, 400))
spans = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 30)), max_size=60).map(
    lambda pairs: tuple(Span(60 * n, 60 * n + stop) for n, (_, stop) in enumerate(pairs))
)
seen = hostile_text.filter(clean)
copies = st.lists(
    st.builds(Copy, st.integers().map(str), seen, seen, st.builds(PubDate, st.dates()), addresses),
    max_size=100,
    unique_by=lambda copy: copy.id,
).map(tuple)
asked = st.one_of(st.none(), st.one_of(queries, st.just("👩" * 300), st.just('"a_b" `')).map(Query.parse))
asked = asked.map(lambda query: query if query and not query.empty else None)
readings = st.builds(
    lambda shown, text, updated, marks, best, copies: Reading(
        replace(shown, text=text, updated=updated), marks, (), best if best and best.stop <= len(text) else None, copies
    ),
    articles, long_texts, st.sampled_from([None, datetime(2026, 9, 25, 22, 17, tzinfo=UTC)]), spans,
    st.one_of(st.none(), st.integers(0, 999).map(lambda start: Span(start, start + 80))), copies,
)  # fmt: skip
points = st.floats(0, 1e6)
words = st.lists(
    st.builds(Given, seen, points, st.integers(0, 10**6), st.integers(0, 10**6), points, st.integers(0, 9)),
    max_size=150,
).map(tuple)


def labels(view: ui.LayoutView) -> list[str | None]:
    return [item.label for item in view.walk_children() if isinstance(item, ui.Button)]


def kinds(markdown: str) -> set[str]:
    """What is in the lines of a text, behind what makes them headings or small."""
    return {
        kind for line in markdown.split("\n") for kind, _ in rendered(line.removeprefix("### ").removeprefix("-# "))
    }


def an_article(**fields) -> Article:
    given = {
        "id": "kv6hr54xyx",
        "headline": "Tidal barrier holds",
        "text": "It held.",
        "source": "harbourpost.example",
        "source_name": "The Harbour Post",
        "published": PubDate(date(2024, 3, 14)),
        "url": "https://harbourpost.example/barrier",
    }
    return Article(**{**given, **fields})


@settings(max_examples=60)
@given(readings, asked, st.integers(-5, 500), readers)
def test_any_page_of_any_article_is_within_the_limits_with_its_source_and_its_date(reading, query, number, reader):
    shown, opened = reading.article, Opened.at(reading, number, query)
    view = article(opened, reader)
    assert within_limits(view)
    head, body, foot = texts(view)
    assert kinds(head) <= {"text", "link"}
    assert kinds(body) <= {"text", "bold"}
    assert reader.language.published(shown.published) in head
    assert head.count("\n") == (1 if shown.updated is None else 2)
    assert foot.startswith("`" if query else "-# ")
    assert f"`{shown.id}`" in foot
    assert (f"<@{reader.id}>" in foot) == (reader.audience is Audience.PUBLIC)
    assert 1 <= opened.number <= len(opened.pages)


@pytest.mark.parametrize(
    ("length", "leads"),
    [(1200, "({url}#:~:text=The%20tidal%20barrier%20held)\n"), (1470, "({url})\n"), (1600, None)],
)
def test_the_way_to_the_passage_goes_before_the_link(length, leads):
    url = "https://harbourpost.example/".ljust(length, "x")
    reading = Reading(an_article(url=url, text="The tidal barrier held. " * 90), best=Span(0, 23))
    head = texts(article(Opened.at(reading), Reader(99, ENGLISH)))[0]
    headline = f"[Tidal barrier holds]{leads.format(url=url)}" if leads else "Tidal barrier holds\n"
    assert head.startswith(f"### {headline}")


@pytest.mark.parametrize(("audience", "passing"), [("private", "Share"), ("public", "Delete"), ("direct", "Delete")])
def test_who_reads_a_page_alone_may_share_it_and_others_may_take_it_away(audience, passing):
    view = article(Opened.at(Reading(an_article())), Reader(99, ENGLISH, audience=Audience(audience)))
    assert labels(view) == [passing, "Cite", "Similar", "More from this source"]


@settings(max_examples=60)
@given(words, points, articles, queries, readers)
def test_any_reason_is_within_the_limits(given_words, rest, shown, query, reader):
    score = sum(word.points for word in given_words) + 3 * rest
    view = why(Why(given_words, rest, rest, rest, score), shown, Query.parse(query), reader)
    assert within_limits(view)
    assert text_of(view).count("\n") < 200
    lines = text_of(view).split("\n")[1:]
    assert kinds("\n".join(lines)) <= {"text", "bold", "link"}


def test_a_question_of_conditions_alone_says_that_they_are_met():
    said = text_of(why(Why((), 0, 0, 0, 0), an_article(), Query.parse("after:2023"), Reader(99, ENGLISH)))
    assert "only conditions, which this article meets" in said
    assert "points" not in said


@settings(max_examples=60)
@given(articles, copies, asked, readers)
def test_any_story_is_within_the_limits_and_every_copy_is_listed_or_counted(shown, others, query, reader):
    view = story(Reading(shown, copies=others), query, reader)
    assert within_limits(view)
    listed = [item for item in view.walk_children() if isinstance(item, ui.Section)]
    assert len(listed) == min(len(others), 12)
    for copy, section in zip(others, listed, strict=False):
        entry = section.children[0].content
        assert reader.language.published(copy.published) in entry
        assert kinds(entry) <= {"text", "bold", "link"}


def test_copies_beyond_the_room_are_counted():
    others = tuple(Copy(str(n), f"outlet-{n}.example", "", PubDate(date(2024, 3, 14)), None) for n in range(40))
    said = text_of(story(Reading(an_article(), copies=others), Query.parse("flood"), Reader(99, ENGLISH)))
    assert said.startswith("### 40 others tell this story\n-# Tidal barrier holds\n**outlet-0.example**\n")
    assert said.endswith("`flood`\n-# and 28 more")


@given(hostile_text, seen, st.dates(), readers)
def test_any_suggestion_is_within_the_limits_and_ends_in_outlet_and_day(headline, source, day, reader):
    made = choice(Headline("kv6hr54xyx", headline, "a.example", source, PubDate(day)), reader.language)
    assert 0 < units(made.name) <= OPTION
    assert made.name.endswith(reader.language.day(day))
    assert made.value == "kv6hr54xyx"
    before_the_day = made.name.removesuffix(reader.language.day(day))
    assert clean(before_the_day) == before_the_day.rstrip(" ")


def _export(rows: int, matched: int = 5000, length: int = 10) -> Export:
    hits = tuple(Hit(n, 1.0, an_article(headline="x" * length), ()) for n in range(1, rows + 1))
    return Export("tidal barrier", (), (), matched, hits)


@pytest.mark.parametrize(
    ("export", "size", "said"),
    [
        (_export(8, 9), 10**6, ["9 articles match.", "The files have all of it in 8 rows."]),
        (_export(1, 1), 10**6, ["1 article matches.", "The files have all of it in 1 row."]),
        (
            _export(1000),
            10**7,
            [
                "5,000 articles match.",
                "The files have the first 1,000 rows only.",
                "More than 1,000 are not exported at once: choose a shorter period or fewer outlets.",
            ],
        ),
    ],
)
def test_an_export_says_how_much_of_the_answer_it_has(export, size, said):
    files = Files.of(export, size)
    assert text_of(exported(files, Reader(99, ENGLISH))).split("\n") == ["`tidal barrier`", *said]


@given(st.integers(2, 60), st.integers(1, 400), st.integers(1000, 60000))
def test_files_that_would_be_too_large_have_fewer_rows_and_say_so(rows, length, size):
    whole, files = Files.of(_export(rows, length=length), 10**9), Files.of(_export(rows, length=length), size)
    assert len(files.csv) + len(files.lines) <= size or not files.rows
    assert files.large == (files.rows < rows)
    assert files.large == (len(whole.csv) + len(whole.lines) > size)
    assert files.lines.count(b"\n") == files.rows
    said = text_of(exported(files, Reader(99, ENGLISH)))
    assert ("larger than what may be attached" in said) == files.large

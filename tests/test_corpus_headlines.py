"""Headlines for what is being typed: all of its words, the last as far as it goes, the newest article first."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Corpus, Headline, Keeper, PubDate

ENGINES = ("local", "opensearch")

WORDS = "ferry ferns fennel harbour harvest Harmony storm stove Storks Álvaro café 北京大学 北京 порт паром".split()
NOTHING_SMALL = st.sampled_from([*WORDS, "fe", "HAR", "sto", "alv", "alvaro", "caf", "北", "北京", "па", "zz"])


def titled(*titles, **others):
    """Articles with these headlines, each a day newer than the one before."""
    return [
        {"title": title, "text": f"Article {number}.", "date": f"2023-09-{number:02}", **others}
        for number, title in enumerate(titles, start=1)
    ]


def shown(corpus, typed, **limit):
    return [found.headline for found in corpus.headlines(typed, **limit)]


@pytest.fixture(scope="module")
def heap(tmp_path_factory):
    """An archive of many headlines made of few words, and these, the newest first."""
    chance, folder = Random(4), tmp_path_factory.mktemp("headlines")
    titles = [" ".join(chance.choices(WORDS, k=chance.randint(1, 5))) for _ in range(120)]
    days = [f"2023-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" for _ in titles]
    lines = [
        f'{{"id": {number}, "title": "{title}", "text": "Article {number}.", "source": "a.example", "date": "{day}"}}'
        for number, (title, day) in enumerate(zip(titles, days, strict=True))
    ]
    (folder / "articles.jsonl").write_text("\n".join(lines))
    with Keeper.open(folder / "data") as keeper:
        assert keeper.ingest([folder / "articles.jsonl"]).added == len(titles)
    order = sorted(range(len(titles)), key=lambda number: days[number], reverse=True)
    with Corpus.open(folder / "data") as corpus:
        yield corpus, [titles[number] for number in order]


def test_headlines_have_all_words_the_last_as_far_as_it_goes_the_newest_first(archive_of):
    corpus = archive_of(*titled("Ferry sinks off Mornmouth", "Sinking ferry: inquiry opens", "Ferry runs again"))
    assert shown(corpus, "ferry si") == ["Sinking ferry: inquiry opens", "Ferry sinks off Mornmouth"]
    assert shown(corpus, "si ferry") == []
    assert shown(corpus, "FERR") == ["Ferry runs again", "Sinking ferry: inquiry opens", "Ferry sinks off Mornmouth"]


def test_a_headline_knows_its_article_and_its_credit(archive_of):
    corpus = archive_of({"title": "Dam holds", "text": "It holds.", "source": "The Daily Bugle", "date": "2023-09-05"})
    (found,) = corpus.headlines("dam")
    article = corpus.article(found.id)
    assert found == Headline(article.id, "Dam holds", article.source, "The Daily Bugle", PubDate.from_iso("2023-09-05"))


def test_a_word_is_whole_when_a_space_follows_it_and_then_its_other_forms_count(archive_of):
    corpus = archive_of(*titled("Bankers meet", "Bank robbed", "Banks close"))
    assert shown(corpus, "bank") == ["Banks close", "Bank robbed", "Bankers meet"]
    assert shown(corpus, "bank ") == ["Banks close", "Bank robbed"]
    assert shown(corpus, "banker ") == ["Bankers meet"]
    assert shown(corpus, "banker") == ["Bankers meet"]


def test_small_words_are_words_like_others(archive_of):
    corpus = archive_of(*titled("War of the worlds", "Worlds at war", "Offices open"))
    assert shown(corpus, "of") == ["Offices open", "War of the worlds"]
    assert shown(corpus, "of the w") == ["War of the worlds"]


@pytest.mark.parametrize(
    "typed",
    ['"ferry si', 'ferry si"', "-ferry si", "+ferry (si", "ferry: si", "title:ferry* si", "ferry|si", "`ferry si"],
)
def test_nothing_that_is_typed_is_an_operator(archive_of, typed):
    corpus = archive_of(*titled("Title: ferry sinks", "Harbour closes"))
    assert shown(corpus, typed) == ["Title: ferry sinks"]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("海港委员会周二开会", ["海", "海港", "港委", "海港委员", "海港 周二"]),
        ("وصلت السفينة إلى الميناء", ["وص", "الم", "السفينه", "الميناء وصل"]),
        ("Паромы вышли из порта", ["па", "паром", "порт пар", "порты паромы"]),
        ("Dos naciones y un café", ["nacio", "cafe", "CAFÉ naciones", "café nación un"]),
        ("AT&T and the U.S. talk", ["at&", "at&t", "u.s", "us at", "U.S. at&t t"]),
    ],
)
def test_words_of_any_script_may_be_begun(archive_of, title, typed):
    corpus = archive_of(*titled(title, "Harbour closes"))
    for each in typed:
        assert shown(corpus, each) == [title], each


@pytest.mark.parametrize("typed", ["", " ", '"', "-", "()", "\x00", "…"])
def test_where_no_word_is_typed_yet_the_newest_articles_are_shown(archive_of, typed):
    corpus = archive_of(*titled("First", "Second"), {"text": "A text without a headline.", "date": "2023-09-03"})
    assert shown(corpus, typed) == ["A text without a headline.", "Second", "First"]


def test_the_beginning_of_a_text_is_no_headline_that_one_finds(archive_of):
    corpus = archive_of({"text": "Ferry sinks off Mornmouth, and nobody gave that a headline."})
    assert shown(corpus, "ferry") == []


def test_copies_are_shown_once_by_the_newest(archive_of):
    text = "The harbour council met on Tuesday and decided nothing of note about the quay. " * 4
    told = titled("Council meets", "Council met", "Council decides")
    other = {"id": "x", "title": "Council", "text": "Another.", "date": "2023-09-01"}
    corpus = archive_of(*(each | {"text": text, "id": number} for number, each in enumerate(told)), other)
    assert shown(corpus, "council") == ["Council decides", "Council"]
    assert shown(corpus, "council meet") == ["Council meets"]


@pytest.mark.parametrize(("limit", "number"), [(-1, 1), (0, 1), (1, 1), (7, 7), (100, 100), (10_000, 100)])
def test_no_more_are_shown_than_are_asked_for(heap, limit, number):
    corpus, newest = heap
    assert shown(corpus, "", limit=limit) == newest[:number]


def test_there_are_twenty_five_for_a_list_of_choices(heap):
    corpus, newest = heap
    assert shown(corpus, "") == newest[:25]


def test_a_headline_that_was_changed_is_found_by_its_new_words_alone(archive_of, write):
    corpus = archive_of({"title": "Ferry sinks", "text": "There is a ferry."})
    with Keeper.open(corpus.where) as keeper:
        assert keeper.ingest([write({"title": "Ferry afloat", "text": "There is a ferry."})]).updated == 1
    assert shown(corpus, "ferry") == ["Ferry afloat"]
    assert shown(corpus, "ferry s") == []


@given(st.lists(NOTHING_SMALL, min_size=1, max_size=3), st.booleans())
@settings(max_examples=150)
def test_what_is_shown_is_what_reading_every_headline_finds(heap, typed, whole):
    corpus, newest = heap
    wanted = [folded(word) for word in typed]
    found = shown(corpus, " ".join(typed) + " " * whole, limit=100)
    assert found == [title for title in newest if has(folded(title).split(), wanted, whole=whole)][:100]


def folded(text):
    return text.casefold().replace("á", "a").replace("é", "e")


def has(words, wanted, *, whole):
    """Whether a headline has these words, the last of them begun unless it is whole; a part of what is not spaced."""
    *others, last = wanted
    return all(any(is_word(word, each) for word in words) for each in ([*others, last] if whole else others)) and (
        whole or any(begins(word, last) for word in words)
    )


def is_word(word, wanted):
    return wanted in word if len(wanted) > 1 and not wanted.isascii() and wanted[0] >= "一" else word == wanted


def begins(word, wanted):
    return wanted in word[:-1] or word == wanted if wanted[0] >= "一" else word.startswith(wanted)


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(['"', "ferry", "storm:", "-", "OR", "*", " ", "的", "الـ"])).map("".join)
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_headlines_are_shown(samples, typed):
    found = samples.headlines(typed, 10)
    assert len(found) == len({each.id for each in found}) <= 10
    moments = [each.published.seconds for each in found]
    assert moments == sorted(moments, reverse=True)

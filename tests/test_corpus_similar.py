"""Articles like one of the archive's: asked by its id, among other things."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Query, Step

TANKER = (
    "The tanker Calder Grace ran aground on the Merrow Bank and spilled heavy fuel oil. "
    "Captain Ilse Marrow said that the pilot had left the bridge before the tanker turned. "
    "Nobody was hurt, but the slick is four miles long, and two tugs from the mainland could not pull her off at high "
    "water. The owners have sent a salvage crew by helicopter, which will try again on Thursday."
)
INQUIRY = (
    "An inquiry into the tanker Calder Grace heard that its pilot was not on the bridge. Captain Marrow wept. "
    "She had trusted him, she said, since he knew these waters, and would not trust anybody like that ever again."
)

ENGINES = ("local", "opensearch")
BEACHES = "Fuel oil from the Calder Grace has reached the beaches of Tarnwick, where volunteers clean seabirds."
BAKERY = "A bakery in Averstad gave loaves to pensioners. The baker, Jon Hale, rises at three to knead the dough."
LIBRARY = "The library of Averstad lends tools and cake tins now, and the pensioners queue for drills."
ELECTION = "Voters go to the polls on Sunday after a campaign about rents, schools and the price of bread."


def stories():
    return [
        {"text": TANKER, "title": "Tanker aground", "date": "2023-01-01"},
        {"text": INQUIRY, "title": "Pilot was away", "date": "2023-02-01", "source": "The Daily Bugle"},
        {"text": BEACHES, "title": "Oil on the beaches", "date": "2023-03-01"},
        {"text": BAKERY, "title": "Bread for nothing", "date": "2023-04-01"},
        {"text": LIBRARY, "title": "A library of things", "date": "2023-05-01"},
        {"text": ELECTION, "title": "Sunday decides", "date": "2023-06-01"},
    ]


@pytest.fixture
def corpus(archive_of):
    return archive_of(*stories())


def id_of(corpus, typed):
    return corpus.search(Query.parse(typed)).hits[0].article.id


def titles(answer):
    return [hit.article.headline for hit in answer.hits]


def test_articles_like_one_are_found_the_most_alike_first_and_it_is_not_among_them(corpus):
    answer = corpus.search(Query.parse(f"similar:{id_of(corpus, 'title:aground')}"))
    assert titles(answer) == ["Pilot was away", "Oil on the beaches"]
    assert answer.matched == answer.ranked == 2
    assert answer.notes == ()


def test_excerpts_show_the_words_that_they_have_in_common(corpus):
    answer = corpus.search(Query.parse(f"similar:{id_of(corpus, 'title:aground')}"))
    for hit in answer.hits:
        marked = {e.text[span.start : span.stop] for e in hit.excerpts for span in e.highlights}
        assert {"Calder", "Grace"} <= marked
    why = corpus.why(answer.hits[0].article.id, Query.parse(answer.query))
    assert {"Tanker", "Calder", "pilot"} <= {word.word for word in why.words if word.points}
    assert why.score == pytest.approx(answer.hits[0].score)


def test_filters_hold_and_further_words_score_and_count(corpus):
    similar = f"similar:{id_of(corpus, 'title:aground')}"
    assert titles(corpus.search(Query.parse(f"{similar} after:2023-02-15"))) == ["Oil on the beaches"]
    assert titles(corpus.search(Query.parse(f'{similar} source:"the daily bugle"'))) == ["Pilot was away"]
    assert titles(corpus.search(Query.parse(f"{similar} -inquiry"))) == ["Oil on the beaches"]
    assert titles(corpus.search(Query.parse(f"{similar} sort:newest"))) == ["Oil on the beaches", "Pilot was away"]
    further = corpus.search(Query.parse(f"{similar} seabirds volunteers"))
    assert titles(further) == ["Oil on the beaches", "Pilot was away"]
    assert (further.matched, further.ranked) == (1, 2)


def test_many_further_words_are_counted_among_those_that_are_alike(corpus):
    words = "fuel oil calder grace reached beaches tarnwick volunteers clean seabirds"
    query = Query.parse(f"{words} similar:{id_of(corpus, 'title:aground')}")
    assert titles(corpus.search(query))[0] == "Oil on the beaches"
    assert corpus.search(query).matched == corpus.coverage(query).matched == 1


def test_copies_of_the_article_are_not_like_it(archive_of):
    again = [{"text": TANKER, "title": "Tanker aground", "source": f"copy{n}.example"} for n in range(3)]
    nearly = {"text": f"TARNWICK (Wire) {TANKER}", "title": "On the bank", "source": "nearly.example"}
    corpus = archive_of(*stories(), *again, nearly)
    for typed in (
        "source:copy1.example copies:all",
        "source:nearly.example copies:all",
        "source:harbourpost.example title:aground",
    ):
        similar = f"similar:{id_of(corpus, typed)}"
        assert titles(corpus.search(Query.parse(similar))) == ["Pilot was away", "Oil on the beaches"]
        assert titles(corpus.search(Query.parse(f"{similar} copies:all"))) == ["Pilot was away", "Oil on the beaches"]
        assert corpus.export(Query.parse(similar)).matched == 2


def test_copies_of_what_is_like_it_fold(archive_of):
    corpus = archive_of(*stories(), {"text": INQUIRY, "title": "Pilot was away", "source": "copy.example"})
    similar = f"similar:{id_of(corpus, 'title:aground')}"
    assert len(corpus.search(Query.parse(similar)).hits) == 2
    assert len(corpus.search(Query.parse(f"{similar} copies:all")).hits) == 3


def test_what_is_alike_is_counted_and_exported_as_it_is_found(corpus):
    query = Query.parse(f"similar:{id_of(corpus, 'title:aground')}")
    coverage = corpus.coverage(query)
    assert [bucket.articles for bucket in coverage.buckets(Step.MONTH)] == [1, 1]
    assert {share.name for share in coverage.outlets} == {"harbourpost.example", "The Daily Bugle"}
    assert titles(corpus.export(query)) == titles(corpus.search(query))


def test_an_id_that_the_archive_lacks_finds_nothing_and_says_so(corpus):
    for typed, words in [("similar:aaaaaaaaaa", ""), ("tanker similar:aaaaaaaaaa", "tanker")]:
        answer = corpus.search(Query.parse(typed))
        assert (answer.hits, answer.matched, answer.ranked) == ((), 0, 0)
        assert answer.notes == ("No article here has the id “aaaaaaaaaa”.",)
        assert [each.without for each in answer.relaxed] == (["similar:aaaaaaaaaa"] if words else [])
        assert not words or answer.relaxed[0].matched == 2


def test_an_article_whose_words_nobody_else_has_is_like_none_and_says_so(archive_of):
    corpus = archive_of(*stories(), {"text": "Xylophone quartz.", "title": "Zither"})
    answer = corpus.search(Query.parse(f"similar:{id_of(corpus, 'zither')}"))
    assert answer.hits == ()
    assert "Nothing else in the archive" in answer.notes[0]


def test_words_that_the_archive_lacks_are_dropped_beside_what_is_alike(corpus):
    answer = corpus.search(Query.parse(f"zzyzzx similar:{id_of(corpus, 'title:aground')}"))
    assert titles(answer) == ["Pilot was away", "Oil on the beaches"]
    assert answer.dropped == ("zzyzzx",)
    assert corpus.search(Query.parse(f"the similar:{id_of(corpus, 'title:aground')}")).matched == 2


def test_one_word_in_common_makes_nothing_alike(archive_of):
    corpus = archive_of(
        *stories(),
        {"text": "Ostrich ostrich ostrich ostrich farm.", "title": "Ostrich"},
        {"text": "An ostrich raced a train.", "title": "Race"},
    )
    assert corpus.search(Query.parse(f"similar:{id_of(corpus, 'title:ostrich farm')}")).matched == 1
    longer = archive_of(
        *stories(),
        {"text": f"The ostrich of the bakery, the library, the polls, the campaign, the schools, the drills. {BAKERY}"},
        {"text": "An ostrich raced a train.", "title": "Race"},
    )
    assert "Race" not in titles(longer.search(Query.parse(f"similar:{id_of(longer, 'ostrich bakery')}")))


# How it is typed.


def test_the_id_is_read_wherever_it_stands_and_written_before_the_filters():
    query = Query.parse("source:a Similar:ABCDEFGHI2 storm after:2022")
    assert query.similar == "abcdefghi2"
    assert str(query) == "storm similar:abcdefghi2 source:a after:2022-01-01"
    assert Query.parse(str(query)) == query
    assert not Query.parse("similar:abcdefghi2").empty
    assert query.within(None, date(2023, 1, 1)).similar == query.of_sources(["b"]).similar == query.similar


@pytest.mark.parametrize(
    ("typed", "canonical", "note"),
    [
        (
            "similar:abcdefghi2 similar:bbcdefghi2",
            "similar:bbcdefghi2",
            "one other at a time: similar:bbcdefghi2 holds",
        ),
        ("similar:abcdefghi2 similar:abcdefghi2", "similar:abcdefghi2", ""),
        ("-similar:abcdefghi2 storm", "storm", "cannot be excluded"),
        ("similar:short storm", "storm", "“similar:short” was left out: the id of an article has ten characters"),
        ("similar:abcdefghi1 storm", "storm", "was left out"),
        ("similar: storm", "storm", "needs something right behind it"),
        ("storm OR similar:abcdefghi2", "storm similar:abcdefghi2", "whole query"),
    ],
)
def test_what_is_not_read_as_typed_is_said(typed, canonical, note):
    query = Query.parse(typed)
    assert str(query) == canonical
    assert note in " ".join(query.notes)
    assert bool(note) == bool(query.notes)


def test_pasted_text_asks_for_nothing_similar():
    assert Query.words("similar:abcdefghi2").similar is None


# Whatever the articles are.


@given(st.integers(0, 2**32), st.sampled_from(["", " sort:newest", " copies:all", " storm", ' "red ship"']))
@settings(max_examples=30)
def test_an_article_is_never_like_itself_and_what_is_found_is_what_is_counted(samples, seed, more):
    sample = Random(seed).choice(samples.export(Query.parse("after:1700 copies:all")).hits).article
    query = Query.parse(f"similar:{sample.id}{more}")
    answer = samples.search(query, limit=100)
    found = {hit.article.id for hit in answer.hits} | {copy.id for hit in answer.hits for copy in hit.copies}
    story = samples.read(sample.id)
    assert not found & {sample.id, *(copy.id for copy in story.copies)}
    assert samples.coverage(query).matched == samples.export(query).matched == answer.matched <= answer.ranked

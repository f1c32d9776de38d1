"""What each operator of the query language means, over small archives and through the door."""

from __future__ import annotations

import string

import pytest

from corpus import Query

ENGINES = ("local", "opensearch")

LONG = "The harbour council met on Tuesday and decided nothing of note about the quay. " * 4


def found(corpus, typed, **options):
    """The headlines of all hits, in their order."""
    return [hit.article.headline for hit in corpus.search(Query.parse(typed, **options), limit=100).hits]


def marked(corpus, typed):
    """What is marked in the excerpts of the first hit."""
    first = corpus.search(Query.parse(typed)).hits[0]
    return [excerpt.text[span.start : span.stop] for excerpt in first.excerpts for span in excerpt.highlights]


# Phrases and distance.


def test_a_phrase_holds_the_places_of_its_small_words(archive_of):
    corpus = archive_of(
        {"title": "Exact", "text": "They spoke about the war of the worlds."},
        {"title": "Other small words", "text": "They spoke about a war on many worlds."},
        {"title": "Closer", "text": "They spoke about war worlds."},
        {"title": "Further", "text": "They spoke about the war of all the old worlds."},
    )
    assert set(found(corpus, '"war of the worlds"')) == {"Exact", "Other small words"}
    assert found(corpus, '"war worlds"') == ["Closer"]
    assert found(corpus, '"the war worlds"') == ["Closer"]


def test_words_of_a_phrase_are_stemmed_and_folded_like_any_others(archive_of):
    corpus = archive_of({"title": "One", "text": "The Álvarez brothers were recruiting pilots."})
    for typed in ['"alvarez brother"', '"RECRUITED PILOT"', '"recruits pilots"']:
        assert found(corpus, typed) == ["One"], typed


def test_a_word_that_is_small_in_another_language_of_the_archive_still_holds_its_place(archive_of):
    german = "Der Hund war am Mittwoch mit dem Bürgermeister im Hafen, und das Haus war leer."
    corpus = archive_of(
        {"title": "Phrase", "text": "They trained a war dog for the army in the hills."},
        {"title": "Dogs", "text": "They trained a dog for the circus in the hills."},
        {"title": "Deutsch", "text": german},
    )
    assert found(corpus, '"war dog"') == ["Phrase"]
    assert set(found(corpus, '-"war dog"')) == {"Dogs", "Deutsch"}
    assert found(corpus, '"der Hund"') == ["Deutsch"]
    assert found(corpus, '"Haus war leer"') == ["Deutsch"]


def test_what_was_put_together_by_capitals_is_found_by_its_parts_and_the_other_way_round(archive_of):
    corpus = archive_of(
        {"title": "Tag", "text": "They wrote #BlackLivesMatter on walls."},
        {"title": "Words", "text": "They said that black lives matter."},
        {"title": "Neither", "text": "Nothing was said."},
    )
    for typed in ["BlackLivesMatter", "+BlackLivesMatter", '"black lives matter"', "title:x OR BlackLivesMatter"]:
        assert set(found(corpus, typed)) == {"Tag", "Words"}, typed
    assert found(corpus, "-BlackLivesMatter") == ["Neither"]


def test_words_within_a_distance_stand_in_either_order(archive_of):
    corpus = archive_of(
        {"title": "Forward 0", "text": "Cuba Russia."},
        {"title": "Forward 3", "text": "Cuba one two three Russia."},
        {"title": "Forward 6", "text": "Cuba one two three four five six Russia."},
        {"title": "Backward 0", "text": "Russia Cuba."},
        {"title": "Backward 3", "text": "Russia one two three Cuba."},
        {"title": "Backward 6", "text": "Russia one two three four five six Cuba."},
    )
    near = {"Forward 0", "Forward 3", "Backward 0", "Backward 3"}
    assert set(found(corpus, '"cuba russia"~3')) == near
    assert set(found(corpus, '"russia cuba"~3')) == near
    assert set(found(corpus, '"cuba russia"~2')) == {"Forward 0", "Backward 0"}
    assert set(found(corpus, '"cuba russia"~6')) == near | {"Forward 6", "Backward 6"}
    assert found(corpus, '"cuba russia"') == ["Forward 0"]


def test_three_words_within_a_distance_may_have_others_between_them(archive_of):
    corpus = archive_of(
        {"title": "Near", "text": "Soldiers hired from Havana by a ring in Moscow."},
        {"title": "Apart", "text": f"Soldiers hired. {'Nothing else. ' * 10} Havana. {'Nothing else. ' * 10} Moscow."},
    )
    assert found(corpus, '"soldiers havana moscow"~8') == ["Near"]


# Prefixes.


def test_a_prefix_may_be_longer_than_the_stem_and_finds_only_words_that_begin_so(archive_of):
    corpus = archive_of(
        {"title": "One", "text": "Mercenaries left."},
        {"title": "Two", "text": "A mercenary left."},
        {"title": "Three", "text": "Mercers and merchants left."},
    )
    assert set(found(corpus, "mercen*")) == {"One", "Two"}
    assert found(corpus, "mercenari*") == ["One"]
    assert found(corpus, "mercenaries*") == ["One"]
    assert set(found(corpus, "merc*")) == {"One", "Two", "Three"}


def test_case_and_accents_of_a_prefix_do_not_matter(archive_of):
    corpus = archive_of({"title": "One", "text": "Álvaro Muñoz spoke."})
    for typed in ["alv*", "ÁLV*", "Muñ*", "mun*", "title:on*", "+ÁLVA*", "(muñ* OR nobody)"]:
        assert found(corpus, typed) == ["One"], typed


def test_a_prefix_of_thousands_of_words_says_that_it_was_not_read_as_all_of_them(archive_of):
    letters = string.ascii_lowercase
    words = [f"zo{a}{b}{c}" for a in letters[:6] for b in letters[:20] for c in letters]
    corpus = archive_of({"title": "Many", "text": " ".join(words)}, {"title": "Few", "text": "zoo zoology"})
    results = corpus.search(Query.parse("zo*"))
    assert results.hits
    assert results.notes == ("“zo*” was read as the 200 words of the most articles that begin so.",)
    assert not corpus.search(Query.parse("zoo*")).notes


def test_a_prefix_ranks_articles_that_have_it_and_no_other(archive_of):
    topic = "harbour crane dockers wages quay"
    corpus = archive_of(
        *({"title": f"Has {n}", "text": f"Recruiting {topic}.", "date": f"2023-01-0{n}"} for n in range(1, 6)),
        *({"title": f"Lacks {n}", "text": f"Recruits {topic}.", "date": f"2023-02-0{n}"} for n in range(1, 6)),
    )
    results = corpus.search(Query.parse("recruiting*"), limit=100)
    assert {hit.article.headline for hit in results.hits} == {f"Has {n}" for n in range(1, 6)}
    assert len(results.hits) == results.ranked == results.matched


def test_an_excluded_prefix_keeps_out_all_that_have_a_word_that_begins_so(archive_of):
    corpus = archive_of(
        {"title": "One", "text": "Cuba and mercenaries."},
        {"title": "Two", "text": "Cuba and merchants."},
    )
    assert found(corpus, "cuba -mercen*") == ["Two"]


# Parts of an article.


@pytest.fixture
def parted(archive_of):
    return archive_of(
        {"title": "Shoigu visits Havana", "text": "The minister spoke.", "author": "Ana Mora", "section": "World News"},
        {"title": "Ministers meet", "text": "Shoigu visits nobody. Mora was away.", "author": "Luis Paz"},
        {"title": "A quiet day", "text": "Nothing of the world.", "author": "Ana Paz", "section": "Sport"},
    )


@pytest.mark.parametrize(
    ("typed", "headlines"),
    [
        ("title:shoigu", {"Shoigu visits Havana"}),
        ("headline:SHOIGU", {"Shoigu visits Havana"}),
        ('title:"shoigu visits"', {"Shoigu visits Havana"}),
        ('title:"visits shoigu"', set()),
        ('title:"havana shoigu"~3', {"Shoigu visits Havana"}),
        ("title:minist*", {"Ministers meet"}),
        ("body:shoigu", {"Ministers meet"}),
        ('body:"shoigu visits"', {"Ministers meet"}),
        ("author:mora", {"Shoigu visits Havana"}),
        ('author:"ana paz"', {"A quiet day"}),
        ('author:"paz ana"', set()),
        ("author:ana author:paz", {"A quiet day"}),
        ("author:(mora OR luis)", {"Shoigu visits Havana", "Ministers meet"}),
        ("section:world", {"Shoigu visits Havana"}),
        ('section:"world news"', {"Shoigu visits Havana"}),
        ("section:sport", {"A quiet day"}),
        ("-section:world", {"Ministers meet", "A quiet day"}),
        ("-author:paz", {"Shoigu visits Havana"}),
        ("shoigu -title:shoigu", {"Ministers meet"}),
        ("title:(shoigu OR quiet)", {"Shoigu visits Havana", "A quiet day"}),
        ("title:shoigu OR section:sport", {"Shoigu visits Havana", "A quiet day"}),
    ],
)
def test_a_field_is_that_part_of_the_article_and_no_other(parted, typed, headlines):
    assert set(found(parted, typed)) == headlines


def test_a_headline_that_is_only_the_beginning_of_the_text_is_none(archive_of):
    corpus = archive_of({"text": "Zeppelins landed at noon, and everybody went to see them."})
    assert not found(corpus, "title:zeppelins")
    assert len(found(corpus, "body:zeppelins")) == 1


# Signs, groups.


@pytest.fixture
def mixed(archive_of):
    return archive_of(
        {"title": "A", "text": "amber"},
        {"title": "B", "text": "birch"},
        {"title": "C", "text": "copper"},
        {"title": "AB", "text": "amber birch"},
        {"title": "AC", "text": "amber copper"},
        {"title": "BC", "text": "birch copper"},
        {"title": "ABC", "text": "amber birch copper"},
    )


@pytest.mark.parametrize(
    ("typed", "headlines"),
    [
        ("amber birch", "A B AB AC BC ABC"),
        ("amber OR birch", "A B AB AC BC ABC"),
        ("amber | birch", "A B AB AC BC ABC"),
        ("amber AND birch", "AB ABC"),
        ("+amber birch", "A AB AC ABC"),
        ("+amber +birch", "AB ABC"),
        ("amber NOT birch", "A AC"),
        ("amber AND NOT birch", "A AC"),
        ("NOT amber", "B C BC"),
        ("(amber OR birch) copper", "A B AB AC BC ABC"),
        ("+(amber OR birch) +copper", "AC BC ABC"),
        ("(amber AND birch) OR copper", "C AB AC BC ABC"),
        ("amber AND (birch OR copper)", "AB AC ABC"),
        ("-(amber OR birch)", "C"),
        ("-(amber birch)", "C"),
        ("-(amber AND birch)", "A B C AC BC"),
        ("copper -(amber AND birch)", "C AC BC"),
        ("-(amber AND -birch)", "B C AB BC ABC"),
        ("amber OR -copper", "A B AB AC ABC"),
        ("-amber -birch", "C"),
        ("(amber OR (birch AND copper)) -ABC", "A AB AC BC"),
        ("+amb* -copp*", "A AB"),
    ],
)
def test_signs_and_groups_hold_for_every_article(mixed, typed, headlines):
    assert set(found(mixed, typed)) == set(headlines.split())


def test_the_articles_that_have_all_that_was_asked_are_counted(mixed):
    for typed, counts in {
        "amber birch": (2, 6),
        "amber AND birch": (2, 2),
        "+amber birch": (2, 4),
        "amber birch copper": (1, 7),
        "(amber OR birch) copper": (3, 6),
        "-(amber AND birch)": (5, 5),
    }.items():
        results = mixed.search(Query.parse(typed), limit=100)
        assert (results.matched, results.ranked) == counts, typed
        assert len(results.hits) == results.ranked
        assert not results.dropped


# Filters.


@pytest.fixture
def filed(archive_of):
    return archive_of(
        {"title": "One", "text": "Storm.", "source": "harbourpost.example", "date": "2023-05-31", "language": "en"},
        {"title": "Two", "text": "Storm.", "source": "The Island Times", "date": "2023-06-01", "language": "es"},
        {"title": "Three", "text": "Storm.", "source": "wire.example", "date": "2023-07-02", "language": "de"},
    )


@pytest.mark.parametrize(
    ("typed", "headlines"),
    [
        ("storm source:harbourpost.example OR source:wire.example", "One Three"),
        ("storm (source:harbourpost.example OR source:wire.example)", "One Three"),
        ("source:(harbourpost.example OR wire.example)", "One Three"),
        ('source:wire.example source:"the island times"', "Two Three"),
        ("source:wire.example source:harbourpost.example", "One Three"),
        ("-source:wire.example -source:harbourpost.example", "Two"),
        ("lang:es OR lang:de", "Two Three"),
        ("lang:es,en storm", "One Two"),
        ("lang:es-MX", "Two"),
        ("-lang:es", "One Three"),
        ("storm on:2023-06", "Two"),
        ("storm date:2023-05-31..2023-06-01", "One Two"),
        ("storm after:2023-06 before:2023-07", "Two"),
        ("after:2023-06 source:wire.example lang:de", "Three"),
        ("storm lang:fr", ""),
    ],
)
def test_filters_hold_together_and_several_of_one_kind_are_alternatives(filed, typed, headlines):
    assert set(found(filed, typed)) == set(headlines.split())


def test_an_option_holds_beside_what_is_typed(filed):
    assert found(filed, "storm", source="wire.example") == ["Three"]
    assert found(filed, "storm -lang:de", after="2023-06", before="2023-12") == ["Two"]
    assert found(filed, "storm", sort="oldest") == ["One", "Two", "Three"]


# Languages.

TONGUES = [
    {"title": "Fishermen return to Havana", "text": "The fishermen returned to the harbour with Ximena Quiroga. " * 3},
    {
        "title": "Los pescadores vuelven a La Habana",
        "text": "Los pescadores volvieron al puerto y el gobierno de Ximena Quiroga presentó un proyecto de ley. " * 3,
    },
    {
        "title": "Die Fischer kehren zurück",
        "text": "Die Fischer kehrten am Mittwoch in den Hafen zurück, und die Häuser von Ximena Quiroga waren voll. "
        * 3,
    },
    {"title": "渔民返回港口", "text": "渔民星期三返回港口，政府提出了关于养老金改革的法案。席梅娜说，天气很好。" * 3},
    {
        "title": "عودة الصيادين إلى الميناء",
        "text": "عاد الصيادون يوم الأربعاء إلى الميناء وقدمت الحكومة مشروع قانون. " * 3,
    },
    {
        "title": "Рыбаки вернулись в гавань",
        "text": "Рыбаки вернулись в среду в гавань, и правительство представило законопроект. " * 3,
    },
]


@pytest.fixture
def tongues(archive_of):
    return archive_of(*TONGUES)


@pytest.mark.parametrize(
    ("language", "typed", "headline"),
    [
        ("en", "fisherman harbours", "Fishermen return to Havana"),
        ("es", "pescador puertos", "Los pescadores vuelven a La Habana"),
        ("es", "gobiernos proyectos", "Los pescadores vuelven a La Habana"),
        ("de", "Haus Häfen Mittwoch", "Die Fischer kehren zurück"),
        ("zh", "养老金改革", "渔民返回港口"),
        ("zh", '"返回港口"', "渔民返回港口"),
        ("ar", "الصيادين", "عودة الصيادين إلى الميناء"),
        ("ar", "حكومة", "عودة الصيادين إلى الميناء"),
        ("ru", "рыбак гаваней", "Рыбаки вернулись в гавань"),
    ],
)
def test_in_one_archive_each_language_is_found_by_its_own_words_bent_as_it_bends_them(
    tongues, language, typed, headline
):
    hits = tongues.search(Query.parse(typed)).hits
    assert hits[0].article.headline == headline
    assert hits[0].article.language == language
    assert headline in found(tongues, f"{typed} lang:{language}")
    assert headline not in found(tongues, f"{typed} -lang:{language}")


def test_a_name_is_found_across_languages(tongues):
    for typed in ["Quiroga", '"Ximena Quiroga"', "quirog*", "+ximena"]:
        languages = {hit.article.language for hit in tongues.search(Query.parse(typed)).hits}
        assert languages == {"en", "es", "de"}, typed


def test_a_question_in_another_language_loses_its_small_words(tongues):
    results = tongues.search(Query.parse("¿qué dijo el gobierno de los pescadores?"))
    assert results.hits[0].article.language == "es"
    assert all(hit.article.language == "es" for hit in results.hits)


# Order, pages, copies, ties.


def test_in_the_order_of_dates_only_articles_with_all_the_words_are_listed(mixed):
    results = mixed.search(Query.parse("amber birch sort:newest"), limit=100)
    assert {hit.article.headline for hit in results.hits} == {"AB", "ABC"}
    assert results.matched == results.ranked == 2


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
def test_pages_in_any_order_hold_every_article_once(archive_of, order):
    corpus = archive_of(
        *(
            {"title": f"T{n}", "text": f"Storm {n}. " * (n % 3 + 1), "date": f"2023-01-{n % 9 + 1:02}"}
            for n in range(23)
        )
    )
    query = Query.parse(f"storm sort:{order}")
    whole = corpus.search(query, limit=100)
    pages = [corpus.search(query, page=page, limit=4) for page in range(1, 7)]
    assert [hit.article.id for page in pages for hit in page.hits] == [hit.article.id for hit in whole.hits]
    assert len(whole.hits) == 23
    assert {(page.matched, page.ranked, page.pages) for page in pages} == {(23, 23, 6)}
    days = [hit.article.published.day for hit in whole.hits]
    if order != "relevance":
        assert days == sorted(days, reverse=order == "newest")


def test_copies_are_folded_or_stand_by_themselves_in_every_order(archive_of):
    corpus = archive_of(
        {"title": "First", "text": LONG, "source": "a.example", "date": "2023-02-01"},
        {"title": "Second", "text": LONG, "source": "b.example", "date": "2023-02-02"},
        {"title": "Third", "text": LONG, "source": "c.example", "date": "2023-02-03"},
        {"title": "Other", "text": "The quay is empty.", "source": "a.example", "date": "2023-02-02"},
    )
    assert found(corpus, "quay sort:newest copies:all") == ["Third", "Second", "Other", "First"]
    assert set(found(corpus, "quay")) == {"First", "Other"}
    assert set(found(corpus, "quay copies:all")) == {"First", "Second", "Third", "Other"}
    for typed, hits in {"quay": 2, "quay copies:all": 4, "quay sort:oldest": 2, "quay source:b.example": 1}.items():
        results = corpus.search(Query.parse(typed))
        assert len(results.hits) == hits, typed
        assert results.matched == results.ranked == (1 if "source" in typed else 4), typed
    assert found(corpus, "quay source:b.example") == ["Second"], "the best member that passes the filters"


def test_of_articles_of_one_text_and_one_date_the_first_that_came_in_stands_first(archive_of):
    corpus = archive_of(*({"title": f"T{n}", "text": "Storm at sea."} for n in range(12)))
    for typed in ["storm", "storm sort:newest", "after:2023"]:
        assert found(corpus, typed) == [f"T{n}" for n in range(12)], typed
    pages = [corpus.search(Query.parse("storm"), page=page, limit=5) for page in (1, 2, 3)]
    assert [hit.article.headline for page in pages for hit in page.hits] == [f"T{n}" for n in range(12)]


# Outlets and bylines as plain words.


def test_the_outlet_and_the_byline_are_found_by_plain_words(archive_of):
    corpus = archive_of(
        {"title": "One", "text": "Grain prices fell.", "source": "Larkspur Gazette", "author": "Ottilie Verhoeven"},
        {"title": "Two", "text": "Grain prices rose.", "source": "wire.example"},
        {"title": "Three", "text": "Nothing happened.", "source": "wire.example"},
    )
    assert found(corpus, "larkspur") == ["One"]
    assert found(corpus, "verhoeven") == ["One"]
    assert found(corpus, "+larkspur grain") == ["One"]
    assert found(corpus, '"ottilie verhoeven"') == ["One"]
    results = corpus.search(Query.parse("larkspur grain"))
    assert results.hits[0].article.headline == "One"
    assert (results.matched, results.ranked) == (1, 2)


# What is marked.


@pytest.mark.parametrize(
    ("typed", "marks"),
    [
        ("recruit", ["Recruiters", "recruited", "recruiting"]),
        ("recruiti*", ["recruiting"]),
        ("RECRUITE*", ["Recruiters", "recruited"]),
        ('"recruited pilots"', ["recruited pilots"]),
        ('"war of the worlds"', ["war of the worlds"]),
        ('"worlds war"~3', ["war of the worlds"]),
        ("alvaro", ["Álvaro"]),
        ("body:pilots", ["pilots"]),
        ("(pilots OR nobody) -tourism", ["pilots"]),
    ],
)
def test_what_matched_is_marked_as_it_stands_there(archive_of, typed, marks):
    corpus = archive_of(
        {"title": "T", "text": "Recruiters recruited pilots while recruiting Álvaro for the war of the worlds."}
    )
    assert marked(corpus, typed) == marks


def test_words_of_a_phrase_are_marked_by_themselves_where_the_phrase_is_not(archive_of):
    corpus = archive_of({"title": "Tidal barrier holds", "text": "The barrier is old."})
    assert marked(corpus, 'title:"tidal barrier"') == ["barrier"]
    assert marked(corpus, '"tidal barrier" old') == ["old"]

"""What is asked by a slip of the finger is mended, and what finds nothing is told what would."""

from __future__ import annotations

import random
import string
from itertools import takewhile

import pytest

from corpus import Query
from corpus.analysis import Analyser

ENGINES = ("local", "opensearch")

OFFERED = 5
SLIPS_A_WORD = 6

analyser = Analyser()


def meant(corpus, typed):
    return corpus.search(Query.parse(typed)).did_you_mean


def without(corpus, typed):
    return {each.without: each.matched for each in corpus.search(Query.parse(typed)).relaxed}


def slip(word, rng, letters=string.ascii_lowercase):
    """The word with one letter more, less, other, or two that changed places."""
    place, letter = rng.randrange(len(word)), rng.choice(letters)
    return rng.choice([
        word[:place] + letter + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place + 1 :],
        word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    ])  # fmt: skip


def is_a_slip(one, other):
    """Whether two words are one letter more, less, other, or two that changed places apart."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    alike = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    a, b = one[alike:], other[alike:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


@pytest.fixture(scope="session")
def samples_articles(samples):
    return [hit.article for hit in samples.search(Query.parse("after:0001 copies:all"), limit=100).hits]


@pytest.fixture(scope="session")
def vocabulary(samples_articles):
    """All words of the samples, folded as the archive folds them."""
    texts = (f"{each.headline} {each.text} {each.byline} {each.source_name}" for each in samples_articles)
    return {word for text in texts for word in analyser.spellings(text)}


@pytest.fixture(scope="session")
def headline_words(samples_articles):
    headlines = " ".join(each.headline for each in samples_articles if not each.headline_derived)
    return sorted({word for word in analyser.spellings(headlines) if len(word) >= 4 and word.isalpha()})


def test_a_slip_in_any_word_of_any_headline_is_mended(samples, vocabulary, headline_words):
    rng = random.Random(1911)
    tried = mended = 0
    lost = []
    for word in headline_words:
        for wrong in {slip(word, rng) for _ in range(SLIPS_A_WORD)} - vocabulary:
            results = samples.search(Query.parse(wrong))
            tried += 1
            if word in results.did_you_mean[:OFFERED] or _is_marked(word, results):
                mended += 1
            elif sum(is_a_slip(wrong, other) for other in vocabulary) <= OFFERED:
                lost.append((word, wrong, results.did_you_mean))
    assert tried > 1_000
    assert not lost
    assert mended / tried > 0.99


def _is_marked(word, results):
    """Whether the word was found by what was typed, as "offic" finds office: there is nothing to mend."""
    stems = {term for language in ("en", "es") for term in analyser.terms(word, language)}
    typed = {term for reading in analyser.readings(results.query, ["en", "es"]) for term in reading}
    return bool(results.hits and stems & typed)


NEWS = {
    "ru": ("Министр Шойгу прибыл в Гавану", "Министр Шойгу прибыл в Гавану на переговоры о наёмниках в среду."),
    "uk": ("Уряд ухвалив бюджет країни", "Уряд у середу представив законопроєкт про реформу пенсійної системи."),
    "ar": ("الحكومة الكوبية تلاحق شبكة التجنيد", "أعلنت الحكومة الكوبية يوم الأربعاء ملاحقة شبكة التجنيد في هافانا."),
    "fa": ("دولت لایحه بازنشستگی را ارائه کرد", "دولت روز چهارشنبه لایحه اصلاح نظام بازنشستگی را ارائه کرد."),
    "el": ("Η κυβέρνηση παρουσίασε νομοσχέδιο", "Η κυβέρνηση παρουσίασε την Τετάρτη νομοσχέδιο για τις συντάξεις."),
    "he": ("הממשלה הציגה רפורמה בפנסיה", "הממשלה הציגה ביום רביעי הצעת חוק לרפורמה בפנסיה."),
    "hy": ("Կառավարությունը ներկայացրեց բյուջեն", "Կառավարությունը չորեքշաբթի ներկայացրեց բյուջեն խորհրդարանին։"),
    "ka": ("მთავრობამ წარადგინა ბიუჯეტი", "მთავრობამ ოთხშაბათს წარადგინა ბიუჯეტი პარლამენტში."),
    "hi": ("सरकार ने पेंशन विधेयक पेश किया", "सरकार ने बुधवार को पेंशन सुधार पर एक विधेयक पेश किया।"),
    "tr": (
        "Hükümet emeklilik reformunu sundu",
        "Hükümet çarşamba günü emeklilik reformuna ilişkin yasa tasarısını sundu.",
    ),
    "cs": ("Vláda představila důchodovou reformu", "Vláda ve středu představila návrh zákona o reformě důchodů."),
}


def test_a_slip_in_a_headline_of_another_script_is_mended(archive_of):
    corpus = archive_of(*({"title": title, "text": text} for title, text in NEWS.values()))
    rng = random.Random(7)
    for title, _ in NEWS.values():
        for word in (word for word in analyser.spellings(title) if len(word) >= 4):
            for wrong in {slip(word, rng, letters=word) for _ in range(12)} - {word}:
                if not wrong[0].isalpha():  # a vowel sign that lost its letter
                    continue
                results = corpus.search(Query.parse(wrong))
                assert word in results.did_you_mean or results.hits, (word, wrong, results.did_you_mean)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ASTROLOBE", "astrolabe"),
        ("Šimunk", "simunek"),
        ("Álbr", "albor"),
        ("musuem's", "museum"),
        ("+astrolobe", "+astrolabe"),
        ('"stern dor"', '"stern door"'),
        ('"stern dor"~4', '"stern door"~4'),
        ("title:astrolobe", "title:astrolabe"),
        ('title:"mrash fever"', 'title:"marsh fever"'),
        ("author:Holowell", "author:hollowell"),
        ("(astrolobe OR nobody) museum", "(astrolabe OR nobody) museum"),
        ("ferry OR astrolobe", "ferry OR astrolabe"),
        ("(astrolobe AND museum) OR x", "(astrolabe AND museum) OR x"),
        ("astrolobe restorrer", "astrolabe restorer"),
        ("who stoel the astrolabe", "who stole the astrolabe"),
        ("Puerto-Alber", "Puerto-albor"),
        ("astrolobe source:the-meridian.example after:2020", "astrolabe source:the-meridian.example after:2020-01-01"),
        ("astrolobe after:2030", "astrolabe after:2030-01-01"),
        ("astrolobe sort:newest copies:all", "astrolabe sort:newest copies:all"),
    ],
)
def test_a_misspelt_word_is_mended_wherever_it_stands_in_the_query(samples, typed, first):
    assert meant(samples, typed)[0] == first


@pytest.mark.parametrize(
    "typed",
    [
        "astrolabe",
        "astrolabe -musuem",
        "-(astrolobe AND musuem)",
        "to be or not to be",
        "source:harbourpst.example",
        "xyzzyx",
        "qwrtp +plmkn",
        "asrolobe",
        "museum's",
        "2023",
        "渔民",
        "recruitments",
    ],
)
def test_what_stands_in_the_archive_is_unwanted_or_like_nothing_there_is_left_alone(samples, typed):
    assert meant(samples, typed) == ()


def test_two_misspelt_words_are_mended_together_in_the_likeliest_ways_first(archive_of):
    corpus = archive_of(
        {"text": "The harbor tower fell."}, {"text": "A power plant."}, {"text": "A power cut."}, {"text": "Harbors."}
    )
    offered = meant(corpus, "+harbir +pawer")
    assert offered[0] == "+harbor +power"
    assert len(offered) <= OFFERED


def test_what_is_offered_first_finds_articles_with_all_of_its_words(archive_of):
    corpus = archive_of(*({"text": "A stern word for it."} for _ in range(5)), {"text": "The stern door was open."})
    assert meant(corpus, '"stern dor"')[0] == '"stern door"'
    assert corpus.search(Query.parse(meant(corpus, '"stern dor"')[0])).matched == 1


def test_a_word_that_is_found_by_its_stem_alone_is_offered_other_words_but_no_other_form(archive_of):
    corpus = archive_of({"text": "Bans were lifted."}, {"text": "The bank was closed."}, {"text": "Recruiters left."})
    assert meant(corpus, "ban") == ("bank",)
    assert meant(corpus, "recruiter") == ()


def test_an_offered_query_reads_back_as_itself(samples):
    for typed in [
        '+astrolobe "stern dor"',
        "(astrolobe OR musuem) -x",
        "title:astrolobe last:3y",
        "musuem's astrolobe",
    ]:
        for offered in meant(samples, typed):
            assert str(Query.parse(offered)) == offered


# What there is without each thing that was asked for.


def test_where_filters_exclude_everything_each_is_counted_without(samples):
    ferry = samples.search(Query.parse("ferry")).matched
    assert without(samples, "ferry after:2030") == {"after:2030-01-01": ferry}
    assert without(samples, "ferry lang:de") == {"lang:de": ferry}
    assert without(samples, "ferry lang:de after:2030") == {
        "lang:de": 0,
        "after:2030-01-01": 0,
        "lang:de after:2030-01-01": ferry,
    }
    assert without(samples, '+ferry +"zeppelin landed"') == {"+ferry": 0, '+"zeppelin landed"': ferry}


def test_where_anything_is_found_nothing_is_counted_without(samples):
    assert without(samples, "ferry after:2020") == {}


def test_a_source_that_does_not_exist_is_named_with_the_nearest_and_what_there_is_without(samples):
    results = samples.search(Query.parse("ferry source:harborpost.example"))
    assert not results.hits
    assert results.notes == ("No outlet here is called “harborpost.example”. Did you mean harbourpost.example?",)
    assert [(each.without, each.matched) for each in results.relaxed] == [
        ("source:harborpost.example", samples.search(Query.parse("ferry")).matched)
    ]
    everything = samples.status().articles
    assert without(samples, "source:harborpost.example") == {"source:harborpost.example": everything}


def test_an_outlet_is_not_meant_because_its_host_ends_the_same(samples):
    (note,) = samples.search(Query.parse("ferry source:nobody.example")).notes
    assert note == "No outlet here is called “nobody.example”."

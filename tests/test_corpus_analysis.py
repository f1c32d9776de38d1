"""How text becomes terms: in any script, by the language of the text, with exact places."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from itertools import accumulate, chain

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from corpus.analysis import Analyser
from corpus.model import GAP, Article, PubDate
from corpus.sentences import sentences
from corpus.stems import fold

ANALYSER = Analyser()
LANGUAGES = [
    None,
    "en",
    "es",
    "fr",
    "de",
    "pt",
    "it",
    "tr",
    "hu",
    "ar",
    "fa",
    "ru",
    "uk",
    "el",
    "zh",
    "ja",
    "th",
    "hi",
    "pl",
]

SCRAPS = st.sampled_from(
    [
        *"the Cuba's U.S. 76,000 3.5 ’ ' # & ++ #BlackLivesMatter AT&T C++ C# ñ É ß ﬁ ² ½ İ ı œ ﷺ 𝐘 🇪🇸 . , - _".split(),
        *"中 国人 𠀀 東京タワー ｶﾞｰ ｶ Ｇ７ 한국어 ไทย ได้ हिंदी क्षि اَلْعَرَبِيَّة ـ ٢٠١٧ שָׁלוֹם צה״ל ёлка й ї κόσμος ς".split(),
        *["می\u200cخواهم", "e\u0301", "\u0301", "\u200d", "\uff9e", "\n", "\x00"],
    ]
)
TEXTS = st.one_of(st.text(), st.lists(SCRAPS).map("".join), st.lists(SCRAPS).map(" ".join))


def terms(text: str, language: str | None = None) -> list[str]:
    """Without stop words."""
    return [term for term in ANALYSER.terms(text, language) if term]


def same(language: str | None, *words: str) -> bool:
    found = [terms(word, language) for word in words]
    return bool(found[0]) and all(each == found[0] for each in found)


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_tokens_are_the_terms_with_their_places(text, language):
    tokens = ANALYSER.tokens(text, language)
    assert [token.term for token in tokens] == ANALYSER.terms(text, language)
    assert len(ANALYSER.spellings(text)) == len(tokens)
    assert all(0 <= token.start < token.stop <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@given(TEXTS, st.sampled_from(LANGUAGES), TEXTS)
def test_an_article_has_the_words_of_each_of_its_sentences(text, language, headline):
    article = Article("id", headline, text, "outlet", "An outlet", PubDate(date(2024, 2, 29)), language=language)
    read, spans = ANALYSER.article(article), list(sentences(text))
    body = [ANALYSER.terms(text[span.start : span.stop], language) for span in spans]
    assert spans == list(zip(read.analysed.begins, read.analysed.ends, strict=True))
    first = len(read.headline) + GAP
    assert list(read.analysed.starts) == list(accumulate(map(len, body), initial=first))
    assert list(read.text) == list(chain.from_iterable(body))
    places = {place: term for place, term in [*enumerate(read.headline), *enumerate(read.text, first)] if term}
    standing = read.analysed.standing([*places.values(), "missing"])
    assert {place: term for term, found in standing.items() for place in found} == places
    assert read.analysed.used() == Counter(places.values())
    assert read.analysed.length == len(read.text)
    spelt = ANALYSER.spellings(f"{text}\n{headline}\nAn outlet")
    assert sorted(read.spellings) == sorted({*spelt} - {""})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("It rose to 3.5 p.c. and fell. Then it rose.", ["It rose to 3.5 p.c. and fell.", "Then it rose."]),
        ("Mr. Roe of the U.S. Senate, No. 7, left. He came.", ["Mr. Roe of the U.S. Senate, No. 7, left.", "He came."]),
        ("“Stop!” she said. (He did.) ‘Why?’ No", ["“Stop!” she said.", "(He did.)", "‘Why?’", "No"]),
        ("He met Dr.\nShe left", ["He met Dr.", "She left"]),
        ("One...  Two", ["One...", "Two"]),
        ("他来了。“我走！”她说。", ["他来了。", "“我走！”", "她说。"]),
        ("क्या हुआ। वह गया।", ["क्या हुआ।", "वह गया।"]),
        ("\n\n", []),
        ("", []),
    ],
)
def test_sentences_end_at_marks_and_lines(text, found):
    assert [text[span.start : span.stop] for span in sentences(text)] == found


@given(TEXTS, st.sampled_from(LANGUAGES))
@example("\uff9e#", None)
def test_a_term_has_neither_space_nor_capital_and_is_the_term_of_its_place(text, language):
    for token in ANALYSER.tokens(text, language):
        assert not any(character.isspace() or character.isupper() for character in token.term)
        assert token.term in ANALYSER.terms(text[token.start : token.stop], language)


@given(TEXTS)
def test_what_is_folded_stays_as_it_is(text):
    for spelling in ANALYSER.spellings(text):
        assert fold(spelling) == spelling


@given(st.text("aábcdeéñoöuüßçãœ'’ АаЯяЁёЙй ΑαΣσάΏ 0123.,"), st.sampled_from(LANGUAGES))
def test_case_makes_no_difference(text, language):
    assume(".ß" not in text)  # as two capitals it is no single letter of an acronym any more
    assert terms(text.upper(), language) == terms(text.lower(), language) == terms(text, language)


@given(
    st.text("aáàâãbcçdeéèêfghiíìlmnñoóòôõprsştuúüvzğıİ", min_size=3),
    st.sampled_from(["en", "es", "fr", "de", "pt", "it", "tr", "hu"]),
)
def test_a_word_typed_without_its_accents_is_the_same_term_unless_it_is_a_stop_word(word, language):
    with_accents, without = ANALYSER.terms(word, language), ANALYSER.terms(fold(word), language)
    assert with_accents == without or "" in with_accents


@given(st.text("中国人民日本語テスト한국어ไทย", min_size=2), st.data())
def test_any_part_of_a_run_without_spaces_is_a_phrase_in_it(run, data):
    start = data.draw(st.integers(0, len(run) - 2))
    part = run[start : data.draw(st.integers(start + 2, len(run)))]
    whole, wanted = ANALYSER.terms(run), ANALYSER.terms(part)
    assert any(whole[place : place + len(wanted)] == wanted for place in range(len(whole)))


def test_english_is_read_as_ever():
    text = "Cuba's U.S. recruiters paid $5m, 76,000 in all: 10% don't know the Álvaro López of 3.5."
    assert ANALYSER.terms(text) == [
        "cuba", "us", "recruit", "paid", "5m", "76000", "", "", "10", "", "know", "", "alvaro", "lopez", "", "3.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Cuba Cuba’s CUBA'S cuba"),
        ("en", "76,000 76000"),
        ("en", "U.S. US"),
        ("en", "ﬁnance finance"),
        ("es", "acción accion acciones Acciones"),
        ("es", "Álvaro alvaro"),
        ("es", "año ano"),
        ("es", "economía economia económica"),
        ("fr", "réfugié refugie réfugiés refugies"),
        ("fr", "homme l’homme l'homme d'hommes qu'homme"),
        ("pt", "nação nacao nações nacoes"),
        ("pt", "informação informacao informações informar"),
        ("it", "arte dell'arte dell’arte"),
        ("it", "città citta"),
        ("de", "Straße Strasse straßen"),
        ("de", "Haus Häuser Häusern"),
        ("de", "Müller Muller Mueller"),
        ("sv", "väljare väljarna valjare"),
        ("da", "løsning løsningen losning"),
        ("hu", "könyv könyvek konyvek könyvként konyvkent"),
        ("ro", "țară țara țării tara"),
        ("tr", "İstanbul istanbul ISTANBUL İstanbul'da"),
        ("tr", "kitap kitapları kitaplari"),
        ("pl", "Łódź lodz"),
        ("ru", "ёлка елка ёлки"),
        ("ru", "российский российские"),
        ("uk", "м'яч м’яч мʼяч"),
        ("el", "κυβέρνηση ΚΥΒΕΡΝΗΣΗ κυβερνηση κυβέρνησης"),
        ("ar", "كِتَاب كتاب الكتاب والكتاب كـتاب"),
        ("ar", "أحمد احمد"),
        ("ar", "الحكومة الحكومه حكومة"),
        ("ar", "مستشفى مستشفي"),
        ("ar", "٢٠١٧ 2017 ۲۰۱۷"),
        ("fa", "کتاب كتاب"),
        ("fa", "می\u200cخواهم میخواهم"),
        ("he", "שָׁלוֹם שלום"),
        ("ja", "ｶﾞｽ ガス"),
        ("zh", "Ｇ７ G7"),
    ],
)
def test_these_are_one_term(language, words):
    assert same(language, *words.split()), [terms(word, language) for word in words.split()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("俄称打击南部", "俄称 称打 打击 击南 南部"),
        ("第20届G7峰会。我", "第 20 届 g7 峰会 我"),
        ("東京タワーで", "東京 京タ タワ ワー ーで"),
        ("한국어 뉴스", "한국 국어 뉴스"),
        ("हिंदी समाचार", "हिंदी समाचार"),
        ("COVID-19 AT&T R&D", "covid 19 at&t t r&d r d"),
        ("Marks&Spencer", "mark spencer"),
        ("C++ C# F#", "c++ c c# c f# f"),
        ("#BlackLivesMatter", "blacklivesmatt black live matter"),
        ("#G7Summit2023 #StopHate YouTube", "g7summit2023 g7 summit 2023 stophat youtub"),
    ],
)
def test_words_are_found_in_any_script(text, found):
    assert terms(text) == found.split()


def test_the_script_of_a_word_goes_before_the_language_of_its_text():
    assert terms("российские выборы", "en") == terms("российские выборы", "ru") == terms("российские выборы", "zh")
    assert terms("elections", "ru") == terms("elections", None)
    assert terms("выборы", "uk") == ["выборы"]


def test_characters_belong_together_with_their_marks():
    tokens = ANALYSER.tokens("ได้ที่")
    assert ["ได้ที่"[token.start : token.stop] for token in tokens] == ["ได้", "ด้ที่"]
    assert unicodedata.normalize("NFC", "é") in [ANALYSER.spellings("é")[0], "é"]


def test_stop_words_are_those_of_the_language():
    assert ANALYSER.terms("de la república", "es") == ["", "", "republ"]
    assert terms("de la", None) == ["de", "la"]
    assert terms("في تونس وفي الجزائر", "ar") == terms("تونس الجزائر", "ar")


def test_a_typed_word_has_a_reading_for_each_way_it_is_stemmed_here():
    assert ANALYSER.readings("elections", ["en", "ru", "zh", None]) == [["elect"]]
    assert ANALYSER.readings("réformes", ["fr", "en"]) == [["reform"]]
    assert ANALYSER.readings("nações", ["pt", "en"]) == [terms("nações"), terms("nação", "pt")]
    assert ANALYSER.readings("die", ["en", "de"]) == [["die"], [""]]
    assert ANALYSER.readings("TechCrunch's", ["en"]) == [["techcrunch"]]
    assert ["black", "live", "matter"] in ANALYSER.readings("BlackLivesMatter", ["en"])


def test_stop_words_tell_in_which_language_a_question_is():
    spoken = ANALYSER.spoken
    assert spoken("presidente de la república", ["en", "es"]) == "es"
    assert spoken("who stole the museum's astrolabe", ["en", "es", "de"]) is None
    assert spoken("war in Ukraine", ["en", "de"]) is None
    assert spoken("anything", []) is None

"""In which language a text is: known where it is clear, and not guessed where it is not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.ingest.language import detect

NEWS = {
    "ar": "قدمت الحكومة يوم الأربعاء مشروع قانون بشأن إصلاح نظام التقاعد.",
    "bg": "Правителството представи в сряда законопроект за реформа на пенсионната система.",
    "cs": "Vláda ve středu představila návrh zákona o reformě důchodů.",
    "da": "Regeringen præsenterede onsdag et lovforslag om en reform af pensionerne.",
    "de": "Die Bundesregierung hat am Mittwoch einen Entwurf für das neue Haushaltsgesetz beschlossen.",
    "el": "Η κυβέρνηση παρουσίασε την Τετάρτη νομοσχέδιο για τη μεταρρύθμιση των συντάξεων.",
    "en": "The government presented a bill on the reform of pensions on Wednesday.",
    "es": "El gobierno presentó el miércoles un proyecto de ley sobre la reforma de las pensiones.",
    "fa": "دولت روز چهارشنبه لایحه اصلاح نظام بازنشستگی را ارائه کرد.",
    "fi": "Hallitus esitteli keskiviikkona lakiesityksen eläkeuudistuksesta.",
    "fr": "Le gouvernement a présenté mercredi un projet de loi sur la réforme des retraites.",
    "he": "הממשלה הציגה ביום רביעי הצעת חוק לרפורמה בפנסיה.",
    "hi": "सरकार ने बुधवार को पेंशन सुधार पर एक विधेयक पेश किया।",
    "hu": "A kormány szerdán bemutatta a nyugdíjreformról szóló törvényjavaslatot.",
    "it": "Il governo ha approvato mercoledì il nuovo disegno di legge sulla riforma della giustizia.",
    "ja": "政府は水曜日、年金改革に関する法案を国会に提出した。",
    "ko": "정부는 수요일 연금 개혁에 관한 법안을 국회에 제출했다.",
    "nl": "De regering heeft woensdag een wetsvoorstel over de hervorming van de pensioenen gepresenteerd.",
    "pl": "Rząd przedstawił w środę projekt ustawy o reformie emerytur.",
    "pt": "O governo apresentou na quarta-feira um projeto de lei sobre a reforma tributária.",
    "ru": "Правительство в среду представило законопроект о реформе пенсионной системы.",
    "sv": "Regeringen presenterade på onsdagen ett lagförslag om en reform av pensionerna.",
    "th": "รัฐบาลเสนอร่างกฎหมายปฏิรูประบบบำนาญเมื่อวันพุธ",
    "tr": "Hükümet çarşamba günü emeklilik reformuna ilişkin yasa tasarısını sundu.",
    "uk": "Уряд у середу представив законопроєкт про реформу пенсійної системи.",
    "zh": "政府星期三提出了关于养老金改革的法案。",
}


@pytest.mark.parametrize("language", NEWS)
def test_a_sentence_of_news_tells_its_language(language):
    assert detect(NEWS[language]) == language
    assert detect(NEWS[language].upper()) == language


@pytest.mark.parametrize(
    "text", ["", "\n", "2023-09-05", "12 345 %", "ok", "xqzt vrrp", "Ann Lee", "BBC, CNN, NBC: SOS"]
)
def test_what_does_not_tell_is_not_guessed(text):
    assert detect(text) in {None, "en"}


@pytest.mark.parametrize(
    "claim",
    [
        "Photo shows Donald Trump in Mar-a-Lago",
        "Dan Marino wept over Van Gogh",
        "Kamala Harris: 'No voter ID'",
        "Man lands on sun",
    ],
)
def test_a_short_english_claim_is_not_taken_for_dutch(claim):
    assert detect(claim) in {None, "en"}


def test_names_in_another_script_do_not_make_another_language():
    assert detect("The newspaper 人民日报 said on Wednesday that the government would raise taxes again.") == "en"
    assert detect("日本经济新闻社（日経）星期三报道，政府将提高税收，这将影响到所有公民的日常生活和工作。") == "zh"


@given(st.text())
def test_any_text_may_be_asked(text):
    assert detect(text) is None or 2 <= len(detect(text)) <= 3


def test_who_only_reads_does_not_load_the_model():
    code = "import sys, corpus, bot.cli; sys.exit('fasttext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

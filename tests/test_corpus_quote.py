"""Where a quote comes from: the earliest article that has it word for word, or the one that has it most nearly."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from corpus import Corpus, Keeper, QueryError, QuoteTooShort

ENGINES = ("local", "opensearch")


SAID = "We will not, under any circumstances, give up the harbour; it isn’t ours to give"
STORY = f"The minister spoke on Tuesday. “{SAID},” she told reporters. Nobody asked why."


def told(text, day, **others):
    return {"text": text, "date": f"2023-09-{day:02}", **others}


def quoted(found):
    """The passage as it stands in the article."""
    return found.article.text[found.span.start : found.span.stop]


@pytest.mark.parametrize(
    "message",
    [
        SAID,
        f"“{SAID}.”",
        f'"{SAID}" — the minister',
        f"«{SAID}»",
        f"{SAID} — Minister X, Harbour Post",
        f"{SAID} -- the minister",
        f"{SAID}\n- Minister X",
        f"{SAID}\n~ somebody at the harbour",
        f"> {SAID}",
        f"> {SAID}\nwho on earth said this? I never heard of it",
        f"look at this one:\n>>> {SAID.replace('; ', ';' + chr(10))}",
        f"Did she really say “{SAID}”? And “why now” of all times?",
        SAID.upper(),
        SAID.replace(",", ""),
        SAID.replace(" ", ", "),
        SAID.replace(" ", "\n   "),
        SAID.replace("’", "'"),
        SAID.replace("a", "á").replace("i", "\u00ad" + "i"),
        f"… {SAID} …",
        f"**{SAID}**",
    ],
)
def test_a_quote_is_found_however_it_was_pasted(archive_of, message):
    corpus = archive_of(told("Nothing was said about the harbour, under any circumstances.", 1), told(STORY, 2))
    found = corpus.quoted(message)
    assert quoted(found) == SAID
    assert (found.article.text, found.verbatim, found.likeness, found.others) == (STORY, True, 1.0, 0)


@pytest.mark.parametrize(
    "message",
    [
        "We will not … give up the harbour",
        "We will not, [...] give up the harbour",
        '"We will not... give up the harbour..."',
        "We will not, under any… circumstances (…) give up the harbour",
    ],
)
def test_ellipses_join_parts_that_follow_each_other(archive_of, message):
    corpus = archive_of(told("Give up the harbour! We will not.", 1), told(STORY, 2))
    found = corpus.quoted(message)
    assert found.verbatim
    assert quoted(found) == "We will not, under any circumstances, give up the harbour"


def test_the_earliest_article_goes_first_and_the_others_are_counted(archive_of):
    corpus = archive_of(
        told(f"{STORY} It was late.", 3),
        told("We will give up the harbour.", 1),
        told(f"She said so twice. {STORY}", 2, source="b.example"),
        told(f"Again: {SAID}!", 4),
    )
    found = corpus.quoted(SAID)
    assert (found.article.published.day.day, found.article.source, found.others) == (2, "b.example", 2)


def test_of_two_of_one_moment_the_one_that_came_in_first_is_the_earlier_one(archive_of):
    corpus = archive_of(told(f"One. {STORY}", 2), told(f"Two. {STORY}", 2))
    assert corpus.quoted(SAID).article.text.startswith("One.")


def test_moments_are_compared_by_their_offsets(archive_of):
    corpus = archive_of(
        {"text": f"Here. {STORY}", "date": "2023-09-05T10:00:00"},
        {"text": f"There. {STORY}", "date": "2023-09-05T11:00:00+02:00"},
    )
    assert corpus.quoted(SAID).article.text.startswith("There.")


def test_articles_that_say_it_with_other_small_words_or_other_forms_do_not_have_it(archive_of):
    corpus = archive_of(
        told("The ferries were leaving a port at the dawn of Tuesday.", 1),
        told("A ferry was leaving the ports at a dawn of Tuesday.", 2),
        told("The ferry was leaving a port at the dawn of Tuesday.", 3),
    )
    found = corpus.quoted("the ferry was leaving a port at the dawn of Tuesday")
    assert (found.article.published.day.day, found.verbatim, found.others) == (3, True, 0)


def test_small_words_alone_are_found_too(archive_of):
    corpus = archive_of(told("What it is, is what it was.", 1), told("“It is what it is,” he said.", 2))
    found = corpus.quoted("it is what it is")
    assert quoted(found) == "It is what it is"
    assert found.verbatim


def test_a_quote_is_looked_for_in_texts_and_not_in_headlines(archive_of):
    corpus = archive_of({"title": "Harbour council gives up the quay", "text": "There is no more to tell."})
    assert corpus.quoted("harbour council gives up the quay") is None


@pytest.mark.parametrize(
    ("language", "text", "message", "passage"),
    [
        (
            "es",
            "El ministro dijo: «No cederemos jamás, él lo sabe, la nación». Nadie preguntó.",
            '"no cederemos jamas: el lo sabe; la nacion"',
            "No cederemos jamás, él lo sabe, la nación",
        ),
        (
            "ar",
            "قال الوزير إنّ السفينة وصلت إلى الميناء القديم، ولم يسأل أحد.",
            "السفينة وصلت الى الميناء القديم",
            "السفينة وصلت إلى الميناء القديم",
        ),
        (
            "zh",
            "部长说：“我们决不放弃海港，它不属于我们。”没有人问。",
            "「我们决不放弃海港，它不属于我们」",
            "我们决不放弃海港，它不属于我们",
        ),
        ("zh", "部长说我们决不放弃海港没有人问", "我们决不，放弃海港", "我们决不放弃海港"),
        ("zh", "部长说：我们决不，放弃海港。", "我们决不放弃海港", "我们决不，放弃海港"),
        ("zh", "在GDP增长5%时说，我们放弃 海港。", "GDP增长 5% 时说我们放弃海港", "GDP增长5%时说，我们放弃 海港"),
        ("ja", "大臣は「港を手放さない」と述べた。", "港を手放さない", "港を手放さない"),
        ("th", "รัฐมนตรีกล่าวว่าเราจะไม่ละทิ้งท่าเรือนี้", "เราจะไม่ละทิ้งท่าเรือ", "เราจะไม่ละทิ้งท่าเรือ"),
        (
            "ru",
            "«Мы не отдадим порт, — сказал министр, — никогда».",
            "Мы НЕ отдадим порт сказал министр",
            "Мы не отдадим порт, — сказал министр",
        ),
    ],
)
def test_a_quote_in_any_language_is_found(archive_of, language, text, message, passage):
    corpus = archive_of(told(STORY, 1), told(text, 2, language=language), told("The port, the ship.", 3))
    found = corpus.quoted(message)
    assert quoted(found) == passage
    assert found.verbatim


@pytest.mark.parametrize(
    ("message", "likeness"),
    [
        ("We will never under any circumstances give up the harbour", 0.9),
        ("We will under any circumstances give up the harbour", 8 / 9),
        ("We will not under any circumstances ever give up the harbour", 10 / 11),
        ("We will never under any circumstances give up this harbour", 0.8),
        ("under any circumstances … give up a harbour", 6 / 7),
    ],
)
def test_a_quote_that_is_not_quite_right_is_found_nearly(archive_of, message, likeness):
    corpus = archive_of(told("We will give up.", 1), told(STORY, 2), told(f"Later: {STORY}", 3))
    found = corpus.quoted(message)
    assert (found.article.text, found.verbatim, found.others) == (STORY, False, 1)
    assert found.likeness == pytest.approx(likeness)
    assert quoted(found).endswith("the harbour")


def test_where_more_than_one_word_in_five_differs_nothing_is_found(archive_of):
    corpus = archive_of(told(STORY, 1))
    assert corpus.quoted("They will never under any circumstances give up this harbour") is None
    assert corpus.quoted("harbour the up give circumstances any under not will we") is None


def test_of_several_that_have_it_nearly_the_most_alike_is_found_and_of_equals_the_earliest(archive_of):
    corpus = archive_of(
        told("The ferry left port at dawn with nine sailors aboard", 1),
        told("The ferry left port at dusk with ten sailors aboard, again", 3),
        told("The ferry left port at dusk with ten sailors aboard", 2),
    )
    found = corpus.quoted("the ferry left port at noon with ten sailors aboard")
    assert (found.article.published.day.day, found.others) == (2, 2)


def test_what_is_said_more_than_two_hundred_times_is_counted_by_the_index(archive_of):
    articles = [told(f"Report {number}. The council of the harbour met.", number % 28 + 1) for number in range(260)]
    corpus = archive_of(told("The council of a harbour met.", 1), *articles)
    found = corpus.quoted("the council of the harbour met")
    assert (found.article.text, found.verbatim) == ("Report 0. The council of the harbour met.", True)
    assert 259 <= found.others <= 260


def test_of_a_long_quote_the_first_hundred_words_are_looked_for(archive_of):
    words = [f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(100)]
    corpus = archive_of(told(f"So it began: {' '.join(words)} and no more.", 1))
    found = corpus.quoted(" ".join([*words, *["otherwise"] * 500]))
    assert found.verbatim
    assert quoted(found) == " ".join(words)


@pytest.mark.parametrize("message", ["", " \n", "“”", "one two three", "> one\n> two three", "… — …", "海港会", "\x00"])
def test_less_than_four_words_are_no_quote(samples, message):
    with pytest.raises(QuoteTooShort, match="at least 4 words") as caught:
        samples.quoted(message)
    assert isinstance(caught.value, QueryError)


def test_an_empty_archive_has_no_quotes(tmp_path):
    with Corpus.open(tmp_path / "data", create=True) as corpus:
        assert corpus.quoted(SAID) is None


_SCRAPS = [
    "“",
    '"',
    "> ",
    ">>> ",
    "—",
    "…",
    "...",
    "\n",
    " ",
    "ferry",
    "the stern door",
    "of the",
    "海港",
    "#tag",
    "AT&T",
    "U.S.",
]


@given(st.text(max_size=200) | st.lists(st.sampled_from(_SCRAPS), max_size=60).map("".join))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_pasted_is_found_or_not_or_is_too_short(samples, text):
    try:
        found = samples.quoted(text)
    except QuoteTooShort:
        return
    if found:
        assert 0 <= found.span.start < found.span.stop <= len(found.article.text)
        assert 0.8 <= found.likeness <= 1.0
        assert found.verbatim == (found.likeness == 1.0)
        assert found.others >= 0


# Random archives, against reading every article.

WORDS = """
    ferry ferries harbour harbours storm storms council Álvaro café nación quay dock docks tanker cargo pilot pilots
    U.S. 76,000 it isn't don’t Cuba Cuba's 北京 战争 порт войны the of not
""".split()
TELLING = [f"{first}{last}" for first in ("bor", "tul", "mar", "kip", "zan") for last in ("vik", "gom", "dal", "sep")]


def text_of(chance, vocabulary):
    sentences = [" ".join(chance.choices(vocabulary, k=chance.randint(3, 30))) for _ in range(chance.randint(1, 6))]
    return "".join(each + chance.choice([". ", ".\n", "! "]) for each in sentences)


def articles(chance, vocabulary):
    """A small archive; some articles say what an earlier one said, with a word more or less."""
    made = []
    for number in range(chance.randint(3, 25)):
        text = text_of(chance, vocabulary)
        if made and chance.random() < 0.4:
            words = chance.choice(made)["text"].split(" ")
            del words[chance.randrange(len(words))]
            text = f"{' '.join(words)} {text}" if len(words) > 1 else text
        day, language = chance.randint(1, 9), chance.choice(["en", "es", "ru", None])
        made.append(
            {"id": number, "text": text, "language": language, "source": "a.example", "date": f"2023-09-0{day}"}
        )
    return made


@contextmanager
def archive(articles):
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)))
        with Keeper.open(folder / "data") as keeper:
            assert not keeper.ingest([folder / "articles.jsonl"]).rejected
        with Corpus.open(folder / "data") as corpus:
            yield corpus


def run(chance, articles, least, most):
    """A random run of words out of a random article that is long enough."""
    while True:
        words = chance.choice(articles)["text"].split()
        length = chance.randint(least, most)
        if length <= len(words):
            first = chance.randint(0, len(words) - length)
            return words[first : first + length]


def disturbed(chance, word):
    """The word in other capitals, with other punctuation and spaces around it."""
    word = chance.choice(
        [word, word.upper(), word.lower(), word.replace("’", "'"), word.rstrip(".!") if word != "U.S." else word]
    )
    around = chance.choice(["", "", "", ",", ";", "-", " ("]), chance.choice(["", "", "", ",", ":", "!", ")", "—"])
    return f"{around[0]}{word}{around[1]}"


def read(text):
    """The words of a text by what the test puts into it: spaced, or one character each where that is usual."""
    plain = text.casefold().replace("’", "'").replace("'s", "").replace("á", "a").replace("é", "e").replace("ó", "o")
    return re.findall(r"[\u4e00-\u9fff]|76,000|u\.s|(?:(?![\u4e00-\u9fff])[\w'])+", plain)


def has(words, wanted):
    return any(words[first : first + len(wanted)] == wanted for first in range(len(words) - len(wanted) + 1))


@given(st.integers(0, 2**32))
@settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a seed does not shrink
def test_a_disturbed_quote_is_found_verbatim_in_the_earliest_article_that_reading_all_of_them_finds(seed):
    chance = Random(seed)
    made = articles(chance, WORDS)
    with archive(made) as corpus:
        for _ in range(20):
            words = run(chance, made, 5, 20)
            message = chance.choice([" ", "  ", " \n"]).join(disturbed(chance, word) for word in words)
            found, wanted = corpus.quoted(message), read(" ".join(words))
            having = [each for each in made if has(read(each["text"]), wanted)]
            earliest = min(having, key=lambda each: (each["date"], each["id"]))
            assert found, (message, having)
            assert found.verbatim, (message, found)
            assert read(quoted(found)) == wanted, (message, found)
            assert str(found.article.published) == earliest["date"], (message, found, earliest)
            assert found.article.text.split() == earliest["text"].split()
            assert found.others == len(having) - 1, (message, having)


@given(st.integers(0, 2**32))
@settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_a_quote_with_wrong_words_is_as_near_as_reading_every_article_word_by_word_tells(seed):
    chance = Random(seed)
    made = articles(chance, TELLING)
    with archive(made) as corpus:
        for _ in range(15):
            words = run(chance, made, 5, 30)
            for place in chance.sample(range(len(words)), len(words) // chance.choice([5, 10, 10])):
                words[place] = chance.choice(["", "zeppelin", f"{words[place]} quokka", chance.choice(TELLING)])
            wanted = read(" ".join(words))
            distances = {each["id"]: distance(wanted, read(each["text"])) for each in made}
            least = min(distances.values())
            found = corpus.quoted(" ".join(words))
            if least > len(wanted) // 5:
                assert found is None, (words, found)
                continue
            nearest = [each for each in made if distances[each["id"]] == least]
            earliest = min(nearest, key=lambda each: (each["date"], each["id"]))
            assert found, (words, nearest)
            assert found.likeness == pytest.approx(1 - least / len(wanted)), (words, found)
            assert found.article.text.split() == earliest["text"].split(), (words, found, earliest)
            assert distance(wanted, read(quoted(found))) == least, (words, found)


def distance(wanted, words):
    """How many words must be changed, left out or put in to make a run of these words of what is wanted: the table."""
    row = [0] * (len(words) + 1)
    for number, word in enumerate(wanted, start=1):
        above, row = row, [number]
        for place, other in enumerate(words, start=1):
            row.append(min(above[place] + 1, row[place - 1] + 1, above[place - 1] + (word != other)))
    return min(row)

"""A whole article as it is read for a question, and why it is an answer: what is marked, what each word gave."""

from __future__ import annotations

import math
import shutil
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Corpus, NotIndexed, Query, Reading, Span

ENGINES = ("local", "opensearch")

LONG = "The harbour council met on Tuesday and decided nothing of note about the quay. " * 4

QUESTIONS = [
    "ferry", "when did the ferry Aurelia sink", "dockers strike harbour", "central bank rates", "perro apareció",
    "mercen* harb*", "flood OR storm -ferry", "+bank rates source:the-meridian.example", "body:dam title:flood",
]  # fmt: skip
PHRASES = ['"stern door" ferry', '"central bank"', '"harbour dockers"~9 strike', '+"gate 4" mailbox']


def marked(text, spans):
    return [text[span.start : span.stop] for span in spans]


def read(corpus, typed):
    """The one article of an archive, read for this."""
    (hit,) = corpus.search(Query.parse("after:1700")).hits
    return corpus.read(hit.article.id, Query.parse(typed))


def are_spans_of(text, spans):
    borders = [border for span in spans for border in span]
    return borders == sorted(borders) and all(0 <= start < stop <= len(text) for start, stop in spans)


def test_an_article_is_read_with_its_words_marked_in_headline_and_text_alike(archive_of):
    corpus = archive_of(
        {"title": "Recruiters for hire", "text": "A recruit met recruiters.\nNobody else was recruited."}
    )
    reading = read(corpus, "recruiting nobody")
    assert marked(reading.article.text, reading.highlights) == ["recruit", "recruiters", "Nobody", "recruited"]
    assert marked(reading.article.headline, reading.headline) == ["Recruiters"]
    assert marked(reading.article.text, [reading.best]) == [reading.article.text]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('"war of the worlds"', ["War of the Worlds"]),
        ('"war of the worlds" peace', ["peace", "War of the Worlds"]),
        ('"worlds war" peace', ["peace"]),
        ('"the worlds war"', ["war", "War", "Worlds"]),  # the words of a phrase, where nothing else is marked
        ('"peace worlds"~9', ["peace, said the War of the Worlds"]),
        ("wor*", ["Worlds"]),
        ("+war -zeppelin", ["war", "War"]),
        ("title:war", ["war", "War"]),
        ("source:harbourpost.example", []),
        ("zeppelin", []),
        ("the of", []),
    ],
)
def test_phrases_are_marked_whole_and_what_was_not_asked_for_not_at_all(archive_of, typed, words):
    corpus = archive_of({"text": "No war, no peace, said the War of the Worlds."})
    reading = read(corpus, typed)
    assert marked(reading.article.text, reading.highlights) == words


@pytest.mark.parametrize(
    ("language", "text", "typed", "words"),
    [
        ("es", "Los perros aparecieron cerca del puerto.", "perro aparecer", ["perros", "aparecieron"]),
        ("ar", "وصلت السفينة إلى الميناء القديم.", "ميناء", ["الميناء"]),
        ("zh", "海港委员会周二开会。", "委员会", ["委员会"]),
        ("ru", "Паромы вышли из порта.", "порт", ["порта"]),
    ],
)
def test_words_of_any_language_are_marked(archive_of, language, text, typed, words):
    reading = read(archive_of({"text": text, "language": language}), typed)
    assert marked(text, reading.highlights) == words


@pytest.mark.parametrize("typed", [*QUESTIONS, *PHRASES])
def test_what_an_excerpt_marks_is_marked_in_the_whole_article_and_the_best_passage_is_an_excerpt(samples, typed):
    query = Query.parse(typed)
    hits = samples.search(query, limit=20).hits
    assert hits
    for hit in hits:
        reading = samples.read(hit.article.id, query)
        assert reading.article == hit.article
        assert reading.copies == hit.copies
        marks = {mark for excerpt in hit.excerpts for mark in moved(excerpt)}
        assert reading.best in {excerpt.span for excerpt in hit.excerpts} or (reading.best is None and not marks)
        if '"' not in typed:  # a phrase may leave an excerpt, and then its words are marked there
            inside = {mark for mark in reading.highlights for each in hit.excerpts if within(mark, each.span)}
            assert inside == marks


def moved(excerpt):
    """The highlights of an excerpt, counted from the start of the article."""
    begin = excerpt.span.start
    return [Span(begin + start, begin + stop) for start, stop in excerpt.highlights]


def within(inner, outer):
    return outer.start <= inner.start and inner.stop <= outer.stop


@given(st.text(max_size=80) | st.sampled_from([*QUESTIONS, *PHRASES]), st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_an_article_is_read_with_spans_in_order(samples, typed, data):
    everything = samples.search(Query.parse("after:1700 copies:all"), limit=100).hits
    article = data.draw(st.sampled_from(everything)).article
    reading = samples.read(article.id, Query.parse(typed))
    assert reading.article == article
    assert are_spans_of(article.text, reading.highlights)
    assert are_spans_of(article.headline, reading.headline)
    assert reading.best is None or are_spans_of(article.text, [reading.best])


@pytest.mark.parametrize("query", [None, Query.parse(""), Query.parse(" +"), Query.words("")])
def test_without_a_question_an_article_is_read_as_it_is(samples, query):
    article = samples.search(Query.parse("ferry")).hits[0].article
    reading = samples.read(article.id, query)
    assert reading == Reading(article, copies=reading.copies)


def test_every_article_of_a_story_is_read_with_the_others_the_earliest_first(archive_of):
    days = {"c.example": "03", "a.example": "01", "d.example": "04", "b.example": "02"}
    corpus = archive_of(*({"text": LONG, "source": source, "date": f"2023-02-{day}"} for source, day in days.items()))
    for hit in corpus.search(Query.parse("copies:all after:1700")).hits:
        others = [source for source in sorted(days) if source != hit.article.source]
        assert [copy.source for copy in corpus.read(hit.article.id).copies] == others


@pytest.mark.parametrize("article_id", ["", "nosuchidea", "ÀÉÎÕÜ", "x" * 10_000])
def test_no_article_is_read_where_there_is_none(samples, article_id):
    assert samples.read(article_id) is None
    assert samples.read(article_id, Query.parse("ferry")) is None
    assert samples.why(article_id, Query.parse("ferry")) is None


@pytest.mark.one_machine
def test_without_an_index_an_article_is_still_read_but_not_for_a_question(own_archive):
    with Corpus.open(own_archive) as corpus:
        article = corpus.search(Query.parse("ferry")).hits[0].article
    shutil.rmtree(own_archive / "index")
    (own_archive / "index").write_text("in the way")
    with Corpus.open(own_archive) as corpus:
        assert corpus.read(article.id).article == article
        with pytest.raises(NotIndexed, match="dateline reindex"):
            corpus.read(article.id, Query.parse("ferry"))


def test_of_an_article_of_megabytes_the_beginning_is_marked_and_the_rest_costs_nothing(archive_of):
    def seconds(words):
        corpus = archive_of({"title": "Barriers", "text": "barrier, " * words})
        (hit,) = corpus.search(Query.parse("barrier")).hits
        return min(once(corpus, hit.article.id) for _ in range(3))

    def once(corpus, article_id):
        began = time.process_time()
        reading = corpus.read(article_id, Query.parse("barrier"))
        took = time.process_time() - began
        assert set(marked(reading.article.text, reading.highlights)) == {"barrier"}
        assert len(reading.highlights) == 200_000 // len("barrier, ")
        assert reading.best.start == 0
        return took

    assert seconds(100_000) < 2 * seconds(25_000)


# Why an article is an answer


def parts(why):
    return sum(word.points for word in why.words) + why.passage + why.closeness + why.feedback


def only(corpus, typed):
    """Why the one article that is found for this is found."""
    (hit,) = corpus.search(Query.parse(typed)).hits
    return corpus.why(hit.article.id, Query.parse(typed))


@pytest.mark.parametrize("typed", [*QUESTIONS, *PHRASES, "f* fe* fl*", "ferry harbour bank flood", "copies:all ferry"])
def test_the_parts_of_a_score_add_up_to_the_score_of_the_hit(samples, typed):
    query = Query.parse(typed)
    hits = samples.search(query, limit=40).hits
    assert hits
    for hit in hits:
        why = samples.why(hit.article.id, query)
        assert why.score == pytest.approx(hit.score)
        assert parts(why) == pytest.approx(hit.score, abs=2e-3)
        assert min(why.passage, why.closeness, why.feedback, *(word.points for word in why.words)) >= 0


def test_an_article_beyond_those_that_are_read_has_only_its_words(samples):
    query = Query.parse("ferry harbour central bank flood the said storm night")
    hits = samples.search(query, limit=40).hits
    assert len(hits) > 20
    whys = [samples.why(hit.article.id, query) for hit in hits]
    assert sum(why.passage > 0 for why in whys) == 15
    assert any(why.feedback > 0 for why in whys[:15])
    assert any(why.closeness > 0 for why in whys[:15])
    for why, hit in list(zip(whys, hits, strict=True))[15:]:
        assert (why.passage, why.closeness, why.feedback) == (0, 0, 0)
        assert sum(word.points for word in why.words) == pytest.approx(hit.score)


def test_a_word_gives_what_bm25_says_with_the_headline_three_times(archive_of):
    corpus = archive_of(
        {"title": "Storm ahead", "text": "A storm reached Storms End.", "author": "Ada Storm", "source": "Tribune"},
        {"title": "Quay", "text": "Nothing happened.", "author": "Ada", "source": "Tribune"},
    )
    why = only(corpus, "storm")
    (word,) = why.words
    assert (word.word, word.headline, word.text, word.credit) == ("storm", 1, 2, 1)
    assert word.tells == pytest.approx(math.log(1 + (2 - 1 + 0.5) / (1 + 0.5)))
    often, length, typical = 3 + 2 + 1, 3 * 2 + 4 + 3, (13 + 3 * 1 + 2 + 2) / 2
    saturated = often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / typical))
    assert word.points == pytest.approx(word.tells * saturated, rel=1e-4)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Recruiting the soldiers", ["Recruiting", "soldiers"]),
        ("soldiers +recruits -zeppelin source:harbourpost.example", ["soldiers", "recruits"]),
        ('"recruits marched"', ["recruits", "marched"]),
        ("(soldiers AND recruits) OR zebra", ["soldiers", "recruits", "zebra"]),
        ("recruit*", ["recruit*"]),
        ("title:soldiers author:ada", ["soldiers"]),
        ("recruit recruits", ["recruit"]),
        ("2023-09-05 recruits", ["2023", "09", "05", "recruits"]),
        ("TheRecruitsMarched OR soldiers", ["TheRecruitsMarched", "Recruits", "Marched", "soldiers"]),
        ("after:1700", []),
    ],
)
def test_each_word_that_scores_is_told_as_it_was_typed(archive_of, typed, words):
    corpus = archive_of({"title": "Soldiers", "text": "On 2023-09-05 the recruits marched.", "author": "Ada"})
    assert [word.word for word in only(corpus, typed).words] == words


def test_a_word_that_is_not_there_gave_nothing_and_one_of_the_credit_did(archive_of):
    corpus = archive_of({"text": "A storm.", "source": "Gazette"}, {"text": "A quay.", "source": "Tribune"})
    there, absent, outlet = only(corpus, "storm zeppelin gazette").words
    assert (absent.points, absent.headline, absent.text, absent.credit) == (0, 0, 0, 0)
    assert (outlet.headline, outlet.text, outlet.credit) == (0, 0, 1)
    assert outlet.points > 0
    assert there.points > 0


def test_a_prefix_counts_the_words_that_begin_so_and_no_others_of_their_stem(archive_of):
    corpus = archive_of({"title": "A recruit", "text": "Recruiters saw a recruit, recruiters, a ferry."})
    prefix, word = only(corpus, "recruiter* ferry").words
    assert (prefix.headline, prefix.text, word.text) == (0, 2, 1)
    prefix, word = only(corpus, "recruiter* recruit").words
    assert (prefix.headline, prefix.text) == (0, 2)
    assert (word.headline, word.text) == (1, 3)


@pytest.mark.parametrize("typed", [question for question in QUESTIONS if "*" not in question])
def test_a_word_is_counted_as_often_as_it_is_marked(samples, typed):
    query = Query.parse(typed)
    for hit in samples.search(query, limit=20).hits:
        why, reading = samples.why(hit.article.id, query), samples.read(hit.article.id, query)
        assert sum(word.text for word in why.words) == len(reading.highlights)
        assert sum(word.headline for word in why.words) == len(reading.headline) * (not hit.article.headline_derived)


def test_a_copy_that_folds_is_told_what_its_words_give(archive_of):
    corpus = archive_of(
        {"title": "One", "text": LONG, "source": "early.example", "date": "2023-02-01"},
        {"title": "Two", "text": LONG, "source": "late.example", "date": "2023-02-02"},
    )
    (hit,) = corpus.search(Query.parse("quay")).hits
    why = corpus.why(hit.copies[0].id, Query.parse("quay"))
    assert why.score == why.words[0].points > 0
    assert why.passage == 0


def test_in_the_order_of_dates_nothing_is_read(samples):
    hit = samples.search(Query.parse("ferry sort:newest")).hits[0]
    why = samples.why(hit.article.id, Query.parse("ferry sort:newest"))
    assert why.passage == 0
    assert why.score == sum(word.points for word in why.words) > 0


@given(st.text(max_size=60) | st.lists(st.sampled_from([*QUESTIONS, *PHRASES, "fer*", "h*", "-bank"])).map(" ".join))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_the_parts_add_up(samples, typed):
    query = Query.parse(typed)
    if query.empty:
        article = samples.search(Query.parse("ferry")).hits[0].article
        assert samples.why(article.id, query).score == 0
        return
    for hit in samples.search(query).hits:
        why = samples.why(hit.article.id, query)
        assert parts(why) == pytest.approx(why.score, abs=2e-3)
        if hit.score:
            assert why.score == pytest.approx(hit.score)

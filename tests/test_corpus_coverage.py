"""Who published the articles that match, and when; and the same articles as a file."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lying import options

from corpus import (
    MOST_BUCKETS,
    Corpus,
    Coverage,
    EmptyQuery,
    Keeper,
    Query,
    Share,
    Step,
    as_csv,
    as_json_lines,
)

ENGINES = ("local", "opensearch")


def on_days(*days):
    return [{"text": f"The storm of {day}.", "date": day} for day in days]


def covering(days):
    return Coverage("", (), (), sum(days.values()), (), tuple(sorted(days.items())))


def every_hit(corpus, query):
    first = corpus.search(query, limit=100)
    rest = (corpus.search(query, limit=100, page=page) for page in range(2, first.pages + 1))
    return [*first.hits, *(hit for page in rest for hit in page.hits)]


# Coverage.


def test_coverage_counts_the_articles_that_match_by_outlet_and_by_day(archive_of):
    corpus = archive_of(
        {"text": "A storm hit the harbour.", "date": "2023-09-05T10:00:00"},
        {"text": "After the storm the harbour was closed.", "date": "2023-09-05"},
        {"text": "The storm has a name now.", "date": "2023-10-01", "source": "The Daily Bugle"},
        {"text": "Nothing happened at the harbour.", "date": "2023-10-02", "source": "The Daily Bugle"},
    )
    coverage = corpus.coverage(Query.parse("storm"))
    assert coverage.matched == 3
    assert coverage.outlets == (
        Share("harbourpost.example", "harbourpost.example", 2),
        Share("the-daily-bugle", "The Daily Bugle", 1),
    )
    assert coverage.days == ((date(2023, 9, 5), 2), (date(2023, 10, 1), 1))
    assert (coverage.query, coverage.notes, coverage.dropped) == ("storm", (), ())


def test_coverage_counts_as_an_answer_does(samples):
    for typed in [
        "ferry",
        "ferry OR tanker",
        "flood",
        "flood copies:all",
        "strike -source:meridianwire.example",
        "on:2023",
    ]:
        query = Query.parse(typed)
        coverage, answer = samples.coverage(query), samples.search(query)
        assert coverage.matched == answer.matched > 0
        assert sum(share.articles for share in coverage.outlets) == sum(n for _, n in coverage.days) == answer.matched


def test_words_are_dropped_and_noted_as_in_an_answer(samples):
    query = Query.parse("ferry zzyzzx source:nobody.example sort:best")
    coverage, answer = samples.coverage(query), samples.search(query)
    assert (coverage.notes, coverage.dropped, coverage.matched) == (answer.notes, answer.dropped, answer.matched)
    query = Query.parse("ferry zzyzzx")
    assert samples.coverage(query).dropped == samples.search(query).dropped == ("zzyzzx",)
    assert samples.coverage(query).matched == samples.search(query).matched > 0


def test_a_question_of_many_words_is_counted_by_most_of_them(archive_of):
    words = "harbour storm ferry tanker strike pilot quay crane anchor bridge".split()
    corpus = archive_of(
        *({"text": f"{' '.join(words[:number])}.", "date": f"2023-09-{number:02}"} for number in range(1, 11))
    )
    query = Query.parse(" ".join(words))
    coverage = corpus.coverage(query)
    assert 1 < coverage.matched == corpus.search(query).matched < 10
    assert [day for day, _ in coverage.days] == [date(2023, 9, day) for day in range(11 - coverage.matched, 11)]


def test_a_query_that_asks_nothing_counts_the_whole_archive(samples):
    coverage = samples.coverage(Query())
    assert coverage.matched == samples.status().articles
    assert {share.key: share.articles for share in coverage.outlets} == {
        source.key: source.articles for source in samples.sources()
    }
    assert coverage.days[0][0] == samples.status().first
    assert coverage.days[-1][0] == samples.status().last


def test_words_too_common_to_search_by_count_nothing(samples):
    coverage = samples.coverage(Query.parse("the"))
    assert (coverage.matched, coverage.outlets, coverage.days) == (0, (), ())
    assert "too common" in coverage.notes[0]


def test_an_empty_archive_is_covered_by_nothing(tmp_path):
    with Corpus.open(tmp_path / "data", create=True) as corpus:
        assert corpus.coverage(Query()).matched == 0
        assert corpus.coverage(Query()).buckets(Step.DAY) == ()


def test_coverage_sees_what_came_in_went_or_changed_since(own_archive, write):
    with Corpus.open(own_archive) as corpus:
        before = corpus.coverage(Query())
        with Keeper.open(own_archive) as keeper:
            keeper.ingest([write({"id": "x", "text": "A storm.", "source": "newcomer.example", "date": "2024-12-30"})])
        with_it = corpus.coverage(Query())
        with Keeper.open(own_archive) as keeper:
            keeper.ingest([write({"id": "x", "text": "A storm!!", "source": "newcomer.example", "date": "2024-12-31"})])
        changed = corpus.coverage(Query())
    assert with_it.matched == changed.matched == before.matched + 1
    assert Share("newcomer.example", "newcomer.example", 1) in changed.outlets
    assert (with_it.days[-1], changed.days[-1]) == ((date(2024, 12, 30), 1), (date(2024, 12, 31), 1))
    assert date(2024, 12, 30) not in dict(changed.days)


def test_days_of_all_times_are_counted(archive_of):
    days = ["1701-01-01", "1780-08-20", "1780-08-21", "1917-07-14", "1917-07-15", "2023-09-05"]
    corpus = archive_of(*on_days(*days))
    assert [str(day) for day, _ in corpus.coverage(Query.parse("storm")).days] == days
    assert [str(day) for day, _ in corpus.coverage(Query.parse("storm before:1800")).days] == days[:3]


def by_year(coverage):
    years = Counter()
    for day, articles in coverage.days:
        years[date(day.year, 1, 1)] += articles
    return replace(coverage, days=tuple(years.items()))


@pytest.mark.parametrize("query", ["", "storm", "storm after:1950", "before:1950", "nothing-of-the-kind"])
def test_a_yearly_coverage_sums_the_days_of_each_year(archive_of, query):
    days = ["1701-01-01", "1899-12-31", "1900-01-01", "1999-12-31", "2000-02-29", "2000-12-31", "2024-06-01"]
    corpus = archive_of(*on_days(*days, "2024-06-02"))
    asked = Query.parse(query)
    assert corpus.coverage(asked, yearly=True) == by_year(corpus.coverage(asked))


def test_a_yearly_coverage_counts_as_an_answer_does(samples):
    for typed in ("ferry", "ferry OR tanker", "flood copies:all", "-source:meridianwire.example", "on:2023", ""):
        asked = Query.parse(typed)
        yearly = samples.coverage(asked, yearly=True)
        assert yearly == by_year(samples.coverage(asked))
        assert yearly.matched > 0


def test_more_outlets_than_a_list_of_the_largest_has_are_all_counted(archive_of):
    corpus = archive_of(*({"text": f"Storm {n}.", "source": f"outlet{n % 60}.example"} for n in range(90)))
    shares = corpus.coverage(Query.parse("storm")).outlets
    assert len(shares) == 60
    assert [share.articles for share in shares] == [2] * 30 + [1] * 30
    assert [share.key for share in shares[:30]] == sorted(share.key for share in shares[:30])


# Buckets.

_DAYS = st.dictionaries(st.dates(), st.integers(1, 1_000), max_size=8)
_NEAR = st.dictionaries(st.dates(date(2019, 12, 1), date(2021, 2, 1)), st.integers(1, 9), max_size=30)


@given(st.one_of(_DAYS, _NEAR))
@example({date.min: 1, date.max: 2})
@example({date.max: 1})
@example({})
def test_buckets_follow_one_another_without_a_gap_and_have_every_article_once(days):
    coverage = covering(days)
    assert Step.YEAR in coverage.steps
    for step in coverage.steps:
        buckets = coverage.buckets(step)
        assert len(buckets) <= MOST_BUCKETS
        assert sum(bucket.articles for bucket in buckets) == coverage.matched
        for bucket in buckets:
            assert bucket.articles == sum(n for day, n in days.items() if bucket.first <= day <= bucket.last)
        for bucket, following in pairwise(buckets):
            assert following.first == bucket.last + timedelta(days=1)
        if buckets:
            assert buckets[0].first <= min(days) <= buckets[0].last
            assert buckets[-1].first <= max(days) <= buckets[-1].last


@given(_NEAR.filter(bool))
def test_a_bucket_is_a_whole_day_week_month_or_year(days):
    coverage = covering(days)
    assert all(bucket.first == bucket.last for bucket in coverage.buckets(Step.DAY))
    for bucket in coverage.buckets(Step.WEEK):
        assert (bucket.first.isoweekday(), bucket.last.isoweekday()) == (1, 7)
        assert bucket.first.isocalendar()[:2] == bucket.last.isocalendar()[:2]
    for bucket in coverage.buckets(Step.MONTH):
        assert bucket.first.replace(day=1) == bucket.last.replace(day=1) == bucket.first
        assert (bucket.last + timedelta(days=1)).day == 1
    for bucket in coverage.buckets(Step.YEAR):
        assert (bucket.first, bucket.last) == (date(bucket.first.year, 1, 1), date(bucket.first.year, 12, 31))


def test_steps_that_make_too_many_buckets_are_not_offered_and_refused():
    coverage = covering({date(1788, 1, 1): 1, date(2023, 9, 5): 1})
    assert coverage.steps == (Step.MONTH, Step.YEAR)
    with pytest.raises(ValueError, match="take one of month, year"):
        coverage.buckets(Step.WEEK)


# Export.


def test_an_export_has_every_article_that_matches_and_no_other(samples):
    for typed in ["ferry", "ferry strike", "strike sort:newest", "on:2023 sort:oldest", "flood", "flood copies:all"]:
        query = Query.parse(typed)
        exported, answer = samples.export(query), samples.search(query)
        copies = 0 if query.copies_all else sum(len(hit.copies) for hit in exported.hits)
        assert exported.matched == answer.matched == len(exported.hits) + copies
        assert [hit.rank for hit in exported.hits] == list(range(1, len(exported.hits) + 1))
        assert {hit.article.id for hit in exported.hits} <= {hit.article.id for hit in every_hit(samples, query)}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_an_export_by_date_is_the_answer_page_after_page(samples, order):
    query = Query.parse(f"after:2021 sort:{order}")
    assert list(samples.export(query).hits) == every_hit(samples, query)


def test_an_export_by_relevance_begins_as_the_answer_does_where_every_article_has_all_words(samples):
    query = Query.parse("ferry")
    answer = every_hit(samples, query)
    assert samples.search(query).ranked == samples.search(query).matched
    assert list(samples.export(query).hits) == answer


def test_an_export_of_a_question_of_many_words_has_those_that_have_most_of_them(archive_of):
    words = "harbour storm ferry tanker strike pilot quay crane anchor bridge".split()
    corpus = archive_of(*({"text": f"{' '.join(words[:number])}."} for number in range(1, 11)))
    for order in ("relevance", "newest"):
        exported = corpus.export(Query.parse(f"{' '.join(words)} sort:{order}"))
        assert 1 < exported.matched == len(exported.hits) < 10
        shortest = min(len(hit.article.text.split()) for hit in exported.hits)
        assert shortest == 11 - exported.matched


def test_an_export_ends_at_its_limit_and_says_how_many_match(samples):
    exported = samples.export(Query.parse("after:1700"), limit=7)
    assert len(exported.hits) == 7
    assert exported.matched == samples.status().articles
    assert len(samples.export(Query.parse("after:1700"), limit=0).hits) == 1


def test_there_is_no_export_of_nothing(samples):
    with pytest.raises(EmptyQuery):
        samples.export(Query())


# Files.


def cells(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_csv_file_has_a_header_and_one_row_a_hit(samples):
    exported = samples.export(Query.parse("flood"))
    written = as_csv(exported.hits)
    rows = cells(written)
    assert list(rows[0]) == (
        "rank id source source_name published headline byline url section language excerpt copies".split()
    )
    assert [row["id"] for row in rows] == [hit.article.id for hit in exported.hits]
    for row, hit in zip(rows, exported.hits, strict=True):
        assert row["excerpt"] == " … ".join(excerpt.text for excerpt in hit.excerpts)
        assert row["copies"].split() == [copy.id for copy in hit.copies]
        assert row["published"] == str(hit.article.published)
    assert any(row["copies"] for row in rows)
    assert written.endswith("\r\n")
    assert cells(as_csv(())) == []


@given(st.lists(st.text(max_size=30), min_size=4, max_size=4))
@example(["=1+1", "+1", "-1", "@SUM(A1)"])
@example(["\t=1", "\r=1", '"=1', "\n=1"])
@example(["a,b", 'say "it"', "two\nlines", "\x00\ud800"])
def test_whatever_an_article_says_stays_in_its_cell_and_is_no_formula(samples, texts):
    hit = samples.search(Query.parse("ferry")).hits[0]
    headline, byline, section, url = texts
    article = replace(hit.article, headline=headline, byline=byline, section=section, url=url)
    (row,) = cells(as_csv([replace(hit, article=article)]))
    for name in ("headline", "byline", "section", "url"):
        cell, text = row[name], getattr(article, name)
        assert cell in {text, f"'{text}"}
        assert (cell == f"'{text}") == text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_json_lines_are_the_hits_of_an_answer_as_json(samples_archive, samples, capfd):
    from corpus.cli import archive, run  # noqa: PLC0415  # what is compared is the command

    exported = samples.export(Query.parse("ferry"))
    assert run(archive, [*options(samples_archive), "search", "ferry", "--limit", "100", "--json"]) == 0
    answer = json.loads(capfd.readouterr().out)
    lines = as_json_lines(exported.hits).splitlines()
    assert list(map(json.loads, lines)) == answer["results"]
    assert Counter(map(len, map(json.loads, lines))).keys() == {len(answer["results"][0])}


def test_the_shell_prints_an_export_and_says_on_the_side_how_much_it_is(samples_archive, samples, capfd):
    from corpus.cli import archive, run  # noqa: PLC0415  # the same

    there = [*options(samples_archive), "export"]
    assert run(archive, [*there, "ferry", "-verdict", "--limit", "2"]) == 0
    printed = capfd.readouterr()
    exported = samples.export(Query.parse("ferry -verdict"), limit=2)
    assert printed.out == as_csv(exported.hits)
    assert "2 hits" in printed.err
    assert f"{exported.matched} articles have all of ferry -verdict." in printed.err
    assert run(archive, [*there, "flood", "--form", "jsonl"]) == 0
    assert capfd.readouterr().out == as_json_lines(samples.export(Query.parse("flood")).hits)
    assert run(archive, [*there, "sort:newest"]) == 1
    assert "Traceback" not in capfd.readouterr().err
    assert run(archive, [*there, "ferry", "--form", "xlsx"]) == 2


@pytest.mark.one_machine
def test_an_archive_without_an_index_is_healed_and_exported(samples_archive, tmp_path):
    folder = shutil.copytree(samples_archive, tmp_path / "data")
    shutil.rmtree(folder / "index")
    with Corpus.open(folder) as corpus:
        assert corpus.export(Query.parse("ferry")).hits
        assert corpus.coverage(Query.parse("ferry")).matched

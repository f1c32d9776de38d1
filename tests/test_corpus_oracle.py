"""Random questions to random archives, against an oracle that reads every article for every question."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from oracle import Oracle, Question, begins, stands

from corpus import (
    Corpus,
    Either,
    Field,
    Filters,
    In,
    Keeper,
    Must,
    Phrase,
    Prefix,
    Query,
    Sort,
    Together,
    Without,
    Word,
)

ARCHIVES = int(os.environ.get("ORACLE_ARCHIVES", "20"))
QUERIES = {"local": 30, "opensearch": 8}  # to each

ENGINES = tuple(QUERIES)

# Words that meet: stems, stop words, accents, hyphens, capitals, signs, numbers, and of other languages.
ENGLISH = """
    the of and not a storm storms stormy harbour Harbours recruit recruits recruiters recruiting ferry ferries Cuba
    Cuba's CUBA Álvaro Alvaro café cafe twenty-five sixteenth-century U.S. 76,000 5% C++ AT&T BlackLivesMatter
    #BlackLivesMatter black lives matter 2023-09-05 ship red blue zebra
""".split()
SPANISH = "la las de el y nación naciones nacion perro perros puerto storm Cuba recluta reclutas café Álvaro".split()
OTHERS = "война войны и Куба 北京大学 大学 北京 нации harbour".split()
VOCABULARIES = {"en": ENGLISH, "es": SPANISH, "ru": OTHERS, None: ENGLISH + OTHERS}
WORDS = [*ENGLISH, *ENGLISH, *SPANISH, *OTHERS, "zeppelin", "qwerty", "stor", "飞机"]
BEGINNINGS = ["st", "recruit", "recruiters", "har", "nacio", "cub", "вой", "alv", "zz", "76", "北京"]
SOURCES = ["harbourpost.example", "news.harbourpost.example", "The Daily Bugle", "tribune.example"]
BYLINES = ["Ada Storm", "Álvaro Cuba", "Ben Ferry"]
SECTIONS = ["World", "Red ships", "Storms"]
DATES = ["2023-09-05", "2023-09-05T10:00:00", "2023-09-05T12:00:00+02:00", "2023-09-04T23:30:00-05:00", "2023-01-01"]


def text(chance, vocabulary):
    """A few sentences, or one that goes on for long; some break off."""
    sizes = chance.choices([1, 3, 6, 12, 12, 90], k=chance.randint(1, 6))
    sentences = [" ".join(chance.choices(vocabulary, k=size)) for size in sizes]
    ends = ["", "", "", " storm Cub…"]
    return "".join(each + chance.choice([". ", ".\n", "! "]) for each in sentences).strip() + chance.choice(ends)


def articles(chance):
    """A small archive; some of its articles say what an earlier one said, or nearly."""
    made = []
    for number in range(chance.randint(5, 25)):
        if made and chance.random() < 0.2:
            article = dict(chance.choice(made))
            article["text"] = article["text"].replace("red", "blue", chance.randint(0, 1))
        else:
            language = chance.choice(["en", "en", "en", "es", "ru", None])
            vocabulary = VOCABULARIES[language]
            title = " ".join(chance.choices(vocabulary, k=chance.randint(0, 5)))
            article = {"text": text(chance, vocabulary), "title": title, "language": language}
            article |= {"author": chance.choice([None, *BYLINES]), "section": chance.choice([None, *SECTIONS])}
        article |= {"source": chance.choice(SOURCES), "date": chance.choice(DATES)}
        made.append(article | {"id": number, "url": f"https://articles.example/{number}"})
    return made


def query(chance):
    """A question, as it is read: a few clauses, or many words."""
    many = chance.random() < 0.15
    clauses = [Word(chance.choice(WORDS)) for _ in range(chance.randint(9, 16))] if many else some(chance, clause, 0, 4)
    filters = filtered(chance) if chance.random() < 0.25 else Filters()
    sort = chance.choice([Sort.RELEVANCE, Sort.RELEVANCE, Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST])
    return Query.parse(str(Query(clauses, filters, sort, copies_all=chance.random() < 0.5)))


def clause(chance):
    kind = chance.randrange(10)
    if kind < 5:
        return leaf(chance)
    if kind < 7:
        return Must(chance.choice([leaf, either])(chance))
    return Without(chance.choice([leaf, leaf, together])(chance)) if kind < 8 else either(chance)


def leaf(chance):
    kind = chance.randrange(10)
    if kind < 2:
        return In(chance.choice(list(Field)), bare(chance))
    return bare(chance)


def bare(chance):
    kind = chance.randrange(10)
    if kind < 6:
        return Word(chance.choice(WORDS))
    if kind < 9:
        return Phrase(" ".join(chance.choices(WORDS, k=chance.randint(1, 4))), chance.choice([0, 0, 0, 1, 2, 5, 15]))
    return Prefix(chance.choice(BEGINNINGS))


def either(chance):
    return Either(some(chance, lambda chance: chance.choice([leaf, leaf, excluded, together])(chance), 2, 3))


def together(chance):
    return Together(some(chance, lambda chance: chance.choice([leaf, leaf, excluded])(chance), 2, 3))


def excluded(chance):
    return Without(leaf(chance))


def filtered(chance):
    names, codes = ["harbourpost.example", "the daily bugle", "nobody.example"], ["en", "es", "ru", "fr"]
    days = [None, None, date(2023, 9, 5), date(2023, 1, 1), date(2023, 9, 4)]
    return Filters(
        sources=tuple(chance.sample(names, chance.choice([0, 0, 1, 2]))),
        without=tuple(chance.sample(names, chance.choice([0, 0, 1]))),
        languages=tuple(chance.sample(codes, chance.choice([0, 0, 1, 2]))),
        without_languages=tuple(chance.sample(codes, chance.choice([0, 0, 1]))),
        after=chance.choice(days),
        before=chance.choice(days),
    )


def some(chance, make, least, most):
    return tuple(make(chance) for _ in range(chance.randint(least, most)))


@contextmanager
def archive(articles, lying):
    with TemporaryDirectory() as name:
        folder = Path(name)
        where = lying(folder / "data")
        (folder / "articles.jsonl").write_text("\n".join(json.dumps(article) for article in articles))
        with Keeper.open(where) as keeper:
            report = keeper.ingest([folder / "articles.jsonl"])
            assert not report.rejected, report.rejected
        with Corpus.open(where) as corpus:
            yield corpus
        lying.forget(folder / "data")


class Archive:
    """A corpus, its oracle, and what it says of copies."""

    def __init__(self, corpus):
        self.corpus = corpus
        hits = [
            hit
            for page in (1, 2)
            for hit in corpus.search(Query.parse("after:1700 copies:all"), limit=100, page=page).hits
        ]
        hits.sort(key=lambda hit: int(hit.article.url.rpartition("/")[2]))
        articles = [hit.article for hit in hits]
        self.oracle = Oracle(articles)
        self.place = {article.id: place for place, article in enumerate(articles)}
        self.story = {
            self.place[hit.article.id]: frozenset(
                self.place[each] for each in (hit.article.id, *(copy.id for copy in hit.copies))
            )
            for hit in hits
        }


@given(st.integers(0, 2**32))
@settings(max_examples=ARCHIVES, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a seed does not shrink
def test_a_search_finds_what_reading_every_article_finds(lying_long, engine, seed):
    chance = Random(seed)
    with archive(articles(chance), lying_long) as corpus:
        opened = Archive(corpus)
        for _ in range(QUERIES[engine]):
            asked = query(chance)
            if not asked.empty:
                check(opened, asked, chance.choice([1, 2, 3, 5, 10, 100]))


def check(opened, query, limit):
    want = opened.oracle.answer(query)
    first = opened.corpus.search(query, limit=limit)
    pages = [first, *(opened.corpus.search(query, limit=limit, page=page) for page in range(2, first.pages + 2))]
    hits = [hit for page in pages for hit in page.hits]
    found = [opened.place[hit.article.id] for hit in hits]
    shown = f"{query}: ranked {sorted(found)}, not {sorted(want.ranked)}; matched {first.matched}, not {want.matched}"
    assert all(len(page.hits) == limit for page in pages[:-2]), shown
    assert not pages[-1].hits, shown
    assert first.pages_exact
    assert first.query == str(query)
    assert len(set(found)) == len(found), shown
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1)), shown
    check_order(query, hits, found)
    if not want.unsure:
        check_sets(opened, first, found, want, shown)
        check_coverage(opened, query, want, shown)
    question = Question(opened.oracle, query)
    for hit in hits:
        check_excerpts(opened, question, hit)


def check_sets(opened, first, found, want, shown):
    assert first.ranked == len(want.ranked), shown
    assert first.matched == len(want.matched), shown
    assert first.matched_exact
    assert first.dropped == want.dropped, (shown, first.dropped, want.dropped)
    assert set(found) <= want.ranked, shown
    if "copies:all" in first.query:
        assert set(found) == want.ranked, shown
        return
    stories = [opened.story[place] for place in found]
    assert len(set(stories)) == len(stories), shown
    assert {opened.story[place] for place in want.ranked} == set(stories), shown


def check_coverage(opened, query, want, shown):
    articles = [opened.oracle.read[place].article for place in want.matched]
    coverage = opened.corpus.coverage(query)
    assert coverage.matched == len(articles), shown
    assert coverage.dropped == want.dropped
    assert {share.key: share.articles for share in coverage.outlets} == Counter(each.source for each in articles), shown
    assert dict(coverage.days) == Counter(each.published.day for each in articles), shown


def check_order(query, hits, found):
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True), (str(query), scores)
    moments = [hit.article.published.seconds for hit in hits]
    if query.sort is Sort.RELEVANCE and any(scores):
        return
    later = query.sort is not Sort.OLDEST
    for (one, first), (other, second) in pairwise(zip(moments, found, strict=True)):
        assert one > other if later and one != other else one < other or one == other, (str(query), moments)
        if one == other and query.copies_all:
            assert (first < second) == later, (str(query), found)


def check_excerpts(opened, question, hit):
    analyser, article = opened.oracle.analyser, hit.article
    shown = f"{question.query} in {article.text!r}: {hit.excerpts}"
    assert 1 <= len(hit.excerpts) <= 2
    assert sum(len(excerpt.text) for excerpt in hit.excerpts) <= 450, shown
    assert all(one.span.stop <= other.span.start for one, other in pairwise(hit.excerpts)), shown
    highlighted = 0
    for excerpt in hit.excerpts:
        assert 0 < len(excerpt.text) <= 300, shown
        assert article.text[excerpt.span.start : excerpt.span.stop] == excerpt.text, shown
        assert excerpt.text == excerpt.text.strip(), shown
        assert excerpt.attribution == article.attribution
        spans = excerpt.highlights
        highlighted += len(spans)
        assert all(0 <= span.start < span.stop <= len(excerpt.text) for span in spans), shown
        assert all(one.stop <= other.start for one, other in pairwise(spans)), shown
        check_highlights(analyser, question, excerpt, article.language, shown)
    body = opened.oracle.read[opened.place[article.id]].parts["body"][0]
    if question.terms & set(body) and not article.text.endswith("…"):
        assert highlighted, shown


def check_highlights(analyser, question, excerpt, language, shown):
    """Each is an asked word or phrase, and each of these has one; part of a phrase only where nothing else is."""
    spans, text = excerpt.highlights, excerpt.text
    tokens = analyser.tokens(text, language)
    terms = [token.term for token in tokens]
    free, alike, asked = (
        covered(tokens, terms, question, text) for terms in (question.free, question.alike, question.terms)
    )
    lone = []
    for span in spans:
        inner = [token for token in tokens if span.start <= token.start and token.stop <= span.stop]
        assert inner[0].start == span.start, shown
        assert max(token.stop for token in inner) == span.stop, shown
        if not any(within([token.term for token in inner], way, slop) for way, slop in question.phrases):
            assert asked.issuperset(range(*span)), (shown, span)
            lone += [] if alike.issuperset(range(*span)) else [span]
    assert not lone or lone == list(spans), (shown, lone)
    marked = {place for span in spans for place in range(*span)}
    assert marked >= free, shown
    assert marked or not asked, shown
    for way in (way for way, slop in question.phrases if not slop):
        for first in range(len(terms)):
            if stands(terms[first : first + way[-1][0] + 1], way, 0):
                assert marked.issuperset(range(tokens[first].start, tokens[first + way[-1][0]].stop)), (shown, way)


def covered(tokens, terms, question, text):
    """The places of these terms, and of words that begin as it was asked."""
    found = [
        token for token in tokens if token.term in terms or begins_as_asked(question, text[token.start : token.stop])
    ]
    return {place for token in found for place in range(token.start, token.stop)}


def begins_as_asked(question, word):
    spelt = question.analyser.spellings(word)
    return any(begins(each, beginning) for each in spelt for beginning in question.beginnings)


def within(terms, way, slop):
    """Whether a phrase stands there; with a slop its terms may stand in any order."""
    return {term for _, term in way} <= set(terms) if slop else stands(terms, way, 0)

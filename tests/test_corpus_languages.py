"""News in Chinese, Arabic and Spanish is found by its own headlines, through the door and all in one archive."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from corpus import Corpus, Keeper, Query
from corpus.ingest.clean import clean_line

LANGUAGES = ["zh", "ar", "es"]
FILLERS = {"source": "filler.example", "date": "2020-01-01"}  # ingest rejects what has none
BEST = 10


def folder_of_collections():
    for parent in Path(__file__).parents:
        if (parent / "shared" / "collections" / "languages").is_dir():
            return parent / "shared" / "collections" / "languages"
    pytest.skip("the collections that are measured on are not here (shared/collections)")


@pytest.fixture(scope="module")
def news():
    """The articles by their language."""
    folder, found = folder_of_collections(), {}
    for language in LANGUAGES:
        with gzip.open(folder / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        found[language] = [
            {**record, **{name: record.get(name) or filler for name, filler in FILLERS.items()}} for record in records
        ]
    return found


@pytest.fixture(scope="module")
def corpus(news, tmp_path_factory):
    """All of them in one archive, which is not told their languages."""
    folder = tmp_path_factory.mktemp("languages")
    records = [{**record, "language": None} for records in news.values() for record in records]
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n")
    with Keeper.open(folder / "data") as keeper:
        assert not keeper.ingest([folder / "news.jsonl"]).rejected
    with Corpus.open(folder / "data") as opened:
        yield opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_is_found_by_the_headline_that_it_alone_bears(language, news, corpus):
    borne = Counter(clean_line(record.get("title") or "", 500) for record in news[language])
    headlines = [headline for headline, times in borne.items() if headline and times == 1]
    ranks = [rank_of(headline, corpus.search(Query.words(headline), limit=BEST).hits) for headline in headlines]
    assert sum(1 / rank for rank in ranks if rank) / len(ranks) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_what_is_found_is_known(language, news, corpus):
    headline = next(record["title"] for record in news[language] if record.get("title"))
    assert corpus.search(Query.words(headline)).hits[0].article.language == language


def rank_of(headline, hits):
    return next((hit.rank for hit in hits if hit.article.headline == headline), None)

"""That the table of quality can be made, and that hidden facts stay what the judgements say of them."""

from __future__ import annotations

import json

import pytest

from benchmarks.quality.__main__ import main
from benchmarks.quality.hidden import hidden
from benchmarks.quality.snippets import fitted
from corpus.evaluation import Collection, Document, Fact, read_collection

THINGS = "anchor ballast capstan davit ensign fathom galley halyard keel lanyard".split()


def sentence(number, part):
    thing, other = THINGS[number], THINGS[(number + part + 1) % len(THINGS)]
    return f"Witness {number} of the {thing} inquiry said on day {part} that the {other} had been moved at night."


@pytest.fixture
def collection():
    """Ten articles of two or three sentences; each query has two of them, and all their sentences are facts."""
    documents, facts = [], []
    queries = {str(number): f"{THINGS[number]} {THINGS[number + 5]} inquiry" for number in range(5)}
    judgements = {query: {query: 1, str(int(query) + 5): 1} for query in queries}
    for number in range(10):
        sentences = [sentence(number, part) for part in range(2 + number % 2)]
        fields = {"title": f"The {THINGS[number]} case", "text": "\n\n".join(sentences), "category": "sea"}
        documents.append(Document(str(number), {"id": str(number), "source": "a.example", "date": None, **fields}))
        facts += [Fact(str(number % 5), str(number), text) for text in sentences]
    return Collection("invented", tuple(documents), queries, judgements, tuple(facts))


def test_hidden_facts_stand_in_their_own_article_and_in_no_other_of_their_query(collection):
    made = hidden(collection, seed=1)
    assert made == hidden(collection, seed=1)
    assert made != hidden(collection, seed=2)
    texts = {document.id: document.fields["text"] for document in made.documents}
    for fact in collection.facts:
        tellers = {each for each in collection.judgements[fact.query] if fact.text in texts[each]}
        assert tellers == {fact.document}
    for before, after in zip(collection.documents, made.documents, strict=True):
        assert {**after.fields, "text": ""} == {**before.fields, "text": ""}
        own = [after.fields["text"].index(each) for each in before.fields["text"].split("\n\n")]
        assert own == sorted(own)
        assert len(after.fields["text"]) > 5 * len(before.fields["text"])


def test_a_setting_is_found_by_the_length_it_gives():
    assert fitted(lambda setting: setting * 6.0, 299, 64) == 50
    assert fitted(lambda setting: setting * 6.0, 9_999, 64) == 64
    assert fitted(lambda setting: setting * 6.0, 1, 64) == 1


def test_the_table_is_written_for_every_collection_that_is_there(collection, tmp_path):
    folder = tmp_path / "collections" / "invented"
    folder.mkdir(parents=True)
    languages = folder.parent / "languages"
    languages.mkdir()
    lines = [json.dumps(document.fields) for document in collection.documents]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    (languages / "es.jsonl").write_text("\n".join([*lines, json.dumps({"id": "x", "title": "", "text": "Nada."})]))
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"id": q, "text": t}) for q, t in collection.queries.items())
    )
    rows = [f"{query}\t{each}\t1" for query, judged in collection.judgements.items() for each in judged]
    (folder / "qrels.tsv").write_text("\n".join(rows))
    facts = [{"query_id": fact.query, "doc_id": fact.document, "fact": fact.text} for fact in collection.facts]
    (folder / "facts.jsonl").write_text("\n".join(map(json.dumps, facts)))
    assert read_collection(folder) == collection

    assert main(["--collections", str(folder.parent), "--output", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "quality.json").read_text())
    (judged,), (named,) = found["collections"], found["known_items"]
    assert judged["ratio"] == judged["dateline"]["nDCG@10"] / judged["baseline"]["ndcg"] == found["mean_ratio"] == 1
    assert (named["dateline"]["collection"], named["dateline"]["judged"], named["dateline"]["MRR@10"]) == ("es", 10, 1)
    assert [row["engine"] for row in found["excerpts"]] == ["dateline", "fts5", "tantivy", "whole"]
    whole = found["excerpts"][-1]
    assert all(row["in_place"] <= whole["in_place"] and row["on_page"] <= whole["on_page"] for row in found["excerpts"])
    text = (tmp_path / "QUALITY.md").read_text()
    assert "| invented | Dateline | 1.000 |" in text
    assert "| es | 10 |" in text


def test_without_collections_nothing_is_measured(tmp_path, capsys):
    assert main(["--collections", str(tmp_path / "none"), "--output", str(tmp_path)]) == 0
    assert "nothing was measured" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "QUALITY.md").exists()

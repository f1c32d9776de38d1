"""What ``dateline eval`` promises: figures that one can work out by hand, of documents that are themselves."""

from __future__ import annotations

import gzip
import json
import math
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Keeper
from corpus.analysis import Analyser
from corpus.cli import archive, run
from corpus.evaluation import Document, Fact, measured, read_collection, share_told, throw_away

HARBOUR = "The harbour council closed the quay on Tuesday."
FERRY = "The ferry Aurelia sank off the northern shoal."
ASTROLABE = "Thieves took the astrolabe from the naval museum."


def document(number, text, **fields):
    given = {"title": "", "text": text, "source": "harbourpost.example", "date": "2023-09-05", "url": None}
    return {"id": number, **given, **fields}


@pytest.fixture
def collection(tmp_path):
    """Write a collection: documents, queries by id, judgements, facts."""

    def written(documents, queries, judgements, facts=None, *, packed=False):
        folder = tmp_path / "invented"
        folder.mkdir()
        lines = "".join(json.dumps(each) + "\n" for each in documents)
        if packed:
            (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
        else:
            (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
        asked = [json.dumps({"id": query, "text": text}) for query, text in queries.items()]
        (folder / "queries.jsonl").write_text("\n".join(asked), encoding="utf-8")
        (folder / "qrels.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in judgements))
        if facts is not None:
            told = [json.dumps({"query_id": query, "doc_id": each, "fact": fact}) for query, each, fact in facts]
            (folder / "facts.jsonl").write_text("\n".join(told), encoding="utf-8")
        return folder

    return written


@pytest.fixture
def evaluated(capsys):
    """Run ``corpus eval`` as the shell does; gives the exit code, what it printed, and what it complained of."""

    def evaluate(*arguments):
        code = run(archive, ["eval", *map(str, arguments)])
        return code, *capsys.readouterr()

    return evaluate


@pytest.fixture
def figures(evaluated):
    def measure(folder, *arguments):
        code, out, err = evaluated(folder, "--json", *arguments)
        assert (code, err) == (0, "")
        assert out.count("\n") == 1
        return json.loads(out)

    return measure


THREE = [document("a", HARBOUR), document("b", FERRY), document("c", ASTROLABE)]


def test_the_figures_are_those_one_works_out_by_hand(collection, figures):
    # “quay”: a, relevant, first. “ferry”: b is found, c is relevant and is not found.
    # “thieves harbour”: c and a in some order, both relevant, and b relevant and not found.
    judgements = [("1", "a", 1), ("2", "c", 1), ("2", "b", 0), ("3", "a", 2), ("3", "c", 2), ("3", "b", 2)]
    queries = {"1": "quay", "2": "ferry", "3": "thieves harbour"}
    found = figures(collection(THREE, queries, judgements))
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert found["nDCG@10"] == round((1 + 0 + (1 + 1 / math.log2(3)) / ideal) / 3, 4)
    assert found["MAP"] == round((1 + 0 + 2 / 3) / 3, 4)
    assert found["MRR@10"] == round((1 + 0 + 1) / 3, 4)
    assert found["Recall@100"] == round((1 + 0 + 2 / 3) / 3, 4)
    assert (found["documents"], found["taken"], found["queries"], found["judged"]) == (3, 3, 3, 3)
    assert found["fact-in-excerpt@5"] is None
    assert 0 < found["milliseconds"]["p50"] <= found["milliseconds"]["p99"]


def test_json_has_every_figure_and_what_became_of_the_documents(collection, figures):
    found = figures(collection(THREE, {"1": "quay"}, [("1", "a", 1)], packed=True))
    names = (
        "nDCG@10 MAP MRR@10 Recall@100 fact-in-excerpt@5 milliseconds collection documents taken refused placeholders"
    )
    assert set(names.split()) | {"queries", "judged", "unasked", "facts"} == found.keys()
    assert found["collection"] == "invented"


def test_a_person_reads_the_same_figures(collection, evaluated):
    documents = [*THREE, document("d", ""), document("e", "A quay.", date=None)]
    facts = [("1", "a", HARBOUR)]
    code, out, err = evaluated(collection(documents, {"1": "quay"}, [("1", "a", 1), ("9", "a", 1)], facts))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "invented: 5 documents, 2 judged queries of 1."
    assert "  no text: 1 not taken in" in lines
    assert "  no date: 1 got a placeholder for it" in lines
    assert "  not in queries.jsonl: 1 judged, counted as 0" in lines
    assert any(line.split() == ["fact-in-excerpt@5", "1.0000"] for line in lines)
    assert {line.split()[0] for line in lines} >= {"nDCG@10", "MAP", "MRR@10", "Recall@100", "ms"}


def test_a_run_has_a_line_for_every_hit_and_measures_the_same_elsewhere(collection, figures, tmp_path):
    ir_measures = pytest.importorskip("ir_measures")
    documents = [document(str(number), f"{HARBOUR} It was day {number}.") for number in range(30)]
    folder = collection(documents, {"7": "harbour", "8": "day 3", "9": "the of"}, [("7", "12", 1), ("8", "3", 1)])
    found = figures(folder, "--run", tmp_path / "out.run")
    rows = [line.split(" ") for line in (tmp_path / "out.run").read_text().splitlines()]
    assert all(len(row) == 6 and row[1] == "Q0" and row[5] == "dateline" for row in rows)
    assert {row[0] for row in rows} == {"7", "8"}
    for query in ("7", "8"):
        own = [row for row in rows if row[0] == query]
        assert [int(row[3]) for row in own] == list(range(1, len(own) + 1))
        scores = [float(row[4]) for row in own]
        assert scores == sorted(set(scores), reverse=True)  # no tool may find a tie to break
        assert {row[2] for row in own} <= {each["id"] for each in documents}
    qrels = [ir_measures.Qrel("7", "12", 1), ir_measures.Qrel("8", "3", 1)]
    again = ir_measures.calc_aggregate(
        [ir_measures.nDCG @ 10, ir_measures.AP], qrels, ir_measures.read_trec_run(str(tmp_path / "out.run"))
    )
    assert {str(name): round(value, 4) for name, value in again.items()} == {
        "nDCG@10": found["nDCG@10"],
        "AP": found["MAP"],
    }


def test_what_cannot_be_told_apart_by_score_is_measured_in_the_order_a_reader_gets():
    pytest.importorskip("ir_measures")
    for ranking in (["z", "a"], ["a", "z"]):
        assert measured({"1": ranking}, {"1": {"a": 1}}).mrr == 1 / (ranking.index("a") + 1)


def test_a_fact_counts_when_nine_of_ten_of_its_words_stand_in_the_first_five_excerpts():
    words = "anchor ballast capstan davit ensign fathom galley halyard keel lanyard".split()
    fact = Fact("1", "a", f"The {' '.join(words)} of it.")
    analyser = Analyser()
    assert share_told([fact], {"1": [" ".join(words[:9])]}, analyser) == 1
    assert share_told([fact], {"1": [" ".join(words[:8])]}, analyser) == 0
    assert share_told([fact], {"1": [" ".join(words[:5]), " ".join(words[5:9])]}, analyser) == 1
    assert share_told([fact], {"1": ["ANCHORS BALLASTS " + " ".join(words[2:])]}, analyser) == 1
    assert share_told([fact, Fact("2", "a", "keel"), Fact("2", "a", "of the")], {"1": words}, analyser) == 1 / 2
    assert share_told([Fact("2", "a", "of the")], {}, analyser) is None


def test_only_the_excerpts_of_the_first_five_hits_tell_facts(collection, figures):
    near = [document(str(number), "Quay, quay, quay, quay.") for number in range(5)]
    told = document("told", "A ferry sank near a quay in a storm that nobody had seen coming from the northern shoal.")
    folder = collection(
        [*near, told], {"1": "quay", "2": "ferry"}, [("1", "0", 1)], [("1", "told", "ferry"), ("2", "told", "ferry")]
    )
    assert figures(folder)["fact-in-excerpt@5"] == 0.5


def test_a_query_is_pasted_text_in_which_nothing_is_an_operator(collection, figures):
    queries = {"1": '-quay "closed harbour" source:nowhere.example before:1900', "2": "???", "3": ""}
    found = figures(collection(THREE, queries, [("1", "a", 1), ("2", "a", 1), ("3", "a", 1)]))
    assert found["MRR@10"] == round(1 / 3, 4)


def test_documents_without_date_or_source_get_a_placeholder_and_are_found(collection, figures, tmp_path):
    documents = [
        {"id": "a", "text": HARBOUR},
        document("b", FERRY, date=None, source=None),
        document("c", ASTROLABE, date="05/09/2023"),
        document("d", "", title="Lighthouse keeper retires"),
        document("e", None),
        document("f", "***"),
    ]
    queries = {"1": "quay", "2": "ferry", "3": "astrolabe", "4": "lighthouse", "5": "nothing"}
    judgements = [("1", "a", 1), ("2", "b", 1), ("3", "c", 1), ("4", "d", 1)]
    found = figures(collection(documents, queries, judgements))
    assert found["MRR@10"] == 1
    assert found["placeholders"] == {"date": 3, "source": 2, "text": 1}
    assert (found["documents"], found["taken"], found["refused"]) == (6, 4, {"no text": 2})
    with Keeper.open(tmp_path / "data") as keeper:  # what eval forgives, ingest does not
        report = keeper.ingest([tmp_path / "invented" / "corpus.jsonl"])
    assert (report.added, len(report.rejected)) == (0, 6)


def test_documents_with_one_text_are_still_two_documents():
    text = "The harbour council met on Tuesday and decided nothing of note about the quay. " * 4
    same = [Document(str(number), document(str(number), text)) for number in range(3)]
    told = Document("told", document("told", f"{text}Afterwards it went home.", url="https://a.example/1"))
    again = Document("again", document("again", f"{text}Afterwards it went out.", url="https://a.example/1"))
    with throw_away([*same, told, again]) as made:
        assert made.taken.documents == 5
        first = made.search("harbour council", 10)
        for each, hit in made.search("went home", 1) + made.search("went out", 1):
            assert hit.article.text.endswith({"told": "home.", "again": "out."}[each])
    assert {each for each, _ in first} <= {"0", "1", "2", "told", "again"}
    assert len({each for each, _ in first}) == len(first)


@pytest.mark.parametrize("number", [7, "nan", "None", "ä ö", "<b>x</b>", "a&amp;b", "x" * 300, "文章"])
def test_an_id_comes_back_as_it_was_written(collection, figures, number):
    found = figures(collection([document(number, HARBOUR), THREE[1]], {"1": "quay"}, [("1", number, 1)]))
    assert found["MRR@10"] == 1


def test_documents_that_ingest_takes_for_one_are_counted_and_not_mixed_up(collection, figures):
    documents = [document("a", HARBOUR), document("<i>a</i>", FERRY)]
    found = figures(collection(documents, {"1": "ferry"}, [("1", "<i>a</i>", 1)]))
    assert found["MRR@10"] == 0
    assert found["refused"] == {"the same article as document a": 1}


def test_other_scripts_and_hostile_characters_come_through(collection, figures, tmp_path):
    documents = [
        document("zh", "央视网消息：长江是中华民族的母亲河。"),
        document("ar", "استضاف برنامج سينما سينما أبطال الفيلم التونسي"),
        document("x", "A quay \ud800 with \u0000 scraps <script>alert(1)</script>.", title="\u202e"),
    ]
    queries = {"zh": "长江是中华民族的母亲河", "ar": "الفيلم التونسي", "x": "quay \ud800 scraps"}
    found = figures(
        collection(documents, queries, [(each, each, 1) for each in queries]), "--run", tmp_path / "hostile.run"
    )
    assert found["MRR@10"] == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=60), max_size=6), query=st.text(max_size=40))
def test_whatever_documents_hold_each_is_counted_once_and_hits_are_documents(texts, query):
    documents = [Document(str(number), document(str(number), text)) for number, text in enumerate(texts)]
    with throw_away(documents) as made:
        assert made.taken.documents + sum(made.taken.refused.values()) == len(documents)
        found = [each for each, _ in made.search(query, 100)]
    assert len(found) == len(set(found))
    assert set(found) <= {each.id for each in documents}


BROKEN = {
    "corpus.jsonl": [
        ("{", ":2: broken JSON"),
        ("[]", ":2: not a JSON object"),
        ('{"text": "x"}', ":2: “id” is missing"),
        ('{"id": "a", "text": "x"}', ":2: the id “a” stands here for the second time"),
        ('{"id": true, "text": "x"}', ":2: “id” is missing, or neither"),
    ],
    "queries.jsonl": [('{"id": "2"}', ":2: “text” is missing"), ('{"id": "1", "text": "x"}', ":2: the id “1” stands")],
    "qrels.tsv": [
        ("1 a 1", ":2: not a query id, a document id"),
        ("1\ta\tx", ":2: not a query id, a document id"),
        ("1\t0\ta\t1", ":2: not a query id, a document id"),
    ],
    "facts.jsonl": [
        ('{"query_id": "1", "doc_id": "a"}', ":2: “fact” is missing"),
        ('{"query_id": "1", "fact": "x"}', ":2: “doc_id” is missing"),
    ],
}


@pytest.mark.parametrize(
    ("name", "line", "complaint"), [(name, *case) for name, cases in BROKEN.items() for case in cases]
)
def test_a_spoilt_line_is_named_by_its_number(collection, evaluated, name, line, complaint):
    folder = collection(THREE[:1], {"1": "quay"}, [("1", "a", 1)], [("1", "a", "quay")])
    with (folder / name).open("r+") as file:
        first = file.read().rstrip("\n")
        file.seek(0)
        file.write(f"{first}\n{line}\n")
    code, out, err = evaluated(folder)
    assert (code, out) == (1, "")
    assert f"{name}{complaint}" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(collection, evaluated, name):
    folder = collection(THREE, {"1": "quay"}, [("1", "a", 1)])
    (folder / name).unlink()
    assert evaluated(folder) == (1, "", f"{folder / name}: there is no such file.\n")


def test_facts_need_not_be_there_and_a_folder_must_be(collection, evaluated, tmp_path):
    assert not read_collection(collection(THREE, {"1": "quay"}, [("1", "a", 1)])).facts
    assert evaluated(tmp_path / "nowhere") == (1, "", f"{tmp_path / 'nowhere'}: there is no such folder.\n")


@pytest.mark.parametrize("judgements", [[], [("2", "a", 1)], [("1", "a", 0)]])
def test_where_no_query_is_judged_there_is_nothing_to_measure(collection, evaluated, judgements):
    code, _, err = evaluated(collection(THREE, {"1": "quay"}, judgements))
    assert code == 1
    assert err.endswith("qrels.tsv: no query of queries.jsonl has a relevant document.\n")


def test_where_no_document_can_be_taken_in_the_reason_is_said(collection, evaluated):
    assert evaluated(collection([document("a", "")], {"1": "quay"}, [("1", "a", 1)])) == (
        1,
        "",
        "invented: no document could be taken in (no text).\n",
    )


def test_files_that_are_no_text_are_said_to_be_none(collection, evaluated):
    folder = collection(THREE, {"1": "quay"}, [("1", "a", 1)])
    (folder / "qrels.tsv").write_bytes(b"1\ta\t1\n\xff\xfe\n")
    code, _, err = evaluated(folder)
    assert (code, "not UTF-8" in err) == (1, True)
    (folder / "corpus.jsonl.gz").write_bytes(b"no gzip at all")
    code, _, err = evaluated(folder)
    assert (code, "corpus.jsonl.gz: it cannot be read" in err) == (1, True)


def test_a_run_that_cannot_be_written_is_said_before_anything_is_asked(collection, evaluated, tmp_path):
    folder = collection([document("a b", HARBOUR)], {"1": "quay"}, [("1", "a b", 1)])
    code, _, err = evaluated(folder, "--run", tmp_path / "no" / "out.run")
    assert code == 2
    assert "There is no folder" in err
    code, _, err = evaluated(folder, "--run", tmp_path / "out.run")
    assert (code, err) == (1, "The id “a b”: a TREC run cannot hold an id with a space.\n")
    assert not (tmp_path / "out.run").exists()


def test_without_ir_measures_one_is_told_how_to_get_it(collection, evaluated, monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    assert evaluated(collection(THREE, {"1": "quay"}, [("1", "a", 1)])) == (
        1,
        "",
        "ir_measures is not installed, which measures the answers: `pip install ir-measures`.\n",
    )


def test_nothing_is_left_behind_and_no_archive_is_touched(collection, figures, tmp_path, monkeypatch):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.chdir(tmp_path)
    figures(collection(THREE, {"1": "quay"}, [("1", "a", 1)]))
    assert list(place.iterdir()) == []
    assert not Path("data").exists()


def test_stopped_in_the_middle_it_says_that_nothing_is_left(collection, evaluated, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("corpus.evaluation.figures.ask", stop)
    code, out, err = evaluated(collection(THREE, {"1": "quay"}, [("1", "a", 1)]))
    assert (code, out, err) == (1, "", "Stopped: nothing was measured, nothing is left behind.\n")

"""An article's way in, with real files: what becomes an article, what is refused, and in which words."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.errors import UnreadableInput
from corpus.ingest import Verdict, article_id, checksum, identity, judge, parse, story
from corpus.model import Article, PubDate, RawArticle, Rejection
from raw_articles import read

Found = Article | Rejection
Save = Callable[[str, str | bytes], Path]

RAW = """The harbour office was closed for a day.
A second paragraph – “quoted” – follows.
Mikhail…
2023-09-05 11:47:52
Original from www.harbourpost.example
rnrn
"""
RECORD = {"title": "A title", "text": "Some words.", "source": "The Daily Bugle", "date": "2023-09-05"}


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a file and gives its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def taken_in(*paths: Path, source: str | None = None) -> list[Found]:
    return [raw if isinstance(raw, Rejection) else parse(raw, source=source) for raw in read(paths)]


def article(path: Path) -> Article:
    (found,) = taken_in(path)
    assert isinstance(found, Article), found
    return found


def refused(path: Path) -> Rejection:
    (found,) = taken_in(path)
    assert isinstance(found, Rejection), found
    return found


def parsed(**fields: object) -> Article:
    found = parse(RawArticle({**RECORD, **fields}, "here"))
    assert isinstance(found, Article), found
    return found


def reason(**fields: object) -> str:
    found = parse(RawArticle({**RECORD, **fields}, "here"))
    assert isinstance(found, Rejection), found
    return found.reason


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


# The raw form


def test_the_raw_form_gives_text_date_source_and_a_derived_headline(save: Save) -> None:
    found = article(save("a.txt", RAW))
    assert found.text == "The harbour office was closed for a day.\nA second paragraph – “quoted” – follows.\nMikhail…"
    assert (found.source, found.source_name, str(found.published)) == (
        "harbourpost.example",
        "harbourpost.example",
        "2023-09-05T11:47:52",
    )
    assert (found.headline, found.headline_derived, found.url) == (
        "The harbour office was closed for a day.",
        True,
        None,
    )


@pytest.mark.parametrize(
    "mess",
    [
        RAW.replace("\n", "\r\n"),
        RAW.replace("\n", "\n\n"),
        RAW.replace("\n", "  \n"),
        RAW.replace("rnrn\n", ""),
        RAW.replace("rnrn", "rnrn\\r\\n"),
        RAW.replace("rnrn", "\\r\\n\nrn"),
        RAW.replace(".example\nrnrn", ".examplernrn"),
        RAW.replace("www.harbourpost", "https://www.HarbourPost"),
        "\ufeff" + RAW,
        RAW.rstrip(),
    ],
)
def test_the_raw_form_is_read_through_its_usual_mess(save: Save, mess: str) -> None:
    assert article(save("messy.txt", mess)) == article(save("clean.txt", RAW))


def test_a_raw_origin_with_a_path_is_the_address_of_the_article(save: Save) -> None:
    found = article(
        save("a.txt", RAW.replace("www.harbourpost.example", "https://www.harbourpost.example/a/b?utm_source=x"))
    )
    assert (found.source, found.url) == ("harbourpost.example", "https://www.harbourpost.example/a/b")


def test_what_stands_between_date_and_origin_or_behind_them_is_not_lost(save: Save) -> None:
    short = "Quay closed\n2023-09-05\nThe council met.\nOriginal from harbourpost.example\nrnrn\nIt ended late.\n"
    found = article(save("a.txt", short))
    assert found.text == "Quay closed\nThe council met.\nIt ended late."
    assert (found.source, str(found.published)) == ("harbourpost.example", "2023-09-05")


def test_date_and_origin_are_only_looked_for_at_the_end(save: Save) -> None:
    path = save("a.txt", "2020-01-01\nOriginal from elsewhere.example\n" + "A line.\n" * 12 + RAW)
    assert article(path).source == "harbourpost.example"
    assert article(path).text.startswith("2020-01-01\nOriginal from elsewhere.example\nA line.")


def test_a_raw_file_without_a_date_or_an_origin_is_refused_by_name(save: Save) -> None:
    path = save("a.txt", RAW.replace("2023-09-05 11:47:52\n", ""))
    assert refused(path) == Rejection(str(path), "no date")
    path = save("b.txt", RAW.replace("Original from www.harbourpost.example\n", ""))
    assert refused(path) == Rejection(str(path), "no source")


def test_the_keepers_word_stands_in_for_a_missing_source_only(save: Save) -> None:
    nameless = save("a.txt", RAW.replace("Original from www.harbourpost.example\n", ""))
    (found,) = taken_in(nameless, source="The Daily Bugle")
    assert isinstance(found, Article)
    assert (found.source, found.source_name) == ("the-daily-bugle", "The Daily Bugle")
    (found,) = taken_in(save("b.txt", RAW), source="The Daily Bugle")
    assert isinstance(found, Article)
    assert found.source == "harbourpost.example"


# JSON


def test_json_lines_give_an_article_a_line(save: Save) -> None:
    found = taken_in(save("a.jsonl", lines(RECORD, {**RECORD, "title": "Another"})))
    assert [entry.headline for entry in found if isinstance(entry, Article)] == ["A title", "Another"]


def test_a_broken_line_is_refused_by_its_number_and_the_others_go_in(save: Save) -> None:
    path = save(
        "a.jsonl", lines(RECORD) + '{"title": "torn\n\n' + "[1, 2]\n" + lines(RECORD).replace("A title", "Last")
    )
    first, broken, one, two, last = taken_in(path)
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert isinstance(broken, Rejection)
    assert broken.origin == f"{path}:2"
    assert broken.reason.startswith("broken JSON (")
    assert one == two == Rejection(f"{path}:4", "not a JSON object")


def test_a_first_line_that_is_broken_does_not_hide_the_others(save: Save) -> None:
    path = save("a.jsonl", '{"title": "torn\n' + lines(RECORD, RECORD))
    assert [type(entry) for entry in taken_in(path)] == [Rejection, Article, Article]


@pytest.mark.parametrize("wrapper", ["articles", "items", "data", "results"])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_json_object_with_a_list_of_articles_is_that_list(save: Save, wrapper: str, indent: int | None) -> None:
    path = save("a.json", json.dumps({"status": "ok", wrapper: [RECORD, RECORD], "page": 1}, indent=indent))
    assert [type(entry) for entry in taken_in(path)] == [Article, Article]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a"])
def test_a_json_array_or_object_is_read_however_it_is_laid_out_and_called(
    save: Save, indent: int | None, name: str
) -> None:
    assert len(taken_in(save(name, json.dumps([RECORD] * 3, indent=indent)))) == 3
    assert article(save(name, json.dumps(RECORD, indent=indent))).headline == "A title"
    assert len(taken_in(save(name, "\n".join(json.dumps(RECORD, indent=indent) for _ in range(3))))) == 3


def test_an_article_with_a_list_under_data_is_still_one_article(save: Save) -> None:
    assert article(save("a.json", json.dumps({**RECORD, "data": [1, 2]}))).headline == "A title"
    assert article(save("b.json", json.dumps({**RECORD, "data": [1, 2]}, indent=1))).headline == "A title"


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("record", [RECORD, {"Title": "A title", "fulltext": "Some words.", **RECORD}])
def test_an_article_with_an_empty_list_before_its_words_is_still_one_article(
    save: Save, record: dict[str, str], indent: int | None
) -> None:
    told = {"data": [], **dict(sorted(record.items()))}
    assert article(save("a.json", json.dumps(told, indent=indent))).text == "Some words."


@pytest.mark.parametrize("deep", [600, 900])
def test_a_name_that_is_nested_beyond_all_sense_is_none(save: Save, deep: int) -> None:
    nested = "[" * deep + '"x"' + "]" * deep
    line = json.dumps(RECORD)
    spoilt = line.replace('"A title"', nested), line.replace('"Some words."', nested)
    first, second, third = taken_in(save("a.jsonl", "\n".join([*spoilt, line]) + "\n"))
    assert isinstance(first, Article)  # its headline is how it begins
    assert isinstance(second, Rejection)
    assert isinstance(third, Article)
    page = save(
        "a.html",
        f'<html><head><script type="application/ld+json">{{"@type": "NewsArticle", "publisher": {nested}}}'
        f"</script></head><body><p>{'Some words. ' * 40}</p></body></html>",
    )
    assert isinstance(refused(page), Rejection)


def test_a_member_whose_name_is_no_text_is_one_refusal(save: Save) -> None:
    packed = zipped({"é.txt": RAW.encode(), "b.txt": RAW.encode()}).replace("é".encode(), b"\xe3\xa9", 1)
    first, second = taken_in(save("a.zip", packed))
    assert (isinstance(first, Rejection), isinstance(second, Article)) == (True, True)


def test_a_long_json_array_is_read_item_by_item(save: Save) -> None:
    records = [{**RECORD, "text": f"Words é {number} “x”. " * 100, "id": number} for number in range(2000)]
    path = save("a.json", json.dumps(records, ensure_ascii=False))
    found = [entry for entry in taken_in(path) if isinstance(entry, Article)]
    assert [entry.text for entry in found] == [str(record["text"]).strip() for record in records]
    assert len({entry.id for entry in found}) == 2000


def test_what_came_before_the_broken_part_of_an_array_stays(save: Save) -> None:
    path = save("a.json", json.dumps([RECORD, RECORD], indent=1)[:-2] + ",\n {oops}]")
    *kept, broken = taken_in(path)
    assert [type(entry) for entry in kept] == [Article, Article]
    assert isinstance(broken, Rejection)
    assert broken.origin == f"{path}:14"
    assert "the rest of the file" in broken.reason


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '[{"a": ' + "[" * 100_000,
        "{" * 10,
        "[1",
        '{"title"',
        "[{},",
        '{"a":1e',
        "nope",
    ],
)
def test_json_that_never_ends_or_is_too_deep_is_one_refusal(save: Save, text: str) -> None:
    assert all(isinstance(entry, Rejection) for entry in taken_in(save("a.json", text)))
    assert taken_in(save("a.jsonl", text))


def test_a_number_of_thousands_of_digits_is_refused_by_its_line(save: Save) -> None:
    path = save("a.jsonl", lines(RECORD) + '{"id": ' + "9" * 5000 + "}\n" + lines(RECORD))
    assert [type(entry) for entry in taken_in(path)] == [Article, Rejection, Article]


def test_a_line_over_16_mib_ends_its_file_and_what_came_before_stays(save: Save) -> None:
    path = save("a.jsonl", lines(RECORD) + '{"text": "' + "x" * 17 * 2**20 + '"}\n' + lines(RECORD))
    kept, unread = taken_in(path)
    assert isinstance(kept, Article)
    assert isinstance(unread, Rejection)
    assert unread.origin == f"{path}:2"
    assert "16 MiB" in unread.reason
    assert "16 MiB" in refused(save("b.jsonl", '{"text": "' + "x" * 17 * 2**20 + '"}\n')).reason


# Tables


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_with_any_usual_delimiter_and_line_feeds_in_its_cells(save: Save, delimiter: str) -> None:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow(["", "Headline", "Body", "Publication", "Publication Date"])
    writer.writerow(["0", 'He said "no", again; twice', "One.\nTwo, three;\tfour.", "The Daily Bugle", "2023-09-05"])
    writer.writerow(["1", "Second", "Words.", "The Daily Bugle", "nan"])
    path = save("a.csv", target.getvalue())
    first, second = taken_in(path)
    assert isinstance(first, Article)
    assert (first.headline, first.text) == ('He said "no", again; twice', "One.\nTwo, three; four.")
    assert second == Rejection(f"{path}:4", "no date")


def test_a_cell_may_be_longer_than_the_csv_module_likes(save: Save) -> None:
    found = article(save("a.csv", f"title,text,source,date\nT,{'word ' * 60_000},x.example,2023-09-05\n"))
    assert len(found.text) == 299_999


def test_a_row_with_a_stray_delimiter_is_refused_and_the_others_go_in(save: Save) -> None:
    path = save("a.csv", "title,text,source,date\nA, b,c,x.example,2023-09-05\nT,words,x.example,2023-09-05\n")
    broken, kept = taken_in(path)
    assert broken == Rejection(f"{path}:2", "5 cells under a header of 4")
    assert isinstance(kept, Article)


def test_a_quote_that_is_never_closed_is_reported_and_not_taken_for_text(save: Save) -> None:
    row = "T,words,x.example,2023-09-05\n"
    path = save("a.csv", "title,text,source,date\n" + row + 'T,"words,x.example,2023-09-05\n' + row)
    kept, unread = taken_in(path)
    assert isinstance(kept, Article)
    assert unread == Rejection(f"{path}:3", "a quote is opened and never closed: the rest of the file was not read")


def test_a_quote_in_the_header_that_is_never_closed_is_reported(save: Save) -> None:
    path = save("a.csv", 'title,text,date,"source\nA title,Words,2023-09-05,a.example\n')
    assert "a quote is opened and never closed" in refused(path).reason


def test_a_table_without_a_header_row_is_refused(save: Save) -> None:
    found = refused(save("a.csv", "One thing,another,a third\n1,2,3\n"))
    assert found.reason.startswith("the first row names no known field")


# Pages

PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="{charset}"><title>A café opens | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta property="og:title" content="A café opens">
<link rel="canonical" href="https://www.harbourpost.example/food/cafe?utm_campaign=x">{head}</head>
<body><nav><a href="/">Home</a><a href="/food">Food</a></nav><article><h1>A café opens</h1>
<p>The café on the quay opened on Monday with eleven tables and a view of the cranes, its owner said.</p>
<p>It serves soup &amp; bread. Nobody from the harbour office came to the opening of the café this time.</p>
{body}</article><footer>All rights reserved.</footer></body></html>"""
GRAPH = '{"@graph": [{"@type": "WebPage"}, {"@type": ["NewsArticle"], "datePublished": "2023-09-05T11:47:52+02:00"}]}'
PUBLISHED_TIME = '<meta property="article:published_time" content="2023-09-05T11:47:52+02:00">'


def page(head: str = "", body: str = "", charset: str = "utf-8") -> bytes:
    return PAGE.format(head=head, body=body, charset=charset).encode(charset)


def test_a_page_gives_text_title_source_language_address_and_the_exact_time(save: Save) -> None:
    found = article(save("a.html", page(PUBLISHED_TIME)))
    assert found.text == (
        "The café on the quay opened on Monday with eleven tables and a view of the cranes, its owner said.\n"
        "It serves soup & bread. Nobody from the harbour office came to the opening of the café this time."
    )
    assert (found.headline, found.language, str(found.published)) == ("A café opens", "en", "2023-09-05T11:47:52+02:00")
    assert (found.source, found.source_name) == ("harbourpost.example", "Harbour Post")
    assert found.url == "https://www.harbourpost.example/food/cafe"


@pytest.mark.parametrize(
    ("head", "body", "known"),
    [
        ('<meta name="date" content="2023-09-05">', "", "2023-09-05"),
        ('<meta itemprop="datePublished" content="2023-09-05T11:00:00Z">', "", "2023-09-05T11:00:00+00:00"),
        ("", '<time datetime="2023-09-05">Tuesday</time>', "2023-09-05"),
        (
            "",
            '<time datetime="2022-01-01">x</time><time itemprop="datePublished" datetime="2023-09-05">y</time>',
            "2023-09-05",
        ),
        (
            f'<script type="application/ld+json">{GRAPH}</script>',
            "",
            "2023-09-05T11:47:52+02:00",
        ),
    ],
)
def test_the_date_of_a_page_is_the_one_it_declares(save: Save, head: str, body: str, known: str) -> None:
    assert str(article(save("a.html", page(head, body))).published) == known


def test_a_saved_page_without_an_address_of_its_own_has_the_one_it_was_saved_from(save: Save) -> None:
    bare = page(PUBLISHED_TIME, '<script type="application/ld+json">{"@type": broken</script>')
    bare = bare.replace(b'<link rel="canonical" href="https://www.harbourpost.example/food/cafe?utm_campaign=x">', b"")
    bare = bare.replace(b"<html", b"<!-- saved from url=(0035)https://harbourpost.example/saved#top -->\n<html")
    assert article(save("a.html", bare)).url == "https://harbourpost.example/saved"


def test_a_date_that_only_stands_in_the_words_of_a_page_is_not_taken_for_its_own(save: Save) -> None:
    times = '<time datetime="2022-01-01">x</time><time datetime="2023-09-05">y</time>'
    assert refused(save("a.html", page(body="<p>On 4 March 2019 it burnt down.</p>" + times))).reason == "no date"


def test_a_page_is_read_in_the_encoding_it_declares_and_otherwise_refused(save: Save) -> None:
    assert "café" in article(save("a.html", page(PUBLISHED_TIME, charset="iso-8859-1"))).text
    assert "café" in article(save("b.html", page(PUBLISHED_TIME, charset="utf-16"))).text
    liar = page(PUBLISHED_TIME, charset="iso-8859-1").replace(b"iso-8859-1", b"no-such-set")
    assert refused(save("c.html", liar)).reason == "neither UTF-8 nor the encoding it declares (no-such-set)"


def test_a_page_whose_bytes_are_ascii_is_read_in_the_encoding_that_shifts_them(save: Save) -> None:
    page = (
        "<html><head><meta charset=iso-2022-jp><title>港</title></head><body><p>" + "港の会議は火曜日に開かれた。" * 9
    )
    found = read([save("a.html", page.encode("iso-2022-jp"))])
    (raw,) = found
    assert isinstance(raw, RawArticle)
    assert "港の会議" in str(raw.fields["text"])


def test_no_outlet_is_made_of_a_headline(save: Save) -> None:
    page = (
        '<html><head><title>U.S. port reopens - The Harbour Post</title><meta property="article:published_time"'
        f' content="2023-09-05"></head><body><article><p>{"Some words. " * 40}</p></article></body></html>'
    )
    assert "source" in refused(save("a.html", page)).reason


def test_a_page_without_words_is_refused(save: Save) -> None:
    assert refused(save("a.html", "<html><body></body></html>")).reason == "no text"
    assert refused(save("b.html", "<html><body>" + "<div>" * 10_000)).reason == "no text"


# Files, folders, archives


def test_a_folder_is_read_through_by_name_without_what_is_hidden(save: Save, tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/10.txt", "a.txt", ".hidden.txt", ".git/c.txt"):
        save(name, RAW)
    assert [raw.origin for raw in read([tmp_path])] == [
        str(tmp_path / name) for name in ("a.txt", "b/10.txt", "b/2.txt")
    ]


def test_a_link_out_of_a_folder_is_not_followed_and_one_within_it_is(save: Save, tmp_path: Path) -> None:
    save("outside/secret.txt", RAW)
    save("news/a.txt", RAW)
    (tmp_path / "news/b.txt").symlink_to("a.txt")
    (tmp_path / "news/c.txt").symlink_to(tmp_path / "outside/secret.txt")
    (tmp_path / "news/d").symlink_to(tmp_path / "outside")
    a, b, c, d = taken_in(tmp_path / "news")
    assert isinstance(a, Article)
    assert a == b
    assert c == Rejection(str(tmp_path / "news/c.txt"), "a link that leads out of the folder")
    assert d == Rejection(str(tmp_path / "news/d"), "a link that leads out of the folder")


@pytest.mark.parametrize("name", ["mapping.toml", "a.csv.mapping.toml"])
def test_a_map_that_is_a_link_out_of_the_folder_is_not_read(name: str, save: Save, tmp_path: Path) -> None:
    save("outside/secret.toml", "[fields]\nheadline = 'secret'\n")
    save("news/a.csv", "secret,text,source,date\nCouncil,The council met.,a.example,2023-09-05\n")
    save("news/inside.toml", "[fields]\nheadline = 'secret'\n")
    (tmp_path / "news" / name).symlink_to(tmp_path / "outside/secret.toml")
    refused = Rejection(str(tmp_path / "news" / name), "the mapping is a link that leads out of the folder.")
    assert refused in taken_in(tmp_path / "news")
    (tmp_path / "news" / name).unlink()
    (tmp_path / "news" / name).symlink_to("inside.toml")
    assert "Council" in [each.headline for each in taken_in(tmp_path / "news") if isinstance(each, Article)]


def test_a_pipe_in_a_folder_does_not_stop_everything(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert taken_in(tmp_path) == [Rejection(str(tmp_path / "pipe.txt"), "neither a file nor a folder")]


def test_paths_that_cannot_be_read_are_named_before_anything_is(save: Save, tmp_path: Path) -> None:
    good = save("a.txt", RAW)
    with pytest.raises(UnreadableInput, match=r"nowhere\.txt: there is no such file or folder\."):
        read([good, tmp_path / "nowhere.txt"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInput, match=r"empty: the folder is empty"):
        read([good, tmp_path / "empty"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_file_without_permission_is_one_refusal_in_a_folder_and_an_error_by_itself(
    save: Save, tmp_path: Path
) -> None:
    closed = save("a.txt", RAW)
    closed.chmod(0)
    assert taken_in(tmp_path) == [Rejection(str(closed), "cannot be read (Permission denied)")]
    with pytest.raises(UnreadableInput, match="Permission denied"):
        read([closed])


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.html", "a"])
def test_an_empty_file_is_one_refusal(save: Save, name: str) -> None:
    assert refused(save(name, "")).reason in {"empty", "no text"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", lines(RECORD)),
        ("b.txt", page(PUBLISHED_TIME)),
        ("c", RAW),
        ("d.dat", RAW),
        ("e.dat", "title,text,source,date\nT,w,x.example,2023-09-05\n"),
    ],
)
def test_the_content_decides_where_the_name_says_nothing_or_the_wrong_thing(
    save: Save, name: str, content: str | bytes
) -> None:
    assert isinstance(article(save(name, content)), Article)


def test_a_form_that_is_not_known_is_named(save: Save) -> None:
    assert refused(save("notes.md", "# Notes\n")).reason == "no form that can be read (.md)"
    assert refused(save("picture.png", b"\x89PNG\r\n" + bytes(range(200)))).reason == "no form that can be read (.png)"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", RAW),
        ("a.jsonl", lines({**RECORD, "text": "Café ☕ 🗞"})),
        ("a.csv", "title,text,source,date\nT,Café ☕ 🗞,x.example,2023-09-05\n"),
    ],
)
def test_utf_8_and_utf_16_with_a_byte_order_mark_are_read_in_every_form(
    save: Save, encoding: str, name: str, content: str
) -> None:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    with_mark = save(name, marks.get(encoding, b"") + content.encode(encoding))
    assert article(with_mark) == article(save("plain-" + name, content))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
def test_other_encodings_are_refused_and_never_guessed(save: Save, encoding: str) -> None:
    assert refused(save("a.txt", RAW.encode(encoding))).reason == "not UTF-8 text: save it as UTF-8"


def test_lines_and_rows_in_another_encoding_are_refused_one_by_one(save: Save) -> None:
    spoilt = json.dumps({**RECORD, "text": "Café"}, ensure_ascii=False).encode("cp1252") + b"\n"
    path = save("a.jsonl", lines(RECORD).encode() + spoilt + lines(RECORD).encode())
    assert taken_in(path)[1] == Rejection(f"{path}:2", "not UTF-8 text: save it as UTF-8")
    assert [type(entry) for entry in taken_in(path)] == [Article, Rejection, Article]
    path = save("a.csv", b"title,text,source,date\nT,Caf\xe9,x.example,2023-09-05\nT,Coffee,x.example,2023-09-05\n")
    assert [type(entry) for entry in taken_in(path)] == [Rejection, Article]


def test_gzip_and_zip_are_opened_and_say_where_an_article_stood(save: Save) -> None:
    path = save("a.jsonl.gz", gzip.compress(lines(RECORD, {}).encode()))
    kept, bare = taken_in(path)
    assert isinstance(kept, Article)
    assert bare == Rejection(f"{path}:2", "no text")
    inner = {
        "x/a.txt": RAW.encode(),
        "b.jsonl.gz": gzip.compress(b"{}\n"),
        ".c.txt": b"x",
        "__MACOSX/d.txt": b"x",
        "../../e.txt": b"x",
    }
    path = save("a.zip", zipped(inner))
    assert [raw.origin for raw in read([path])] == [f"{path}/x/a.txt", f"{path}/b.jsonl.gz:1", f"{path}/e.txt"]


def test_an_archive_inside_of_an_archive_is_refused(save: Save) -> None:
    inner = zipped({"a.txt": RAW.encode()})
    for path in (
        save("a.zip", zipped({"inner.zip": inner})),
        save("a.zip.gz", gzip.compress(inner)),
        save("a.gz.gz", gzip.compress(gzip.compress(b"x"))),
    ):
        assert refused(path).reason == "an archive inside of an archive"


def test_what_came_before_the_damage_in_an_archive_stays(save: Save) -> None:
    whole = gzip.compress(
        lines(*({**RECORD, "id": number, "text": os.urandom(99).hex()} for number in range(5000))).encode()
    )
    *kept, damage = taken_in(save("a.jsonl.gz", whole[: len(whole) // 2]))
    assert len(kept) > 1000
    assert isinstance(damage, Rejection)
    assert damage.reason == "damaged or cut off: the rest was not read"
    packed = bytearray(zipped({"a.txt": RAW.encode(), "b.txt": RAW.encode()}, zipfile.ZIP_STORED))
    packed[packed.index(b"harbour office")] ^= 1
    damaged, good = taken_in(save("b.zip", bytes(packed)))
    assert isinstance(damaged, Rejection)
    assert isinstance(good, Article)


@pytest.mark.parametrize("name", ["a.zip", "a.jsonl.gz"])
def test_an_archive_that_is_only_called_one_is_refused(save: Save, name: str) -> None:
    assert "no date" not in refused(save(name, b"PK\x03\x04" + b"nonsense" * 20)).reason


def test_a_bomb_is_refused_after_a_small_part_of_it(save: Save) -> None:
    packed = gzip.compress((b"x" * 16_383 + b"\n") * 6_250)
    for path in (save("a.jsonl.gz", packed), save("a.zip", zipped({"a.jsonl.gz": packed}))):
        reason = "unpacks to more than 200 times its size: it and the rest were not read"
        assert reason in {found.reason for found in taken_in(path) if isinstance(found, Rejection)}


def test_a_bomb_of_many_members_is_counted_as_a_whole(save: Save) -> None:
    path = save("a.zip", zipped({f"{number}.txt": b" " * 10 * 2**20 for number in range(5)}))
    reasons = {found.reason for found in taken_in(path) if isinstance(found, Rejection)}
    assert "unpacks to more than 200 times its size: it and the rest were not read" in reasons


def test_an_encrypted_member_is_refused_and_the_others_go_in(save: Save) -> None:
    packed = bytearray(zipped({"a.txt": RAW.encode(), "b.txt": RAW.encode()}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory
    first, second = taken_in(save("a.zip", bytes(packed)))
    assert isinstance(first, Rejection)
    assert first.reason == "encrypted"
    assert isinstance(second, Article)


def test_names_that_are_no_utf_8_do_not_break_the_report(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("words")
    assert refused(tmp_path).origin.encode().endswith(b"/caf?.txt")


# Fields


def test_fields_are_known_by_the_names_that_data_sets_use() -> None:
    for name in (
        "publishedAt",
        "published_at",
        "pubDate",
        "date_publish",
        "Publication Date",
        "datetime",
        "publish_date",
    ):
        fields = {
            name.lower(): "2023-09-05",
            "Body": "Words.",
            "Publisher": "X Y",
            "Headline": "H",
            "Permalink": "https://a.example/1",
        }
        found = parse(RawArticle(fields, "here"))
        assert isinstance(found, Article), name
        assert (found.headline, found.source_name, found.url) == ("H", "X Y", "https://a.example/1")


def test_the_fullest_text_is_taken_without_the_headline_on_top() -> None:
    assert parsed(content="A teaser… [+1234 chars]", text="The whole of the text.").text == "The whole of the text."
    assert parsed(text="A title\nSome words.").text == "Some words."
    assert parsed(text=["One.", "Two."]).text == "One.\nTwo."
    assert parsed(text={"rendered": "<p>One.</p><p>Two.</p>"}).text == "One.\nTwo."


@pytest.mark.parametrize("empty", ["", "  ", None, "<p></p>", "…", "\u200b", {"title": "no text"}, []])
def test_an_article_without_words_is_refused(empty: object) -> None:
    assert reason(text=empty) == "no text"


def test_a_text_longer_than_any_article_is_refused() -> None:
    assert reason(text="word " * 500_000) == "text of more than 2,000,000 characters"


@pytest.mark.parametrize(
    ("fields", "source", "name"),
    [
        ({"source": "www.NYTimes.com"}, "nytimes.com", "nytimes.com"),
        ({"source": "https://www.bbc.co.uk/news"}, "bbc.co.uk", "bbc.co.uk"),
        ({"source": "El  País"}, "el-pais", "El País"),
        ({"source": "El País", "url": "https://www.elpais.example/x"}, "elpais.example", "El País"),
        (
            {"source": "El País", "source_domain": "elpais.example", "url": "https://t.example/x"},
            "elpais.example",
            "El País",
        ),
        ({"source": {"id": "cnn", "name": "CNN"}}, "cnn", "CNN"),
        ({"source": None, "domain": "CNN"}, "cnn", "CNN"),
        ({"source": {"name": "CNN", "url": "https://edition.cnn.example"}}, "edition.cnn.example", "CNN"),
        ({"source": None, "url": "https://www.elpais.example/x"}, "elpais.example", "elpais.example"),
        ({"source": {"id": None, "name": None}, "domain": "x.example"}, "x.example", "x.example"),
    ],
)
def test_the_key_of_a_source_is_its_host_or_its_folded_name(fields: dict[str, object], source: str, name: str) -> None:
    found = parsed(**fields)
    assert (found.source, found.source_name) == (source, name)


def test_an_article_whose_source_says_nothing_is_refused() -> None:
    assert reason(source=None) == reason(source="!!!") == reason(source="N/A", url="javascript:x") == "no source"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("https://WWW.Host.example:443/A/b/?utm_source=x&id=5&fbclid=y#top", "https://www.host.example/A/b?id=5"),
        ("http://host.example:8080/", "http://host.example:8080"),
        ("https://host.example/a b(c)?q=é", "https://host.example/a%20b%28c%29?q=%C3%A9"),
        ("https://münchen.example/x", "https://münchen.example/x"),
        ("https://user:word@host.example/", None),
        ("https://nytimes.example\\@evil.example/", None),
        ("javascript:alert(1)", None),
        ("ftp://host.example/x", None),
        ("//host.example/x", None),
        ("http://localhost/x", None),
        ("https://host.example/\x00", None),
        ("https://" + "a" * 3000 + ".example", None),
    ],
)
def test_an_address_is_made_canonical_or_dropped(written: str, canonical: str | None) -> None:
    assert parsed(url=written).url == canonical


def test_authors_are_joined_and_what_is_no_name_is_left_out() -> None:
    assert parsed(authors=["Ann Lee", {"name": "Bo Roe"}]).byline == "Ann Lee, Bo Roe"
    assert parsed(author="['Ann Lee', 'Bo Roe']").byline == "Ann Lee, Bo Roe"
    assert parsed(byline="By Ann Lee").byline == "Ann Lee"
    assert parsed(author="https://social.example/ann").byline is None
    assert parsed(author="None").byline is None


def test_languages_are_known_by_tag_and_by_name() -> None:
    said = ["en-US", "English", "PT_br", "eng", "de"]
    assert [parsed(language=each).language for each in said] == ["en", "en", "pt", "en", "de"]


def test_a_language_that_is_not_said_is_read_off_the_text_if_it_is_clear() -> None:
    spanish = "El gobierno anunció el miércoles que subirá los impuestos a los combustibles."
    for said in (None, "klingonese!", "und", "mul"):
        assert parsed(text=spanish, language=said).language == "es"
    assert parsed(text=spanish, language="pt").language == "pt"
    assert parsed(text="Ok 2023.", language=None).language is None


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    found = parsed(title="", text="A sentence of words " * 10 + ". Another.")
    assert found.headline_derived
    assert found.headline == "A sentence of words A sentence of words A sentence of words A sentence of words…"
    assert (
        parsed(title=None, text="Mr. Smith of the U.S. Navy left. He went home.").headline
        == "Mr. Smith of the U.S. Navy left."
    )


# Cleaning

UNWRAPPED = "A paragraph that no terminal has wrapped, " * 4 + "so that the lines after it are paragraphs too."
SCRAPS = [
    "rn", "rnrn", "\\n", "\\r\\n", "\n", "\r\n", " ", "\xa0", "&amp;", "&lt;", "p&gt;", "<p>", "</p>", "<b", ">",
    "<script>", "</script>", "<!--", "-->", "\x00", "\x92", "\ud800", "\u202e", "\u200b", "\u200d", "e\u0301", "…",
    ". ", "[+12 chars]", "&#146;", "&#0;", "&nbsp;", "word", "Long line " * 6,
]  # fmt: skip
MESS = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=5)).map("".join)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Tom &amp;amp; Ann &#8217;s&nbsp;boat", "Tom & Ann ’s boat"),
        ("<p>One <b>two</b>.</p>\n<p>Three<br/>four</p><script>var x = '<p>';</script>", "One two.\nThree\nfour"),
        ("&lt;p&gt;One&lt;/p&gt;", "One"),
        ("1 < 2, a <b and c> d, AT&T &copy that", "1 < 2, a <b and c> d, AT&T &copy that"),
        ("It\x92s \ud800here\x00\u202e!\u200b", "It’s here!"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("cafe\u0301", "café"),
        ("One.\r\nTwo.\u2028Three.\rFour.", "One.\nTwo.\nThree.\nFour."),
        ("One.\\nTwo.\\n\\nThree.", "One.\nTwo.\nThree."),
        ("It lies in C:\\news\\today.", "It lies in C:\\news\\today."),
        ("One.rnrnTwo.rnrn", "One.\nTwo."),
        ("He had been born", "He had been born"),
        ("A modern\nreturn rnrn\\r\\n", "A modern\nreturn"),
        ("A teaser… [+1234 chars]", "A teaser…"),
        (
            "A line that a terminal had wrapped because it was\ntoo long for it.\n\nThe next paragraph.",
            "A line that a terminal had wrapped because it was too long for it.\nThe next paragraph.",
        ),
        (
            "A line that a terminal had wrapped because it was\ntoo long for it.\n   The next paragraph, set in.",
            "A line that a terminal had wrapped because it was too long for it.\nThe next paragraph, set in.",
        ),
        (
            f"{UNWRAPPED}\n And one, set in by a stray space of its file.\nA third.\n\nEnd.",
            f"{UNWRAPPED}\nAnd one, set in by a stray space of its file.\nA third.\nEnd.",
        ),
        ("One list:\nfirst\nsecond\n\nEnd.", "One list:\nfirst\nsecond\nEnd."),
    ],
)
def test_text_becomes_plain_paragraphs_and_keeps_its_words(written: str, kept: str) -> None:
    assert parsed(text=written).text == kept


@given(MESS)
@example("&amp;lt;p>")
def test_cleaning_leaves_nothing_to_clean_and_nothing_that_cannot_be_stored(mess: str) -> None:
    text = parsed(text="word " + mess).text
    assert parsed(text=text).text == text
    text.encode()
    assert not {"\x00", "\r", "\u202e", "\u200b", "\xa0"} & set(text)
    assert all(line == line.strip() and line for line in text.split("\n"))


@given(MESS, MESS)
def test_headlines_and_names_are_single_lines(mess: str, name: str) -> None:
    found = parsed(title="T " + mess, source="S " + name, author="A " + mess)
    for line in (found.headline, found.source, found.source_name, found.byline):
        assert line is not None
        assert "\n" not in line
        line.encode()


@pytest.mark.parametrize(
    "hostile",
    [
        "&amp;" * 200_000,
        "<" * 500_000,
        "<p <" * 100_000,
        "<!--" * 100_000,
        "<script>" * 50_000,
        "rn" * 300_000,
        "\n" * 900_000,
        " \n" * 400_000,
        "&" + "amp;" * 300_000,
        "\\n" * 300_000,
    ],
)
def test_cleaning_takes_time_in_proportion_to_the_text(hostile: str) -> None:
    start = time.process_time()
    parsed(text="word " + hostile + " word")
    assert time.process_time() - start < 5  # a quadratic step would take minutes


# Whatever the bytes


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary() | MESS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(["txt", "json", "jsonl", "csv", "tsv", "html", "gz", "zip", "", "pdf"]),
)
def test_no_bytes_are_more_than_a_refusal(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"any.{suffix}"
    path.write_bytes(data)
    for found in taken_in(path):
        assert isinstance(found, Article | Rejection)
        assert found.id if isinstance(found, Article) else found.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["title", "text", "source", "date", "url", "author", "section", "language", "id", "timestamp", "articles", "domain"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(NAMES, JSON, max_size=6), max_size=4), st.sampled_from([None, 0, 3]))
def test_no_values_are_more_than_a_refusal(
    tmp_path: Path, records: list[dict[str, object]], indent: int | None
) -> None:
    path = tmp_path / "any.json"
    path.write_text(json.dumps(records, indent=indent))
    found = taken_in(path)
    assert len(found) == len(records)
    for entry in found:
        if isinstance(entry, Article):
            assert len(checksum(entry)) == 16
            assert 0 <= story(entry) < 2**63


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=12)] * 3), min_size=1, max_size=5),
    st.sampled_from(",;\t"),
)
def test_every_row_of_a_written_table_is_accounted_for(
    tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    path = tmp_path / "any.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(["title", "text", "date"])
        writer.writerows(rows)
    assert len(taken_in(path)) == sum(any(cell.strip() for cell in row) for row in rows)


# The same article, and copies


def test_an_article_is_found_again_by_its_id_then_its_address_then_how_it_begins() -> None:
    assert parsed(id=7).id == parsed(id="7", title="New", text="New words.", date="2024-01-01").id
    assert parsed(id=7).id != parsed(id=7, source="Another").id
    assert (
        parsed(url="http://a.example/1").id
        == parsed(url="https://a.example/1/?utm_source=x", text="New words.", date="2024-01-01").id
    )
    assert parsed().id == parsed(title="New", text="SOME — words!").id
    assert (
        len({parsed().id, parsed(date="2024-01-01").id, parsed(text="Other words.").id, parsed(source="Another").id})
        == 4
    )


def test_an_id_is_ten_plain_characters_and_the_same_in_every_process() -> None:
    made = identity("x.example", PubDate.from_iso("2023-09-05"), "Words.", url=None, given="7")
    code = "from corpus.ingest import article_id; import sys; print(article_id(sys.argv[1]))"
    other = subprocess.run(
        [sys.executable, "-c", code, made], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert other.stdout.strip() == article_id(made)
    assert len(article_id(made)) == 10
    assert article_id(made).isalnum()


def test_a_checksum_changes_with_anything_that_is_kept() -> None:
    known = parsed(url="https://a.example/1")
    changes: list[dict[str, object]] = [
        {"headline": "B"}, {"text": "B"}, {"source": "b"}, {"source_name": "B"}, {"url": None}, {"byline": "B"},
        {"section": "B"}, {"language": "xx"}, {"headline_derived": True}, {"byline": ""},
        {"published": PubDate.from_iso("2023-09-06")},
    ]  # fmt: skip
    changed = [checksum(replace(known, **change)) for change in changes]  # type: ignore[arg-type]
    assert len({checksum(known), *changed}) == len(changes) + 1
    assert checksum(known) == checksum(replace(known))


LONG = "Thirty words and more of the very same text, told twice by two outlets that share a wire, " * 2


def test_equal_texts_share_a_story_whatever_their_case_accents_and_marks() -> None:
    told = parsed(text=LONG + "café", id=1)
    again = parsed(text="— " + LONG.upper().replace(",", " ,“") + "CAFÉ!", source="Another", id=2)
    assert told.id != again.id
    assert story(told) == story(again)
    assert story(told) == story(parsed(text=LONG + "cafe", id=3))
    assert story(told) != story(parsed(text=LONG + "tea", id=4))


def test_a_text_in_a_script_without_spaces_is_long_by_its_letters() -> None:
    assert story(parsed(text="长江是中华民族的母亲河。" * 6, id=1)) == story(
        parsed(text="长江是中华民族的母亲河" * 6, id=2)
    )


def test_short_texts_share_no_story() -> None:
    assert story(parsed(text="Blah blah blah.", id=1)) != story(parsed(text="Blah blah blah.", id=2))


def test_an_article_is_new_changed_the_same_or_a_copy() -> None:
    known, changed = checksum(parsed()), checksum(parsed(title="B"))
    assert judge(known, None, story_is_kept=False) is Verdict.NEW
    assert judge(known, None, story_is_kept=True) is Verdict.COPY
    assert judge(known, known, story_is_kept=True) is Verdict.UNCHANGED
    assert judge(changed, known, story_is_kept=True) is Verdict.UPDATED


def test_raw_articles_in_one_file_keep_each_its_own_date_and_origin(save: Save) -> None:
    first = RAW.replace("www.harbourpost.example", "www.first.example")
    found = taken_in(save("a.txt", f"{first}\n{RAW}"))
    assert [each.source for each in found] == ["first.example", "harbourpost.example"]
    assert found[0].text == found[1].text


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("Original from The New York Bugle", "the-new-york-bugle"),
        ("Original from www.bugle.example, rnrn", "bugle.example"),
        ("Original from https://www.bugle.example/", "bugle.example"),
    ],
)
def test_an_origin_is_a_host_or_a_whole_name(save: Save, line: str, source: str) -> None:
    assert article(save("a.txt", f"A sentence.\n2023-09-05 11:47:52\n{line}\nrnrn")).source == source


def test_a_sentence_that_says_originally_from_is_no_origin(save: Save) -> None:
    path = save("a.txt", "A sentence.\nOriginally from Paris\n2023-09-05 11:47:52\n")
    assert refused(path).reason == "no source"


def test_a_spoilt_first_line_costs_that_line_only(save: Save) -> None:
    good = '{"text": "One.", "source": "a.example", "date": "2023-09-05"}'
    found = taken_in(save("a.jsonl", f"# made by hand\n{good}\n{good.replace('One', 'Two')}\n"))
    assert [isinstance(each, Rejection) for each in found] == [True, False, False]


def test_what_came_before_the_bad_part_of_a_packed_file_stays(tmp_path: Path) -> None:
    good = b'{"text": "One.", "source": "a.example", "date": "2023-09-05"}\n'
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(good) + b"no gzip at all")
    found = taken_in(path)
    assert isinstance(found[0], Article)
    assert "damaged" in found[-1].reason


def test_a_link_that_leads_to_itself_is_one_rejection(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "a.txt").write_text(RAW)
    assert sum(isinstance(each, Rejection) for each in taken_in(tmp_path)) == 1

"""The forms that archives come in beside the usual ones: packed, crawled, in columns, from agencies, with any names."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus import Corpus, Keeper, Query, Rejection, UnreadableInput
from corpus.ingest import parse, read_field_map
from corpus.ingest.forms.page import in_utf8
from raw_articles import read

WORDS = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane."
LINE = json.dumps({"title": "Council", "text": WORDS, "source": "harbourpost.example", "date": "2023-09-05"}).encode()


def lines(count):
    return b"".join(LINE.replace(b"Council", f"Council {number}".encode()) + b"\n" for number in range(count))


def articles(*paths):
    return [each if isinstance(each, Rejection) else parse(each) for each in read(paths)]


def reasons(found):
    return [each.reason for each in found if isinstance(each, Rejection)]


# Packed.

PACKINGS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "long.zst": zstandard.ZstdCompressor(level=19).compress,
}


@pytest.mark.parametrize("name", PACKINGS)
@pytest.mark.parametrize("parts", [1, 3])
def test_a_packed_file_is_read_whole_also_where_others_were_appended(tmp_path, name, parts):
    path = tmp_path / f"news.jsonl.{name}"
    path.write_bytes(b"".join(PACKINGS[name](lines(700)) for _ in range(parts)))
    assert len(read([path])) == 700 * parts


@pytest.mark.parametrize("name", PACKINGS)
def test_what_was_packed_without_a_telling_name_is_known_by_its_content(tmp_path, name):
    path = tmp_path / "news.jsonl"
    path.write_bytes(PACKINGS[name](lines(3)))
    assert len(read([path])) == 3


@pytest.mark.parametrize("name", PACKINGS)
@pytest.mark.parametrize("harm", ["cut", "flipped", "trailing"])
def test_what_came_before_the_bad_part_of_a_packed_file_stays(tmp_path, name, harm):
    path = tmp_path / f"news.jsonl.{name}"
    varied = b"".join(
        LINE.replace(b"Council", str(number * 7919 % 100_003).encode()) + b"\n" for number in range(9_000)
    )
    packed = bytearray(PACKINGS[name](varied))
    if harm == "flipped":
        packed[-len(packed) // 4] ^= 0xFF
    whole = {"cut": packed[: -len(packed) // 4], "flipped": packed, "trailing": packed + b"garbage" * 9}[harm]
    path.write_bytes(whole)
    found = read([path])
    last = [each for each in found if isinstance(each, Rejection)]
    assert last, "nothing was told of the harm"
    assert len(found) > (1 if name.startswith(("zst", "long")) and harm == "flipped" else 1_000) or harm == "flipped"


def test_packed_files_lie_in_a_zip_and_no_deeper(tmp_path):
    path = tmp_path / "news.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl.bz2", bz2.compress(lines(2)))
        archive.writestr("b.jsonl.zst", PACKINGS["zst"](lines(2)))
        archive.writestr("c.jsonl.gz", gzip.compress(bz2.compress(lines(2))))
    found = read([path])
    assert (len(found), reasons(found)) == (5, ["an archive inside of an archive"])


# Crawled.

# warcio's writer leaves its temporary files to be closed by whoever collects them.
left_open = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def warc(*pages, gz=False):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gz)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for url, body, status, kind in pages:
        headers = StatusAndHeaders(
            status, [("Content-Type", kind), ("Content-Length", str(len(body)))], protocol="HTTP/1.0"
        )
        writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers))
    return out.getvalue()


def page(
    title="Council", date='<meta property="article:published_time" content="2023-09-05T11:47:52+02:00">', words=WORDS
):
    return f"<html><head><title>{title}</title>{date}</head><body><article><p>{words * 4}</p></article></body></html>"


@left_open
@pytest.mark.parametrize("gz", [False, True])
def test_the_pages_of_a_web_archive_are_articles_by_their_own_dates(tmp_path, gz):
    path = tmp_path / ("crawl.warc.gz" if gz else "crawl.warc")
    path.write_bytes(
        warc(
            ("https://www.harbourpost.example/a", page().encode(), "200 OK", "text/html; charset=utf-8"),
            ("https://www.harbourpost.example/b", page(date="").encode(), "200 OK", "text/html"),
            ("https://www.harbourpost.example/c", page().encode(), "404 Not Found", "text/html"),
            ("https://www.harbourpost.example/d.png", b"\x89PNG", "200 OK", "image/png"),
            ("https://www.harbourpost.example/e", page(words="Café à la crème. ").encode("cp1252"), "200 OK",
             "text/html; charset=windows-1252"),
            gz=gz,
        )
    )  # fmt: skip
    first, undated, third = articles(path)
    assert (first.source, str(first.published)) == ("harbourpost.example", "2023-09-05T11:47:52+02:00")
    assert first.url == "https://www.harbourpost.example/a"
    assert (undated.reason, undated.origin) == ("no date", f"{path}:https://www.harbourpost.example/b")
    assert "Café à la crème." in third.text


@left_open
def test_what_came_before_the_damage_of_a_web_archive_stays(tmp_path):
    path = tmp_path / "crawl.warc"
    whole = warc(*((f"https://harbourpost.example/{n}", page().encode(), "200 OK", "text/html") for n in range(3)))
    path.write_bytes(whole[: whole.rindex(b"WARC/1")] + b"WARC/1.0\r\nContent-Length: minus\r\n\r\nxx")
    found = articles(path)
    assert [each.headline for each in found[:2]] == ["Council", "Council"]


@left_open
def test_a_page_of_a_web_archive_that_names_no_address_is_passed_over(tmp_path):
    path = tmp_path / "crawl.warc"
    whole = warc(*((f"https://harbourpost.example/{n}", page().encode(), "200 OK", "text/html") for n in range(2)))
    path.write_bytes(whole.replace(b"WARC-Target-URI: https://harbourpost.example/0\r\n", b""))
    assert [each.url for each in articles(path)] == ["https://harbourpost.example/1"]


@left_open
def test_nothing_of_a_web_archive_is_written_to_the_terminal(tmp_path, capfd):
    path = tmp_path / "crawl.warc"
    whole = warc(("https://harbourpost.example/1", page().encode(), "200 OK", "text/html"))
    path.write_bytes(whole.replace(b"example/1\r\n", b"example/1 \x1b[2J\r\n").replace(b"</html>", b"</html>\x1b[2J"))
    articles(path)
    assert capfd.readouterr() == ("", "")


# In columns.


def test_a_table_by_columns_is_read_row_by_row(tmp_path):
    path = tmp_path / "news.parquet"
    rows = [
        {"Title": f"Council {n}", "body": WORDS, "publisher": "Harbour Post", "date": "2023-09-05"} for n in range(999)
    ]
    parquet.write_table(pa.Table.from_pylist(rows), path, row_group_size=100)
    found = articles(path)
    assert (len(found), found[0].headline, found[-1].headline) == (999, "Council 0", "Council 998")
    (tmp_path / "cut.parquet").write_bytes(path.read_bytes()[:-20])
    assert reasons(articles(tmp_path / "cut.parquet")) == ["a damaged Parquet file: the rest was not read"]
    (tmp_path / "news.parquet.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert reasons(articles(tmp_path / "news.parquet.gz")) == ["a Parquet file inside of an archive: unpack it first"]


def test_bytes_that_are_no_utf_8_are_refused_row_by_row(tmp_path):
    rows = [
        {"title": "A", "text": text, "source": "a.example", "date": "2023-09-05"}
        for text in (b"Caf\xe9.", "Café.".encode())
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    refused, found = articles(tmp_path / "a.parquet")
    assert (refused.reason, found.text) == ("not UTF-8 text: save it as UTF-8", "Café.")


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7", "rot13", "no-such"])
def test_a_page_in_an_encoding_that_no_web_knows_is_read_as_it_is_and_at_once(charset):
    page = b"a" * 4_000_000
    assert in_utf8(page, charset) is page


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (pa.timestamp("us"), datetime(2023, 9, 5, 11, 47, 52, 7, tzinfo=UTC), "2023-09-05T11:47:52"),
        (pa.timestamp("ns", tz="UTC"), datetime(2023, 9, 5, 11, 47, 52, 7, tzinfo=UTC), "2023-09-05T11:47:52+00:00"),
        (pa.date32(), date(2023, 9, 5), "2023-09-05"),
        (pa.string(), "2023-09-05", "2023-09-05"),
    ],
)
def test_dates_in_columns_are_read_and_so_is_text_in_bytes(tmp_path, kind, value, read):
    path = tmp_path / "news.parquet"
    columns = {"date": pa.array([value], kind), "text": pa.array([WORDS.encode()]), "source": pa.array(["p.example"])}
    parquet.write_table(pa.table(columns), path)
    (found,) = articles(path)
    assert (str(found.published), found.text) == (read, WORDS)


# From agencies.

NITF = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "http://www.nitf.org/IPTC/NITF/3.3/specification/dtd/nitf-3-3.dtd">
<nitf xml:lang="en"><head><title>Council</title><docdata><doc-id id-string="urn:post:1"/>
<date.issue norm="20230905T114752+0200"/><doc.copyright holder="The Harbour Post" year="2023"/></docdata>
<pubdata name="The Harbour Post" position.section="Harbour"/></head>
<body><body.head><hedline><hl1>Council &amp; crane</hl1></hedline><byline>By Jo Marsh</byline></body.head>
<body.content><block><p>{WORDS}</p><p>And <em>so</em> it ended.</p></block></body.content></body></nitf>"""


def news_item(number=1, status="stat:usable", more="", body=f"<p>{WORDS}</p><p>And so it ended.</p>"):
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:wire.example:{number}" version="3"
 standard="NewsML-G2" xml:lang="en"><rightsInfo><copyrightHolder literal="Meridian Wire"/></rightsInfo>
<itemMeta><provider><name>Meridian Wire</name></provider><versionCreated>2023-09-06T09:00:00Z</versionCreated>
<firstCreated>2023-09-05T11:47:52+02:00</firstCreated>{more}<pubStatus qcode="{status}"/></itemMeta>
<contentMeta><by>Jo Marsh</by><language tag="en"/><subject><name>Harbour</name></subject>
<headline>Council {number}</headline></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>{body}
</body></html></inlineXML></contentSet></newsItem>"""


def message(*items):
    return (
        '<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>'
        + "".join(items)
        + "</itemSet></newsMessage>"
    )


@pytest.mark.parametrize("text", [NITF, NITF.replace("<nitf ", '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/" ')])
def test_nitf_is_read_with_its_credit(tmp_path, text):
    path = tmp_path / "1.xml"
    path.write_text(text)
    (found,) = articles(path)
    assert (found.headline, found.byline, found.section) == ("Council & crane", "Jo Marsh", "Harbour")
    assert (found.source_name, str(found.published)) == ("The Harbour Post", "2023-09-05T11:47:52+02:00")
    assert found.text == f"{WORDS}\nAnd so it ended."


def test_the_items_of_a_newsml_message_are_read_and_what_was_withdrawn_is_not(tmp_path):
    path = tmp_path / "wire.xml"
    later = "<embargoed>2999-01-01T00:00:00Z</embargoed>"
    path.write_text(message(news_item(1), news_item(2, "stat:canceled"), news_item(3, more=later), news_item(4)))
    first, withdrawn, embargoed, fourth = articles(path)
    assert (first.headline, first.byline, first.section) == ("Council 1", "Jo Marsh", "Harbour")
    assert (first.source_name, str(first.published)) == ("Meridian Wire", "2023-09-05T11:47:52+02:00")
    assert first.text == f"{WORDS}\nAnd so it ended."
    assert "withdrawn" in withdrawn.reason
    assert "embargo" in embargoed.reason
    assert fourth.headline == "Council 4"


def test_a_later_version_of_an_item_is_the_same_article(tmp_path):
    path = tmp_path / "wire.xml"
    path.write_text(message(news_item(1)))
    with Keeper.open(tmp_path / "data") as keeper:
        assert keeper.ingest([path]).added == 1
        path.write_text(
            message(news_item(1, body=f"<p>{WORDS}</p><p>It was told anew.</p>").replace('version="3"', 'version="4"'))
        )
        assert keeper.ingest([path]).updated == 1
    with Corpus.open(tmp_path / "data") as corpus:
        assert corpus.search(Query.parse("anew")).matched == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<docdata>", '<docdata management-status="withheld">'),
        ("<docdata>", '<docdata management-status="embargoed">'),
        ("<docdata>", '<docdata><date.release norm="29990101T000000Z"/>'),
    ],
)
def test_what_an_agency_holds_back_in_nitf_is_not_taken_in(tmp_path, old, new):
    path = tmp_path / "1.xml"
    path.write_text(NITF.replace(old, new))
    (rejected,) = articles(path)
    assert "held back" in rejected.reason or "embargo" in rejected.reason


@pytest.mark.parametrize("more", ["<embargoed/>", '<pubStatus uri="http://cv.iptc.org/newscodes/pubstatus/canceled"/>'])
def test_what_an_agency_holds_back_in_newsml_is_not_taken_in(tmp_path, more):
    path = tmp_path / "wire.xml"
    path.write_text(message(news_item(1, more=more)).replace('<pubStatus qcode="stat:usable"/>', ""))
    (rejected,) = articles(path)
    assert "held back" in rejected.reason or "embargo" in rejected.reason


def test_each_block_of_an_item_is_a_paragraph_once(tmp_path):
    path = tmp_path / "wire.xml"
    body = (
        "<h3>Crane</h3><style>p {}</style><ul><li><p>It ends<br/>here.</p></li></ul><blockquote>Said so.</blockquote>"
    )
    path.write_text(message(news_item(1, body=body)))
    (found,) = articles(path)
    assert found.text == "Crane\nIt ends here.\nSaid so."


def test_nitf_within_newsml_is_read_once(tmp_path):
    path = tmp_path / "wire.xml"
    inner = NITF.partition("?>")[2].partition('.dtd">')[2]
    path.write_text(message(news_item(1, body="").replace("<html", "<x").replace("</html>", "</x>").replace(
        '<inlineXML contenttype="application/xhtml+xml">', f"<inlineXML>{inner}")))  # fmt: skip
    (found,) = articles(path)
    assert "And so it ended." in found.text


@pytest.mark.parametrize("name", ["1.xml", "news.txt"])
def test_what_came_before_the_break_of_a_message_stays(tmp_path, name):
    path = tmp_path / name
    path.write_text(message(news_item(1), news_item(2))[:-300])
    found = articles(path)
    assert ([each.headline for each in found[:1]], "broken XML" in reasons(found)[0]) == (["Council 1"], True)


def test_a_feed_on_the_disk_says_how_it_is_followed(tmp_path):
    path = tmp_path / "rss.xml"
    path.write_text('<?xml version="1.0"?><rss version="2.0"><channel/></rss>')
    assert reasons(articles(path)) == ["a feed: name its address as an input, NAME=feed:https://…"]


# With other names.


def mapped(tmp_path, text, name="mapping.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_map_says_which_names_stand_for_which_part(tmp_path):
    (tmp_path / "news").mkdir()
    value = {"response": {"hits": [
        {"webTitle": "Council", "fields": {"main": WORDS}, "when": "05/09/2023", "people": [{"n": "Jo Marsh"}]},
        {"heading": "Crane", "fields": {"main": WORDS}, "when": "06/09/2023"},
    ]}}  # fmt: skip
    (tmp_path / "news/a.json").write_text(json.dumps(value))
    mapped(
        tmp_path / "news",
        'items = "response.hits"\ndates = "day-first"\n[fields]\nheadline = ["webTitle", "heading"]\n'
        'text = "fields.main"\npublished = "when"\nbyline = "people.n"\n[always]\nsource = "The Harbour Post"\n',
    )
    first, second = sorted(_taken(tmp_path, tmp_path / "news"), key=lambda each: each.headline)
    assert (first.headline, first.byline, str(first.published)) == ("Council", "Jo Marsh", "2023-09-05")
    assert (second.headline, second.source_name) == ("Crane", "The Harbour Post")


def test_a_map_beside_a_file_is_for_it_alone_and_a_table_may_have_any_header(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(f"Kop;Inhoud;Dag\nRaad;{WORDS};2023-09-05\n")
    assert "names no known field" in reasons(articles(path))[0]
    mapped(
        tmp_path,
        '[fields]\nheadline="Kop"\ntext="Inhoud"\npublished="Dag"\n[always]\nsource="p.example"',
        "export.csv.mapping.toml",
    )
    (found,) = _taken(tmp_path, path)
    assert (found.headline, found.source) == ("Raad", "p.example")


def test_a_file_is_read_again_when_its_map_has_changed(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text(json.dumps({"kop": "Raad", "text": WORDS, "source": "p.example", "date": "2023-09-05", "id": 1}))
    with Keeper.open(tmp_path / "data") as keeper:
        assert keeper.ingest([path]).added == 1
        field_map = read_field_map(mapped(tmp_path, '[fields]\nheadline="kop"', "news.jsonl.mapping.toml"))
        assert keeper.ingest([path]).updated == 1
        assert keeper.ingest([path], field_map=field_map).skipped == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[fields", "no TOML"), ("", "says nothing"), ("[fields]\nheading = 'x'", "no part “heading”"),
        ("[always]\ntext = 'x'", "no part “text”"), ("name = 'x'", "knows no “name”"), ("dates = 'us'", "day-first or"),
        ("fields = 3", "is a table"), ("[fields]\ntext = 3", "the name of a field"),
        ("[always]\nsource = ''", "is a text"), ("items = 3", "items is a name"),
    ],
)  # fmt: skip
def test_a_map_that_is_not_understood_is_a_sentence(tmp_path, text, sentence):
    path = mapped(tmp_path, text)
    with pytest.raises(UnreadableInput) as caught:
        read_field_map(path)
    assert sentence in str(caught.value)
    (tmp_path / "a.jsonl").write_bytes(LINE)
    with Keeper.open(tmp_path / "data") as keeper:
        (rejected,) = keeper.ingest([tmp_path / "a.jsonl", tmp_path]).rejected[:1]
    assert sentence in rejected.reason


def _taken(tmp_path, path):
    with Keeper.open(tmp_path / "data") as keeper:
        report = keeper.ingest([path])
    assert not report.rejected
    with Corpus.open(tmp_path / "data") as corpus:
        return [hit.article for hit in corpus.search(Query.parse("after:1900 copies:all"), limit=50).hits]


# Whatever it is.

MAGICS = [b"", b"WARC/1.0\r\n", b"PAR1", b"BZh91AY&SY", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08", b"PK\x03\x04",
          b"<nitf>", b"<newsMessage>", b"<rss>", b"{", b"[{", b"\x50\x2a\x4d\x18"]  # fmt: skip


@given(magic=st.sampled_from(MAGICS), rest=st.binary(max_size=300), ending=st.binary(max_size=20))
def test_no_bytes_are_more_than_rejections(tmp_path_factory, magic, rest, ending):
    folder = tmp_path_factory.getbasetemp() / "hostile"
    folder.mkdir(exist_ok=True)
    for suffix in ("xml", "warc", "parquet", "jsonl.zst", "csv.bz2"):
        path = folder / f"a.{suffix}"
        path.write_bytes(magic + rest + ending)
        for each in articles(path):
            assert not isinstance(each, Rejection) or each.reason

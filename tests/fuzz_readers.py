"""Hostile input by the million, to all that reads or renders: `python tests/fuzz_readers.py [SEED [INPUTS]]`.

Files, feeds, lists, maps, fields, dates, texts, addresses, settings, queries and what presses bring are good ones that
were broken, or scraps of all of them; each rendering is a property of the suite that is fed bytes. All of it comes from
a seed, so that a failure is found again. The suite runs a few hundred of them.
"""

from __future__ import annotations

import asyncio
import bz2
import gzip
import importlib
import inspect
import io
import json
import os
import random
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import fuzz_queries
import pyarrow as pa
import zstandard
from hypothesis import is_hypothesis_test
from pyarrow import parquet
from test_corpus_bombs import END_OF_MESSAGE, MESSAGE, NEWS_ITEM, NITF, XML
from test_corpus_feeds import ATOM, JSON_FEED, RDF, item, rss

from bot.defaults import Defaults
from bot.followup import Setting, understood
from bot.language import NAMES, Languages
from bot.press import Outdated, Press
from bot.reader import Reader
from bot.render import correcting, limiting, results, steering, trends
from bot.screens.header import codes_on, page_of, query_if_any
from bot.settings import Settings, SettingsError
from corpus import CorpusError, Rejection, Source, UnreadableInput, parse_fetching, parse_inputs
from corpus.feeds import Outline, read_feed, read_opml, write_opml
from corpus.fetch import Fetched, Validators
from corpus.fetch.fetcher import Fetcher
from corpus.ingest import Marked, Way, clean_text, found, host_of, incoming, parse, read_field_map
from corpus.ingest.dates import Undated, read_date
from corpus.ingest.headline import derived_headline
from corpus.ingest.language import detect
from corpus.ingest.places import canonical_url
from corpus.model import Article, RawArticle

INPUTS = 1_000_000
SLOWEST = 1.0  # seconds of the processor for one input
SAMPLES = Path(__file__).parents[1] / "corpus" / "samples"
RENDERINGS = 20  # of a thousand inputs; the other kinds are in KINDS
URL = "https://feeds.harbourpost.example/rss.xml"

_ODD = [
    "", " ", "\n", "\r\n", "\t", "\0", "\x1b[31m", "\x85", "\u2028", "\ud800", "\u202e", "\u200b", "\ufeff", "&#0;",
    "&#xD800;", "&amp;lt;script&gt;", "<![CDATA[", "]]>", "<!--", "-->", "</p>", "<p>" * 40, "'", '"', "\\", '\\"',
    "\\u0000", "\\ud800", "{", "}", "[", "]", "[[" * 60, '{"a":' * 60, ",", ";", "|", ":", "=", "%", "%00", "%zz",
    "../", "/etc/passwd", "file:///x", "javascript:x", "http://[::1", "http://127.0.0.1:99999/", "//x", "@everyone",
    "<@1>", "`", "```", "||x||", "[x](http://y)", "NaN", "Infinity", "-0", "1e999", "9" * 400, "-1", "null", "true",
    "0001-01-01", "9999-12-31", "2024-02-30", "24:60:61", "1693900072", "99999999999999",
    "Tue, 05 Sep 2023 11:47:52 +9999", "05/09/2023", "٢٠٢٣", "２０２３", "5 de septiembre de 2023",
    "Original from x.example", "title", "text", "date", "source", "url", "id", "e\u0301" * 30, "👩\u200d👧",
    "葛\U000e0100", "ﷺ" * 20, "ß", "İ", "東京", "ไทย", "العربية", "a" * 3000, "word " * 400, "\u0301" * 300,
    "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "*/*",
]  # fmt: skip
_ODD_BYTES = [
    b"\xff", b"\xfe\xff", b"\xc3", b"\x80", b"\xed\xa0\x80", b"\x1f\x8b\x08", b"PK\x03\x04", b"BZh9", b"PAR1",
    b"WARC/1.0\r\n",
]  # fmt: skip
_OPML = write_opml([Outline("https://a.example/rss", "A"), Outline("https://b.example/atom", "B")]).encode()
_NAMES = [
    "title", "Head-Line", "text", "content", "Source_Name", "domain", "date", "pubDate", "timestamp", "url", "link",
    "author", "byline", "section", "lang", "id", "guid", "x",
]  # fmt: skip
_MAP = b"""items = "response.results"
dates = "day-first"
[fields]
text = "fields.body"
headline = ["a", "b.c"]
[always]
source = "The Post"
"""
_ROBOTS = b"""User-agent: *
Disallow: /private/*.html$
Allow: /
Crawl-delay: 5
User-agent: Dateline
Disallow: /x
"""
_DATES = [
    "2023-09-05T11:47:52+02:00", "Tue, 05 Sep 2023 11:47:52 GMT", "5 September 2023, 9.30 pm", "20230905114752",
    "1693900072000", "05.09.2023 um 11:47 Uhr", "le 5 septembre 2023 à 11h47", "2023年9月5日",
    "September 5th, 2023 at 9 a.m. EST", "١٥ مارس ٢٠٢٣",
]  # fmt: skip
_ADDRESSES = [
    "https://www.harbourpost.example/2023/09/05/x?utm_source=a#b", "http://b\u00fccher.example:8080/",
    "http://[2001:db8::1]/", "*.news.example", "10.0.0.0/8", "::ffff:127.0.0.1", "0x7f.1",
    "wire=feed:https://wire.example/rss.xml",
]  # fmt: skip


# How inputs are made.


def broken(source: random.Random, good: bytes, others: list[bytes]) -> bytes:
    """The same bytes after a few accidents."""
    data = good
    for _ in range(source.choice([0, 1, 1, 2, 3, 8])):
        at, length = source.randint(0, len(data)), source.choice([1, 1, 2, 8, 40, 400])
        match source.randrange(8):
            case 0:
                data = data[:at] + bytes([source.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + length :]
            case 2:
                data = data[:at] + data[at : at + length] * source.choice([2, 3, 60]) + data[at + length :]
            case 3 | 4:
                data = (
                    data[:at] + scrap(source).encode("utf-8", "surrogatepass") + data[at + source.choice([0, length]) :]
                )
            case 5:
                data = data[:at]
            case 6:
                other = source.choice(others)
                data = data[:at] + other[source.randint(0, len(other)) :]
            case 7:
                data = data[:at] + source.choice(_ODD_BYTES) + data[at:]
    return data[:60_000]


def scrap(source: random.Random) -> str:
    """Something odd, or any characters."""
    if source.random() < 0.2:
        return "".join(chr(source.choice([source.randrange(0x250), source.randrange(0x11_0000)])) for _ in range(5))
    return source.choice(_ODD)


def text(source: random.Random, *good: str) -> str:
    """Scraps in a row, or one of these texts after a few accidents."""
    if good and source.random() < 0.7:
        whole = source.choice(good)
        at, length = source.randint(0, len(whole)), source.choice([0, 0, 1, 3])
        return whole[:at] + source.choice(["", scrap(source)]) + whole[at + length :]
    return "".join(source.choice([scrap(source), source.choice(_DATES), "word "]) for _ in range(source.randint(0, 6)))


def value(source: random.Random, depth: int = 3) -> object:
    """What JSON may hold."""
    if depth and source.random() < 0.25:
        inner = [value(source, depth - 1) for _ in range(source.randrange(4))]
        return (
            inner if source.random() < 0.5 else {text(source, "name", "url", "#text", "$date"): each for each in inner}
        )
    numbers = [0, -1, 20230905, 1693900072, 1693900072000, 10**30, float("nan"), float("inf"), 0.1, True, None]
    return source.choice([text(source, *_DATES, *_ADDRESSES), source.choice(numbers)])


@cache
def files() -> dict[str, bytes]:
    """Good files of every form, by a name that tells it; not long."""
    raw = [each.read_bytes() for each in sorted((SAMPLES / "raw").iterdir())[:6]]
    pages = [each.read_bytes() for each in sorted((SAMPLES / "html").iterdir())]
    lines = b"\n".join((SAMPLES / "newsroom.jsonl").read_bytes().splitlines()[:3])
    whole = json.loads((SAMPLES / "wire-desk.json").read_text(encoding="utf-8"))
    table = b"\n".join((SAMPLES / "clippings.csv").read_bytes().splitlines()[:12])
    return {
        **{f"{number}.txt": each for number, each in enumerate(raw)},
        "lines.jsonl": lines,
        "whole.json": json.dumps(whole).encode()[:9_000],
        "table.csv": table,
        "table.tsv": table.replace(b",", b"\t"),
        "agency.xml": XML + NITF,
        "message.xml": XML + MESSAGE + NEWS_ITEM * 2 + END_OF_MESSAGE,
        "crawled.warc": _crawled(pages[0]),
        "columns.parquet": _columns(),
        **{f"{number}.html": each for number, each in enumerate(pages)},
    }


def _crawled(page: bytes) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://harbourpost.example/1\r\n"
        "WARC-Date: 2023-09-05T11:47:52Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def _columns() -> bytes:
    out = io.BytesIO()
    rows = [
        {"title": f"Council {n}", "text": "The barrier held.", "source": "a.example", "date": date(2023, 9, 5)}
        for n in range(9)
    ]
    parquet.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


_SLOW = (".html", ".warc", ".parquet")
_PACKING: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".zst": zstandard.ZstdCompressor(level=1).compress,
    ".zip": lambda data: _zipped({"a.jsonl": data, "../b.csv": data, ".c": data}),
}


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


# What is done with one: nothing may be raised but what is an answer.


def take_in(source: random.Random, folder: Path, *, slow: bool) -> None:
    """A file of any form, under its own name or another one."""
    names = [name for name in files() if name.endswith(_SLOW) is slow]
    name = source.choice(names)
    data = broken(source, files()[name], list(files().values()))
    _read(
        folder / (name if source.random() < 0.8 else f"x{source.choice(['', '.txt', '.json', '.csv', '.html'])}"), data
    )


def unpack(source: random.Random, folder: Path) -> None:
    """A packed file, broken before it was packed or after."""
    suffix, pack = source.choice(list(_PACKING.items()))
    others = [files()["lines.jsonl"], files()["table.csv"]]
    packed = pack(broken(source, source.choice(others), others))
    if source.random() < 0.2:
        packed = source.choice(list(_PACKING.values()))(packed)
    _read(folder / f"news.jsonl{suffix}", broken(source, packed, [packed]))


def _read(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        for each in incoming([file for file in found([path]) if not isinstance(file, Rejection)], Way()):
            if isinstance(each, Rejection):
                _is_sentence(each)
            elif isinstance(each, Marked):
                _is_article(each.article)
    finally:
        path.unlink()


def _is_sentence(rejection: Rejection) -> None:
    assert rejection.reason, "nothing is told"
    assert len(rejection.reason) < 500, rejection
    rejection.reason.encode()
    rejection.origin.encode()


def _is_article(article: Article) -> None:
    assert article.text
    assert article.headline
    assert article.source
    for each in (article.text, article.headline, article.source_name, article.byline or "", article.section or ""):
        each.encode()
    assert "\n" not in article.headline


def fields(source: random.Random, _: Path) -> None:
    """Fields by any names."""
    names = source.sample(_NAMES, source.randint(1, 8))
    given = {"text": text(source, "The barrier held.\nNobody slept."), "source": "harbourpost.example"}
    raw = {**given, **{name: value(source) for name in names}}
    for order in (None, "day-first"):
        made = parse(RawArticle(raw, "x.jsonl:1"), source=source.choice([None, text(source)]), dates=order)
        (_is_sentence if isinstance(made, Rejection) else _is_article)(made)


def dates(source: random.Random, _: Path) -> None:
    """A date, written."""
    try:
        read_date(
            source.choice([text(source, *_DATES), value(source)]),
            source.choice([None, "day-first"]),
            source.choice([None, *NAMES]),
        )
    except Undated as error:
        assert 0 < len(str(error)) < 300


def texts(source: random.Random, _: Path) -> None:
    """A text, its headline and its language."""
    cleaned = clean_text(text(source) * source.choice([1, 1, 3]))
    assert clean_text(cleaned) == cleaned or "&" in cleaned or "<" in cleaned, "cleaned twice it is another text"
    derived_headline(cleaned).encode()
    detect(cleaned)


def addresses(source: random.Random, _: Path) -> None:
    """Addresses, hosts, networks and inputs."""
    typed = text(source, *_ADDRESSES)
    host_of(typed)
    canonical_url(typed)
    for read in (parse_inputs, lambda each: parse_fetching(each, ""), lambda each: parse_fetching("", each)):
        try:
            made: Any = read(typed)
        except CorpusError as error:
            assert str(error)
            continue
        if not isinstance(made, tuple):
            made.refusal(typed)
            made.also([typed]).refusal(f"https://{typed}/")


def settings(source: random.Random, _: Path) -> None:
    """An environment."""
    names = [*Settings.__dataclass_fields__]
    good = ("1", "0", "123456789012345678", "json", "Europe/Madrid", "0-3,8")
    environ = {name.upper(): text(source, *good) for name in source.sample(names, 3)}
    try:
        Settings.from_env(environ, Path("/nonexistent"))
    except SettingsError as error:
        if str(error).startswith("DISCORD_TOKEN "):
            assert environ["DISCORD_TOKEN"] not in str(error)


def queries(source: random.Random, _: Path) -> None:
    """A query, as `fuzz_queries` has them."""
    fuzz_queries.check(fuzz_queries.typed(source))


def feeds(source: random.Random, _: Path) -> None:
    """A feed of any kind."""
    good = [rss(item(1), item(2)).encode(), ATOM.encode(), RDF.encode(), JSON_FEED.encode()]
    _answers(
        lambda: read_feed(
            broken(source, source.choice(good), good),
            URL,
            source.choice(["", "text/xml"]),
            source.choice([None, "utf-16", "x"]),
        )
    )


def lists(source: random.Random, _: Path) -> None:
    """A list of feeds."""
    _answers(lambda: read_opml(broken(source, _OPML, [ATOM.encode()]), "feeds.opml"))


def maps(source: random.Random, folder: Path) -> None:
    """A map of fields, and what it makes of a value."""
    path = folder / "mapping.toml"
    path.write_bytes(broken(source, _MAP, [_OPML]))
    made = _answers(lambda: read_field_map(path))
    if made is not None:
        for raw in made.articles(RawArticle({"response": value(source), "fields": value(source)}, "x")):
            parse(raw)


def _answers(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except UnreadableInput as error:
        assert 0 < len(error.reason) < 500
        return None


class _Robots(Fetcher):
    """Asks nobody: every answer is this one."""

    def __init__(self, body: bytes) -> None:
        super().__init__(parse_fetching("a.example", ""))
        self._body = body

    async def get(self, url: str, *_: object, **__: object) -> Fetched:
        return Fetched(url, url, None, 200, self._body, "text/plain", None, Validators(), None)


def robots(source: random.Random, _: Path) -> None:
    """What a host says to robots."""
    address = f"https://a.example/{text(source)}"
    asyncio.run(_Robots(broken(source, _ROBOTS, [_ROBOTS])).allowed_by_robots(address))


@cache
def _reader(code: str) -> Reader:
    return Reader(99, Languages().of(code))


def presses(source: random.Random, _: Path) -> None:
    """What a press brings: a custom_id, fields, files, choices, and the message that was pressed."""
    custom_id = ":".join(text(source, "turn", "1", "99", "kv6hr54xyx", "2024-01-01..") for _ in range(4))[:100]
    shown = text(
        source, "`flood after:2024-01-01`\n-# 3 articles\n**Did you mean `floods`, `flood*`?**", "`a` `b` · `c`"
    )
    item_ = SimpleNamespace(content=shown, children=[SimpleNamespace(custom_id=custom_id, content=None)])
    message = SimpleNamespace(
        components=[item_, SimpleNamespace(children=[SimpleNamespace(custom_id=f"jump:1:{custom_id}")])]
    )
    attachment = {"filename": text(source), "size": 1, "url": text(source)}
    data = {
        "custom_id": custom_id,
        "values": [text(source) for _ in range(source.randrange(3))],
        "resolved": {"attachments": {"1": attachment}},
        "components": [
            {"type": 18, "component": {"type": 4, "custom_id": "page", "value": text(source, "3", "²", "٣")}},
            {"type": 18, "component": {"type": 19, "custom_id": "files", "values": ["1", text(source)]}},
            {"type": 1, "components": [{"type": 4, "custom_id": text(source), "value": None}]},
        ],
    }
    reader = _reader(source.choice([*NAMES]))
    press = Press(SimpleNamespace(data=data, message=message), reader, tuple(custom_id.split(":")))
    for read in (press.number, press.text):
        try:
            read(source.randrange(6))
        except Outdated:
            continue
    assert press.page >= 0
    assert all(isinstance(each, str) for each in (*press.values, *press.fields.values()))
    assert [each.size for each in press.files][:1] == [1]
    query_if_any(press)
    codes_on(press)
    page_of(message)
    results.offered(shown)
    trends.queries_in(shown)
    correcting.parts_typed(text(source), [shown])
    limiting.choices(text(source), reader.language)
    Defaults.read({"public": value(source), "sources": value(source), "language": value(source)})
    with suppress(ValueError):
        steering.as_days(text(source, "2024-01-01..2024-02-01", ".."))
    known = (Source("harbourpost.example", "The Harbour Post", 3, date(2024, 1, 1), date(2024, 2, 1)),)
    understood(
        text(source, "only the harbour post", "page 3", "older", "last week"),
        Setting(known, date(2024, 2, 29), (reader.language,)),
    )


# Renderings.

RENDERING = """
    markdown render article admin trends keeping defaults help quoting pages cite suggestions language
    followup logs
""".split()


@cache
def renderings() -> dict[str, Callable[[bytes], object]]:
    """Every property of what the bot renders that needs nothing but input, by its name."""
    modules = [importlib.import_module(f"test_bot_{name}") for name in RENDERING]
    tests = {f"{module.__name__}::{name}": test for module in modules for name, test in vars(module).items()}
    return {
        name: test.hypothesis.fuzz_one_input
        for name, test in sorted(tests.items())
        if is_hypothesis_test(test) and not inspect.signature(test).parameters and not inspect.iscoroutinefunction(test)
    }


def render(source: random.Random, _: Path) -> None:
    """Any message."""
    name = source.choice([*renderings()])
    try:
        renderings()[name](source.randbytes(source.choice([200, 2_000, 8_000])))
    except Exception as error:
        error.add_note(name)
        raise


KINDS: dict[Callable[[random.Random, Path], None], int] = {
    fields: 270,
    dates: 180,
    texts: 120,
    presses: 110,
    addresses: 100,
    queries: 60,
    lambda source, folder: take_in(source, folder, slow=False): 50,
    settings: 30,
    render: RENDERINGS,
    unpack: 15,
    maps: 15,
    feeds: 10,
    lambda source, folder: take_in(source, folder, slow=True): 8,
    lists: 7,
    robots: 5,
}
"""How many of a thousand inputs each kind has."""


def run(seed: int, number: int, *, slowest: float = SLOWEST) -> tuple[Counter[str], float, str]:
    """So many inputs; returns how many of each kind, the longest time that one took, and which that was."""
    source, counted, longest, which = random.Random(seed), Counter[str](), 0.0, ""
    kinds, shares = [*KINDS], [*KINDS.values()]
    with TemporaryDirectory(prefix="fuzz-") as folder:
        for place in range(number):
            [kind] = source.choices(kinds, shares)
            own = source.randrange(2**63)
            took = _seconds(kind, own, Path(folder), f"seed {seed}, input {place}")
            if took > slowest:  # the first of a kind loads what it needs
                took = min(took, _seconds(kind, own, Path(folder), f"seed {seed}, input {place}"))
            name = getattr(kind, "__name__", "").replace("<lambda>", "files")
            assert took <= slowest or kind is render, f"seed {seed}, input {place} ({name}, {own}) took {took:.1f} s"
            counted[name] += 1
            if took > longest and kind is not render:  # a property draws its input first
                longest, which = took, f"{name} {own}"
    return counted, longest, which


def _seconds(kind: Callable[[random.Random, Path], None], own: int, folder: Path, where: str) -> float:
    began = time.process_time()
    try:
        kind(random.Random(own), folder)
    except Exception as error:
        error.add_note(f"{where}: {getattr(kind, '__name__', 'file')} with {own}")
        raise
    return time.process_time() - began


def _runs(seed: int, number: int) -> Iterator[tuple[int, int]]:
    return ((seed + part, size) for part in range(1_000) if (size := number // 1_000 + (part < number % 1_000)))


def main() -> None:
    """Run them all over both cores, with the least urgency."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(1_000_000)
    number = int(sys.argv[2]) if len(sys.argv) > 2 else INPUTS
    print(f"{number:,} inputs, seed {seed}", flush=True)
    counted, longest, which, began = Counter[str](), 0.0, "", datetime.now(UTC)
    with ProcessPoolExecutor(os.cpu_count(), initializer=os.nice, initargs=(19,)) as pool:
        for kinds, took, name in pool.map(run, *zip(*_runs(seed, number), strict=True)):
            counted += kinds
            longest, which = max((longest, which), (took, name))
    print(", ".join(f"{kind} {times:,}" for kind, times in counted.most_common()))
    minutes = (datetime.now(UTC) - began).total_seconds() / 60
    print(
        f"{counted.total():,} inputs in {minutes:.0f} minutes, 0 unhandled. The slowest took {longest:.2f} s ({which})."
    )


if __name__ == "__main__":
    main()

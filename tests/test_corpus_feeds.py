"""Feeds: what stands in them goes in with its own source and date; they are polled politely, and nothing is lost."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Corpus, CorpusError, CorpusLocked, Keeper, Query, UnreadableInput, parse_inputs
from corpus.feeds import EVERY, FeedState, poll, read_feed, read_opml, write_opml
from corpus.feeds.full_text import is_teaser, raw_article
from corpus.fetch import Fetching
from corpus.fetch.fetcher import Fetcher
from corpus.keeping import polling
from news_server import NewsServer, Reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHOLE = "The harbour council met on Tuesday and decided nothing of note about the quay and its old crane. " * 5
TEASER = "The harbour council met on Tuesday …"
URL = "https://feeds.harbourpost.example/rss.xml"


def rss(*items, channel=""):
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Harbour Post</title>'
        f"<link>https://www.harbourpost.example/</link><language>en-gb</language>{channel}{''.join(items)}</channel></rss>"
    )


def item(number=1, text=WHOLE, **more):
    fields = {
        "title": f"Council meets {number}", "link": f"https://www.harbourpost.example/{number}",
        "guid": f"post-{number}", "pubDate": "Tue, 05 Sep 2023 11:47:52 +0200", "description": text,
        "dc:creator": "Jo Marsh", "category": "Harbour",
    } | more  # fmt: skip
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value) + "</item>"


ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Harbour Post</title>
<link href="https://www.harbourpost.example/"/><id>urn:x</id><updated>2023-09-05T11:47:52+02:00</updated><entry>
<title type="html">Council &lt;b&gt;meets&lt;/b&gt; 1</title><link href="https://www.harbourpost.example/1"/>
<id>post-1</id><published>2023-09-05T11:47:52+02:00</published><updated>2023-09-06T09:00:00Z</updated>
<author><name>Jo Marsh</name></author>
<category term="Harbour"/><content type="html">&lt;p&gt;{WHOLE}&lt;/p&gt;</content></entry></feed>"""

RDF = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://www.harbourpost.example/">
<title>The Harbour Post</title><link>https://www.harbourpost.example/</link></channel>
<item rdf:about="https://www.harbourpost.example/1"><title>Council meets 1</title>
<link>https://www.harbourpost.example/1</link><dc:date>2023-09-05T11:47:52+02:00</dc:date>
<dc:creator>Jo Marsh</dc:creator>
<dc:subject>Harbour</dc:subject><description>{WHOLE}</description></item></rdf:RDF>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1", "title": "The Harbour Post", "language": "en",
        "home_page_url": "https://www.harbourpost.example/",
        "items": [{"id": "post-1", "url": "/1", "title": "Council meets 1", "content_html": f"<p>{WHOLE}</p>",
                   "date_published": "2023-09-05T11:47:52+02:00", "authors": [{"name": "Jo Marsh"}],
                   "tags": ["Harbour"]}],
    }
)  # fmt: skip


def news(feeds_url, *names):
    named = zip(names or ("post",), feeds_url, strict=True)
    return parse_inputs(" ".join(f"{name}=feed:{url}" for name, url in named))


def polled_by(tmp_path, inputs, **options):
    return polling.poll(tmp_path / "data", inputs, fetching=fetching(), **options)


# What stands in a feed.


@pytest.mark.parametrize("body", [rss(item()), ATOM, RDF, JSON_FEED], ids=["rss", "atom", "rdf", "json"])
def test_every_kind_of_feed_gives_an_article_with_its_source_and_its_date_as_written(tmp_path, body):
    with NewsServer() as server:
        url = server.give("/feed", body)
        assert polled_by(tmp_path, news([url])).added == 1
    with Corpus.open(tmp_path / "data") as corpus:
        (hit,) = corpus.search(Query.parse("council crane")).hits
        found = hit.article
        assert (found.source, str(found.published)) == ("harbourpost.example", "2023-09-05T11:47:52+02:00")
        assert (found.headline, found.byline, found.section) == ("Council meets 1", "Jo Marsh", "Harbour")
        assert found.text == WHOLE.strip()
        assert found.language == "en"


def test_an_entry_without_a_date_is_rejected_and_gets_none(tmp_path):
    with NewsServer() as server:
        url = server.give("/feed", rss(item(1, pubDate=None), item(2)))
        report = polled_by(tmp_path, news([url]))
    assert (report.added, [each.reason for each in report.rejected]) == (1, ["no date"])
    assert report.rejected[0].origin == f"{url}#post-1"


@pytest.mark.parametrize(
    ("more", "source", "name"),
    [
        ({}, "harbourpost.example", "The Harbour Post"),
        ({"link": "https://meridianwire.example/1"}, "meridianwire.example", "meridianwire.example"),
        ({"link": None}, "harbourpost.example", "The Harbour Post"),
    ],
)
def test_the_outlet_is_the_one_that_the_link_leads_to(more, source, name):
    feed = read_feed(rss(item(**more)).encode(), URL)
    raw = raw_article(feed, feed.entries[0], URL)
    assert (raw.fields["sourcedomain"], raw.fields["source"]) in {(source, name), (f"www.{source}", name)}


def test_an_aggregator_names_the_outlet_by_itself():
    told = item().replace("</item>", '<source url="https://meridianwire.example/rss">Meridian Wire</source></item>')
    feed = read_feed(rss(told).encode(), "https://all.example/rss")
    raw = raw_article(feed, feed.entries[0], "https://all.example/rss")
    assert (raw.fields["source"], raw.fields["sourcedomain"]) == ("Meridian Wire", "meridianwire.example")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<!DOCTYPE html><html><body>News</body></html>", "a page and no feed"),
        (b"hello", "no feed: neither RSS nor Atom"),
        (b'{"version": "1"}', "no JSON Feed"),
        (b'{"version": ', "its JSON is broken"),
        (b'{"a":' * 100_000, "its JSON is broken"),
        (b"", "no feed"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><rss version="2.0"></rss>', "entities of its own"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><rss></rss>'.encode("utf-16"), "entities of its own"),
        (b'<html xmlns="x">' + b"<a>" * 50_000, "this is a page"),
        (b"<x>" + b"<a>" * 50_000, "no feed"),
        (b"<a " * 500_000, "more than 200,000 tags"),
        (b"<" * 4_000_000, "more than 200,000 tags"),
        (b'<a x="/>">' * 200_000, "no feed"),
        (b"<!---->" * 500 + b"<x/>", "no feed"),
        (b"<rss>" + b" " * 9_000_000, "larger than 8 MiB"),
    ],
)
def test_what_is_no_feed_is_a_sentence_within_a_second(body, sentence):
    began = time.process_time()
    with pytest.raises(UnreadableInput) as caught:
        read_feed(body, URL)
    assert sentence in str(caught.value)
    assert time.process_time() - began < 1


@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: rss(item(1, text)).encode()))
def test_no_bytes_are_more_than_a_sentence(body):
    try:
        feed = read_feed(body, URL)
    except UnreadableInput:
        return
    for entry in feed.entries:
        raw_article(feed, entry, URL)


@pytest.mark.parametrize(
    ("text", "teaser"),
    [(WHOLE, False), ("港务局周二开会决定码头的事。" * 12, False),
     ("." * 50_000 + "a " * 60, False), (TEASER, True), (WHOLE + "[…]", True),
     (WHOLE + "<a href='x'>Read more</a>", True),
     (WHOLE + " Weiterlesen »", True), ("A short note.", True)],
)  # fmt: skip
def test_a_teaser_is_known(text, teaser):
    (entry,) = read_feed(rss(item(1, text.replace("<", "&lt;"))).encode(), URL).entries
    assert is_teaser(entry) is teaser


def test_pages_of_lists_and_pictures_within_a_feed_are_no_depth():
    told = item(1, "<![CDATA[" + "<br><img src='a'><p>News of the harbour." * 20 + "]]>")
    assert len(read_feed(rss(*[told.replace("post-1", f"post-{n}") for n in range(20)]).encode(), URL).entries) == 20


def test_entries_that_bear_one_id_are_told_apart_by_their_links():
    first, second = read_feed(rss(item(1), item(2, guid="post-1")).encode(), URL).entries
    assert (first.id, second.id) == (first.url, second.url)
    told = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "A"}, {"title": "B"}]})
    assert len({entry.id for entry in read_feed(told.encode(), URL).entries}) == 2


def test_entries_without_an_id_that_lead_to_one_page_are_told_apart():
    items = [item(number, guid=None, link="https://www.harbourpost.example/live") for number in (1, 2)]
    feed = read_feed(rss(*items).encode(), URL)
    assert len({entry.id for entry in feed.entries}) == 2


def test_a_feed_is_in_the_encoding_that_http_says_where_it_says_none():
    body = rss(item(1, "Привет из порта. " * 30)).partition("?>")[2].encode("cp1251")
    (entry,) = read_feed(body, URL, "text/xml", "windows-1251").entries
    assert entry.summary.startswith("Привет из порта.")


def test_a_link_that_is_no_address_is_none():
    assert read_feed(rss(item(1, link="http://[x")).encode(), URL).entries[0].url is None


def test_a_broken_feed_is_read_as_far_as_it_goes():
    broken = rss(item(1), item(2)).replace("<title>Council meets 2</title>", "<title>Council & co <b>meets</title>")
    assert read_feed(broken.encode(), URL).entries[0].headline == "Council meets 1"


# How a feed is polled.


def fetching():
    return Fetching(networks=("127.0.0.0/8",), seconds=2.0, pause=0.0)


@pytest.fixture
def server():
    with NewsServer() as served:
        yield served


async def looked(state, seen, now=NOW):
    async with Fetcher(fetching().also([state.url])) as fetcher:
        return await poll(state, seen, fetcher, now)


@pytest.mark.asyncio
async def test_only_what_is_new_or_changed_is_given_and_an_unchanged_feed_is_not_sent_again(server):
    url = server.give("/feed", rss(item(1), item(2)), headers={"ETag": '"1"'})
    first = await looked(FeedState(url, "post"), {})
    assert [raw.fields["title"] for raw in first.articles] == ["Council meets 1", "Council meets 2"]
    again = await looked(first.state, first.seen)
    assert (again.articles, again.state.etag, again.state.changed_at) == ((), '"1"', NOW)
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.give("/feed", rss(item(3), item(2, WHOLE + "More."), item(1)), headers={"ETag": '"2"'})
    later = await looked(again.state, again.seen, NOW + EVERY)
    assert [raw.fields["title"] for raw in later.articles] == ["Council meets 3", "Council meets 2"]
    assert later.state.changed_at == NOW + EVERY


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "channel", "pause"),
    [
        (Reply(), "", EVERY),
        (Reply(), "<ttl>60</ttl>", timedelta(hours=1)),
        (Reply(headers={"Cache-Control": "max-age=7200"}), "<ttl>60</ttl>", timedelta(hours=2)),
        (Reply(headers={"Cache-Control": "max-age=99999999"}), "", timedelta(days=1)),
        (Reply(headers={"Cache-Control": "max-age=10"}), "<ttl>1</ttl>", EVERY),
    ],
)
async def test_a_feed_says_how_long_it_wants_peace(server, reply, channel, pause):
    url = server.give("/feed", rss(item(), channel=channel), headers=reply.headers)
    assert (await looked(FeedState(url, "post"), {})).state.next_at == NOW + pause


@pytest.mark.asyncio
async def test_after_a_failure_it_is_left_alone_for_twice_the_time_and_what_is_known_of_it_stays(server):
    url = server.give("/feed", rss(item()))
    polled = await looked(FeedState(url, "post"), {})
    server.give("/feed", status=503)
    pauses = []
    for _ in range(12):
        polled = await looked(polled.state, polled.seen)
        pauses.append(polled.state.next_at - NOW)
    assert pauses[:4] == [EVERY, 2 * EVERY, 4 * EVERY, 8 * EVERY]
    assert pauses[-1] == timedelta(days=1)
    assert (polled.state.failures, "503" in polled.state.trouble, len(polled.seen)) == (12, True, 1)
    server.give("/feed", rss(item()))
    polled = await looked(polled.state, polled.seen)
    assert (polled.articles, polled.state.failures, polled.state.trouble) == ((), 0, None)


@pytest.mark.asyncio
async def test_a_host_that_asks_to_wait_is_left_alone_as_long(server):
    url = server.give("/feed", status=429, headers={"Retry-After": "7200"})
    assert (await looked(FeedState(url, "post"), {})).state.next_at == NOW + timedelta(hours=2)


@pytest.mark.asyncio
async def test_a_feed_that_is_gone_is_looked_at_no_more_and_one_that_moved_says_so(server):
    polled = await looked(FeedState(server.give("/feed", status=410), "post"), {})
    assert polled.state.next_at is None
    assert "gone for good" in polled.state.note
    server.give("/old", status=301, headers={"Location": "/new"})
    server.give("/new", rss(item()))
    polled = await looked(FeedState(server.url("/old"), "post"), {})
    assert (len(polled.articles), server.url("/new") in polled.state.note) == (1, True)


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["cut", "silent", "drip"])
async def test_half_a_feed_is_none(server, fault):
    url = server.give("/feed", rss(item(1), item(2)), fault=fault)
    polled = await looked(FeedState(url, "post"), {})
    assert (polled.articles, bool(polled.state.trouble)) == ((), True)


# Full texts.


PAGE = (
    "<html><head><title>Other title</title></head>"
    f"<body><article><p>{WHOLE}</p><p>And so it ended.</p></article></body></html>"
)


@pytest.mark.asyncio
async def test_the_page_is_read_where_the_feed_gives_a_teaser_and_its_date_and_headline_stay_the_feeds(server):
    url = server.give("/feed", rss(item(1, TEASER, link=server.give("/1", PAGE))))
    (raw,) = (await looked(FeedState(url, "post"), {})).articles
    assert "And so it ended." in raw.fields["text"]
    assert (raw.fields["title"], raw.fields["date"]) == ("Council meets 1", "Tue, 05 Sep 2023 11:47:52 +0200")


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [403, 503])
async def test_a_teaser_does_not_take_the_place_of_a_text_that_is_whole(server, status):
    link = server.give("/1", PAGE)
    url = server.give("/feed", rss(item(1, TEASER, link=link)))
    polled = await looked(FeedState(url, "post"), {})
    server.give("/feed", rss(item(1, f"{TEASER} It is over.", link=link)))
    server.give("/1", status=status)
    for edit in ("It is over.", "It is over.", "It is quite over.", "It is quite over."):
        server.give("/feed", rss(item(1, f"{TEASER} {edit}", link=link)))
        polled = await looked(polled.state, polled.seen)
        assert (polled.articles, polled.state.teasers) == ((), 0)
    server.give("/feed", rss(item(1, f"{TEASER} It is all over.", link=server.give("/1", PAGE))))
    polled = await looked(polled.state, polled.seen)
    assert "And so it ended." in polled.articles[0].fields["text"]


@pytest.mark.asyncio
async def test_no_page_is_read_where_the_feed_gives_all(server):
    url = server.give("/feed", rss(item(1, WHOLE, link=server.give("/1", PAGE))))
    await looked(FeedState(url, "post"), {})
    assert not server.asked("/1")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("robots", "page"),
    [
        ("User-agent: *\nDisallow: /", Reply(PAGE.encode())),
        ("", Reply(status=403)),
        ("", Reply(b"<html><body>Subscribe!</body></html>")),
        ("", Reply(b"\x00\x01\x02")),
    ],
)
async def test_where_the_page_gives_no_more_the_teaser_stays_and_is_counted(server, robots, page):
    server.give("/robots.txt", robots)
    server.replies["/1"] = page
    url = server.give("/feed", rss(item(1, TEASER, link=server.url("/1"))))
    polled = await looked(FeedState(url, "post"), {})
    assert ([raw.fields["text"] for raw in polled.articles], polled.state.teasers) == ([TEASER], 1)
    server.requests.clear()
    await looked(polled.state, polled.seen)
    assert not server.asked("/1")


@pytest.mark.asyncio
async def test_where_a_page_says_to_wait_no_other_page_of_its_host_is_asked_for_meanwhile(server):
    server.give("/1", status=429, headers={"Retry-After": "3600"})
    server.give("/2", PAGE)
    entries = [item(number, TEASER, link=server.url(f"/{number}")) for number in (1, 2)]
    polled = await looked(FeedState(server.give("/feed", rss(*entries)), "post"), {})
    assert [raw.fields["text"] for raw in polled.articles] == [TEASER] * 2
    assert (len(server.asked("/1")), len(server.asked("/2"))) == (1, 0)


@pytest.mark.asyncio
async def test_a_page_that_cannot_be_had_now_is_asked_for_again_three_times_at_most(server):
    server.give("/1", status=503)
    url = server.give("/feed", rss(item(1, TEASER, link=server.url("/1"))), headers={"ETag": '"1"'})
    polled = await looked(FeedState(url, "post"), {})
    assert [raw.fields["text"] for raw in polled.articles] == [TEASER]
    polled = await looked(polled.state, polled.seen)
    assert polled.articles == ()
    server.give("/1", PAGE)
    polled = await looked(polled.state, polled.seen)
    assert "And so it ended." in polled.articles[0].fields["text"]
    server.give("/1", status=503)
    server.requests.clear()
    polled = await looked(FeedState(url, "post"), {})
    for _ in range(5):
        polled = await looked(polled.state, polled.seen)
    assert len(server.asked("/1")) == 3


# In an archive.


def test_a_feed_that_fails_stops_no_other_and_its_state_tells_why(tmp_path, server):
    good, bad = server.give("/good", rss(item(1))), server.give("/bad", status=500)
    report = polled_by(tmp_path, news([good, bad], "good", "bad"))
    assert (report.added, [each.origin for each in report.rejected]) == (1, [bad])
    assert polled_by(tmp_path, news([good, bad], "good", "bad"), due=True).read == 0
    with Corpus.open(tmp_path / "data") as corpus:
        first, second = corpus.feeds()
        assert (first.name, first.failures, "500" in first.trouble) == ("bad", 1, True)
        assert (second.name, second.articles, second.newest) == ("good", 1, "2023-09-05T11:47:52+02:00")
        assert [act.what for act in corpus.acts(9)] == ["poll"]


def test_a_feed_without_anything_new_is_looked_at_while_somebody_changes_the_archive(tmp_path, server):
    url = server.give("/feed", rss(item(1)))
    assert polled_by(tmp_path, news([url])).added == 1
    with Keeper.open(tmp_path / "data"):
        assert polled_by(tmp_path, news([url])).read == 0
        server.give("/feed", rss(item(2), item(1)))
        with pytest.raises(CorpusLocked):
            polled_by(tmp_path, news([url]))
        assert polled_by(tmp_path, news([url]), due=True).read == 0
    assert polled_by(tmp_path, news([url])).read == 1


def test_where_the_archive_cannot_take_anything_in_hosts_are_not_asked_again_before_their_time(tmp_path, server):
    url = server.give("/feed", rss(item(1)))
    Keeper.open(tmp_path / "data").close()
    current = tmp_path / "data/index/current"
    current.unlink()
    current.mkdir()  # no index can be switched to, as on a disk that fails
    with pytest.raises(CorpusError):
        polled_by(tmp_path, news([url]), due=True)
    asked = len(server.requests)
    assert asked
    assert polled_by(tmp_path, news([url]), due=True).read == 0
    assert len(server.requests) == asked
    current.rmdir()
    assert polled_by(tmp_path, news([url])).read == 1


def test_a_file_on_the_web_is_had_again_where_it_is_to_be_read_in_another_way(tmp_path, server):
    line = {"title": "T", "text": WHOLE, "source": "harbourpost.example", "date": "05/09/2023", "id": "1"}
    inputs = parse_inputs(f"all={server.give('/news.jsonl', json.dumps(line), headers={'ETag': '1'})}")
    with Keeper.open(tmp_path / "data", fetching=fetching()) as keeper:
        assert len(keeper.ingest(inputs).rejected) == 1
        assert keeper.ingest(inputs, dates="day-first").added == 1


def test_what_was_seen_is_remembered_with_the_articles_and_found_at_once(tmp_path, server):
    url = server.give("/feed", rss(item(1)))
    with Corpus.open(tmp_path / "data", create=True) as reader:
        with Keeper.open(tmp_path / "data", fetching=fetching()) as keeper:
            keeper.ingest(news([url]))
            server.give("/feed", rss(item(2), item(1)))
            report = keeper.ingest(news([url]))
        assert (report.read, report.added + report.copies) == (1, 1)
        assert len(reader.search(Query.parse("council copies:all")).hits) == 2


def test_an_archive_on_the_web_is_read_like_a_file_and_had_again_only_when_it_changed(tmp_path, server):
    line = {"title": "T", "text": WHOLE, "source": "harbourpost.example", "date": "2023-09-05", "id": "1"}
    url = server.give("/news.jsonl", json.dumps(line), headers={"ETag": '"1"'})
    inputs = parse_inputs(f"all={url}")
    with Keeper.open(tmp_path / "data", fetching=fetching()) as keeper:
        assert keeper.ingest(inputs).added == 1
        again = keeper.reindex(inputs)
        assert (again.unchanged, again.skipped) == (1, 1)
        server.give("/news.jsonl", json.dumps(line | {"text": WHOLE + "More."}), headers={"ETag": '"2"'})
        assert keeper.reindex(inputs).updated == 1
        server.give("/news.jsonl", json.dumps(line), fault="cut")
        report = keeper.reindex(inputs)
        assert (report.read, report.rejected[0].origin) == (1, url)
    assert not (tmp_path / "data/downloads").exists()
    with Corpus.open(tmp_path / "data") as corpus:
        assert [status.articles for _, status in corpus.inputs(inputs)] == [1]


def test_nothing_is_fetched_from_where_it_is_not_allowed(tmp_path, server):
    url = server.give("/feed", rss(item(1)))
    with Keeper.open(tmp_path / "data") as keeper:
        (rejected,) = keeper.ingest(news([url])).rejected
    assert "no public address" in rejected.reason
    assert not server.requests


# Lists of feeds.


def test_a_list_of_feeds_is_read_and_written():
    listed = b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="Papers"><outline type="rss" text="Post"
    xmlUrl="https://a.example/rss"/><outline title="Wire" text="x" xmlurl="https://b.example/atom"/></outline>
    <outline text="again" xmlUrl="https://a.example/rss"/><outline text="local" xmlUrl="file:///etc/passwd"/></body></opml>"""
    found = read_opml(listed, "feeds.opml")
    assert found == (("https://a.example/rss", "Post"), ("https://b.example/atom", "Wire"))
    assert read_opml(write_opml(found).encode(), "again") == found


@pytest.mark.parametrize(
    "body", [b"", b"<opml", b"<opml/>", b'<!DOCTYPE x [<!ENTITY a "b">]><opml><outline xmlUrl="http://a"/></opml>']
)
def test_what_is_no_list_of_feeds_is_a_sentence(body):
    with pytest.raises(UnreadableInput):
        read_opml(body, "feeds.opml")

"""What is fetched: only what the operator allows, whole or not at all, within limits, and politely."""

from __future__ import annotations

import asyncio
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from corpus import FetchFailed, UnusableFetching
from corpus.fetch import Fetched, Fetching, Validators, parse_fetching
from corpus.fetch.fetcher import Fetcher
from news_server import NewsServer, Reply, packed

LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def server() -> Iterator[NewsServer]:
    with NewsServer() as served:
        yield served


@pytest.fixture
def fetching(server: NewsServer) -> Fetching:
    return Fetching((f"127.0.0.1:{server.port}",), (LOOPBACK,), most_bytes=100_000, seconds=1.0, pause=0.0)


@pytest_asyncio.fixture
async def fetcher(fetching: Fetching) -> AsyncIterator[Fetcher]:
    async with Fetcher(fetching) as opened:
        yield opened


async def failed(fetcher: Fetcher, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await fetcher.get(url)
    return caught.value


# What an answer is.


@pytest.mark.asyncio
async def test_an_answer_is_given_whole_with_what_is_known_of_it(server: NewsServer, fetcher: Fetcher) -> None:
    url = server.give(
        "/a", "Zeppelin.", headers={"ETag": '"1"', "Last-Modified": "Tue, 05 Sep 2023 11:00:00 GMT",
                                    "Cache-Control": "public, max-age=600"}
    )  # fmt: skip
    expected = Fetched(
        url, url, None, 200, b"Zeppelin.", "text/html", "utf-8", Validators('"1"', "Tue, 05 Sep 2023 11:00:00 GMT"), 600
    )
    assert await fetcher.get(url) == expected
    again = await fetcher.get(url, expected.validators)
    assert (again.status, again.body) == (304, b"")
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    assert server.requests[-1].headers["user-agent"].startswith("Dateline/")


@pytest.mark.asyncio
async def test_what_is_packed_for_the_way_is_unpacked_all_of_it(server: NewsServer, fetcher: Fetcher) -> None:
    body = packed(b"Zeppelin." * 99) + packed(b"Balloon.")
    url = server.give("/a", body, headers={"Content-Encoding": "gzip"})
    assert (await fetcher.get(url)).body == b"Zeppelin." * 99 + b"Balloon."


@pytest.mark.asyncio
async def test_redirects_are_followed_and_a_move_for_good_is_told(server: NewsServer, fetcher: Fetcher) -> None:
    server.give("/a", status=301, headers={"Location": "/b"})
    server.give("/b", status=308, headers={"Location": server.url("/c")})
    server.give("/c", "There.")
    server.give("/d", status=302, headers={"Location": "/c"})
    found = await fetcher.get(server.url("/a"))
    assert (found.body, found.final_url, found.permanent_url) == (b"There.", server.url("/c"), server.url("/c"))
    assert (await fetcher.get(server.url("/d"))).permanent_url is None


# What is none.


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"gone", 410), "the answer is 410 Gone"),
        (Reply(b"x" * 1000, fault="cut"), "cut off or damaged"),
        (Reply(b"x" * 100_001), "more than 100,000 bytes"),
        (Reply(packed(b"x" * 10_000)[:-9], headers={"Content-Encoding": "gzip"}), "cut off or damaged"),
        (Reply(b"no gzip at all", headers={"Content-Encoding": "gzip"}), "cut off or damaged"),
        (Reply(packed(b"x") + packed(b"y" * 99)[:-9], headers={"Content-Encoding": "gzip"}), "cut off or damaged"),
        (Reply(b"x", headers={"Content-Encoding": "br"}), "packed as br"),
        (Reply(status=304), "the answer is 304"),
        (Reply(status=302, headers={"Location": "http://[::"}), "what is no address"),
        (Reply(b"x" * 99, fault="drip"), "did not come within 1 seconds"),
        (Reply(fault="silent"), "did not come within 1 seconds"),
        (Reply(b"SSH-2.0-OpenSSH\r\n\r\n", fault="raw"), "no HTTP that can be read"),
        (Reply(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, fault="raw"), "no HTTP that can be read"),
        (Reply(b"", fault="raw"), "the connection failed"),
        (Reply(status=302, headers={"Location": "/fault"}), "leads on more than 5 times"),
        (Reply(status=302), "does not say where"),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), "no address that begins with"),
        (Reply(status=302, headers={"Location": "http://elsewhere.example/"}), "is not among the hosts"),
    ],
)  # fmt: skip
async def test_what_is_no_whole_answer_is_a_sentence(
    server: NewsServer, fetcher: Fetcher, reply: Reply, reason: str
) -> None:
    server.replies["/fault"] = reply
    began = time.monotonic()
    assert reason in str(await failed(fetcher, server.url("/fault")))
    assert time.monotonic() - began < 3


@pytest.mark.asyncio
async def test_a_bomb_stops_at_the_limit_and_is_never_held(server: NewsServer, fetcher: Fetcher) -> None:
    url = server.give("/a", packed(b"\0" * 200_000_000), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    assert "more than 100,000 bytes" in str(await failed(fetcher, url))
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["seconds", "moment"])
async def test_how_long_a_host_asks_to_wait_is_told(server: NewsServer, fetcher: Fetcher, form: str) -> None:
    told = "120" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(seconds=121), usegmt=True)
    error = await failed(fetcher, server.give("/a", status=429, headers={"Retry-After": told}))
    assert error.status == 429
    assert error.retry_after is not None
    assert 100 < error.retry_after < 125


@pytest.mark.asyncio
async def test_a_download_is_there_whole_or_not_at_all(server: NewsServer, fetcher: Fetcher, tmp_path) -> None:
    to, told = tmp_path / "news.jsonl", list[tuple[int, int]]()
    url = server.give("/a", b"x" * 300_000)
    found = await fetcher.download(url, to, most_bytes=300_000, progress=lambda *how: told.append(how))
    assert (found.body, to.read_bytes(), told[-1]) == (b"", b"x" * 300_000, (300_000, 300_000))
    for reply in (Reply(b"y" * 300_001), Reply(b"y" * 300_000, fault="cut")):
        server.replies["/b"] = reply
        with pytest.raises(FetchFailed):
            await fetcher.download(server.url("/b"), tmp_path / "other.jsonl", most_bytes=300_000)
    assert [each.name for each in tmp_path.iterdir()] == ["news.jsonl"]


# What may be asked for.


@pytest.mark.parametrize(
    ("hosts", "url", "allowed"),
    [
        (("news.example",), "https://news.example/a", True),
        (("news.example",), "HTTPS://NEWS.example./a", True),
        (("news.example",), "http://news.example:8080/a", False),
        (("news.example:8080",), "http://news.example:8080/a", True),
        (("news.example:8080",), "http://news.example/a", False),
        (("news.example",), "https://www.news.example/a", False),
        (("*.news.example",), "https://www.news.example/a", True),
        (("*.news.example",), "https://news.example/a", False),
        (("news.example",), "https://news.example.evil.example/", False),
        (("news.example",), "https://evil.example/news.example", False),
        (("news.example",), "https://evil.example#news.example", False),
        (("news.example",), "https://evil.example\\@news.example/", False),
        (("news.example",), "https://user@news.example/", False),
        (("news.example",), "https://news.example@evil.example/", False),
        (("news.example",), "ftp://news.example/a", False),
        (("news.example",), "file:///news.example", False),
        (("news.example",), "//news.example/a", False),
        (("news.example",), "https://news.example/\r\nHost: evil.example", False),
        (("xn--mnchen-3ya.example",), "https://münchen.example/", True),
        (("127.0.0.1",), "http://2130706433/", False),
        (("127.0.0.1",), "http://0x7f.1/", False),
        ((), "https://news.example/", False),
    ],
)
def test_only_the_hosts_that_are_named_may_be_asked(hosts: tuple[str, ...], url: str, allowed) -> None:
    assert (Fetching(hosts).refusal(url) is None) is allowed


def test_the_host_of_a_configured_address_is_named_by_it() -> None:
    fetching = Fetching().also(["https://news.example:8443/rss", "http://other.example/"])
    assert fetching.refusal("https://news.example:8443/x") is None
    assert fetching.refusal("http://other.example/y") is None
    assert fetching.refusal("https://other.example/y") is not None


@pytest.mark.parametrize(
    "address",
    ["168.63.129.16", "192.0.0.192", "::ffff:192.0.0.192", "64:ff9b:1::7f00:1", "::ffff:0:7f00:1",
     "fec0::1", "127.0.0.1", "10.1.2.3",
      "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
     "2001:0:4136:e378:8000:63bf:80ff:fffe"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_not_dialled(address: str) -> None:
    assert not Fetching().lets_dial(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_public_address_is_dialled(address: str) -> None:
    assert Fetching().lets_dial(address)


@given(st.ip_addresses())
def test_whatever_is_dialled_is_public(address) -> None:
    if Fetching().lets_dial(str(address)):
        assert address.is_global or str(address).startswith(("64:ff9b:", "::ffff:", "2002:", "2001:0:"))


@given(st.text())
def test_no_text_is_more_than_a_refusal(text: str) -> None:
    assert Fetching(("news.example",)).refusal(text) is not None or "news.example" in text.casefold()


@pytest.mark.asyncio
async def test_a_name_that_leads_to_an_address_that_is_not_public_is_refused_when_it_is_dialled(
    server: NewsServer, fetching: Fetching
) -> None:
    url = f"http://localhost:{server.port}/a"
    server.give("/a", "Here.")
    public_only = replace(fetching, networks=()).also([url, server.url("/a")])
    async with Fetcher(public_only) as fetcher:
        assert "no public address" in str(await failed(fetcher, url))
        assert "no public address" in str(await failed(fetcher, server.url("/a")))
    assert not server.requests
    async with Fetcher(replace(public_only, networks=(LOOPBACK,))) as fetcher:
        assert (await fetcher.get(url)).body == b"Here."


@pytest.mark.asyncio
async def test_a_redirect_is_checked_as_the_first_address_is(server: NewsServer, fetcher: Fetcher) -> None:
    with NewsServer() as other:
        other.give("/secret", "Secret.")
        server.give("/a", status=302, headers={"Location": other.url("/secret")})
        assert "is not among the hosts" in str(await failed(fetcher, server.url("/a")))
        assert not other.requests


@pytest.mark.asyncio
async def test_a_host_where_nobody_listens_is_a_sentence(fetching: Fetching) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    async with Fetcher(fetching.also([url])) as fetcher:
        assert "cannot be reached" in str(await failed(fetcher, url))


@pytest.mark.parametrize(("hosts", "networks"), [("a/b", ""), ("user@host", ""), ("", "10.0.0.0/33"), ("", "home")])
def test_what_cannot_be_allowed_is_refused(hosts: str, networks: str) -> None:
    with pytest.raises(UnusableFetching):
        parse_fetching(hosts, networks)


def test_hosts_and_networks_are_read_as_they_are_written() -> None:
    assert parse_fetching("News.example, *.a.example:8080", LOOPBACK) == Fetching(
        ("news.example", "*.a.example:8080"), (LOOPBACK,)
    )
    assert parse_fetching("", "") == Fetching()


# How it is asked for.


@pytest.mark.asyncio
async def test_between_two_requests_to_one_host_there_is_a_pause(server: NewsServer, fetching: Fetching) -> None:
    url = server.give("/a", "Here.")
    async with Fetcher(replace(fetching, pause=0.3)) as fetcher:
        await fetcher.get(url)
        await fetcher.get(url)
    first, second = server.asked("/a")
    assert second.at - first.at >= 0.3


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "allowed"),
    [
        (Reply(b"User-agent: *\nDisallow: /private/"), True),
        (Reply(b"User-agent: *\nDisallow: /*page"), False),
        (Reply(b"User-agent: dateline\nDisallow: /\n\nUser-agent: *\nAllow: /"), False),
        (Reply(b"\xff\x00 no text"), True),
        (Reply(status=404), True),
    ],
)
async def test_robots_are_let_in_as_the_host_says(server: NewsServer, fetcher: Fetcher, reply: Reply, allowed) -> None:
    server.replies["/robots.txt"] = reply
    assert await fetcher.allowed_by_robots(server.url("/a-page")) is allowed
    await fetcher.allowed_by_robots(server.url("/another"))
    assert len(server.asked("/robots.txt")) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("reply", [Reply(status=503), Reply(fault="cut", body=b"User-agent: *")])
async def test_while_a_host_does_not_say_what_robots_may_read_nothing_is_read(
    server: NewsServer, fetcher: Fetcher, reply: Reply
) -> None:
    server.replies["/robots.txt"] = reply
    for _ in range(2):
        with pytest.raises(FetchFailed):
            await fetcher.allowed_by_robots(server.url("/a"))
    assert len(server.asked("/robots.txt")) == 1
    assert not await fetcher.allowed_by_robots("mailto:jo@harbourpost.example")


@pytest.mark.asyncio
@pytest.mark.parametrize("header", ["Expires", "Cache-Control", "Last-Modified", "ETag"])
async def test_a_header_that_makes_no_sense_is_passed_over(server: NewsServer, fetcher: Fetcher, header: str) -> None:
    url = server.give("/a", "Here.", headers={header: "Tue, 05 Sep 2023 11:00:00 +99999999999999999999"})
    assert (await fetcher.get(url)).fresh_for is None


@pytest.mark.asyncio
async def test_to_wait_for_ones_turn_is_no_part_of_the_time(server: NewsServer, fetching: Fetching) -> None:
    url = server.give("/a", "Here.")
    async with Fetcher(replace(fetching, pause=0.4)) as fetcher:
        assert len(await asyncio.gather(*(fetcher.get(url) for _ in range(4)))) == 4


@pytest.mark.asyncio
async def test_a_disk_that_takes_nothing_is_no_fault_of_the_host(
    server: NewsServer, fetcher: Fetcher, tmp_path
) -> None:
    with pytest.raises(FileNotFoundError):
        await fetcher.download(server.give("/a", "Here."), tmp_path / "nowhere/a", most_bytes=99)


@pytest.mark.asyncio
async def test_a_host_that_asks_robots_to_be_slow_is_obeyed(server: NewsServer, fetcher: Fetcher) -> None:
    server.give("/robots.txt", "User-agent: *\nCrawl-delay: 0.4")
    url = server.give("/a", "Here.")
    await fetcher.allowed_by_robots(url)
    await fetcher.get(url)
    assert server.asked("/a")[0].at - server.asked("/robots.txt")[0].at >= 0.4

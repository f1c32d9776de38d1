"""An entry made a raw article: by itself, or where the feed gives only a teaser, with the text of its page."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from corpus.errors import FetchFailed
from corpus.feeds.reading import Entry, Feed
from corpus.ingest import UNSPACED, clean_text, host_of, page_article
from corpus.model import RawArticle

if TYPE_CHECKING:
    from corpus.fetch.fetcher import Fetcher  # aiohttp takes longer than a search does

_FEWEST = 60  # words of a text that is no teaser
_MORE = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|&#8230;)\]|\b(?:read more|continue reading|full story|weiterlesen|mehr lesen|"
    r"lire la suite|leer más|seguir leyendo|leia mais|continua a leggere|lees verder|czytaj dalej|devamını oku)\b"
    r"|читать далее|阅读全文|続きを読む|더 보기|اقرأ المزيد)[\s.»>→\])]*$",
    re.IGNORECASE,
)
"""How a text ends that goes on elsewhere, in the languages of many feeds."""

_ENDING = 60  # characters in which that is looked for
_LASTING = frozenset({401, 402, 403, 404, 406, 410, 451})
"""Answers that will be the same the next time."""


class Text(Enum):
    """What came of the search for a whole text."""

    WHOLE = "whole"
    TEASER = "teaser"
    LATER = "later"
    """The page could not be had now, and may be had the next time."""


def is_teaser(entry: Entry) -> bool:
    """Whether the feed gives less of an article than its page would."""
    if entry.url is None:
        return False
    text = clean_text(entry.text)
    return _MORE.search(text[-_ENDING:]) is not None or _words(text) < _FEWEST


async def with_page(raw: RawArticle, entry: Entry, fetcher: Fetcher) -> tuple[RawArticle, Text]:
    """The article with the text of its page, where robots may read that and it tells more than the feed does."""
    if entry.url is None:
        return raw, Text.TEASER
    try:
        if not await fetcher.allowed_by_robots(entry.url):
            return raw, Text.TEASER
        answer = await fetcher.get(entry.url, accept="text/html,application/xhtml+xml")
    except FetchFailed as error:
        lasting = error.status in _LASTING or (error.status is None and "FETCH_" in error.reason)
        return raw, Text.TEASER if lasting else Text.LATER
    page = page_article(answer.body, answer.final_url, answer.charset)
    text = str(page.fields.get("text") or "") if page else ""
    if page is None or len(text) <= len(clean_text(str(raw.fields.get("text") or ""))):
        return raw, Text.TEASER
    found = {name: value for name, value in page.fields.items() if name in {"author", "section", "language"}}
    return RawArticle({**found, **raw.fields, "text": text}, raw.origin), Text.WHOLE


def raw_article(feed: Feed, entry: Entry, url: str) -> RawArticle:
    """An entry of the feed at this address, under the names that ``parse`` knows.

    Its outlet is the one that an aggregator names for it, else the host that its link leads to; the feed's own title is
    that host's name only where the link stays at home. A date that is not said is not made up.
    """
    host = host_of(entry.url or "")
    home = host_of(feed.home or "") or host_of(url)
    own = entry.source_name is None and (host is None or home is None or _same_house(host, home))
    fields = {
        "id": entry.id if entry.id != entry.url else None,
        "title": entry.headline,
        "text": entry.text,
        "date": entry.published or entry.updated,
        "url": entry.url,
        "author": entry.byline,
        "section": entry.section,
        "language": entry.language or feed.language,
        "source": entry.source_name or (feed.title if own else host),
        "sourcedomain": host_of(entry.source_url or "") or host or (home if own else None),
    }
    return RawArticle({name: value for name, value in fields.items() if value}, f"{url}#{entry.id}")


def _words(text: str) -> int:
    """How many words a text has; where words are not spaced, two letters count as one."""
    return max(len(text.split()), len(UNSPACED.findall(text)) // 2)


def _same_house(host: str, home: str) -> bool:
    """Whether two hosts are one outlet's: ``feeds.news.example`` and ``news.example``."""
    one, other = host.split(".")[-2:], home.split(".")[-2:]
    return host == home or (one == other and (host.endswith(home) or home.endswith(host)))

"""Feeds: read -> full text -> raw articles, one step a file; how one is polled. Knows no archive and no database."""

from corpus.feeds.opml import Outline, read_opml, write_opml
from corpus.feeds.polling import EVERY, FeedState, Polled, Seen, poll
from corpus.feeds.reading import Entry, Feed, read_feed

__all__ = [
    "EVERY",
    "Entry",
    "Feed",
    "FeedState",
    "Outline",
    "Polled",
    "Seen",
    "poll",
    "read_feed",
    "read_opml",
    "write_opml",
]

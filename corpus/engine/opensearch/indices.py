"""The indices of an archive in a cluster: what each is called, and how its documents are looked up.

``articles`` is the truth, ``heads`` says by what copies are found, ``sightings`` and ``books`` are the keeper's,
``state`` has what must be changed with care. The index that is searched is derived from ``articles``, has a number in
its name, and is served under an alias.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus.engine.entry import STOP
from corpus.model import GAP, Part

LAYOUT = 1
"""Counts up whenever the fields of the index that is searched, or the analysis, change: it is built anew then."""

FORMAT = 1
"""Counts up whenever the other indices change in a way that an older Dateline would not understand."""

_LONG = {"type": "long"}
_INTEGER = {"type": "integer"}
_KEYWORD = {"type": "keyword"}
_KEPT: dict[str, Any] = {"dynamic": False}  # what is not named below is kept and given back, and not looked up by

KEPT: Mapping[str, Mapping[str, Any]] = {
    "state": _KEPT,
    "articles": _KEPT
    | {
        "properties": {
            "id": _KEYWORD,
            "key": _LONG,
            "story": _LONG,
            "seq": _LONG,
            "ordinal": _INTEGER,
            "source": _KEYWORD,
            "source_name": _KEYWORD,
            "published": _KEYWORD,
        }
    },
    "heads": _KEPT | {"properties": {"key": _LONG, "bands": _LONG}},
    "sightings": _KEPT | {"properties": {"file": _LONG, "key": _LONG, "run": _LONG}},
    "books": _KEPT
    | {
        "properties": {
            "kind": _KEYWORD,
            "ref": _KEYWORD,
            "id": _KEYWORD | {"ignore_above": 8_000},
            "key": _LONG,
            "seq": _LONG,
            "place": _KEYWORD | {"ignore_above": 8_000},
            "root": _KEYWORD | {"ignore_above": 8_000},
            "gone": {"type": "boolean"},
            "run": _LONG,
            "articles": _LONG,
            "read_at": _KEYWORD,
            "story": _LONG,
            "at": _KEYWORD,
            "who": _KEYWORD | {"ignore_above": 8_000},
            "going_on": {"type": "boolean"},
            "name": _KEYWORD | {"ignore_above": 8_000},
        }
    },
}
"""How the indices that keep the truth and the books are looked up, by the ends of their names."""

_WORDS = {"type": "text", "analyzer": "terms", "position_increment_gap": GAP}
_UNRANKED = _WORDS | {"norms": False}
_SPELLINGS = {"type": "keyword", "doc_values": False, "norms": False}

SEARCHED: Mapping[str, Any] = {
    "dynamic": False,
    "properties": {
        Part.TEXT: _WORDS,
        "weighted": {"type": "text", "index": False, "norms": False, "copy_to": Part.TEXT},
        Part.HEADLINE: _WORDS,
        Part.BODY: _WORDS | {"copy_to": Part.TEXT},
        "credit": {"type": "text", "index": False, "norms": False, "copy_to": Part.TEXT},
        Part.AUTHOR: _UNRANKED,
        Part.SECTION: _UNRANKED,
        Part.SPELLING: {"type": "keyword", "norms": True},
        Part.HEADLINE_SPELLING: _SPELLINGS,
        Part.LANGUAGE: _KEYWORD,
        "source": _KEYWORD,
        "id": _KEYWORD,
        "key": _LONG,
        "story": _LONG,
        "seq": _LONG,
        "day": _INTEGER,
        "published": _LONG,
    },
}
"""The fields of the index that is searched. Terms come parted by spaces, so that all engines have the same analysis."""

SPELT = {Part.SPELLING, Part.HEADLINE_SPELLING, Part.LANGUAGE}
"""Parts whose terms are given one by one, and not as a text."""

MOST_HITS = 10_000
"""Hits that a cluster gives at once; what lies deeper is asked for in turns."""

_ANALYSIS = {
    "analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace", "filter": ["places"]}},
    "filter": {"places": {"type": "stop", "stopwords": [STOP]}},  # what it drops still counts as distance
}


_REMEMBERED = "1d"  # that a document went, and when: what a node that stood still carries out late is refused by that
_FLUSHED = "64mb"  # of changes, instead of 512: journals that are done with stay on the disk until then


def kept(name: str, shards: int) -> dict[str, Any]:
    """The body by which an index that keeps something is made. A copy of each shard lies on another node, if any.

    Only the articles are so many that they are divided.
    """
    settings = {
        "number_of_shards": shards if name == "articles" else 1,
        "auto_expand_replicas": "0-1",
        "max_inner_result_window": 1_000,
        "gc_deletes": _REMEMBERED,
        "translog.flush_threshold_size": _FLUSHED,
    }
    return {"settings": {"index": settings}, "mappings": KEPT[name]}


def searched(shards: int) -> dict[str, Any]:
    """The body by which an index is made that will be searched; its shards are copied once it is whole."""
    settings = {
        "number_of_shards": shards,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "analysis": _ANALYSIS,
        "max_result_window": MOST_HITS,
        "max_terms_count": 65_536,
        "gc_deletes": _REMEMBERED,
    }
    return {"settings": {"index": settings}, "mappings": SEARCHED}


SERVES = {"index": {"auto_expand_replicas": "0-1"}}
"""The settings of an index that serves."""

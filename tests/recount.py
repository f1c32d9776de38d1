"""Counts an archive anew, by ways of its own: straight over SQLite, and over a search that folds no copies.

Raises ``AssertionError`` wherever an archive contradicts itself. Knows nothing of what was done to it before.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from corpus import LONGEST_EXPORT, Corpus, Query, verify

EVERYTHING = Query.parse("after:1700 copies:all")

Counted = dict[str, tuple[str, str]]
"""Each article's headline and text, by its id."""


def stored(archive: Path) -> Counted:
    """What lies in the database, each article once."""
    with closing(sqlite3.connect(archive / "archive.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute("SELECT id, headline, text FROM articles NOT INDEXED").fetchall()
    doubled = [each for each, times in Counter(row[0] for row in rows).items() if times > 1]
    assert not doubled, f"stored twice: {doubled}"
    return {article: (headline, text) for article, headline, text in rows}


def found(corpus: Corpus) -> list[str]:
    """The ids of all articles that a search finds."""
    return sorted(hit.article.id for hit in corpus.export(EVERYTHING, LONGEST_EXPORT).hits)


def recounted(archive: Path, few: random.Random | None = None) -> Counted:
    """Open an archive, which heals it, and give what it holds: the same wherever one looks, and sound.

    With ``few`` only some of the articles are searched for by their headlines, the others are counted.
    """
    with Corpus.open(archive) as corpus:
        kept = stored(archive)
        assert corpus.search(EVERYTHING).matched == len(kept), "as many are found as are stored"
        if few is None:
            assert found(corpus) == sorted(kept), "what is found is what is stored, once each"
        else:
            _looked_up(corpus, kept, few)
        told = corpus.status()
    assert told.articles == told.index_articles == len(kept)
    assert (problems := verify(archive).problems) == (), problems
    return kept


def _looked_up(corpus: Corpus, kept: Counted, few: random.Random) -> None:
    for article in few.sample(sorted(kept), min(len(kept), 10)):
        hits = corpus.search(Query.parse(f'title:"{kept[article][0]}" copies:all')).hits
        assert [hit.article.id for hit in hits] == [article], f"{kept[article][0]} is found, once"

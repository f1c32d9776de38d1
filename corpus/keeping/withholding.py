"""How an article is taken down, so that it stays down whatever is read again, and how it comes back.

To take down needs no lock, since it may not wait for an ingest: it is one step in the database, after which nobody
reads the article any more. The index learns of it when it is next written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from corpus.engine import Change, Engine, Stored
from corpus.ingest import as_kept, from_kept, marked, put_right
from corpus.model import Withheld
from corpus.stories import Stories


def withhold(engine: Engine, ids: Sequence[str], why: str, *, copies: bool, erase: bool) -> list[Withheld]:
    """Take these articles down, with ``copies`` all others of their stories too; ``erase`` keeps no text of them.

    Gives what is down now of these, also what was before.
    """
    with engine.transaction():
        found = engine.stored(ids)
        if copies:
            found = engine.members([each.story for each in found])
        corrected = engine.ledger.corrections([each.article.id for each in found])
        was = {article_id: before for article_id, (_, before) in corrected.items()}
        down = [_withheld(each, why, was.get(each.article.id, {}), erase=erase) for each in found]
        before = engine.ledger.withheld([each for each in ids if each not in {one.id for one in down}])
        if erase:
            down += [replace(each, article=None) for each in before.values()]
        engine.ledger.withhold(down)
        remove(engine, [each.key for each in found])
    return list({each.id: each for each in (*before.values(), *down)}.values())


def restore(engine: Engine, ids: Sequence[str]) -> tuple[list[Withheld], list[Stored]]:
    """Let these articles come again. Those whose text was kept are back; of others the files are read again."""
    with engine.transaction():
        down = list(engine.ledger.withheld(ids).values())
        engine.ledger.release([each.id for each in down])
        engine.ledger.read_again([each.key for each in down])  # what has changed in their files since was not taken in
        kept = {each.key: from_kept(each.article) for each in down if each.article is not None}
        articles = marked(list(kept.values()))
        stories = Stories(engine.kept, articles)
        changes = []
        for key, each in zip(kept, articles, strict=True):
            story, _ = stories.place(key, each, known=False)
            changes.append(Change(each.article, story, each.checksum, key))
        return down, engine.save(changes, stories.signed())


def remove(engine: Engine, keys: Iterable[int]) -> None:
    """Remove these articles, each out of its story."""
    keys = list(keys)
    stories = Stories(engine.kept, [])
    for key in keys:
        stories.remove(key)
    engine.remove(keys, stories.signed())


def _withheld(stored: Stored, why: str, was: Mapping[str, object], *, erase: bool) -> Withheld:
    """An article as it is known when it comes again: of the outlet that its file names, which it ``was`` of."""
    article = stored.article
    (each,) = marked([article])
    return Withheld(
        id=article.id,
        source=put_right(article, was).source,
        story=each.story,
        at=datetime.now(UTC).replace(microsecond=0),
        why=why,
        key=stored.key,
        headline="" if erase else article.headline,
        published=str(article.published),
        article=None if erase else as_kept(article),
    )

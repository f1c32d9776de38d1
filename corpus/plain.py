"""Our values as plain data for JSON: fields may be added, never renamed. Offsets are code points, half open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from corpus.evaluation import Figures
from corpus.feeds import FeedState
from corpus.inputs import Input
from corpus.keeping.copying import Copied
from corpus.model import (
    Act,
    Article,
    Backup,
    Copy,
    CorpusStatus,
    Difference,
    Doing,
    Excerpt,
    Fate,
    Hit,
    IngestReport,
    InputStatus,
    Limit,
    Progress,
    Rejection,
    Results,
    Verified,
    Withheld,
)

Plain = dict[str, object]


def article(value: Article) -> Plain:
    """An article whole, as ``show --json`` prints it."""
    return {
        "id": value.id,
        "headline": value.headline,
        "headline_derived": value.headline_derived,
        "text": value.text,
        "source": value.source,
        "source_name": value.source_name,
        "published": str(value.published),
        "url": value.url,
        "byline": value.byline,
        "section": value.section,
        "language": value.language,
        "updated": value.updated.isoformat() if value.updated else None,
        "limited": value.limited,
    }


def results(value: Results) -> Plain:
    """A page of an answer, as ``search --json`` prints it."""
    return {
        "query": value.query,
        "notes": list(value.notes),
        "matched": value.matched,
        "matched_exact": value.matched_exact,
        "dropped": list(value.dropped),
        "ranked": value.ranked,
        "searched": value.searched,
        "page": value.page,
        "pages": value.pages,
        "pages_exact": value.pages_exact,
        "did_you_mean": list(value.did_you_mean),
        "relaxed": [{"without": each.without, "matched": each.matched} for each in value.relaxed],
        "results": [hit(each) for each in value.hits],
    }


def hit(value: Hit) -> Plain:
    """A hit, as it stands in an answer and, a line each, in an export."""
    whole = article(value.article)
    del whole["text"]
    return {
        "rank": value.rank,
        "score": round(value.score, 4),
        **whole,
        "excerpts": [_excerpt(excerpt) for excerpt in value.excerpts],
        "copies": [_copy(copy) for copy in value.copies],
    }


def report(value: IngestReport) -> Plain:
    """What became of what was read, as ``ingest --json`` prints it."""
    return {
        "read": value.read,
        "added": value.added,
        "updated": value.updated,
        "unchanged": value.unchanged,
        "copies": value.copies,
        "rejected": [{"origin": each.origin, "reason": each.reason} for each in value.rejected],
        "removed": value.removed,
        "vanished": value.vanished,
        "skipped": value.skipped,
        "held_back": value.held_back,
        "dry_run": value.rehearsal,
    }


def read_report(told: Mapping[str, Any]) -> IngestReport:
    """The report that ``report`` told.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    names = ("added", "updated", "unchanged", "copies", "removed", "vanished", "skipped")
    return IngestReport(
        **{name: int(told[name]) for name in names},
        rejected=tuple(Rejection(each["origin"], each["reason"]) for each in told["rejected"]),
        held_back=bool(told["held_back"]),
        rehearsal=bool(told["dry_run"]),
    )


def progress(value: Progress) -> Plain:
    """How far a keeper has come, as a child process prints it."""
    return {"doing": value.doing, "done": value.done, "total": value.total, "articles": value.articles}


def read_progress(told: Mapping[str, Any]) -> Progress:
    """How far a keeper has come, as ``progress`` told it."""
    return Progress(Doing(told["doing"]), int(told["done"]), int(told["total"]), int(told["articles"]))


def difference(value: Difference) -> Plain:
    """A line of what was changed, as ``--changes`` writes it."""
    return {
        "what": value.fate,
        "id": value.id,
        "source": value.source,
        "published": value.published,
        "headline": value.headline,
        "url": value.url,
        "origin": value.origin,
        "reason": value.reason,
    }


def read_difference(told: Mapping[str, Any]) -> Difference:
    """The line of what was changed that ``difference`` told.

    Raises:
        KeyError, ValueError: it is none.
    """
    names = ("id", "source", "published", "headline", "url", "origin", "reason")
    return Difference(Fate(told["what"]), **{name: told[name] for name in names})


def withheld(value: Withheld) -> Plain:
    """An article that was taken down, without its text."""
    return {
        "id": value.id,
        "headline": value.headline,
        "source": value.source,
        "published": value.published,
        "at": value.at.isoformat(),
        "why": value.why,
        "erased": value.article is None,
    }


def limit(value: Limit) -> Plain:
    """How much of a source may be shown."""
    return {"source": value.source, "characters": value.characters}


def act(value: Act) -> Plain:
    """A row of the audit."""
    return {
        "key": value.key,
        "at": value.at.isoformat(),
        "who": value.who,
        "what": value.what,
        "about": value.about,
        "outcome": value.outcome,
        "ended": value.ended.isoformat() if value.ended else None,
    }


def feed(value: FeedState) -> Plain:
    """A feed that is followed, and how it is."""
    return {
        name: each.isoformat() if isinstance(each := getattr(value, name), datetime) else each
        for name in value.__slots__
    }


def input_(value: Input, status: InputStatus | None) -> Plain:
    """An input, and what was read from it; null where nothing was yet."""
    return {
        "name": value.name,
        "location": value.location,
        "kind": value.kind,
        "files": status.files if status else None,
        "articles": status.articles if status else None,
        "gone": status.gone if status else None,
        "read_at": status.read_at.isoformat() if status else None,
    }


def status(value: CorpusStatus) -> Plain:
    """What the archive holds, as ``status --json`` prints it; ``index_age`` is in seconds."""
    at = value.indexed_at
    return {
        "articles": value.articles,
        "sources": value.sources,
        "first": str(value.first) if value.first else None,
        "last": str(value.last) if value.last else None,
        "index_articles": value.index_articles,
        "indexed_at": at.isoformat() if at else None,
        "index_age": round((datetime.now(UTC) - at).total_seconds()) if at else None,
    }


def figures(value: Figures) -> Plain:
    """What was measured, as ``eval --json`` prints it."""
    return {
        "collection": value.collection,
        "documents": value.documents,
        "taken": value.taken.documents,
        "refused": dict(value.taken.refused),
        "placeholders": {"date": value.taken.dates, "source": value.taken.sources, "text": value.taken.texts},
        "queries": value.queries,
        "judged": value.judged,
        "unasked": value.unasked,
        "facts": value.facts,
        "nDCG@10": round(value.measures.ndcg, 4),
        "MAP": round(value.measures.map, 4),
        "MRR@10": round(value.measures.mrr, 4),
        "Recall@100": round(value.measures.recall, 4),
        "fact-in-excerpt@5": None if value.facts_told is None else round(value.facts_told, 4),
        "milliseconds": {"p50": round(value.p50, 2), "p99": round(value.p99, 2)},
    }


def _excerpt(excerpt: Excerpt) -> Plain:
    return {
        "text": excerpt.text,
        "start": excerpt.span.start,
        "end": excerpt.span.stop,
        "highlights": [[span.start, span.stop] for span in excerpt.highlights],
    }


def _copy(copy: Copy) -> Plain:
    return {"id": copy.id, "source": copy.source, "published": str(copy.published), "url": copy.url}


def backup(value: Backup) -> Plain:
    """A backup, as ``backup --json`` prints it."""
    return {"path": str(value.path), "articles": value.articles, "bytes": value.bytes, "seconds": value.seconds}


def copied(value: Copied) -> Plain:
    """What was copied, as ``copy --json`` prints it."""
    return {"articles": value.articles, "rows": value.rows}


def verified(value: Verified) -> Plain:
    """What looking through an archive gave, as ``verify --json`` prints it."""
    problems = [{"kind": each.kind.value, "what": str(each.what), "mended": each.mended} for each in value.problems]
    return {"articles": value.articles, "sound": value.sound, "problems": problems}

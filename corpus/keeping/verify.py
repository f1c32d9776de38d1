"""Looks through a whole archive and mends what can be mended: its database, its articles, its books, its index.

To look needs no lock and stops nobody: the database is asked in one state, and what is on its way into the index is no
problem. To mend needs the keeper's lock; and where the database itself must be replaced, nobody may have it open.
Whatever is found is looked for once more after it was mended: only what is gone then counts as mended.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.analysis import Analyser
from corpus.engine import Engine, Signed, Where, opened
from corpus.engine.local import LocalEngine, Salvaged, exclusive, in_indexes_alone, salvage
from corpus.errors import CorpusDamaged, CorpusMissing, NotIndexed
from corpus.ingest import bands, checksum, signatures
from corpus.keeping.audit import audited
from corpus.keeping.intake import Watch
from corpus.keeping.taking import silent
from corpus.model import Doing, Problem, Progress, Trouble, Verified

_PATIENCE = 2.0  # seconds for another process to end what it changes
_AT_ONCE = 50_000  # articles that are compared with the index at once
_NAMED = 20  # ids that are named in one sentence
_TOLD_EVERY = 2_000  # articles
_GREATEST = 2**62


@dataclass(slots=True)
class _Found:
    """What one look gave: the problems, and by which keys or words each kind is mended; ``gone`` never is."""

    articles: int = 0
    problems: list[Problem] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    misfits: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    gone: list[Problem] = field(default_factory=list)
    headless: list[int] = field(default_factory=list)
    orphans: dict[str, int] = field(default_factory=dict)
    keys: array[int] = field(default_factory=lambda: array("q"))
    seqs: array[int] = field(default_factory=lambda: array("q"))

    def tell(self, kind: Trouble, what: str) -> None:
        self.problems.append(Problem(kind, what))

    def has(self, kind: Trouble) -> bool:
        return any(each.kind is kind for each in self.problems)


def verify(
    where: Where, *, repair: bool = False, quick: bool = False, by: str = "unknown", progress: Watch | None = None
) -> Verified:
    """Look through the archive that lies there; with ``repair`` mend it. ``by`` is for the audit.

    A ``quick`` look is at the pages of the database and the files of the index, without reading any article; of a
    cluster at whether its nodes hold all of it.

    Raises:
        CorpusMissing: there is no archive.
        CorpusTooNew: a newer Dateline wrote it.
        CorpusLocked: it is to be mended, and somebody else is changing it.
        CorpusInUse: its database is to be replaced, and another process has it open.
        CorpusUnwritable: the disk does not take what is mended.
    """
    watch = progress or silent
    if isinstance(where, Path) and not (where / "archive.db").exists():
        raise CorpusMissing(str(where))
    if not repair:
        found = _looked(where, watch, quick=quick)
        return Verified(found.articles, tuple(found.problems))
    with _alone(where):
        found = _looked(where, watch, quick=quick)
        if not found.problems:
            return Verified(found.articles, ())
        lost, aside = _mended(where, found)
        after = _looked(where, watch, quick=quick)
        left = {*lost, *after.problems}
        problems = [replace(each, mended=each not in left) for each in dict.fromkeys([*found.problems, *lost, *left])]
        verified = Verified(after.articles, (*problems, *aside))
        _write_down(where, by, verified)
    return verified


@contextmanager
def _alone(where: Where) -> Iterator[None]:
    """Be the only one who changes the archive; one in a folder may be too damaged to be opened for that."""
    if isinstance(where, Path):
        with exclusive(where, _PATIENCE):
            yield
    else:
        with closing(opened(where, Analyser())) as engine, engine.exclusive(_PATIENCE):
            yield


# How an archive is looked through.


def _looked(where: Where, watch: Watch, *, quick: bool) -> _Found:
    found = _Found()
    if isinstance(where, Path) and not (where / "archive.db").stat().st_size:  # SQLite would take it for a new one
        found.faults = ["it is empty"]
        found.tell(Trouble.DATABASE, _damaged(found.faults))
        return found
    try:
        with closing(opened(where, Analyser())) as engine:
            if quick:
                _look_quickly(engine, found)
            else:
                _look(engine, found, watch)
    except CorpusDamaged as error:
        known, found.faults = found.faults, [*found.faults, str(error.__cause__ or error)]
        if not known or in_indexes_alone(known):
            found.tell(Trouble.DATABASE, _damaged(found.faults[-1:]))
    return found


def _look_quickly(engine: Engine, found: _Found) -> None:
    """What a start can afford to look at."""
    with engine.snapshot():
        _look_at_database(engine, found, quick=True)
        found.articles = engine.count()
    _look_at_files_of_index(engine, found)


def _look(engine: Engine, found: _Found, watch: Watch) -> None:
    with engine.snapshot():
        soundness = engine.soundness
        _look_at_database(engine, found)
        _look_at_articles(engine, found, watch)
        found.orphans = soundness.orphans()
        for table, rows in found.orphans.items():
            found.tell(Trouble.BOOKS, _ORPHANED[table].format(rows=f"{rows:,}"))
        found.headless = _headless(engine, least=2)
        if found.headless:
            stories = f"{len(found.headless):,} stories"
            found.tell(Trouble.BOOKS, f"{stories} have no article by which copies of them are found.")
    if _look_at_files_of_index(engine, found):
        _look_at_index(engine, found)


def _look_at_database(engine: Engine, found: _Found, *, quick: bool = False) -> None:
    found.faults = engine.soundness.faults(quick=quick)
    if found.faults:
        own = in_indexes_alone(found.faults)
        found.tell(Trouble.DATABASE, _disordered(found.faults) if own else _damaged(found.faults))


def _look_at_files_of_index(engine: Engine, found: _Found) -> bool:
    """Whether they can be used."""
    trouble = engine.index_trouble()
    if trouble:
        found.tell(Trouble.INDEX, f"The index cannot be used: {trouble}.")
    return trouble is None


def _look_at_articles(engine: Engine, found: _Found, watch: Watch) -> None:
    total = engine.count()
    for row in engine.soundness.articles():
        found.articles += 1
        found.keys.append(row.key)
        found.seqs.append(row.seq)
        if row.stored is None:
            found.unreadable.append(row.key)
            found.tell(Trouble.ARTICLE, f"The article {row.id} cannot be read any more: {_remedy(engine, row.key)}.")
            found.gone.append(found.problems[-1])
        elif checksum(row.stored.article) != row.stored.checksum:
            found.misfits.append(row.key)
            unfit = f"The article {row.id} is not as it was taken in (its checksum does not fit)"
            found.tell(Trouble.ARTICLE, f"{unfit}: {_remedy(engine, row.key)}.")
        if found.articles % _TOLD_EVERY == 0:
            watch(Progress(Doing.CHECKING, found.articles, total, found.articles))


def _remedy(engine: Engine, key: int) -> str:
    """What to do about a damaged article, after --repair has put its files down to be read again."""
    places = [place for place in engine.ledger.holding(key) if Path(place).exists()]
    if places:
        return f"after --repair, `dateline ingest {places[0]}` reads it again"
    return "no file of it is known, so take it from a backup"


def _headless(engine: Engine, *, least: int) -> list[int]:
    """The articles that should stand for their stories and do not; a short text cannot."""
    return [key for key in engine.soundness.headless(least=least) if _signature(engine, key)]


def _signature(engine: Engine, key: int) -> bytes | None:
    found = engine.kept.texts([key]).get(key)
    return signatures([found[1].encode("utf-8", "replace").decode()])[0] if found else None


def _look_at_index(engine: Engine, found: _Found) -> None:
    try:
        suspects = sorted(set(_suspects(engine, found)))
        wrong = [key for key in suspects if _is_wrong(engine, key)]
    except NotIndexed:
        found.tell(Trouble.INDEX, "The index cannot be used: it cannot be opened.")
        return
    if wrong:
        keys = ", ".join(map(str, wrong[:_NAMED]))
        found.tell(
            Trouble.INDEX, f"The index is wrong about {len(wrong):,} articles, such as those with the keys {keys}."
        )


def _suspects(engine: Engine, found: _Found) -> Iterator[int]:
    """The keys of the articles that the index does not hold once and as they were in this state of the database."""
    _, view = engine.indexed()
    below = -_GREATEST
    for start in range(0, len(found.keys) + 1, _AT_ONCE):
        keys, seqs = found.keys[start : start + _AT_ONCE], found.seqs[start : start + _AT_ONCE]
        up_to = keys[-1] if start + _AT_ONCE < len(found.keys) else _GREATEST
        held = view.held(below, up_to)
        below = up_to + 1
        kept, indexed = set(zip(keys, seqs, strict=True)), set(held)
        yield from (key for key, _ in kept ^ indexed)
        if len(indexed) < len(held):
            yield from {key for key, _ in held if sum(other == key for other, _ in held) > 1}


def _is_wrong(engine: Engine, key: int) -> bool:
    """Whether the index is wrong about an article, though it knows of its last change: else it only lags."""
    before = _changed(engine, key)
    known, view = engine.indexed()
    held = [seq for _, seq in view.held(key, key)]
    if _changed(engine, key) != before:  # it is being changed right now
        return False
    if before is None:
        return bool(held) and key not in engine.kept.removed_since(known)
    return before <= known and held != [before]


def _changed(engine: Engine, key: int) -> int | None:
    found = engine.kept.fetch([key]).get(key)
    return found.seq if found else None


# How it is mended.


def _mended(where: Where, found: _Found) -> tuple[list[Problem], list[Problem]]:
    """Mend what was found; gives what is lost for good, and where a damaged database was put aside."""
    lost: list[Problem] = []
    aside: list[Problem] = []
    salvaged = _mend_database(where, found)
    if salvaged:
        kept = f"The damaged database is kept as {salvaged.aside.name}."
        aside.append(Problem(Trouble.DATABASE, kept, mended=True))
        found = _looked_at_what_is_left(where)
    with closing(opened(where, Analyser())) as engine:
        with engine.transaction():
            if salvaged:
                lost += _lost(engine, salvaged)
            _mend_articles(engine, found)
            engine.soundness.drop_orphans()
        _stand(engine, _headless(engine, least=1 if salvaged else 2))
        lost += found.gone
        if salvaged or found.has(Trouble.INDEX) or found.unreadable:
            engine.rebuild()
    return lost, aside


def _looked_at_what_is_left(where: Where) -> _Found:
    found = _Found()
    with closing(opened(where, Analyser())) as engine, engine.snapshot():
        _look_at_articles(engine, found, silent)
    return found


def _mend_database(where: Where, found: _Found) -> Salvaged | None:
    """Make SQLite's own indexes anew where that is enough, else save what can be read; a cluster mends itself."""
    if not found.faults or not isinstance(where, Path):
        return None
    if in_indexes_alone(found.faults) and _indexed_anew(where):
        return None
    return salvage(where / "archive.db")


def _indexed_anew(folder: Path) -> bool:
    try:
        with closing(LocalEngine(folder, Analyser())) as engine:
            engine.soundness.index_anew()
            return not engine.soundness.faults()
    except CorpusDamaged:
        return False


def _lost(engine: Engine, salvaged: Salvaged) -> list[Problem]:
    """What could not be saved, as sentences; the files that held it are to be read again."""
    engine.ledger.read_again([*salvaged.lost, *salvaged.doubtful])
    if "sightings" in salvaged.torn:
        engine.soundness.read_all_again()
    told = []
    if salvaged.lost:
        lost = f"{len(salvaged.lost):,} articles could not be saved: {_named(salvaged.lost)}."
        told.append(f"{lost} Ingest their files again, or take a backup.")
    told += [
        f"The article {one} may be {two}: its id is in doubt. Compare it with its file or a backup."
        for one, two in salvaged.doubtful.values()
    ]
    if not engine.count():
        told = ["No article could be saved. Restore a backup, or ingest all files again."]
    told += [
        f"Of the table {table} not all could be saved."
        for table in salvaged.torn
        if table not in {"articles", "signatures", "bands", "late_bands"}
    ]
    return [Problem(Trouble.DATABASE, each) for each in told]


def _named(lost: dict[int, str | None]) -> str:
    """The ids of some that are lost, or their keys where an id cannot be told."""
    return ", ".join(f"“{article_id or f'#{key}'}”" for key, article_id in list(lost.items())[:_NAMED])


def _mend_articles(engine: Engine, found: _Found) -> None:
    """Let damaged articles come again from their files; one that cannot be read at all is taken out."""
    engine.ledger.read_again([*found.misfits, *found.unreadable])
    engine.soundness.put_out_of_force(found.misfits)
    engine.remove(found.unreadable, Signed({}, (), found.unreadable, ()))


def _stand(engine: Engine, keys: Sequence[int]) -> None:
    """Let each of these articles stand for its story."""
    signed = {key: signature for key in keys if (signature := _signature(engine, key))}
    into = [(band, key) for key, signature in signed.items() for band in bands(signature)]
    with engine.transaction():
        engine.save([], Signed(signed, into, (), ()))


def _write_down(where: Where, by: str, verified: Verified) -> None:
    """Into the audit, afterwards: before, there may have been nowhere to write."""
    left = sum(not each.mended for each in verified.problems)
    with closing(opened(where, Analyser())) as engine, audited(engine.ledger, by, "verify", "--repair") as act:
        act.outcome = f"{len(verified.problems) - left} mended, {left} not"


# The sentences.

_ORPHANED = {
    "sightings": "The books name {rows} articles in files that have been read, and the archive does not have them.",
    "sightings of no file": "The books name {rows} articles of files that they do not know.",
    "refused": "The books name {rows} rejections of files that they do not know.",
    "signatures": "{rows} signatures belong to no article.",
    "bands": "{rows} rows by which copies are found belong to no article.",
    "late_bands": "{rows} rows by which copies are found belong to no article.",
}


def _damaged(faults: Sequence[str]) -> str:
    return f"The database is damaged ({faults[0]}): --repair saves what can be read, or restore it from a backup."


def _disordered(faults: Sequence[str]) -> str:
    return f"An index of the database's own is wrong ({faults[0]}): --repair makes it anew."

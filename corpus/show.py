"""How the shell shows an answer, an article, a report and progress to a person: through rich, on any terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from corpus import model
from corpus.engine import Counted
from corpus.evaluation import Figures
from corpus.feeds import FeedState
from corpus.inputs import Input
from corpus.keeping.copying import Copied
from corpus.keeping.intake import Watch

_EMPTY = "The archive is empty: fill it with `dateline ingest PATH`."
_MOST_REJECTIONS = 20  # lines of them that a person reads; --json has them all


def results(found: model.Results, status: model.CorpusStatus) -> None:
    """Print a page of an answer."""
    console = _console()
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    console.print(Text(counted(found, status), style="dim"))
    for line in instead(found):
        console.print(Text(line, style="yellow"))
    for hit in found.hits:
        console.print()
        _hit(console, hit)
    if found.page < found.pages:
        about = "" if found.pages_exact else "about "
        pages = f"Page {found.page:,} of {about}{found.pages:,}: --page {found.page + 1} for the next."
        console.print(Text(f"\n{pages}", style="dim"))


def counted(found: model.Results, status: model.CorpusStatus) -> str:
    """What was found, in one sentence."""
    if not status.articles:
        return _EMPTY
    if not found.ranked:
        late = status.articles - found.searched
        yet = f" {_many(late, 'article')} came just now and cannot be found yet." if late > 0 else ""
        return f"No article matches {found.query}. The archive covers {status.first} to {status.last}.{yet}"
    if not found.hits:
        return f"Page {found.page} is past the last: there are {found.pages}."
    matched = f"{found.matched:,}{'' if found.matched_exact else ' or more'}"
    but = f" but {', '.join(found.dropped)}" if found.dropped else ""
    some = f"; {found.ranked:,} have some of it" if found.ranked != found.matched else ""
    return f"{matched} of {found.searched:,} articles have all of {found.query}{but}{some}."


def exported(found: model.Export) -> str:
    """How much of what matches was exported, in one sentence."""
    copies = sum(len(hit.copies) for hit in found.hits)
    but = f" but {', '.join(found.dropped)}" if found.dropped else ""
    under = f", with {_many(copies, 'copy', 'copies')} under them" if copies else ""
    return f"{_many(len(found.hits), 'hit')}{under}: {_many(found.matched, 'article')} have all of {found.query}{but}."


def instead(found: model.Results) -> list[str]:
    """What might have been meant, and what there would be without each of the filters."""
    lines = [f"Did you mean {' or '.join(found.did_you_mean)}?"] if found.did_you_mean else []
    lines += [f"Without {each.without}: {_many(each.matched, 'article')}." for each in found.relaxed if each.matched]
    return lines


def article(whole: model.Article) -> None:
    """Print an article with its credit."""
    console = _console()
    console.print(Text(whole.headline, style="bold"))
    console.print(Text(_credit(whole), style="dim"))
    if whole.updated:
        console.print(Text(f"Updated here {whole.updated:%Y-%m-%d %H:%M:%S} UTC", style="dim"))
    console.print()
    for paragraph in whole.text.split("\n"):
        console.print(Text(paragraph))
        console.print()


def report(made: model.IngestReport) -> str:
    """What became of what was read, with the first rejections."""
    counts = f"{made.added:,} added, {made.updated:,} updated, {made.unchanged:,} unchanged, {made.copies:,} copies"
    lines = [f"Read {_many(made.read, 'article')}: {counts}, {len(made.rejected):,} rejected."]
    if made.skipped:
        lines.append(f"Passed over {_many(made.skipped, 'file')}, unchanged since last read.")
    if made.removed:
        lines.append(f"Taken out {_many(made.removed, 'article')}, in no file any more.")
    if made.vanished:
        lines.append(
            held_back(made)
            if made.held_back
            else f"{_many(made.vanished, 'article')} in no file any more, and kept: --remove-vanished takes them out."
        )
    if made.rehearsal:
        lines.insert(0, "This was a rehearsal: nothing was changed.")
    lines += [f"  {_printable(each.origin)}: {_printable(each.reason)}" for each in made.rejected[:_MOST_REJECTIONS]]
    if len(made.rejected) > _MOST_REJECTIONS:
        lines.append(f"  … and {len(made.rejected) - _MOST_REJECTIONS:,} more: --json has them all.")
    return "\n".join(lines)


def held_back(made: model.IngestReport) -> str:
    """That so much has vanished that it is not taken out unasked."""
    return (
        f"{_many(made.vanished, 'article')} in no file any more: without them the archive would shrink by more than "
        "a fifth, so nothing was taken out. Are all inputs there? --yes takes them out."
    )


def taken_down(down: Sequence[model.Withheld], unknown: Sequence[str]) -> str:
    """What is down, and which ids are no article's."""
    lines = [_down(each) for each in down]
    lines += [f"No article has the id “{each}”: take one from the results of a search." for each in unknown]
    return "\n".join(lines) or "Nothing was taken down."


def restored(back: Sequence[model.Withheld], unknown: Sequence[str]) -> str:
    """What may come again."""
    lines = [
        f"{each.id} is back." if each.article else f"{each.id} comes back when its file is read the next time."
        for each in back
    ]
    lines += [f"“{each}” was not taken down: `dateline removed` lists what was." for each in unknown]
    return "\n".join(lines)


def limits(found: Sequence[model.Limit]) -> str:
    """Of which sources only so much is shown."""
    lines = [
        f"{each.source}: {f'{each.characters:,} characters' if each.characters else 'headline and link only'}"
        for each in found
    ]
    return "\n".join(lines) or "No source has a limit."


def inputs(known: Sequence[tuple[Input, model.InputStatus | None]]) -> str:
    """The inputs, and what was read from each."""
    lines = [f"{each.name} ({each.kind}): {_printable(each.location)}, {_read_from(status)}" for each, status in known]
    return "\n".join(lines) or "No input is configured: set CORPUS_INPUTS."


def feeds(known: Sequence[FeedState]) -> str:
    """The feeds that are followed, and how each is."""
    lines = [line for each in known for line in _feed(each)]
    return "\n".join(lines) or "No feed is followed: add one with `dateline feeds add URL`."


def acts(found: Sequence[model.Act]) -> str:
    """Who did what, an act a line."""
    lines = [
        f"{each.key}  {each.at:%Y-%m-%d %H:%M:%S}  {_printable(each.who)}  {each.what} {_printable(each.about)}: "
        f"{_printable(each.outcome) if each.outcome else 'not ended'}"
        for each in found
    ]
    return "\n".join(lines) or "Nobody has changed anything yet."


def status(found: model.CorpusStatus) -> str:
    """What the archive holds."""
    if not found.articles:
        return _EMPTY
    age = f"{_ago(found.indexed_at)}" if found.indexed_at else "never"
    return (
        f"{_many(found.articles, 'article')} from {_many(found.sources, 'source')}, {found.first} to {found.last}.\n"
        f"Index: {_many(found.index_articles, 'article')}, last changed {age}."
    )


def figures(found: Figures) -> str:
    """What was measured over a collection."""
    taken, measures = found.taken, found.measures
    queries = f"{_many(found.judged, 'judged query', 'judged queries')} of {found.queries:,}"
    lines = [f"{_printable(found.collection)}: {_many(found.documents, 'document')}, {queries}."]
    lines += [f"  {reason}: {times:,} not taken in" for reason, times in taken.refused.items()]
    for what, times in {"date": taken.dates, "source": taken.sources, "text (the title)": taken.texts}.items():
        lines += [f"  no {what.split()[0]}: {times:,} got a placeholder for it"] if times else []
    lines += [f"  not in queries.jsonl: {found.unasked:,} judged, counted as 0"] if found.unasked else []
    named = {"nDCG@10": measures.ndcg, "MAP": measures.map, "MRR@10": measures.mrr, "Recall@100": measures.recall}
    if found.facts_told is not None:
        named["fact-in-excerpt@5"] = found.facts_told
    lines += [f"{name:<18}{value:.4f}" for name, value in named.items()]
    lines.append(f"{'ms a query':<18}{found.p50:.1f} (p50), {found.p99:.1f} (p99): a page of five")
    return "\n".join(lines)


def backup(made: model.Backup) -> str:
    """What a backup holds, and what to do with it, as sentences."""
    size = f"{_many(made.articles, 'article')}, {made.bytes:,} bytes in {made.seconds:.1f} seconds"
    back = "To bring it back, stop Dateline, remove archive.db* from its folder, and copy the file there as archive.db."
    return f"{made.path}: {size}.\n{back}"


def copied(made: Copied, target: str) -> str:
    """What was copied, and how the copy is taken into use, as sentences."""
    same = f"{_many(made.articles, 'article')}, {_many(made.rows, 'row')} in all, each of them as it was."
    return f"{same}\nTo serve the copy, set CORPUS_ENGINE={target} and start Dateline again."


def verified(found: model.Verified) -> str:
    """What looking through an archive gave: a line for each problem, and a sentence on the whole."""
    lines = [f"{'mended' if each.mended else each.kind}: {_printable(each.what)}" for each in found.problems]
    left = sum(not each.mended for each in found.problems)
    if not found.problems:
        lines.append(f"The archive is sound: {_many(found.articles, 'article')}.")
    elif not left:
        lines.append(f"The archive is sound again: {_many(found.articles, 'article')}.")
    else:
        lines.append(f"{_many(found.articles, 'article')}; {_many(left, 'problem')}: see above what to do.")
    return "\n".join(lines)


@contextmanager
def progress(doing: str) -> Iterator[Counted | None]:
    """A bar on a terminal, nothing elsewhere; yields what is to be told how many are done, and of how many."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@contextmanager
def watching() -> Iterator[Watch | None]:
    """A bar on a terminal, nothing elsewhere; yields what is to be told how far a keeper has come."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[articles]:,} articles"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[model.Doing, TaskID] = {}

        def told(so_far: model.Progress) -> None:
            if so_far.doing not in tasks:
                tasks[so_far.doing] = bar.add_task(so_far.doing.capitalize(), total=None, articles=0)
            bar.update(tasks[so_far.doing], completed=so_far.done, total=so_far.total or None, articles=so_far.articles)

        yield told


def _down(each: model.Withheld) -> str:
    why = f": {_printable(each.why)}" if each.why else ""
    text = "" if each.article else ", text erased"
    credit = f"{each.id}  {each.published}  {each.source}  {_printable(each.headline)}"
    return f"{credit}  down since {each.at:%Y-%m-%d}{text}{why}"


def _read_from(status: model.InputStatus | None) -> str:
    if status is None:
        return "never read"
    gone = f", {_many(status.gone, 'file')} gone" if status.gone else ""
    return (
        f"{_many(status.articles, 'article')} in {_many(status.files, 'file')}{gone}, last read {_ago(status.read_at)}"
    )


def _feed(state: FeedState) -> Iterator[str]:
    if state.polled_at is None:
        yield f"{_printable(state.name)}: {_printable(state.url)}, not looked at yet"
        return
    held = f"{_many(state.articles, 'article')}, the newest of {state.newest}" if state.newest else "no article"
    looked = (
        f"looked at {_ago(state.polled_at)}, something new {_ago(state.changed_at) if state.changed_at else 'never'}"
    )
    yield f"{_printable(state.name)}: {_printable(state.url)}, {held}, {looked}"
    if state.teasers:
        yield f"  {_many(state.teasers, 'article')} with no more than the feed's own words"
    for told in filter(None, (state.trouble, state.note)):
        yield f"  {_printable(told)}"


def _console() -> Console:
    """Standard output: wrapped on a terminal; a program that reads the lines wants them unbroken."""
    console = Console(highlight=False)
    console.soft_wrap = not console.is_terminal
    return console


def _hit(console: Console, hit: model.Hit) -> None:
    console.print(Text(f"{hit.rank}. ").append(hit.article.headline, style="bold"))
    _below(console, Text(_credit(hit.article), style="dim"))
    for excerpt in hit.excerpts:
        text = Text(excerpt.text)
        for span in excerpt.highlights:
            text.stylize("bold yellow", span.start, span.stop)
        _below(console, Text("… " if excerpt.begins_inside else "") + text + Text(" …" if excerpt.ends_inside else ""))
    if hit.copies:
        _below(console, Text(f"also: {', '.join(dict.fromkeys(copy.source for copy in hit.copies))}", style="dim"))


def _below(console: Console, text: Text) -> None:
    """A line set in: wrapped on a terminal, whole where a program reads it."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, 3)))
    else:
        console.print(Text("   ") + text)


def _credit(whole: model.Article) -> str:
    parts = [whole.source_name, str(whole.published).replace("T", " "), whole.byline, whole.url, whole.id]
    return " · ".join(part for part in parts if part)


def _printable(text: str) -> str:
    """Text that does nothing to a terminal but stand there."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _many(number: int, thing: str, things: str | None = None) -> str:
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def _ago(moment: datetime) -> str:
    minutes = int((datetime.now(UTC) - moment).total_seconds() // 60)
    for size, unit in ((1_440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"{minutes // size} {unit}{'s' if minutes // size > 1 else ''} ago"
    return "just now"

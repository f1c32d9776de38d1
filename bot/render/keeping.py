"""An act of keeping while it goes on and when it has ended, what the inputs gave, and how the feeds are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s

from discord import ui
from discord.utils import format_dt

from bot.changes import Changes
from bot.language import Language
from bot.markdown import ELLIPSIS, Markdown, code, escape, prose, short, units
from bot.render.archive import counts
from bot.render.layout import TEXT, button, clip, panel, row, view
from bot.upkeep import Outcome, Run
from corpus import Difference, Doing, Fate, FeedState, Input, InputStatus, Kind, Progress, PubDate

CANCEL, TAKE_OUT, KEEP = "keeping-cancel", "vanished-out", "vanished-keep"
"""The acts of the buttons."""

ALL = "all"
"""Stands for the name of an input where all are meant."""

_CELLS = 20  # of a bar
_HEADLINE, _OUTLET = 80, 40  # UTF-16 units: three of each of six kinds, and the counts, are within a message
_ORIGIN, _REASON = 80, 150
_NAME, _PLACE, _TROUBLE = 60, 120, 200
_REST = 200  # UTF-16 units for what follows the lines


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, and the table that it has attached, if it has one."""

    view: ui.LayoutView
    attached: Changes | None = None


def title(run: Run, language: Language) -> Markdown:
    """What is done, in a word or two."""
    say = language.say
    match run.what:
        case "ingest":
            return say("Ingest")
        case "poll":
            return say("Look at the feeds")
        case _:
            return say("Reindex")


def busy(run: Run, language: Language) -> ui.LayoutView:
    """Something is being done already: what, and by whom."""
    said = language.say("One thing at a time: this is running already, and can be cancelled here.")
    return view(panel("\n".join([said, *going_on(run, language)])), row(cancel(run, language)))


def under_way(run: Run, language: Language, *, late: bool = False) -> ui.LayoutView:
    """How far it has come; ``late`` says that this message cannot be kept up any longer."""
    say = language.say
    lines = [f"### {title(run, language)}", *going_on(run, language)]
    if late:
        lines.append(say("This takes longer than Discord lets one answer wait. `/admin status` tells how far it is."))
    else:
        lines.append(f"-# {say('The archive answers as before meanwhile. The report will stand here.')}")
    return view(panel("\n".join(lines)), row(cancel(run, language)))


def cancel(run: Run, language: Language) -> ui.Item[ui.LayoutView]:
    """The button that gives it up."""
    return button(language.label("Cancel"), CANCEL, run.key, danger=True)


def going_on(run: Run, language: Language) -> list[str]:
    """What it does, how much of it is done, since when and until when, as lines of markdown."""
    say, since = language.say, Markdown(format_dt(run.since, "R"))
    began = (
        say("begun {when} by {name}", when=since, name=short(run.name, _OUTLET))
        if run.name
        else say("begun {when}", when=since)
    )
    if run.progress is None:
        return [f"**{_doing(run, language)}** · {began}"]
    done = [
        _bar(run.progress, language),
        language.count("{number} article", "{number} articles", run.progress.articles),
    ]
    if run.ready is not None:
        done.append(say("done {when}", when=Markdown(format_dt(run.ready, "R"))))
    return [f"**{_doing(run, language)}** · {began}", " · ".join(filter(None, done))]


def ended(run: Run, outcome: Outcome, language: Language, *, articles: int, attaches: bool) -> Shown:
    """How it ended. The archive holds so many ``articles`` now; ``attaches`` says whether a file may be attached."""
    say = language.say
    if outcome.given_up is not None:
        return Shown(view(panel(_given_up(outcome, language))))
    if outcome.report is None:
        trouble = prose(short(outcome.trouble or "", _REASON * 4))
        said = say("The reindex failed. {trouble}", trouble=trouble)
        return Shown(view(panel(said if run.what == "reindex" else say("This failed. {trouble}", trouble=trouble))))
    changes = outcome.changes
    held = outcome.report.held_back
    lines = [f"### {_done(run, language)}"]
    if held:
        lines.append(_question(outcome.report.vanished, articles, language))
    lines += report(outcome, language)
    attached = changes if changes and not changes.all_named and attaches else None
    if changes and not changes.all_named:
        lines.append(f"-# {_about_the_file(attached, changes, language)}")
    asked = row(*_answers(run, outcome.report.vanished, language)) if held else None
    file = ui.File[ui.LayoutView](f"attachment://{attached.name}") if attached else None
    return Shown(view(panel(_within(lines)), file, asked), attached)


def last(run: Run, outcome: Outcome, language: Language) -> list[str]:
    """How the last one ended, as lines of markdown."""
    say, when = language.say, Markdown(format_dt(outcome.ended, "R"))
    what = say("Last reindex") if run.what == "reindex" else say("Last run")
    if outcome.given_up is not None:
        return [f"**{what}** {say('given up {when}', when=when)}"]
    if outcome.report is None:
        trouble = prose(short(outcome.trouble or "", _TROUBLE))
        return [f"**{what}** {say('failed {when}: {trouble}', when=when, trouble=trouble)}"]
    return [f"**{what}** {say('ended {when}', when=when)}", *_counts(outcome, language)]


def report(outcome: Outcome, language: Language) -> list[str]:
    """What became of what was read, and the first few of each kind by name, as lines of markdown."""
    lines = _counts(outcome, language)
    for fate, each in outcome.changes.first.items() if outcome.changes else ():
        lines.append(f"**{_fate(fate, language)}**")
        lines += [_difference(one, language) for one in each]
    return lines


def inputs(rows: Sequence[tuple[Input, InputStatus | None]], language: Language) -> ui.LayoutView:
    """The configured inputs, each with what was read from it, as many as a message holds."""
    say = language.say
    if not rows:
        return view(panel(say("`CORPUS_INPUTS` names nothing to read.")))
    return view(panel(_listed(say("Inputs"), [_input(*each, language) for each in rows], language)))


def feeds(rows: Iterable[FeedState], language: Language) -> Markdown:
    """The feeds, those in trouble first and of these the freshest, as many as a message holds."""
    ordered = sorted(rows, key=lambda each: (not each.failures, -_moment(each.polled_at), each.name))
    return Markdown(_listed(language.say("Feeds"), [_feed(each, language) for each in ordered], language))


def _moment(at: datetime | None) -> float:
    return (at or datetime(1, 1, 1, tzinfo=UTC)).timestamp()


def _listed(heading: str, entries: Sequence[str], language: Language) -> str:
    lines = [f"### {heading}"]
    for shown, entry in enumerate(entries):
        if units("\n".join([*lines, entry])) > TEXT - _REST:
            left = len(entries) - shown
            return "\n".join([*lines, f"-# {language.count('and {number} more', 'and {number} more', left)}"])
        lines.append(entry)
    return "\n".join(lines)


def _input(each: Input, read: InputStatus | None, language: Language) -> str:
    say, count = language.say, language.count
    head = (
        f"**{escape(short(each.name, _NAME))}** · {_kind(each.kind, language)} · {code(short(each.location, _PLACE))}"
    )
    if read is None:
        return f"{head}\n-# {say('never read')}"
    parts = [
        count("{number} file", "{number} files", read.files),
        count("{number} article", "{number} articles", read.articles),
        say("read {when}", when=Markdown(format_dt(read.read_at, "R"))),
    ]
    if read.gone:
        parts.append(count("{number} file is gone", "{number} files are gone", read.gone))
    return f"{head}\n-# {' · '.join(parts)}"


def _kind(kind: Kind, language: Language) -> Markdown:
    match kind:
        case Kind.PATH:
            return language.say("file or folder")
        case Kind.ARCHIVE:
            return language.say("file on the web")
        case Kind.FEED:
            return language.say("feed")


def _feed(feed: FeedState, language: Language) -> str:
    say = language.say
    parts = [f"**{escape(short(feed.name, _NAME))}**"]
    if feed.polled_at is None:
        parts.append(say("not looked at yet"))
    else:
        parts.append(say("looked at {when}", when=Markdown(format_dt(feed.polled_at, "R"))))
    if feed.changed_at is not None:
        parts.append(say("changed {when}", when=Markdown(format_dt(feed.changed_at, "R"))))
    if feed.newest:
        parts.append(say("newest article {date}", date=language.published(PubDate.from_iso(feed.newest))))
    line = " · ".join(parts)
    if not feed.failures:
        return line
    failed = language.count("failed {number} time", "failed {number} times in a row", feed.failures)
    return f"{line}\n-# {failed}: {prose(short(feed.trouble or '', _TROUBLE))}"


def _doing(run: Run, language: Language) -> Markdown:
    say = language.say
    match run.progress.doing if run.progress else None:
        case Doing.FETCHING:
            return say("Fetching")
        case Doing.READING:
            return say("Reading")
        case Doing.INDEXING:
            return say("Indexing")
        case _:
            return say("Building the index anew") if "--index-only" in run.command else say("Reading the inputs again")


def _bar(progress: Progress, language: Language) -> str:
    """A bar with the share that is done; empty where it is not known of how much."""
    if not progress.total:
        return ""
    share = min(progress.done / progress.total, 1.0)
    full = int(share * _CELLS)
    return f"{code('█' * full + '░' * (_CELLS - full))} {language.percent(int(share * 100) / 100)}"


def _given_up(outcome: Outcome, language: Language) -> Markdown:
    if outcome.given_up:
        return language.say("This was given up by {name}. The archive is whole.", name=short(outcome.given_up, _OUTLET))
    return language.say("This was given up, because the bot is leaving. The archive is whole.")


def _done(run: Run, language: Language) -> Markdown:
    return language.say("Reindexed") if run.what == "reindex" else language.say("Taken in")


def _counts(outcome: Outcome, language: Language) -> list[str]:
    done, count = outcome.report, language.count
    if done is None:
        return []
    lines: list[str] = [counts(done, language)]
    if done.rehearsal:
        lines.insert(0, f"**{language.say('A dry run: nothing was changed, and this is what would be.')}**")
    if done.removed:
        lines.append(count("{number} article taken out", "{number} articles taken out", done.removed))
    if done.vanished:
        lines.append(
            count(
                "{number} article is in no file any more, and still in the archive",
                "{number} articles are in no file any more, and still in the archive",
                done.vanished,
            )
        )
    if done.skipped:
        lines.append(
            count(
                "{number} file passed over, which has not changed",
                "{number} files passed over, which have not changed",
                done.skipped,
            )
        )
    return lines


def _fate(fate: Fate, language: Language) -> Markdown:
    say = language.say
    words = {
        Fate.ADDED: say("Added"),
        Fate.UPDATED: say("Changed"),
        Fate.COPY: say("Copies"),
        Fate.REMOVED: say("Taken out"),
        Fate.VANISHED: say("In no file any more"),
        Fate.REJECTED: say("Rejected"),
    }
    return words[fate]


def _difference(one: Difference, language: Language) -> str:
    if one.fate is Fate.REJECTED:
        origin, reason = code(_end_of(one.origin or "")), prose(short(one.reason or "", _REASON))
        return f"-# {language.say('rejected {origin}: {reason}', origin=origin, reason=reason)}"
    parts = (
        short(one.headline or "", _HEADLINE),
        short(one.source or "", _OUTLET),
        short(one.published or "", _OUTLET),
    )
    return f"-# {' · '.join(escape(part) for part in parts if part)}"


def _end_of(origin: str) -> str:
    """Where something stood: of a long path the end, which has the file and the line."""
    cut = origin if len(origin) <= _ORIGIN else f"{ELLIPSIS}{origin[-_ORIGIN:]}"
    return short(cut, 2 * _ORIGIN + 1)


def _question(vanished: int, articles: int, language: Language) -> Markdown:
    share = language.percent(round(vanished / articles, 2) if articles else 1.0)
    return language.count(
        "**{number} article would be taken out, that is {share} of the archive.** Nothing of it was taken out yet.",
        "**{number} articles would be taken out, that is {share} of the archive.** Nothing of it was taken out yet.",
        vanished,
        share=share,
    )


def _answers(run: Run, vanished: int, language: Language) -> list[ui.Item[ui.LayoutView]]:
    rehearsed = "--dry-run" in run.command
    if rehearsed:
        return []
    return [
        button(language.label("Take them out"), TAKE_OUT, scope(run), vanished, danger=True),
        button(language.label("Keep them"), KEEP),
    ]


def key_of(name: str) -> str:
    """By what a button knows an input, whose name may be long and hold anything."""
    return blake2s(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def scope(run: Run) -> str:
    """Which inputs a run is about, as a button remembers it: the key of one, or ``ALL``."""
    names = [each for each in run.command[1:] if not each.startswith("-")]
    return key_of(names[0]) if len(names) == 1 else ALL


def _about_the_file(attached: Changes | None, changes: Changes, language: Language) -> Markdown:
    if attached is None:
        return language.say("The bot may not attach files here: the list of all changes is left out.")
    if not changes.left_out:
        return language.count(
            "The file has {number} line: all changes.", "The file has {number} lines: all changes.", changes.lines
        )
    return language.count(
        "The file has the first changes only: {number} line is left out, because it may not be larger.",
        "The file has the first changes only: {number} lines are left out, because it may not be larger.",
        changes.left_out,
    )


def _within(lines: Sequence[str]) -> str:
    return clip("\n".join(lines))

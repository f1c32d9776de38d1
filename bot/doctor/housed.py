"""What a doctor thinks of the archive, its disk, and the machine that the worker runs on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.doctor.finding import ARCHIVE, Finding, ok, warning, wrong
from bot.doctor.gathered import Gathered, Machine
from bot.leaving import FAILED, SETTINGS
from corpus import Cluster, ClusterError, CorpusError, CorpusMissing, Glance

_ROOM = 500 * 2**20  # bytes that an ingest wants beside a second index
_LEAST_ROOM = 20 * 2**20
_FEW_INODES = 1_000
_LEAST_MEMORY = 480 * 2**20  # what a first fill takes (docs/hosting.md), within the 512 MB of the smallest hosts
_FAILURES = 3  # of a feed in a row: fewer are weather
_OFF, _WRONG = timedelta(minutes=1), timedelta(minutes=15)  # of the clock
_SERVES = {True: "One serves", False: "None serves", None: "It cannot be told whether one serves"}
_LIVES = timedelta(seconds=30)  # between signs of life, which come every ten seconds
_THOROUGH = "`dateline verify` looks at all of it"


def archive(gathered: Gathered) -> Iterator[Finding]:
    """Whether it can be opened and asked, and whether there is anything in it."""
    seen, settings = gathered.archive, gathered.settings
    if isinstance(seen, CorpusMissing):
        said = f"There is none in {settings.archive} yet; the first start makes it."
        yield warning("archive", said, _how_to_fill(gathered))
    elif isinstance(seen, CorpusError):
        said, _, mend = str(seen).rpartition(": ")  # of every error of the archive the last part says what to do
        code = FAILED if isinstance(seen, ClusterError) else ARCHIVE
        yield wrong("archive", f"{said}.", mend[:1].upper() + mend[1:], code)
    elif not seen.articles:
        yield warning("archive", f"The one in {settings.archive} is empty.", _how_to_fill(gathered))
    else:
        now = " It is being changed right now." if seen.kept else ""
        yield ok("archive", f"{seen.articles:,} articles in {settings.archive}; {_THOROUGH}.{now}")
    if isinstance(seen, Glance):
        yield from _index(seen)


def _how_to_fill(gathered: Gathered) -> str:
    if gathered.settings.corpus_inputs:
        return "Start the bot, which fills it from CORPUS_INPUTS, or run `dateline reindex`."
    return "Fill it with `dateline ingest PATH`, or set CORPUS_INPUTS."


def _index(seen: Glance) -> Iterator[Finding]:
    if seen.outdated:
        said = "An older Dateline wrote the archive."
        yield warning("index", said, "The next start brings it up to date; `dateline backup` first keeps a way back.")
    elif seen.trouble and seen.kept:
        yield warning("index", f"It cannot be used yet: {seen.trouble}.", "Look again when the archive is left alone.")
    elif seen.trouble:
        mend = "Run `dateline reindex --index-only`; the next start would do the same."
        yield wrong("index", f"It cannot be used as it is: {seen.trouble}.", mend, ARCHIVE)
    elif seen.lags and not seen.kept:
        yield warning("index", "It lacks the last changes.", "The next start, ingest or search brings it up to date.")
    else:
        yield ok("index", "It fits the archive.")


def inputs(gathered: Gathered) -> Iterator[Finding]:
    """Whether what articles come from is there."""
    for each in gathered.missing:
        said = f"There is no {each.location} that can be read, which is to be “{each.name}”."
        yield warning("inputs", said, "Put it there, or mend its path in CORPUS_INPUTS.")
    for feed in gathered.archive.feeds if isinstance(gathered.archive, Glance) else ():
        if feed.failures >= _FAILURES:
            said = f"The feed “{feed.name}” failed {feed.failures} times in a row: {feed.trouble}"
            yield warning("inputs", said, f"See whether {feed.url} is still its address; `dateline feeds` tells more.")
    if gathered.settings.corpus_inputs and not gathered.missing:
        yield ok("inputs", "All of CORPUS_INPUTS that lies on this machine is there.")


def disk(gathered: Gathered) -> Iterator[Finding]:
    """Whether the archive can be written, has room to grow and to be built anew, and will last."""
    seen, place = gathered.disk, gathered.settings.data_dir
    if seen.fault:
        mend = "Give the user that runs Dateline a folder that it may write, as DATA_DIR."
        yield wrong("disk", f"Nothing can be written to {place}: {seen.fault}.", mend, ARCHIVE)
        return
    yield _room(gathered)
    if seen.inodes and seen.inodes_free < _FEW_INODES:
        said = f"Only {seen.inodes_free:,} more files fit on the disk of {place}."
        yield warning("disk", said, "Remove files that nobody needs: many small ones use a disk up before it is full.")
    if seen.lasting and gathered.settings.archive == place:
        said, _, mend = seen.lasting.rpartition("; ")
        yield warning("disk", f"{said}.", mend[:1].upper() + mend[1:])


def _room(gathered: Gathered) -> Finding:
    seen, index = gathered.disk, gathered.archive.index_bytes if isinstance(gathered.archive, Glance) else 0
    said = f"{_size(seen.free)} are free."
    if seen.free < _LEAST_ROOM:
        return wrong("disk", said, "Make room: nothing can be taken in or remembered.", ARCHIVE)
    if seen.free < (wanted := 2 * index + _ROOM):
        mend = f"Make room up to {_size(wanted)}: an index that is built anew lies beside the old one for a while."
        return warning("disk", said, mend)
    enough = "" if isinstance(gathered.settings.archive, Cluster) else ", enough to build the index anew"
    return ok("disk", f"{said[:-1]}{enough}.")


def clock(gathered: Gathered) -> Iterator[Finding]:
    """Whether it goes right, by which feeds are followed and days begin; and where it is today."""
    ahead = gathered.discord.me.ahead if gathered.discord else None
    here = gathered.now.astimezone(gathered.settings.timezone)
    if ahead is None:
        yield ok(
            "clock", f"It is {here:%Y-%m-%d %H:%M} in {gathered.settings.timezone}; there is nothing to compare by."
        )
        return
    off, mend = timedelta(seconds=round(abs(ahead))), "Switch on time synchronisation (NTP) on this machine."
    said = f"The clock of this machine is {off} {'ahead of' if ahead > 0 else 'behind'} Discord's."
    if off > _WRONG:
        yield wrong("clock", said, mend)
    elif off > _OFF:
        yield warning("clock", said, mend)
    else:
        yield ok("clock", f"It goes right: it is {here:%Y-%m-%d %H:%M} in {gathered.settings.timezone}.")


def memory(gathered: Gathered) -> Iterator[Finding]:
    """Whether there is enough for a worker and for a reindex beside it."""
    size, python = gathered.machine.memory, f"Python {gathered.machine.python}"
    if size is not None and size < _LEAST_MEMORY:
        mend = f"Give it {_size(_LEAST_MEMORY)} at least: an index is built beside the bot."
        yield warning("machine", f"There are only {_size(size)} of memory.", mend)
    else:
        yield ok("machine", f"{python}, {_size(size)} of memory." if size else f"{python}.")


def signs(gathered: Gathered) -> Iterator[Finding]:
    """Whether there is a worker, and whether a host can see that it lives: by its port, by the file that it touches."""
    settings, seen = gathered.settings, gathered.machine
    yield ok("worker", f"{_SERVES[seen.led]} over {settings.data_dir}.")
    if settings.heartbeat_file:
        yield _heartbeat(seen)
    if settings.port:
        yield _port(settings.port, seen)


def _heartbeat(seen: Machine) -> Finding:
    if seen.heartbeat_fault:
        mend = "Make that possible, or set HEARTBEAT_FILE to another file."
        return wrong("heartbeat", f"HEARTBEAT_FILE cannot be touched: {seen.heartbeat_fault}.", mend, SETTINGS)
    if _beats(seen):
        return ok("heartbeat", "HEARTBEAT_FILE is touched.")
    if seen.led:
        mend = "See its log: it is starting, has no connection, or was given another HEARTBEAT_FILE."
        return warning("heartbeat", "The worker does not touch HEARTBEAT_FILE.", mend)
    return ok("heartbeat", "HEARTBEAT_FILE can be touched.")


def _beats(seen: Machine) -> bool:
    return seen.heartbeat_age is not None and seen.heartbeat_age < _LIVES.total_seconds()


def _port(port: int, seen: Machine) -> Finding:
    lives = seen.led or _beats(seen)
    if seen.port_fault:
        mend = "Set PORT to another one: those from 1024 on need no privilege."
        return wrong("port", f"PORT={port} cannot be had: {seen.port_fault}.", mend, SETTINGS)
    if seen.port_taken and not lives:
        mend = "Unless it is the bot that runs already, stop what listens there, or set another PORT."
        return warning("port", f"PORT={port} is in use.", mend)
    return ok("port", f"PORT={port} is {'the worker’s' if seen.port_taken else 'free'}.")


def _size(size: int) -> str:
    return f"{size / 2**30:,.1f} GB" if size >= 2**30 else f"{size / 2**20:,.0f} MB"

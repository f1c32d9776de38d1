"""What is said on the command line of every measurement under load."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.load.archive import Archive, kept
from benchmarks.load.stage import Audience


def parser(module: str, told: str | None) -> argparse.ArgumentParser:
    """The options that all have: what is asked, by whom, and where things lie."""
    made = argparse.ArgumentParser(prog=f"python -m {module}", description=told)
    made.add_argument("--articles", type=int, default=100_000, help="in the archive (default: %(default)s)")
    made.add_argument("--seed", type=int, default=1, help="of articles and people (default: %(default)s)")
    made.add_argument("--people", type=int, default=5_000, help="who ask (default: %(default)s)")
    made.add_argument("--servers", type=int, default=300, help="in which they ask (default: %(default)s)")
    made.add_argument("--port", type=int, help="on which the bot serves /metrics, to read its own account of the lag")
    made.add_argument("--log", type=Path, help="where the bot writes (default: nowhere)")
    cache = Path(tempfile.gettempdir()) / "dateline-load"
    made.add_argument("--cache", type=Path, default=cache, help="where archives are kept (default: %(default)s)")
    return made


def archive(read: argparse.Namespace) -> Archive:
    """The archive that is asked."""
    return kept(read.cache, read.articles, seed=read.seed)


def audience(read: argparse.Namespace) -> Audience:
    """Who asks."""
    return Audience(read.people, read.servers, read.seed)

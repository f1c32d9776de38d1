"""How long an archive is away where the disk does not last: `python tests/refill.py [ARTICLES…]` (make refill).

A worker starts over an empty folder with CORPUS_INPUTS of one file, as it does every day on a Heroku-like host. Printed
are the seconds from its start until it is connected, until it finds the first article, and until it has all of them,
and those of the processor that the fill took, which stay the same where others are at work too; how long an answer took
meanwhile; and the most memory that no file backs, of all its processes together.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from bot_process import executed

from benchmarks.generate import articles
from discord_double import DiscordDouble

SIZES = (10_000, 100_000)
LONGEST = 1500.0  # seconds


@dataclass
class Seen:
    """What was seen while an archive was filled."""

    first: float | None = None
    answers: list[float] = field(default_factory=list)
    memory: float = 0.0


def main(sizes: list[int]) -> None:
    """Fill an archive of each size."""
    for size in sizes:
        with TemporaryDirectory(prefix="dateline-refill-") as name:
            print(asyncio.run(filled(Path(name), size)), flush=True)


async def filled(folder: Path, size: int) -> str:
    """Fill an archive of so many invented articles, and say how that went."""
    file = folder / "news.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(each.fields())}\n" for each in articles(size, seed=1))
    seen = Seen()
    async with DiscordDouble() as discord:
        start = time.monotonic()
        bot = await executed(discord, folder / "data", CORPUS_INPUTS=f"news={file}", LIMIT_PER_USER="0")
        connected = time.monotonic() - start
        reader = discord.user("reader")
        while "ingest ended" not in bot.output:
            asked = time.monotonic()
            answer = await reader.slash("search", query="council budget")
            now = time.monotonic()
            seen.answers.append(now - asked)
            if seen.first is None and "### " in answer.text:
                seen.first = now - start
            seen.memory = max(seen.memory, anonymous(bot.pid))
            assert bot.exit_code is None, bot.output
            assert now - start < LONGEST, bot.output
            await asyncio.sleep(0.25)
        whole, processor = time.monotonic() - start, children_seconds(bot.pid)
        assert "### " in (await reader.slash("search", query="council budget")).text
    return (
        f"{size:,} articles ({file.stat().st_size / 1e6:.0f} MB): connected after {connected:.1f} s, first found after "
        f"{seen.first or whole:.1f} s, all there after {whole:.1f} s, of which {processor:.0f} s of a processor;\n"
        f"    {len(seen.answers)} answers meanwhile, the slowest after {max(seen.answers):.2f} s; "
        f"at most {seen.memory:.0f} MB"
    )


def children_seconds(process: int) -> float:
    """Seconds of the processor of all that this process started and that has ended (proc(5), fields 16 and 17)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def anonymous(process: int) -> float:
    """Megabytes that no file backs, of a process and all that it started."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        own = int(status.split("RssAnon:")[1].split()[0]) / 1024
    except (OSError, IndexError):  # it has ended
        return 0.0
    return own + sum(anonymous(int(child)) for child in below)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))

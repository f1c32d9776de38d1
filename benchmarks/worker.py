"""One engine in a process of its own: ``python -m benchmarks.worker ENGINE VERB PLACE [ARTICLES]``.

``build`` makes the index and says how long it took. ``first`` answers one question, read from the arguments, and says
so at once. ``serve`` reads orders from standard input, one a line, and answers each with a line of JSON. Imports as
little as it can, because a cold start is measured through it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.ask import Ask, read_ask
from benchmarks.engines.protocol import Engine
from benchmarks.engines.registry import engine


def main(arguments: list[str]) -> None:
    """Run one verb of one engine."""
    name, verb, place, *rest = arguments
    kind = engine(name)
    if verb == "build":
        _build(kind, Path(place), Path(rest[0]))
    elif verb == "first":
        opened = kind.open(Path(place))
        _say({"results": len(opened.page(read_ask(json.loads(rest[0]))))})
        opened.close()
    else:
        _serve(kind.open(Path(place)))


def _build(kind: type[Engine], place: Path, articles: Path) -> None:
    start = perf_counter()
    kind.build(articles, place)
    _say({"seconds": perf_counter() - start})


def _serve(opened: Engine) -> None:
    _say({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        asks = [read_ask(fields) for fields in order["asks"]]
        if order["do"] == "search":
            _say(_timed(opened, asks))
        elif order["do"] == "stages":
            # Only here: sampling needs signals, which nothing else should carry.
            from benchmarks.stages import sampled  # noqa: PLC0415

            _say(sampled(opened, asks))
        else:
            _say({"private_megabytes": private_megabytes()})
    opened.close()


def _timed(opened: Engine, asks: list[Ask]) -> dict[str, object]:
    milliseconds, results = [], []
    for ask in asks:
        start = perf_counter()
        page = opened.page(ask)
        milliseconds.append(round((perf_counter() - start) * 1000, 4))
        results.append(len(page))
    return {"milliseconds": milliseconds, "results": results}


def private_megabytes() -> float | None:
    """Memory of this process that no file backs, in 10**6 bytes (RssAnon of proc(5)); None without a /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["RssAnon"].split()[0]) * 1024 / 1e6


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

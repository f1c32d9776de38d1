"""Draws a chart in a process of its own: ``python -m bot.chart`` reads one as JSON and writes a PNG.

Only that process loads matplotlib, and it takes its memory along when it ends; the event loop never waits for it. No
words are in the picture, so no font is asked for a script that it does not have: lines have letters, days are ISO 8601.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

_log = logging.getLogger(__name__)
_PATIENCE = 20.0  # seconds; the first chart on a machine looks for its fonts
_AT_ONCE = 1  # charts: each takes a core for a second
_SIZE, _DENSITY = (8.0, 4.0), 200  # inches, dots an inch: sharp on a dense screen
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#555555")  # told apart by the colour-blind (Okabe and Ito)
_MARKERS, _STYLES = ("o", "s", "^", "D", "x"), ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))  # and without colours
_MARKED = 60  # values up to which each has its marker; of more, so many have
_SHORT, _LONG = 120, 3660  # days that an axis shows by the day at most, and from which on by the year


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over days in ISO 8601, each with a letter; with ``shares`` the values are parts of 1."""

    days: tuple[str, ...]
    lines: tuple[tuple[str, tuple[float, ...]], ...]
    shares: bool


class Charts:
    """Has charts drawn, one after the other."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def draw(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it could not be drawn in time."""
        async with self._turn:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.chart",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(_PATIENCE):
                    picture, complaint = await child.communicate(json.dumps(asdict(chart)).encode())
            except TimeoutError:
                _log.warning("a chart took longer than %g seconds", _PATIENCE)
                return None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
        if child.returncode:
            _log.warning("a chart could not be drawn: %s", complaint.decode(errors="replace")[-500:])
            return None
        return picture


def drawn(chart: Chart) -> bytes:
    """The chart as a PNG."""
    from matplotlib import dates, ticker  # noqa: PLC0415  # half a second and fifty megabytes, only for who draws
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # as above
    from matplotlib.figure import Figure  # noqa: PLC0415  # as above

    figure = Figure(figsize=_SIZE, dpi=_DENSITY, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    days = list(map(date.fromisoformat, chart.days))
    for (letter, values), colour, marker, style in zip(chart.lines, _COLOURS, _MARKERS, _STYLES, strict=False):
        axes.plot(
            days,  # type: ignore[arg-type]  # matplotlib takes dates, which its annotations do not say
            values,
            color=colour,
            marker=marker,
            linestyle=style,
            markersize=4,
            markevery=max(1, -(-len(values) // _MARKED)),
            label=letter,
        )
    axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=9))  # type: ignore[no-untyped-call]  # no types there
    axes.xaxis.set_major_formatter(dates.DateFormatter(_form(days)))  # type: ignore[no-untyped-call]  # as above
    axes.yaxis.set_major_formatter(
        ticker.PercentFormatter(1.0) if chart.shares else ticker.StrMethodFormatter("{x:,.0f}")
    )
    axes.yaxis.set_major_locator(ticker.MaxNLocator(6, integer=not chart.shares))
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(chart.lines) > 1:
        axes.legend(frameon=False, ncols=len(chart.lines), loc="lower left", bbox_to_anchor=(0, 1))
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _form(days: Sequence[date]) -> str:
    """How days are written on the axis: no finer than it can show."""
    length = (days[-1] - days[0]).days if days else 0
    return "%Y-%m-%d" if length <= _SHORT else "%Y" if length > _LONG else "%Y-%m"


def _read(text: str) -> Chart:
    told: dict[str, Any] = json.loads(text)
    lines = tuple((str(letter), tuple(map(float, values))) for letter, values in told["lines"])
    return Chart(tuple(told["days"]), lines, bool(told["shares"]))


if __name__ == "__main__":
    sys.stdout.buffer.write(drawn(_read(sys.stdin.read())))

"""Draws a chart in a process of its own: ``python -m bot.chart`` reads one as JSON and writes a PNG.

Only that process loads matplotlib, and it takes its memory along when it ends; the event loop never waits for it. It
leaves when its standard input closes, which happens when the worker dies, however it dies. No
words are in the picture, so no font is asked for a script that it does not have: lines have letters, days are ISO 8601.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_log = logging.getLogger(__name__)
_PATIENCE = 20.0  # seconds, waiting for others included; the first chart on a machine looks for its fonts
_COMPLAINT = 500  # characters of what a child says last
_AT_ONCE = 1  # charts: each takes a core for a second
_SIZE, _DENSITY = (8.0, 4.0), 200  # inches, dots an inch: sharp on a dense screen
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#555555")  # told apart by the colour-blind (Okabe and Ito)
_MARKERS, _STYLES = ("o", "s", "^", "D", "x"), ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))  # and without colours
_PALETTE = 64  # colours, those between a line and its ground included: a quarter of the bytes that all would take
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

    def __init__(self, patience: float = _PATIENCE) -> None:
        """No chart takes longer than so many seconds."""
        self._patience = patience
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def draw(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it could not be drawn in time, which the log tells more of."""
        try:
            async with asyncio.timeout(self._patience), self._turn:
                return await _made(await asyncio.to_thread(_written, chart))
        except TimeoutError:
            _log.warning("a chart took longer than %g seconds", self._patience)
        except OSError as error:
            _log.warning("a chart could not be drawn: %s", error)
        return None


async def _made(chart: str) -> bytes | None:
    """What a child makes of a chart; it is gone when this ends, however it does."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.chart", stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        picture, complaint = await _printed_by(child, chart)
    finally:
        if child.returncode is None:
            child.kill()
            await asyncio.shield(child.wait())
    if child.returncode or not picture:
        said = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        _log.warning("a chart could not be drawn: %s", said[-_COMPLAINT:] or f"exit code {child.returncode}")
        return None
    return picture


async def _printed_by(child: asyncio.subprocess.Process, chart: str) -> tuple[bytes, bytes]:
    """What the child prints until it ends; its standard input stays open, by which it knows that we live."""
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise RuntimeError("the child was started without pipes")
    child.stdin.write(f"{chart}\n".encode())
    printed, complaint = await asyncio.gather(child.stdout.read(), child.stderr.read())
    await child.wait()
    return printed, complaint


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
    return _packed(figure)


def _packed(figure: Figure) -> bytes:
    """A figure as a PNG of few colours."""
    from PIL import Image  # noqa: PLC0415  # as above

    dots = io.BytesIO()
    figure.savefig(dots, format="raw")
    size = figure.canvas.get_width_height()
    picture, packed = Image.frombytes("RGBA", size, dots.getvalue()).convert("RGB"), io.BytesIO()
    picture.quantize(_PALETTE, dither=Image.Dither.NONE).save(packed, format="PNG", optimize=True)
    return packed.getvalue()


def _form(days: Sequence[date]) -> str:
    """How days are written on the axis: no finer than it can show."""
    length = (days[-1] - days[0]).days if days else 0
    return "%Y-%m-%d" if length <= _SHORT else "%Y" if length > _LONG else "%Y-%m"


def _written(chart: Chart) -> str:
    """A chart as one line of JSON; not by ``asdict``, which copies every number."""
    return json.dumps({"days": chart.days, "lines": chart.lines, "shares": chart.shares})


def _read(text: str) -> Chart:
    told: dict[str, Any] = json.loads(text)
    lines = tuple((str(letter), tuple(map(float, values))) for letter, values in told["lines"])
    return Chart(tuple(told["days"]), lines, bool(told["shares"]))


def _leave_when_stdin_closes() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not through Python's buffer, whose lock stops the end of the process
        pass
    os._exit(1)


def main() -> None:
    """Draw the chart that stands on the first line; leave when whoever wants it is gone."""
    told = sys.stdin.readline()
    threading.Thread(target=_leave_when_stdin_closes, daemon=True).start()
    sys.stdout.buffer.write(drawn(_read(told)))


if __name__ == "__main__":
    main()

"""Draws a chart in a process of its own: ``python -m bot.chart`` reads one as JSON and writes a PNG.

Only that process loads matplotlib, and it takes its memory along when it ends; the event loop never waits for it. It
leaves when its standard input closes, which happens when the worker dies, however it dies. No words are in the picture,
so no font is asked for a script that it does not have: lines have letters, dates are in ISO 8601.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sys
import threading
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
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
_DENSE = 200  # values from which on a line is thin
_DATES = 9  # labels below the axis at most
_GROUND = "#fbfaf7"  # opaque: read on a dark page as on a light one


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over stretches of time, each with a letter; with ``shares`` the values are parts of 1.

    Labels are in ISO 8601, to the precision of a stretch.
    """

    labels: tuple[str, ...]
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
    from matplotlib import rcdefaults  # noqa: PLC0415  # half a second and fifty megabytes, only for who draws
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # as above
    from matplotlib.figure import Figure  # noqa: PLC0415  # as above

    rcdefaults()  # what is set on this machine does not change the picture
    figure = Figure(figsize=_SIZE, dpi=_DENSITY, layout="constrained", facecolor=_GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=_GROUND)
    for (letter, values), colour, marker, style in zip(chart.lines, _COLOURS, _MARKERS, _STYLES, strict=False):
        axes.plot(
            range(len(values)),
            values,
            color=colour,
            marker=marker,
            linestyle=style,
            linewidth=1.5 if len(values) <= _DENSE else 0.8,
            markersize=4,
            markevery=max(1, -(-len(values) // _MARKED)),
            label=letter,
            clip_on=False,
        )
    _scale(axes, chart)
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(chart.lines) > 1:
        axes.legend(frameon=False, ncols=len(chart.lines), loc="lower left", bbox_to_anchor=(0, 1), handlelength=4)
    return _packed(figure)


def _scale(axes: Axes, chart: Chart) -> None:
    """Values from nothing on; labels only where a stretch of time begins."""
    from matplotlib import ticker  # noqa: PLC0415  # as above

    last = len(chart.labels) - 1
    margin = 0.5 + last * 0.01
    axes.set_xlim(-margin, last + margin)
    axes.set_ylim(0, 1.05 * max((value for _, values in chart.lines for value in values), default=0) or 1)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(6, integer=not chart.shares))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(_percent if chart.shares else _number))
    axes.xaxis.set_major_locator(ticker.FixedLocator(range(0, last + 1, max(1, ceil((last + 1) / _DATES)))))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda place, _: chart.labels[round(place)]))


def _number(value: float, _: int | None) -> str:
    """A number with thin spaces (ISO 80000-1), which no language takes for another sign."""
    return f"{value:,.0f}".replace(",", "\u2009")


def _percent(value: float, _: int | None) -> str:
    return f"{value * 100:.4g}%"


def _packed(figure: Figure) -> bytes:
    """A figure as a PNG of few colours."""
    from PIL import Image  # noqa: PLC0415  # as above

    dots = io.BytesIO()
    figure.savefig(dots, format="raw")
    size = figure.canvas.get_width_height()
    picture, packed = Image.frombytes("RGBA", size, dots.getvalue()).convert("RGB"), io.BytesIO()
    picture.quantize(_PALETTE, dither=Image.Dither.NONE).save(packed, format="PNG", optimize=True)
    return packed.getvalue()


def _written(chart: Chart) -> str:
    """A chart as one line of JSON; not by ``asdict``, which copies every number."""
    return json.dumps({"labels": chart.labels, "lines": chart.lines, "shares": chart.shares})


def _read(text: str) -> Chart:
    told: dict[str, Any] = json.loads(text)
    lines = tuple((str(letter), tuple(map(float, values))) for letter, values in told["lines"])
    return Chart(tuple(told["labels"]), lines, bool(told["shares"]))


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

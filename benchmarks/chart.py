"""Draws how figures grow with an archive, each over the number of articles, both axes logarithmic."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from benchmarks.growth_table import Growth, Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")  # told apart by the colour-blind (Okabe and Ito)
_MARKERS, _STYLES = ("o", "s", "^", "D"), ("-", "--", "-.", ":")  # and without colours

_PANELS: dict[str, dict[str, Callable[[Step], float]]] = {
    "ingest, articles a second": {"in this stretch": lambda step: step.rate},
    "milliseconds": {
        "page, p99": lambda step: step.pages.p99,
        "page, p50": lambda step: step.pages.p50,
        "BM25 alone, p99": lambda step: step.plain.p99,
        "BM25 alone, p50": lambda step: step.plain.p50,
    },
    "megabytes": {
        "on disk": lambda step: step.disk_megabytes,
        "memory of the ingest": lambda step: step.ingest_memory.megabytes,
        "of it private": lambda step: step.ingest_memory.private,
    },
    "seconds": {
        "start to first answer": lambda step: step.start_seconds,
        "add one article": lambda step: step.add_seconds,
    },
}


def drawn(growth: Growth) -> str:
    """The picture as SVG, the same for the same figures."""
    with mpl.rc_context({"svg.hashsalt": "growth", "font.size": 9}):
        figure = Figure(figsize=(10, 6.4), layout="constrained", facecolor="white")
        for axes, (title, lines) in zip(figure.subplots(2, 2).flat, _PANELS.items(), strict=True):
            _panel(axes, title, lines, growth)
        out = io.StringIO()
        FigureCanvasSVG(figure).print_figure(out, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _panel(axes: Axes, title: str, lines: dict[str, Callable[[Step], float]], growth: Growth) -> None:
    sizes = [step.articles for step in growth.steps]
    for (name, figure), colour, marker, style in zip(lines.items(), _COLOURS, _MARKERS, _STYLES, strict=False):
        values = [figure(step) for step in growth.steps]
        axes.plot(sizes, values, color=colour, marker=marker, linestyle=style, label=name)
    axes.set(xscale="log", yscale="log", title=title, xlabel="articles")
    low, high = axes.get_ylim()
    axes.set_ylim(low / 2, high * 2)
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_locator(NullLocator())
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False)

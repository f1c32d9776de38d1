"""Charts are drawn by a process of its own: sharp, small, told apart without colours, and in nobody's way."""

import asyncio
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.chart import Chart, Charts, drawn

MOST_BYTES = 200_000
COMMAND = [sys.executable, "-m", "bot.chart"]
WAVES = [tuple(float((place * (line + 3)) % 17) for place in range(60)) for line in range(5)]


def a_chart(*lines: tuple[float, ...], shares: bool = False) -> Chart:
    labels = tuple(f"{1900 + place // 12}-{place % 12 + 1:02}" for place in range(len(lines[0])))
    return Chart(labels, tuple(zip("ABCDE", lines, strict=False)), shares)


def as_json(chart: Chart) -> bytes:
    return json.dumps({"labels": chart.labels, "lines": chart.lines, "shares": chart.shares}).encode() + b"\n"


def ink(png: bytes) -> bytes:
    """Which dots of a picture are not ground, whatever their colour."""
    return Image.open(io.BytesIO(png)).convert("L").point(lambda light: 255 * (light < 200)).tobytes()


def children() -> list[str]:
    """The command lines of the charts that are being drawn for this process."""
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    if not own.exists():
        pytest.skip("only Linux lists the children of a process")
    lines = [Path(f"/proc/{number}/cmdline").read_bytes().decode() for number in own.read_text().split()]
    return [line for line in lines if "bot.chart" in line]


@pytest.mark.parametrize("values", [1, 7000])
def test_a_chart_is_sharp_and_small(values):
    lines = [tuple(wave[place % 60] * (place % 7) for place in range(values)) for wave in WAVES]
    png = drawn(a_chart(*lines))
    assert Image.open(io.BytesIO(png)).size == (1600, 800)
    assert len(png) < MOST_BYTES


def test_lines_are_told_apart_without_colours():
    flat = (0.0,) * 60
    pictures = [ink(drawn(a_chart(*[WAVES[0] if line == place else flat for line in range(5)]))) for place in range(5)]
    assert len(set(pictures)) == 5


@settings(max_examples=5)
@given(
    st.integers(1, 80).flatmap(
        lambda length: st.lists(
            st.lists(st.floats(0, 1e9), min_size=length, max_size=length).map(tuple), min_size=1, max_size=5
        )
    ),
    st.booleans(),
)
def test_any_numbers_can_be_drawn(lines, shares):
    assert Image.open(io.BytesIO(drawn(a_chart(*lines, shares=shares)))).size == (1600, 800)


@pytest.mark.asyncio
async def test_what_is_set_on_the_machine_does_not_change_the_picture(tmp_path, monkeypatch):
    plain = await Charts().draw(a_chart(WAVES[0]))
    setting = tmp_path / "matplotlibrc"
    setting.write_text("lines.linewidth: 30\naxes.edgecolor: red\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(setting))
    assert await Charts().draw(a_chart(WAVES[0])) == plain


def test_the_child_leaves_when_its_input_closes():
    child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    picture, _ = child.communicate(as_json(a_chart(*WAVES)), timeout=20)
    assert child.returncode == 1
    assert picture == b""


def test_the_worker_does_not_load_what_draws():
    lines = "import sys, bot.worker; sys.exit('matplotlib' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


@pytest.mark.asyncio
async def test_several_charts_come_one_after_the_other_and_leave_nothing_behind():
    charts = Charts()
    pictures = await asyncio.gather(*(charts.draw(a_chart(wave)) for wave in WAVES[:2]))
    assert [Image.open(io.BytesIO(png)).size for png in pictures] == [(1600, 800)] * 2
    assert children() == []


@pytest.mark.asyncio
async def test_a_chart_that_takes_too_long_is_given_up_and_those_that_wait_for_it_too(caplog):
    charts = Charts(patience=0.05)
    assert await asyncio.gather(*(charts.draw(a_chart(*WAVES)) for _ in range(3))) == [None] * 3
    assert children() == []
    assert caplog.text.count("took longer than 0.05 seconds") == 3


@pytest.mark.asyncio
async def test_a_chart_that_cannot_be_drawn_is_none_and_one_line_in_the_log(monkeypatch, caplog):
    monkeypatch.setenv("MPLBACKEND", "none such")
    assert await Charts().draw(a_chart(WAVES[0])) is None
    [record] = caplog.records
    assert "could not be drawn" in record.getMessage()
    assert "\n" not in record.getMessage()


@pytest.mark.asyncio
async def test_a_worker_that_leaves_takes_its_chart_along():
    drawing = asyncio.create_task(Charts().draw(a_chart(*WAVES)))
    while not children():  # noqa: ASYNC110  # a process that begins sets no event
        await asyncio.sleep(0.01)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert children() == []

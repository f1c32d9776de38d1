"""A short form of `make crash`: whoever is killed at whatever moment, nothing is lost and nothing is doubled."""

from __future__ import annotations

import os
import signal
import time

import pytest

from crash import BATCH, Program
from faulty_process import FaultyShell
from invented import lines
from recount import recounted


@pytest.fixture
def own_shell(shim, tmp_path):
    (tmp_path / "printed").mkdir()
    with FaultyShell(shim, tmp_path / "printed") as shell:
        yield shell


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_random_moments_and_calls_lose_nothing_and_double_nothing(own_shell, tmp_path, seed):
    program = Program(own_shell, tmp_path, seed, large=False)
    program.run(8)
    assert program.tally.total >= 8


def test_helpers_end_by_themselves_when_whoever_started_them_is_killed(own_shell, tmp_path):
    file = lines(tmp_path / "many.jsonl", range(4_200))
    running = own_shell.start(["--data-dir", tmp_path / "data", "ingest", file], under=tmp_path / "data")
    until = time.monotonic() + 60
    while len(own_shell.helpers()) < 2:  # one reads ahead, one analyses
        assert time.monotonic() < until
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait().killed
    while own_shell.helpers():
        assert time.monotonic() < until
        time.sleep(0.01)
    assert len(recounted(tmp_path / "data")) in {0, BATCH, BATCH + 2_000, 4_200}, "a batch is there whole, or not"

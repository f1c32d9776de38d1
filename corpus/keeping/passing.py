"""A place on the archive's disk for what only passes: the machine's folder for such things is memory on many a host."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def passing(place: Path) -> Iterator[Path]:
    """Where a folder may be made that goes with all that is in it, also with what a killed process left there.

    Under the keeper's lock only: of two who used one place, each would clear away what the other has there.
    """
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)

"""What happened, in order, for a test that failed: requests, gateway events, the people's acts.

Kept as short lines; a long body is cut in the middle.
"""

from __future__ import annotations

import json
import time

_LINE_CHARACTERS = 700


class Transcript:
    """Lines of "milliseconds since the start: what happened"."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.lines: list[str] = []

    def add(self, what: str, body: object = None) -> None:
        """Write down a happening and, where there is one, its JSON."""
        text = what if body is None else f"{what} {json.dumps(body, ensure_ascii=False, default=str)}"
        if len(text) > _LINE_CHARACTERS:
            half = _LINE_CHARACTERS // 2
            text = f"{text[:half]} […] {text[-half:]}"
        self.lines.append(f"{(time.perf_counter() - self._start) * 1000:8.0f} ms  {text}")

    def __str__(self) -> str:
        return "\n".join(self.lines)

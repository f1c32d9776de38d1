"""How the process goes when it is told to before it has begun to listen. Imports next to nothing, to be there first."""

import signal
import sys


def leave_when_told() -> None:
    """Let SIGTERM and SIGINT end the process with 0 and without a traceback, until something better takes them over."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))

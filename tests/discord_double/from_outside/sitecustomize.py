"""Points discord.py at the double in whatever Python starts the bot with this folder in its PYTHONPATH.

For start commands that must run as they are written: Python imports this by itself before it runs anything.
"""

import runpy
import sys
from pathlib import Path

if sys.orig_argv[1:] == ["-m", "bot"]:
    runpy.run_path(str(Path(__file__).resolve().parents[1] / "launcher.py"))["point_discord_here"]()

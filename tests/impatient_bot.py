"""The worker as it is, but with seconds of patience where it has minutes: so a test sees what comes after them."""

import os
import sys

import bot.worker.answering
import bot.worker.pulse
from bot.cli import main

bot.worker.pulse.PATIENCE = float(os.environ.get("PATIENCE", "3"))
bot.worker.pulse._LOOKS = 0.2
bot.worker.answering._PATIENCE = 3.0

sys.exit(main(["run"]))

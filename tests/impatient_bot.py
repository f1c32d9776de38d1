"""The worker as it is, but with seconds of patience where it has minutes: so a test sees what comes after them."""

import sys

import bot.pulse
from bot.cli import main

bot.pulse.PATIENCE = 3.0
bot.pulse._LOOKS = 0.2

sys.exit(main(["run"]))

"""``python -m bot`` is ``dateline run``."""

import sys

from bot.leaving import leave_when_told

if __name__ == "__main__":
    leave_when_told()
    from bot.cli import main  # the imports behind it take a while, in which a host may change its mind

    sys.exit(main(["run", *sys.argv[1:]]))

"""``python -m corpus``: the archive's verbs in the shell."""

import sys

from corpus.cli import archive, run

if __name__ == "__main__":
    sys.exit(run(archive))

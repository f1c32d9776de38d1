"""The voice: Discord only. Asks the corpus through its door and opens no database."""

VERSION = "0.1.0"  # stands here too, because a host may run the folder without installing it

"""The commands of the shell, one subject a file: each asks a Corpus or tells a Keeper, and prints what comes of it."""

"""Dateline beside its peers, in one run: the same articles, the same questions. Nothing here asserts on time."""

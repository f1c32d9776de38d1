"""A question's way through, one step a file: query -> weigh -> matched, rank -> order -> excerpt.

``order`` asks ``passages``, ``evidence`` and ``feedback``; ``suggest`` says what to ask where nothing is found.
"""

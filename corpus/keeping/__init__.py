"""What a keeper does to an archive, one matter a file; ``corpus.keeper`` puts the steps together.

    taking: inputs -> downloads, following -> plan (what has changed) -> intake (a batch judged, stored, booked)

``rehearsal`` stands for the archive where nothing is to be changed; ``withholding`` takes down and restores; ``audit``
writes down who did what; ``polling`` looks at feeds; ``backup`` and ``verify`` care for the files.
"""

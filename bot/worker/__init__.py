"""The life of a worker: ``run`` is the whole of it, ``start`` its steps, and each other file one thing that it owes."""

"""
The offline index of arXiv: titles and records.

In: arXiv's metadata snapshot. Out: a SQLite file, candidates for a title, and records by id.
Not here: whether a candidate is the work (`works.matching`).
"""

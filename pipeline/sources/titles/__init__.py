"""
The offline index of arXiv's titles.

In: arXiv's metadata snapshot. Out: a SQLite file, and candidates for a title.
Not here: whether a candidate is the work (`works.matching`).
"""

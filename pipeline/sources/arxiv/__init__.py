"""
arXiv: records by id, titles, versions, OAI-PMH and the metadata snapshot.

In: ids and titles. Out: `ArxivRecord`s and candidates, or the failure that stands for one.
Not here: what an id looks like (`works.identifiers`), whether a title fits (`works.matching`).
"""
